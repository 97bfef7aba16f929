/** The methods of list, tuple, dict, set, range and generators. */
import { arity, toInt } from "./arguments";
import {
  ArrayIterator,
  dictType,
  frozensetType,
  indexOf,
  iterateAll,
  iteratorType,
  LazyIterator,
  listOf,
  listType,
  PyByteArray,
  PyDict,
  PyList,
  PyRange,
  PySet,
  PySlice,
  PyTuple,
  rangeType,
  setType,
  sliceType,
  tupleType,
} from "./containers";
import { keyError, PyException, raiseError, stopIteration } from "./errors";
import { generatorType, type PyGenerator } from "./function";
import {
  getters,
  type Kwargs,
  makeType,
  methods,
  PyClassMethod,
  PyInstance,
  type PyIterator,
  PyNative,
  PyObject,
  PyType,
  type PyValue,
} from "./object";
import { binary, setInPlaceHook } from "./operators";
import {
  call,
  compareOrder,
  equals,
  findAttribute,
  getAttribute,
  getItem,
  isNumber,
  iterate,
  repr,
  truth,
} from "./protocol";

// ── sorting ─────────────────────────────────────────────────────────────────

export function sorted(items: PyValue[], kwargs: Kwargs | undefined): PyValue[] {
  const key = kwargs?.get("key") ?? null;
  const reverse = truth(kwargs?.get("reverse") ?? false);
  const keys = key === null ? items : items.map((item) => call(key, [item]));
  const order = items.map((_, k) => k);
  const less = (a: PyValue, b: PyValue): boolean => {
    if (typeof a === "number" && typeof b === "number") return a < b;
    if (typeof a === "bigint" && typeof b === "bigint") return a < b;
    if (typeof a === "string" && typeof b === "string") return a < b;
    return compareOrder("<", a, b);
  };
  const sign = reverse ? -1 : 1;
  order.sort((i, j) => (less(keys[i], keys[j]) ? -sign : less(keys[j], keys[i]) ? sign : i - j));
  return order.map((k) => items[k]);
}

// ── list ────────────────────────────────────────────────────────────────────

methods(listType, {
  append: (self: PyList, args) => {
    arity("list.append", args, 1);
    self.items.push(args[0]);
    return null;
  },
  extend: (self: PyList, [other]) => {
    self.items.push(...listOf(other));
    return null;
  },
  insert: (self: PyList, [at, item]) => {
    const index = Number(toInt(at));
    self.items.splice(index < 0 ? Math.max(0, index + self.items.length) : index, 0, item);
    return null;
  },
  pop: (self: PyList, [at]) => {
    if (self.items.length === 0) raiseError("IndexError", "pop from empty list");
    if (at === undefined) return self.items.pop()!;
    const index = Number(toInt(at));
    const place = index < 0 ? index + self.items.length : index;
    if (place < 0 || place >= self.items.length) raiseError("IndexError", "pop index out of range");
    return self.items.splice(place, 1)[0];
  },
  remove: (self: PyList, [item]) => {
    const at = self.items.findIndex((other) => other === item || equals(other, item));
    if (at < 0) raiseError("ValueError", "list.remove(x): x not in list");
    self.items.splice(at, 1);
    return null;
  },
  clear: (self: PyList) => {
    self.items = [];
    return null;
  },
  index: (self: PyList, [item, from]) => {
    const start = from === undefined ? 0 : Number(toInt(from));
    const at = self.items.findIndex((other, k) => k >= start && (other === item || equals(other, item)));
    if (at < 0) raiseError("ValueError", `${repr(item)} is not in list`);
    return BigInt(at);
  },
  count: (self: PyList, [item]) => BigInt(self.items.filter((other) => other === item || equals(other, item)).length),
  sort: (self: PyList, _args, kwargs) => {
    self.items = sorted(self.items, kwargs);
    return null;
  },
  reverse: (self: PyList) => {
    self.items.reverse();
    return null;
  },
  copy: (self: PyList) => new PyList(self.items.slice()),
});
listType.construct = (type, args) => {
  arity("list", args, 0, type.heap ? 99 : 1);
  return new PyList(
    args.length === 0 || (type.heap && type.find("__init__") !== undefined) ? [] : listOf(args[0]),
    type,
  );
};

methods(tupleType, {
  index: (self: PyTuple, [item]) => {
    const at = self.items.findIndex((other) => other === item || equals(other, item));
    if (at < 0) raiseError("ValueError", "tuple.index(x): x not in tuple");
    return BigInt(at);
  },
  count: (self: PyTuple, [item]) => BigInt(self.items.filter((other) => other === item || equals(other, item)).length),
});
tupleType.construct = (type, args) => {
  arity("tuple", args, 0, 1);
  return new PyTuple(args.length ? listOf(args[0]) : [], type);
};

// ── dict ────────────────────────────────────────────────────────────────────

const viewTypes = {
  keys: makeType("dict_keys"),
  values: makeType("dict_values"),
  items: makeType("dict_items"),
};

class DictView extends PyObject {
  constructor(
    readonly dict_: PyDict,
    readonly what: "keys" | "values" | "items",
  ) {
    super(viewTypes[what]);
  }
  override pyLength(): number {
    return this.dict_.map.size;
  }
  override pyIterate(): PyIterator {
    const pick = this.what;
    return this.dict_.over((entry) =>
      pick === "keys" ? entry.key : pick === "values" ? entry.value : new PyTuple([entry.key, entry.value]),
    );
  }
  override pyContains(item: PyValue): boolean {
    if (this.what === "keys") return this.dict_.pyContains(item);
    return listOf(this).some((other) => equals(other, item));
  }
  override pyBinary(op: string, other: PyValue, reflected: boolean): PyValue | undefined {
    if (this.what === "values" || !["&", "|", "-", "^"].includes(op)) return undefined;
    const mine = new PySet(listOf(this));
    const theirs = new PySet(listOf(other));
    return reflected ? theirs.pyBinary(op, mine, false) : mine.pyBinary(op, theirs, false);
  }
  override pyCompare(op: string, other: PyValue): PyValue | undefined {
    if (this.what === "values" || !(other instanceof PySet || other instanceof DictView)) return undefined;
    return new PySet(listOf(this)).pyCompare(op, other instanceof PySet ? other : new PySet(listOf(other)));
  }
  override pyRepr(): string {
    return `${this.type.name}([${listOf(this).map(repr).join(", ")}])`;
  }
}

function update(self: PyDict, args: PyValue[], kwargs: Kwargs | undefined): void {
  const [other] = args;
  if (other instanceof PyDict) for (const { key, value } of other.map.values()) self.put(key, value);
  else if (other !== undefined && other !== null) {
    if (findAttribute(other, "keys") !== undefined) {
      for (const key of iterateAll(call(getAttribute(other, "keys"), []))) self.put(key, getItem(other, key));
    } else {
      let at = 0;
      for (const pair of iterateAll(other)) {
        if (isNumber(pair) || pair === null)
          raiseError("TypeError", `cannot convert dictionary update sequence element #${at} to a sequence`);
        const items = listOf(pair);
        if (items.length !== 2) {
          raiseError(
            "ValueError",
            `dictionary update sequence element #${at} has length ${items.length}; 2 is required`,
          );
        }
        self.put(items[0], items[1]);
        at++;
      }
    }
  }
  for (const [key, value] of kwargs ?? []) self.put(key, value);
}

methods(dictType, {
  get: (self: PyDict, [key, otherwise]) => self.get(key) ?? otherwise ?? null,
  keys: (self: PyDict) => new DictView(self, "keys"),
  values: (self: PyDict) => new DictView(self, "values"),
  items: (self: PyDict) => new DictView(self, "items"),
  pop: (self: PyDict, [key, otherwise]) => {
    const value = self.remove(key);
    if (value !== undefined) return value;
    if (otherwise === undefined) throw keyError(key);
    return otherwise;
  },
  popitem: (self: PyDict) => {
    const entries = [...self.map];
    const last = entries[entries.length - 1];
    if (!last) throw keyError("popitem(): dictionary is empty");
    self.map.delete(last[0]);
    return new PyTuple([last[1].key, last[1].value]);
  },
  setdefault: (self: PyDict, [key, otherwise = null]) => {
    const value = self.get(key);
    if (value !== undefined) return value;
    self.put(key, otherwise);
    return otherwise;
  },
  update: (self: PyDict, args, kwargs) => {
    update(self, args, kwargs);
    return null;
  },
  clear: (self: PyDict) => {
    self.map.clear();
    return null;
  },
  copy: (self: PyDict) => {
    const copy = new PyDict(self.type);
    update(copy, [self], undefined);
    return copy;
  },
});
dictType.attributes.set(
  "fromkeys",
  new PyClassMethod(
    new PyNative("fromkeys", ([type, keys, value = null]) => {
      const dict = new PyDict(type as PyType);
      for (const key of iterateAll(keys)) dict.put(key, value);
      return dict;
    }),
  ),
);
dictType.construct = (type, args, kwargs) => {
  const dict = new PyDict(type);
  if (!(type.heap && type.find("__init__") !== undefined)) {
    arity("dict", args, 0, 1);
    update(dict, args, kwargs);
  }
  return dict;
};

// ── set ─────────────────────────────────────────────────────────────────────

const asSet = (x: PyValue): PySet => (x instanceof PySet ? x : new PySet(listOf(x)));
const combine = (op: string) => (self: PySet, args: PyValue[]) =>
  args.reduce<PyValue>((all, other) => (all as PySet).pyBinary(op, asSet(other), false)!, self);
const refill = (self: PySet, from: PyValue): null => {
  const items = [...(from as PySet).map];
  self.map.clear();
  for (const [key, item] of items) self.map.set(key, item);
  return null;
};

const shared = {
  union: combine("|"),
  intersection: combine("&"),
  difference: combine("-"),
  symmetric_difference: combine("^"),
  issubset: (self: PySet, [other]: PyValue[]) => self.pyCompare("<=", asSet(other))!,
  issuperset: (self: PySet, [other]: PyValue[]) => self.pyCompare(">=", asSet(other))!,
  isdisjoint: (self: PySet, [other]: PyValue[]) => (self.pyBinary("&", asSet(other), false) as PySet).map.size === 0,
  copy: (self: PySet) => new PySet(self.map.values(), self.type),
};
methods(frozensetType, shared);
methods(setType, {
  ...shared,
  add: (self: PySet, [item]) => {
    self.add(item);
    return null;
  },
  discard: (self: PySet, [item]) => {
    if (self.pyContains(item)) for (const [key, other] of self.map) if (equals(other, item)) self.map.delete(key);
    return null;
  },
  remove: (self: PySet, [item]) => {
    if (!self.pyContains(item)) throw keyError(item);
    for (const [key, other] of self.map) if (equals(other, item)) self.map.delete(key);
    return null;
  },
  pop: (self: PySet) => {
    const [first] = self.ordered();
    if (first === undefined) raiseError("KeyError" as "LookupError", "pop from an empty set");
    for (const [key, other] of self.map) if (equals(other, first)) self.map.delete(key);
    return first;
  },
  clear: (self: PySet) => {
    self.map.clear();
    return null;
  },
  update: (self: PySet, args) => {
    for (const other of args) for (const item of iterateAll(other)) self.add(item);
    return null;
  },
  intersection_update: (self: PySet, [other]) => refill(self, self.pyBinary("&", asSet(other), false)!),
  difference_update: (self: PySet, [other]) => refill(self, self.pyBinary("-", asSet(other), false)!),
  symmetric_difference_update: (self: PySet, [other]) => refill(self, self.pyBinary("^", asSet(other), false)!),
});
setType.construct = (type, args) => new PySet(args.length ? listOf(args[0]) : [], type);
frozensetType.construct = (type, args) => new PySet(args.length ? listOf(args[0]) : [], type);

// ── range, slice, iterators ─────────────────────────────────────────────────

rangeType.construct = (_type, args) => {
  arity("range", args, 1, 3);
  const [a, b, c] = args.map(toInt);
  if (c === 0n) raiseError("ValueError", "range() arg 3 must not be zero");
  return args.length === 1 ? new PyRange(0n, a, 1n) : new PyRange(a, b, c ?? 1n);
};
getters(rangeType, {
  start: (self: PyRange) => self.start,
  stop: (self: PyRange) => self.stop,
  step: (self: PyRange) => self.step,
});
methods(rangeType, {
  index: (self: PyRange, [item]) => {
    if (typeof item !== "bigint" || !self.pyContains(item)) raiseError("ValueError", `${repr(item)} is not in range`);
    return (item - self.start) / self.step;
  },
  count: (self: PyRange, [item]) => (self.pyContains(item) ? 1n : 0n),
});
sliceType.construct = (_type, args) => {
  arity("slice", args, 1, 3);
  return args.length === 1 ? new PySlice(null, args[0], null) : new PySlice(args[0], args[1], args[2] ?? null);
};
getters(sliceType, {
  start: (self: PySlice) => self.lower,
  stop: (self: PySlice) => self.upper,
  step: (self: PySlice) => self.step,
});

methods(generatorType, {
  send: (self: PyGenerator, [value]) => {
    const item = self.send(value);
    if (item === undefined) throw stopIteration(self.result);
    return item;
  },
  throw: (self: PyGenerator, [error]) => {
    const made = error instanceof PyType ? call(error, []) : error;
    if (!(made instanceof PyException))
      raiseError("TypeError", "exceptions must be classes or instances deriving from BaseException");
    const item = self.raise(made);
    if (item === undefined) throw stopIteration(self.result);
    return item;
  },
  close: (self: PyGenerator) => {
    self.close();
    return null;
  },
});

// ── in place ────────────────────────────────────────────────────────────────

setInPlaceHook((op, a, b) => {
  if (a instanceof PyList) {
    if (op === "+") {
      // What adds lists to itself, as an array does, is asked before the list takes its items.
      const sum = b instanceof PyObject && !(b instanceof PyInstance) ? b.pyBinary?.("+", a, true) : undefined;
      if (sum !== undefined) return sum;
      a.items.push(...listOf(b));
      return a;
    }
    if (op === "*") {
      const repeated = binary("*", a, b);
      a.items = (repeated as PyList).items;
      return a;
    }
  }
  if (a instanceof PySet && a.type === setType && b instanceof PySet && ["|", "&", "-", "^"].includes(op)) {
    refill(a, a.pyBinary(op, b, false)!);
    return a;
  }
  if (a instanceof PyByteArray && (op === "+" || op === "*")) {
    const whole = a.pyBinary(op, b, false);
    if (!(whole instanceof PyByteArray)) return undefined;
    a.data = whole.data;
    return a;
  }
  if (a instanceof PyDict && op === "|" && b instanceof PyDict && a.type.name !== "Counter") {
    update(a, [b], undefined);
    return a;
  }
  return a.pyGetAttribute?.("__inplace__") !== undefined ? a.pyBinary?.(`${op}=`, b, false) : undefined;
});

export { ArrayIterator, indexOf, iterate, iteratorType, LazyIterator };
