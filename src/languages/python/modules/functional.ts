/** `functools`, `itertools`, `operator`. */
import { bindArguments, toInt } from "../runtime/arguments";
import { iterateAll, LazyIterator, listOf, PyDict, PyList, PyTuple } from "../runtime/containers";
import { raiseError } from "../runtime/errors";
import { PyFunction } from "../runtime/function";
import {
  type DictKey,
  type Kwargs,
  makeType,
  native,
  PyBound,
  PyNative,
  PyObject,
  PyType,
  type PyValue,
} from "../runtime/object";
import { binary, compare, inPlace, unary } from "../runtime/operators";
import {
  call,
  contains,
  deleteItem,
  equals,
  getAttribute,
  getItem,
  invoke,
  iterate,
  keyOf,
  repr,
  setItem,
  truth,
} from "../runtime/protocol";
import { tick } from "../runtime/vm";
import { loadModule, registerModule } from "./registry";

// ── functools ───────────────────────────────────────────────────────────────

const partialType = makeType("partial");

class PyPartial extends PyObject {
  constructor(
    readonly fn: PyValue,
    readonly args: PyValue[],
    readonly kwargs: Kwargs,
  ) {
    super(partialType);
  }
  override pyCall(args: PyValue[], kwargs: Kwargs | undefined): PyValue {
    const all: Kwargs = new Map(this.kwargs);
    for (const [name, value] of kwargs ?? []) all.set(name, value);
    return call(this.fn, [...this.args, ...args], all.size ? all : undefined);
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    if (name === "func") return this.fn;
    if (name === "args") return new PyTuple(this.args);
    if (name === "keywords") return PyDict.from(this.kwargs);
    return undefined;
  }
}
partialType.construct = (_type, [fn, ...args], kwargs) => new PyPartial(fn, args, kwargs ?? new Map());

/** A function that remembers its results. */
class PyCached extends PyObject {
  readonly method = true;
  private readonly known = new Map<DictKey, PyValue>();
  private hits = 0;
  constructor(
    readonly fn: PyValue,
    private readonly most: number,
  ) {
    super(cachedType);
  }
  /** For calls that must not change it: what they remember may be traced. */
  snapshot(): () => void {
    const before = new Map(this.known);
    const { hits } = this;
    return () => {
      this.known.clear();
      for (const [key, value] of before) this.known.set(key, value);
      this.hits = hits;
    };
  }
  override pyCall(args: PyValue[], kwargs: Kwargs | undefined): PyValue {
    // A number that is followed is more than its value, and its results do not outlive the call.
    if ([...args, ...(kwargs?.values() ?? [])].some(isFollowed)) return call(this.fn, args, kwargs);
    const pairs = [...(kwargs ?? [])].map(([name, value]) => new PyTuple([name, value]));
    const key = args.length === 1 && pairs.length === 0 ? keyOf(args[0]) : new PyTuple([...args, ...pairs]).pyKey();
    const known = this.known.get(key);
    if (known !== undefined) {
      this.hits++;
      return known;
    }
    const value = call(this.fn, args, kwargs);
    if (this.known.size >= this.most) this.known.delete(this.known.keys().next().value!);
    this.known.set(key, value);
    return value;
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    if (name === "__wrapped__") return this.fn;
    if (name === "cache_clear") {
      return native("cache_clear", () => {
        this.known.clear();
        this.hits = 0;
        return null;
      });
    }
    if (name === "cache_info") {
      return native(
        "cache_info",
        () =>
          `CacheInfo(hits=${this.hits}, misses=${this.known.size}, maxsize=${this.most === Number.POSITIVE_INFINITY ? "None" : this.most}, currsize=${this.known.size})`,
      );
    }
    return this.fn instanceof PyFunction ? this.fn.pyGetAttribute(name) : undefined;
  }
}
const cachedType = makeType("_lru_cache_wrapper");

const isFollowed = (x: PyValue): boolean =>
  x instanceof PyTuple ? x.items.some(isFollowed) : typeof x === "object" && x !== null && !(x instanceof PyObject);

function wraps(wrapper: PyValue, wrapped: PyValue): PyValue {
  if (wrapper instanceof PyFunction) {
    if (wrapped instanceof PyFunction) {
      wrapper.name = wrapped.name;
      wrapper.qualname = wrapped.qualname;
      wrapper.pySetAttribute("__doc__", wrapped.pyGetAttribute("__doc__") ?? null);
    }
    if (wrapped instanceof PyObject)
      for (const [name, value] of wrapped.dict ?? []) wrapper.pySetAttribute(name, value);
    wrapper.pySetAttribute("__wrapped__", wrapped);
  }
  return wrapper;
}

const chain = generator("chain", function* (args) {
  for (const source of args) yield* iterateAll(source);
});
(chain[1] as PyType).attributes.set(
  "from_iterable",
  native("from_iterable", ([sources]) => {
    const all = (function* () {
      for (const source of iterateAll(sources)) yield* iterateAll(source);
    })();
    return new LazyIterator(() => {
      const { done, value } = all.next();
      return done ? undefined : value;
    }, chain[1] as PyType);
  }),
);

registerModule("functools", () => {
  const cache = native("lru_cache", (args, kwargs) => {
    const size = args[0] ?? kwargs?.get("maxsize");
    if (size instanceof PyObject) return new PyCached(size, 128);
    const most = size === null ? Number.POSITIVE_INFINITY : size === undefined ? 128 : Number(toInt(size));
    return native("lru_cache", ([fn]) => new PyCached(fn, most));
  });
  return new Map<string, PyValue>([
    [
      "reduce",
      native("reduce", (args) => {
        const [fn, source] = args;
        const iterator = iterate(source);
        let total = args.length > 2 ? args[2] : iterator.next();
        if (total === undefined) raiseError("TypeError", "reduce() of empty iterable with no initial value");
        for (let item = iterator.next(); item !== undefined; item = iterator.next()) total = call(fn, [total, item]);
        return total;
      }),
    ],
    ["partial", partialType],
    ["wraps", native("wraps", ([wrapped]) => native("wraps", ([wrapper]) => wraps(wrapper, wrapped)))],
    ["update_wrapper", native("update_wrapper", ([wrapper, wrapped]) => wraps(wrapper, wrapped))],
    ["lru_cache", cache],
    ["cache", native("cache", ([fn]) => new PyCached(fn, Number.POSITIVE_INFINITY))],
    ...["cached_property", "singledispatch", "singledispatchmethod", "partialmethod"].map((name): [string, PyValue] => [
      name,
      loadModule("_classes")!.member(name)!,
    ]),
    [
      "cmp_to_key",
      native("cmp_to_key", ([fn]) => {
        const type = makeType("K");
        class Key extends PyObject {
          constructor(readonly value: PyValue) {
            super(type);
          }
          override pyCompare(op: string, other: PyValue): PyValue | undefined {
            return other instanceof Key ? compare(op, call(fn, [this.value, other.value]), 0n) : undefined;
          }
        }
        return native("K", ([x]) => new Key(x));
      }),
    ],
    [
      "total_ordering",
      native("total_ordering", ([type]) => {
        if (!(type instanceof PyType)) return type;
        const define = (name: string, run: (a: PyValue, b: PyValue) => PyValue): void => {
          if (!type.attributes.has(name)) type.set(name, new PyNative(name, ([a, b]) => run(a, b), true));
        };
        const less = (a: PyValue, b: PyValue): boolean => truth(invoke(a, "__lt__", [b]) ?? false);
        if (type.attributes.has("__lt__")) {
          define("__gt__", (a, b) => !less(a, b) && !equals(a, b));
          define("__le__", (a, b) => less(a, b) || equals(a, b));
          define("__ge__", (a, b) => !less(a, b));
        } else if (type.attributes.has("__gt__")) {
          const more = (a: PyValue, b: PyValue): boolean => truth(invoke(a, "__gt__", [b]) ?? false);
          define("__lt__", (a, b) => !more(a, b) && !equals(a, b));
          define("__ge__", (a, b) => more(a, b) || equals(a, b));
          define("__le__", (a, b) => !more(a, b));
        }
        return type;
      }),
    ],
  ]);
});

// ── itertools ───────────────────────────────────────────────────────────────

function generator(
  name: string,
  make: (args: PyValue[], kwargs: Kwargs | undefined) => Generator<PyValue>,
): [string, PyValue] {
  const type = makeType(name);
  type.construct = (_type, args, kwargs) => {
    const body = make(args, kwargs);
    return new LazyIterator(() => {
      tick();
      const { done, value } = body.next();
      return done ? undefined : value;
    }, type);
  };
  return [name, type];
}

function* choose(
  items: PyValue[],
  count: number,
  start: number,
  repeats: boolean,
  picked: PyValue[] = [],
): Generator<PyValue> {
  if (picked.length === count) {
    yield new PyTuple(picked.slice());
    return;
  }
  for (let k = start; k < items.length; k++) {
    picked.push(items[k]);
    yield* choose(items, count, repeats ? k : k + 1, repeats, picked);
    picked.pop();
  }
}

function* permute(items: PyValue[], count: number, used: boolean[] = [], picked: PyValue[] = []): Generator<PyValue> {
  if (picked.length === count) {
    yield new PyTuple(picked.slice());
    return;
  }
  for (let k = 0; k < items.length; k++) {
    if (used[k]) continue;
    used[k] = true;
    picked.push(items[k]);
    yield* permute(items, count, used, picked);
    picked.pop();
    used[k] = false;
  }
}

registerModule(
  "itertools",
  () =>
    new Map<string, PyValue>([
      generator("count", function* (args, kwargs) {
        let at: PyValue = args[0] ?? kwargs?.get("start") ?? 0n;
        const step = args[1] ?? kwargs?.get("step") ?? 1n;
        for (;;) {
          yield at;
          at = binary("+", at, step);
        }
      }),
      generator("cycle", function* ([source]) {
        const items = listOf(source);
        while (items.length > 0) yield* items;
      }),
      generator("repeat", function* ([x, times]) {
        for (let k = times === undefined ? Number.POSITIVE_INFINITY : Number(toInt(times)); k > 0; k--) yield x;
      }),
      chain,
      generator("islice", function* ([source, ...rest]) {
        const numbers = rest.map((x) => (x === null ? undefined : Number(toInt(x))));
        const [start, stop, step] =
          rest.length === 1 ? [0, numbers[0], 1] : [numbers[0] ?? 0, numbers[1], numbers[2] ?? 1];
        const iterator = iterate(source);
        let next = start;
        for (let at = 0; stop === undefined || at < stop; at++) {
          const item = iterator.next();
          if (item === undefined) return;
          if (at === next) {
            next += step;
            yield item;
          }
        }
      }),
      generator("takewhile", function* ([fn, source]) {
        for (const item of iterateAll(source)) {
          if (!truth(call(fn, [item]))) return;
          yield item;
        }
      }),
      generator("dropwhile", function* ([fn, source]) {
        let dropping = true;
        for (const item of iterateAll(source)) {
          dropping &&= truth(call(fn, [item]));
          if (!dropping) yield item;
        }
      }),
      generator("filterfalse", function* ([fn, source]) {
        for (const item of iterateAll(source)) if (!truth(fn === null ? item : call(fn, [item]))) yield item;
      }),
      generator("starmap", function* ([fn, source]) {
        for (const item of iterateAll(source)) yield call(fn, listOf(item));
      }),
      generator("accumulate", function* (args, kwargs) {
        const [source, fn, initial] = bindArguments("accumulate", ["iterable", "func?", "*", "initial?"], args, kwargs);
        const iterator = iterate(source!);
        let total = initial ?? iterator.next();
        if (total === undefined) return;
        yield total;
        for (let item = iterator.next(); item !== undefined; item = iterator.next()) {
          total = fn ? call(fn, [total, item]) : binary("+", total, item);
          yield total;
        }
      }),
      generator("pairwise", function* ([source]) {
        let before: PyValue | undefined;
        for (const item of iterateAll(source)) {
          if (before !== undefined) yield new PyTuple([before, item]);
          before = item;
        }
      }),
      generator("batched", function* ([source, count]) {
        let batch: PyValue[] = [];
        for (const item of iterateAll(source)) {
          batch.push(item);
          if (batch.length < Number(toInt(count))) continue;
          yield new PyTuple(batch);
          batch = [];
        }
        if (batch.length > 0) yield new PyTuple(batch);
      }),
      generator("zip_longest", function* (args, kwargs) {
        const fill = kwargs?.get("fillvalue") ?? null;
        const iterators = args.map(iterate);
        for (;;) {
          const items = iterators.map((iterator) => iterator.next());
          if (items.every((item) => item === undefined)) return;
          yield new PyTuple(items.map((item) => item ?? fill));
        }
      }),
      generator("product", function* (args, kwargs) {
        const times = Number(toInt(kwargs?.get("repeat") ?? 1n));
        const once = args.map(listOf);
        const pools = Array.from({ length: times }, () => once).flat();
        function* walk(depth: number, picked: PyValue[]): Generator<PyValue> {
          if (depth === pools.length) yield new PyTuple(picked);
          else for (const item of pools[depth]) yield* walk(depth + 1, [...picked, item]);
        }
        yield* walk(0, []);
      }),
      generator("combinations", function* ([source, count]) {
        yield* choose(listOf(source), Number(toInt(count)), 0, false);
      }),
      generator("combinations_with_replacement", function* ([source, count]) {
        yield* choose(listOf(source), Number(toInt(count)), 0, true);
      }),
      generator("permutations", function* ([source, count]) {
        const items = listOf(source);
        yield* permute(items, count === undefined || count === null ? items.length : Number(toInt(count)));
      }),
      generator("compress", function* ([source, picks]) {
        const wanted = iterate(picks);
        for (const item of iterateAll(source)) {
          const pick = wanted.next();
          if (pick === undefined) return;
          if (truth(pick)) yield item;
        }
      }),
      generator("groupby", function* (args, kwargs) {
        const key = args[1] ?? kwargs?.get("key") ?? null;
        let group: PyValue[] = [];
        let current: PyValue | undefined;
        for (const item of iterateAll(args[0])) {
          const value = key === null ? item : call(key, [item]);
          if (current !== undefined && !equals(current, value)) {
            yield new PyTuple([current, iterate(new PyList(group))]);
            group = [];
          }
          current = value;
          group.push(item);
        }
        if (current !== undefined) yield new PyTuple([current, iterate(new PyList(group))]);
      }),
      [
        "tee",
        native("tee", ([source, count]) => {
          const items = listOf(source);
          return new PyTuple(
            Array.from({ length: count === undefined ? 2 : Number(toInt(count)) }, () => iterate(new PyList(items))),
          );
        }),
      ],
    ]),
);

// ── operator ────────────────────────────────────────────────────────────────

registerModule("operator", () => {
  const out = new Map<string, PyValue>();
  const infix: Record<string, string> = {
    add: "+",
    sub: "-",
    mul: "*",
    truediv: "/",
    floordiv: "//",
    mod: "%",
    pow: "**",
    matmul: "@",
    and_: "&",
    or_: "|",
    xor: "^",
    lshift: "<<",
    rshift: ">>",
  };
  for (const [name, op] of Object.entries(infix)) {
    out.set(
      name,
      native(name, ([a, b]) => binary(op, a, b)),
    );
    out.set(
      `i${name}`,
      native(`i${name}`, ([a, b]) => inPlace(op, a, b)),
    );
  }
  for (const [name, op] of Object.entries({ lt: "<", le: "<=", gt: ">", ge: ">=", eq: "==", ne: "!=" })) {
    out.set(
      name,
      native(name, ([a, b]) => compare(op, a, b)),
    );
  }
  out.set(
    "neg",
    native("neg", ([x]) => unary("-", x)),
  );
  out.set(
    "pos",
    native("pos", ([x]) => unary("+", x)),
  );
  out.set(
    "not_",
    native("not_", ([x]) => !truth(x)),
  );
  out.set(
    "truth",
    native("truth", ([x]) => truth(x)),
  );
  out.set(
    "contains",
    native("contains", ([x, item]) => contains(x, item)),
  );
  out.set(
    "getitem",
    native("getitem", ([x, key]) => getItem(x, key)),
  );
  out.set(
    "setitem",
    native("setitem", ([x, key, value]) => {
      setItem(x, key, value);
      return null;
    }),
  );
  out.set(
    "delitem",
    native("delitem", ([x, key]) => {
      deleteItem(x, key);
      return null;
    }),
  );
  out.set(
    "itemgetter",
    native("itemgetter", (keys) =>
      native("itemgetter", ([x]) =>
        keys.length === 1 ? getItem(x, keys[0]) : new PyTuple(keys.map((key) => getItem(x, key))),
      ),
    ),
  );
  out.set(
    "attrgetter",
    native("attrgetter", (names) => {
      const one = (x: PyValue, path: PyValue): PyValue =>
        String(path)
          .split(".")
          .reduce<PyValue>((y, name) => getAttribute(y, name), x);
      return native("attrgetter", ([x]) =>
        names.length === 1 ? one(x, names[0]) : new PyTuple(names.map((name) => one(x, name))),
      );
    }),
  );
  out.set(
    "methodcaller",
    native("methodcaller", ([name, ...args], kwargs) =>
      native("methodcaller", ([x]) => call(getAttribute(x, String(name)), args, kwargs)),
    ),
  );
  return out;
});

export { PyBound, repr };
