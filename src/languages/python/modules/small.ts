/** Small modules: collections, copy, sys, os, time, warnings, string, enum and others as far as they are harmless. */
import { bindArguments, toInt } from "../runtime/arguments";
import { classHooks, makeClass } from "../runtime/classes";
import { dictType, iterateAll, listOf, PyDict, PyList, PySet, PyTuple, tupleType } from "../runtime/containers";
import { keyError, raiseError } from "../runtime/errors";
import {
  type DictKey,
  getters,
  intType,
  type Kwargs,
  makeType,
  methods,
  native,
  PyClassMethod,
  PyGetter,
  PyInstance,
  PyIterator,
  PyNative,
  PyObject,
  PyProperty,
  PyStaticMethod,
  PyType,
  type PyValue,
  strType,
  typeType,
} from "../runtime/object";
import { binary, compare } from "../runtime/operators";
import {
  call,
  compareOrder,
  equals,
  findAttribute,
  getAttribute,
  invoke,
  iterate,
  keyOf,
  plainSetAttribute,
  repr,
  str,
  truth,
  typeName,
  typeOf,
} from "../runtime/protocol";
import { formatValue } from "../runtime/text";
import { holding } from "../runtime/watch";
import { loadModule, registerModule } from "./registry";

// ── collections ─────────────────────────────────────────────────────────────

const defaultDictType = makeType("defaultdict", dictType);
class DefaultDict extends PyDict {
  constructor(readonly factory: PyValue) {
    super(defaultDictType);
  }
  override pyGetItem(key: PyValue): PyValue {
    const known = this.get(key);
    if (known !== undefined) return known;
    if (this.factory === null) return super.pyGetItem(key);
    const value = call(this.factory, []);
    this.put(key, value);
    return value;
  }
  override pyRepr(): string {
    return `defaultdict(${repr(this.factory)}, ${super.pyRepr()})`;
  }
}
defaultDictType.construct = (_type, [factory = null, source], kwargs) => {
  const dict = new DefaultDict(factory);
  call(getAttribute(dict, "update"), source === undefined ? [] : [source], kwargs);
  return dict;
};

const counterType = makeType("Counter", dictType);
class Counter extends PyDict {
  constructor() {
    super(counterType);
  }
  override pyGetItem(key: PyValue): PyValue {
    return this.get(key) ?? 0n;
  }
  sorted(): [PyValue, PyValue][] {
    return [...this.map.values()]
      .map((entry): [PyValue, PyValue] => [entry.key, entry.value])
      .sort((a, b) => Number(b[1]) - Number(a[1]));
  }
  override pyRepr(): string {
    if (this.map.size === 0) return "Counter()";
    return `Counter({${this.sorted()
      .map(([key, value]) => `${repr(key)}: ${repr(value)}`)
      .join(", ")}})`;
  }
  override pyBinary(op: string, other: PyValue, reflected: boolean): PyValue | undefined {
    const combine = COUNTING[op];
    if (!(other instanceof Counter) || reflected || !combine) return undefined;
    const out = new Counter();
    for (const { key } of [...this.map.values(), ...other.map.values()]) {
      const value = combine(this.get(key) ?? 0n, other.get(key) ?? 0n);
      if (compareOrder(">", value, 0n)) out.put(key, value);
    }
    return out;
  }
  override pyUnary(op: string): PyValue | undefined {
    if (op !== "+" && op !== "-") return undefined;
    return op === "+" ? this.pyBinary("+", new Counter(), false) : new Counter().pyBinary("-", this, false);
  }
  override pyCompare(op: string, other: PyValue): PyValue | undefined {
    if (!(other instanceof Counter)) return super.pyCompare(op, other);
    const keys = [...this.map.values(), ...other.map.values()].map(({ key }) => key);
    const all = (how: string): boolean =>
      keys.every((key) => truth(compare(how, this.get(key) ?? 0n, other.get(key) ?? 0n)));
    if (op === "==" || op === "!=") return all("==") === (op === "==");
    return op.length === 2 ? all(op) : all(`${op}=`) && !all("==");
  }
  override pyDeleteItem(key: PyValue): void {
    this.remove(key);
  }
}
/** The operations on multisets. */
const COUNTING: Record<string, (a: PyValue, b: PyValue) => PyValue> = {
  "+": (a, b) => binary("+", a, b),
  "-": (a, b) => binary("-", a, b),
  "&": (a, b) => (compareOrder("<", a, b) ? a : b),
  "|": (a, b) => (compareOrder("<", a, b) ? b : a),
};
function count(counter: Counter, source: PyValue | undefined): void {
  if (source === undefined) return;
  if (source instanceof PyDict) {
    for (const { key, value } of source.map.values()) counter.put(key, binary("+", counter.get(key) ?? 0n, value));
    return;
  }
  for (const item of iterateAll(source)) counter.put(item, binary("+", counter.get(item) ?? 0n, 1n));
}
counterType.construct = (_type, [source], kwargs) => {
  const counter = new Counter();
  count(counter, source);
  if (kwargs) count(counter, PyDict.from(kwargs));
  return counter;
};
methods(counterType, {
  most_common: (self: Counter, [n]) =>
    new PyList(
      self
        .sorted()
        .slice(0, n === undefined || n === null ? undefined : Number(toInt(n)))
        .map((pair) => new PyTuple(pair)),
    ),
  elements: (self: Counter) =>
    iterate(
      new PyList(
        [...self.map.values()].flatMap(({ key, value }) => new Array<PyValue>(Math.max(0, Number(value))).fill(key)),
      ),
    ),
  update: (self: Counter, [source], kwargs) => {
    count(self, source);
    if (kwargs) count(self, PyDict.from(kwargs));
    return null;
  },
  subtract: (self: Counter, [source], kwargs) => {
    const gone = new Counter();
    count(gone, source);
    if (kwargs) count(gone, PyDict.from(kwargs));
    for (const { key, value } of gone.map.values()) self.put(key, binary("-", self.get(key) ?? 0n, value));
    return null;
  },
  copy: (self: Counter) => copy(self, false),
  total: (self: Counter) => [...self.map.values()].reduce<PyValue>((all, { value }) => binary("+", all, value), 0n),
});

const orderedDictType = makeType("OrderedDict", dictType);
class OrderedDict extends PyDict {
  override pyRepr(): string {
    const pairs = [...this.map.values()].map(({ key, value }) => `(${repr(key)}, ${repr(value)})`);
    return pairs.length === 0 ? "OrderedDict()" : `OrderedDict([${pairs.join(", ")}])`;
  }
}
orderedDictType.construct = (type, args, kwargs) => {
  const dict = new OrderedDict(type);
  call(getAttribute(dict, "update"), args, kwargs);
  return dict;
};
methods(orderedDictType, {
  move_to_end: (self: OrderedDict, [key, last = true]) => {
    const value = self.pyGetItem(key);
    const rest = [...self.map.values()]
      .filter((entry) => !equals(entry.key, key))
      .map((entry) => [entry.key, entry.value] as const);
    self.map.clear();
    const entries = last === false ? [[key, value] as const, ...rest] : [...rest, [key, value] as const];
    for (const [own, item] of entries) self.put(own, item);
    return null;
  },
  popitem: (self: OrderedDict, [last = true], kwargs) => {
    const all = [...self.map.values()];
    const entry = (kwargs?.get("last") ?? last) === false ? all[0] : all[all.length - 1];
    if (!entry) throw keyError("dictionary is empty");
    self.remove(entry.key);
    return new PyTuple([entry.key, entry.value]);
  },
});

const dequeType = makeType("deque");
class Deque extends PyList {
  constructor(
    items: PyValue[],
    readonly most: number,
  ) {
    super(items, dequeType);
  }
  trim(left: boolean): void {
    while (this.items.length > this.most) {
      if (left) this.items.shift();
      else this.items.pop();
    }
  }
  override pyRepr(): string {
    const most = this.most === Number.POSITIVE_INFINITY ? "" : `, maxlen=${this.most}`;
    return `deque([${this.items.map(repr).join(", ")}]${most})`;
  }
}
dequeType.construct = (_type, args, kwargs) => {
  const [source, most] = bindArguments("deque", ["iterable?", "maxlen?"], args, kwargs);
  const deque = new Deque(
    source === undefined ? [] : listOf(source),
    most === undefined || most === null ? Number.POSITIVE_INFINITY : Number(toInt(most)),
  );
  deque.trim(true);
  return deque;
};
getters(dequeType, {
  maxlen: (self: Deque) => (self.most === Number.POSITIVE_INFINITY ? null : BigInt(self.most)),
});
const emptyDeque = (self: Deque): void => {
  if (self.items.length === 0) raiseError("IndexError", "pop from an empty deque");
};
methods(dequeType, {
  append: (self: Deque, [item]) => {
    self.items.push(item);
    self.trim(true);
    return null;
  },
  appendleft: (self: Deque, [item]) => {
    self.items.unshift(item);
    self.trim(false);
    return null;
  },
  extend: (self: Deque, [source]) => {
    self.items.push(...listOf(source));
    self.trim(true);
    return null;
  },
  extendleft: (self: Deque, [source]) => {
    for (const item of listOf(source)) self.items.unshift(item);
    self.trim(false);
    return null;
  },
  pop: (self: Deque) => {
    emptyDeque(self);
    return self.items.pop()!;
  },
  popleft: (self: Deque) => {
    emptyDeque(self);
    return self.items.shift()!;
  },
  clear: (self: Deque) => {
    self.items = [];
    return null;
  },
  rotate: (self: Deque, [by = 1n]) => {
    const size = self.items.length;
    if (size > 0) {
      const at = ((-Number(toInt(by)) % size) + size) % size;
      self.items = [...self.items.slice(at), ...self.items.slice(0, at)];
    }
    return null;
  },
  copy: (self: Deque) => copy(self, false),
  reverse: (self: Deque) => {
    self.items.reverse();
    return null;
  },
  insert: (self: Deque, [at, item]) => {
    if (self.items.length >= self.most) raiseError("IndexError", "deque already at its maximum size");
    self.items.splice(Number(toInt(at)), 0, item);
    return null;
  },
  index: (self: Deque, [item]) => {
    const found = self.items.findIndex((other) => equals(other, item));
    if (found < 0) raiseError("ValueError", `${repr(item)} is not in deque`);
    return BigInt(found);
  },
  remove: (self: Deque, [item]) => {
    const found = self.items.findIndex((other) => equals(other, item));
    if (found < 0) raiseError("ValueError", "deque.remove(x): x not in deque");
    self.items.splice(found, 1);
    return null;
  },
  count: (self: Deque, [item]) => BigInt(self.items.filter((other) => equals(other, item)).length),
});

/** The class behind `namedtuple` and `NamedTuple`. */
export function namedTuple(
  name: string,
  fields: string[],
  defaults: Map<string, PyValue>,
  type = new PyType(name, [tupleType], typeType),
): PyType {
  type.heap = true;
  type.module = "__main__";
  type.construct = (cls, args, kwargs) => {
    if (args.length > fields.length) {
      raiseError(
        "TypeError",
        `${name}.__new__() takes ${fields.length + 1} positional arguments but ${args.length + 1} were given`,
      );
    }
    const values = fields.map((field, k) =>
      k < args.length ? args[k] : kwargs?.has(field) ? kwargs.get(field) : defaults.get(field),
    );
    for (const key of kwargs?.keys() ?? []) {
      if (!fields.includes(key))
        raiseError("TypeError", `${name}.__new__() got an unexpected keyword argument '${key}'`);
    }
    const missing = fields.filter((_, k) => values[k] === undefined).map((field) => `'${field}'`);
    if (missing.length > 0) {
      const list =
        missing.length > 1
          ? `${missing.slice(0, -1).join(", ")}${missing.length > 2 ? "," : ""} and ${missing[missing.length - 1]}`
          : missing[0];
      raiseError(
        "TypeError",
        `${name}.__new__() missing ${missing.length} required positional argument${missing.length > 1 ? "s" : ""}: ${list}`,
      );
    }
    return new PyTuple(values as PyValue[], cls);
  };
  fields.forEach((field, k) => {
    type.attributes.set(field, new PyGetter((self) => (self as PyTuple).items[k]));
  });
  const all = new PyTuple(fields);
  type.attributes.set("_fields", all);
  type.attributes.set("_field_defaults", PyDict.from([...defaults]));
  type.attributes.set("__match_args__", all);
  const method = (key: string, run: (self: PyTuple, args: PyValue[], kwargs: Kwargs | undefined) => PyValue): void => {
    if (!type.attributes.has(key))
      type.attributes.set(
        key,
        new PyNative(key, ([self, ...args], kwargs) => run(self as PyTuple, args, kwargs), true),
      );
  };
  method(
    "__repr__",
    (self) => `${self.type.name}(${fields.map((field, k) => `${field}=${repr(self.items[k])}`).join(", ")})`,
  );
  method("_asdict", (self) => PyDict.from(fields.map((field, k) => [field, self.items[k]] as const)));
  method(
    "_replace",
    (self, _args, kwargs) =>
      new PyTuple(
        fields.map((field, k) => (kwargs?.has(field) ? kwargs.get(field)! : self.items[k])),
        self.type,
      ),
  );
  type.attributes.set(
    "_make",
    new PyClassMethod(
      new PyNative(
        "_make",
        holding(([cls, given]) => {
          const items = listOf(given);
          if (items.length !== fields.length)
            raiseError("TypeError", `Expected ${fields.length} arguments, got ${items.length}`);
          return new PyTuple(items, cls as PyType);
        }),
      ),
    ),
  );
  if (!type.attributes.has("__doc__")) type.attributes.set("__doc__", `${name}(${fields.join(", ")})`);
  method("__setattr__", (self, [field, value]) => {
    if (fields.includes(String(field))) raiseError("AttributeError", "can't set attribute");
    if (self.type === type) raiseError("AttributeError", `'${self.type.name}' object has no attribute ${repr(field)}`);
    plainSetAttribute(self, String(field), value);
    return null;
  });
  PyType.changes++;
  return type;
}

const KEYWORDS = new Set(
  "False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield".split(
    " ",
  ),
);

/** Why a name cannot be a field; undefined where it can. */
function fieldProblem(name: string, before: readonly string[]): string | undefined {
  if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name))
    return `Type names and field names must be valid identifiers: ${repr(name)}`;
  if (KEYWORDS.has(name)) return `Type names and field names cannot be a keyword: ${repr(name)}`;
  if (name.startsWith("_")) return `Field names cannot start with an underscore: ${repr(name)}`;
  return before.includes(name) ? `Encountered duplicate field name: ${repr(name)}` : undefined;
}

const namedTupleBase = makeType("NamedTuple", tupleType);
classHooks.set(namedTupleBase, (type, names) => {
  const annotations = names.get("__annotations__");
  const fields = annotations instanceof PyDict ? [...annotations.map.values()].map((entry) => String(entry.key)) : [];
  if (fields.length === 0) return undefined;
  const defaults = new Map(fields.flatMap((field) => (names.has(field) ? [[field, names.get(field)!] as const] : [])));
  return namedTuple(type.name, fields, defaults, type);
});

registerModule(
  "collections",
  () =>
    new Map<string, PyValue>([
      ["defaultdict", defaultDictType],
      ["Counter", counterType],
      ["OrderedDict", orderedDictType],
      ["deque", dequeType],
      ...["ChainMap", "UserDict", "UserList"].map((name): [string, PyValue] => [
        name,
        loadModule("_classes")!.member(name)!,
      ]),
      [
        "namedtuple",
        native("namedtuple", (args, kwargs) => {
          const [name, fields, rename, defaults] = bindArguments(
            "namedtuple",
            ["typename", "field_names", "*", "rename?", "defaults?", "module?"],
            args,
            kwargs,
          );
          let list =
            typeof fields === "string"
              ? fields.replace(/,/g, " ").trim().split(/\s+/).filter(Boolean)
              : listOf(fields!).map(String);
          if (truth(rename ?? false))
            list = list.map((field, k) => (fieldProblem(field, list.slice(0, k)) === undefined ? field : `_${k}`));
          else
            list.forEach((field, k) => {
              const problem = fieldProblem(field, list.slice(0, k));
              if (problem !== undefined) raiseError("ValueError", problem);
            });
          const values = defaults === undefined || defaults === null ? [] : listOf(defaults);
          const start = list.length - values.length;
          return namedTuple(String(name), list, new Map(values.map((value, k) => [list[start + k], value])));
        }),
      ],
    ]),
);
registerModule(
  "collections.abc",
  () =>
    new Map<string, PyValue>(
      [
        "Callable",
        "Iterable",
        "Iterator",
        "Sequence",
        "Mapping",
        "MutableMapping",
        "Hashable",
        "Sized",
        "Generator",
        "Collection",
      ].map((name) => [name, abstractType(name)]),
    ),
);

function abstractType(name: string): PyType {
  const type = makeType(name);
  const has = (x: PyValue, ...wanted: string[]): boolean => wanted.every((one) => findAttribute(x, one) !== undefined);
  type.attributes.set(
    "__instancecheck__",
    native("__instancecheck__", ([x]) => {
      switch (name) {
        case "Callable":
          return has(x, "__call__");
        case "Iterable":
          return has(x, "__iter__");
        case "Iterator":
        case "Generator":
          return x instanceof PyIterator || has(x, "__next__");
        case "Sequence":
          return x instanceof PyList || x instanceof PyTuple || typeof x === "string" || typeName(x) === "range";
        case "Mapping":
        case "MutableMapping":
          return x instanceof PyDict;
        case "Sized":
        case "Collection":
          return has(x, "__len__");
        default:
          return true;
      }
    }),
  );
  type.attributes.set(
    "__class_getitem__",
    native(
      "__class_getitem__",
      holding(([self]: PyValue[]) => self),
    ),
  );
  return type;
}

// ── enum ────────────────────────────────────────────────────────────────────

const enumType = makeType("Enum");
const intEnumType = new PyType("IntEnum", [intType, enumType], typeType);
const strEnumType = new PyType("StrEnum", [strType, enumType], typeType);
const flagType = makeType("Flag", enumType);
const intFlagType = makeType("IntFlag", intEnumType);
const autoType = makeType("auto");
class PyMember extends PyInstance {
  constructor(
    type: PyType,
    readonly name: string,
    readonly value: PyValue,
  ) {
    super(type);
  }
  /** A member of `class C(str, Enum)` has the methods of its value. */
  override get plain(): PyValue | undefined {
    return this.type.isSubtype(typeOf(this.value)) ? this.value : undefined;
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    if (name === "name" || name === "_name_") return this.name === "" ? null : this.name;
    if (name === "value" || name === "_value_") return this.value;
    return name === "__index__" && this.whole ? native("__index__", () => this.value) : undefined;
  }
  private get whole(): boolean {
    return this.plain !== undefined;
  }
  override pyCompare(op: string, other: PyValue): PyValue | undefined {
    if (op === "==" || op === "!=") {
      const same = this === other || (this.whole && !(other instanceof PyMember) && equals(this.value, other));
      return (op === "==") === same;
    }
    if (!this.whole) return undefined;
    return compare(op, this.value, other instanceof PyMember ? other.value : other);
  }
  override pyBinary(op: string, other: PyValue, reflected: boolean): PyValue | undefined {
    if (flags(this.type) && "&|^".includes(op) && other instanceof PyMember)
      return combined(this.type, binary(op, this.value, other.value) as bigint);
    if (!this.whole) return undefined;
    const right = other instanceof PyMember ? other.value : other;
    return reflected ? binary(op, right, this.value) : binary(op, this.value, right);
  }
  override pyContains(item: PyValue): boolean {
    return item instanceof PyMember && ((this.value as bigint) & (item.value as bigint)) === item.value;
  }
  override pyBool(): boolean {
    return flags(this.type) ? this.value !== 0n : true;
  }
  /** The single flags in it. */
  private parts(): PyMember[] {
    if (!flags(this.type)) raiseError("TypeError", `'${this.type.name}' object is not iterable`);
    return singleFlags(this.type, this.value as bigint);
  }
  override pyIterate(): PyIterator {
    return iterate(new PyList(this.parts()));
  }
  override pyLength(): number {
    if (!flags(this.type)) raiseError("TypeError", `object of type '${this.type.name}' has no len()`);
    return this.parts().length;
  }
  override pyUnary(op: string): PyValue | undefined {
    if (op !== "~" || !flags(this.type)) return undefined;
    const whole = [...membersOf(this.type).values()].reduce((all, member) => all | (member.value as bigint), 0n);
    return combined(this.type, whole & ~(this.value as bigint));
  }
  override pyKey(): DictKey {
    return this.whole ? keyOf(this.value) : this;
  }
  override pyRepr(): string {
    return `<${this.type.name}${this.name === "" ? "" : `.${this.name}`}: ${repr(this.value)}>`;
  }
  override pyFormat(spec: string): string {
    const plain = this.type.isSubtype(intEnumType) || this.type.isSubtype(strEnumType);
    return formatValue(plain ? this.value : str(this), spec);
  }
  override pyStr(): string {
    const plain = this.type.isSubtype(intEnumType) || this.type.isSubtype(strEnumType);
    if (plain) return String(this.value);
    return this.name === "" ? `${this.type.name}(${this.value})` : `${this.type.name}.${this.name}`;
  }
}

/** Several flags as one member. */
function combined(type: PyType, value: bigint): PyMember {
  const same = [...membersOf(type).values()].find((member) => member.value === value);
  if (same) return same;
  const names = singleFlags(type, value).map((member) => member.name);
  return new PyMember(type, names.join("|"), value);
}

const singleFlags = (type: PyType, value: bigint): PyMember[] =>
  [...membersOf(type).values()].filter((member) => {
    const own = member.value as bigint;
    return own !== 0n && (value & own) === own && (own & (own - 1n)) === 0n;
  });

/** `@unique`: no member is another one's alias. */
function unique(type: PyValue): PyValue {
  const named = type instanceof PyType ? type.attributes.get("__members__") : undefined;
  const aliases =
    named instanceof PyDict ? [...named.map.values()].filter(({ key, value }) => (value as PyMember).name !== key) : [];
  if (aliases.length > 0) {
    const list = aliases.map(({ key, value }) => `${String(key)} -> ${(value as PyMember).name}`).join(", ");
    raiseError("ValueError", `duplicate values found in <enum '${(type as PyType).name}'>: ${list}`);
  }
  return type;
}

const enumMeta = new PyType("EnumType", [typeType], typeType);
enumMeta.heap = true;
methods(enumMeta, {
  __iter__: (self: PyType) => iterate(new PyList([...membersOf(self).values()])),
  __len__: (self: PyType) => BigInt(membersOf(self).size),
  __setattr__: (self: PyType, [name, value]) => {
    if (membersOf(self).has(String(name))) raiseError("AttributeError", `cannot reassign member ${repr(name)}`);
    plainSetAttribute(self, String(name), value);
    return null;
  },
  __getitem__: (self: PyType, [name]) => {
    const member = membersOf(self).get(String(name));
    if (!member) throw keyError(name);
    return member;
  },
});
const members = new WeakMap<PyType, Map<string, PyMember>>();
const membersOf = (type: PyType): Map<string, PyMember> => members.get(type) ?? new Map();
classHooks.set(enumType, shapeEnum);
for (const type of [intEnumType, strEnumType, flagType, intFlagType]) classHooks.set(type, shapeEnum);
// Enum("Colour", "RED GREEN"): a class from a list of names.
for (const base of [enumType, intEnumType, strEnumType, flagType, intFlagType])
  base.construct = (_type, [name, names]) => {
    const list = typeof names === "string" ? names.replace(/,/g, " ").trim().split(/\s+/) : listOf(names ?? null);
    const entries = list.map((item, k): [string, PyValue] => {
      const pair = item instanceof PyTuple || item instanceof PyList ? item.items : undefined;
      if (pair) return [String(pair[0]), pair[1]];
      return [
        String(item),
        flags(base) ? 1n << BigInt(k) : base === strEnumType ? String(item).toLowerCase() : BigInt(k + 1),
      ];
    });
    return makeClass(String(name), [base], new Map(entries), new Map(), undefined);
  };
const flags = (type: PyType): boolean => type.isSubtype(flagType) || type.isSubtype(intFlagType);
function shapeEnum(type: PyType, names: Map<string, PyValue>): undefined {
  const all = new Map<string, PyMember>();
  /** With the aliases. */
  const named = new Map<string, PyMember>();
  const given_ = type.find("_generate_next_value_");
  const generate = given_ instanceof PyStaticMethod ? given_.fn : given_;
  const init = type.find("__init__");
  let last = 0n;
  for (const [name, given] of names) {
    if (
      name.startsWith("_") ||
      (given instanceof PyObject && (given as { method?: boolean }).method) ||
      given instanceof PyProperty ||
      given instanceof PyClassMethod
    )
      continue;
    if (given instanceof PyObject && given.type.name === "staticmethod") continue;
    const automatic = (): PyValue =>
      generate !== undefined
        ? call(generate, [name, 1n, BigInt(all.size), new PyList([...all.values()].map((member) => member.value))])
        : type.isSubtype(strEnumType)
          ? name.toLowerCase()
          : flags(type)
            ? last === 0n
              ? 1n
              : last * 2n
            : last + 1n;
    const value = given instanceof PyObject && given.type === autoType ? automatic() : given;
    if (typeof value === "bigint") last = value;
    const same = [...all.values()].find((member) => equals(member.value, value));
    const member = same ?? new PyMember(type, name, value);
    named.set(name, member);
    if (!same) {
      all.set(name, member);
      if (init !== undefined) call(init, [member, ...(value instanceof PyTuple ? value.items : [value])]);
    }
    type.attributes.set(name, member);
  }
  const missing = type.find("_missing_");
  if (all.size > 0) {
    members.set(type, all);
    type.attributes.set("__members__", PyDict.from(named));
    type.type = enumMeta;
    type.attributes.set("__iter__", new PyNative("__iter__", () => iterate(new PyList([...all.values()])), false));
    type.attributes.set(
      "__class_getitem__",
      native(
        "__class_getitem__",
        holding(([, name]: PyValue[]) => {
          const member = named.get(String(name));
          if (!member) throw keyError(name);
          return member;
        }, named),
      ),
    );
    type.attributes.delete("__iter__");
    type.construct = (cls, [value]) => {
      if (value === undefined)
        raiseError("TypeError", "EnumType.__call__() missing 1 required positional argument: 'value'");
      const found = [...all.values()].find((member) => equals(member.value, value));
      if (!found && flags(cls) && typeof value === "bigint") return combined(cls, value);
      const other = found || !(missing instanceof PyClassMethod) ? found : call(missing.fn, [cls, value]);
      if (other instanceof PyMember) return other;
      if (!found) raiseError("ValueError", `${repr(value)} is not a valid ${cls.name}`);
      return found;
    };
  }
  PyType.changes++;
  return undefined;
}
autoType.construct = (type) => new PyInstance(type);
registerModule(
  "enum",
  () =>
    new Map<string, PyValue>([
      ["Enum", enumType],
      ["IntEnum", intEnumType],
      ["StrEnum", strEnumType],
      ["Flag", flagType],
      ["IntFlag", intFlagType],
      ["auto", autoType],
      ["unique", native("unique", ([type]) => unique(type))],
    ]),
);

// ── copy ────────────────────────────────────────────────────────────────────

function copy(x: PyValue, deep: boolean, seen = new Map<PyObject, PyValue>()): PyValue {
  if (!(x instanceof PyObject) || x instanceof PyType) return x;
  const known = seen.get(x);
  if (known !== undefined) return known;
  const own = invoke(x, deep ? "__deepcopy__" : "__copy__", deep ? [new PyDict()] : []);
  if (own !== undefined) {
    if (deep) seen.set(x, own);
    return own;
  }
  const inner = (y: PyValue): PyValue => (deep ? copy(y, true, seen) : y);
  if (x instanceof PyDict) {
    const out: PyDict =
      x instanceof DefaultDict ? new DefaultDict(x.factory) : x instanceof Counter ? new Counter() : new PyDict(x.type);
    seen.set(x, out);
    for (const { key, value } of x.map.values()) out.put(inner(key), inner(value));
    return out;
  }
  if (x instanceof PyList) {
    const out = x instanceof Deque ? new Deque([], x.most) : new PyList([], x.type);
    seen.set(x, out);
    for (const item of x.items) out.items.push(inner(item));
    return out;
  }
  if (x instanceof PyTuple) return deep ? new PyTuple(x.items.map(inner), x.type) : x;
  if (x instanceof PySet) return new PySet(x.map.values(), x.type);
  if (x instanceof PyInstance && !(x instanceof PyMember)) {
    const out = new PyInstance(x.type);
    seen.set(x, out);
    for (const [name, value] of x.dict) out.dict.set(name, inner(value));
    return out;
  }
  const native_ = (deep ? findAttribute(x, "__deepcopy__") : undefined) ?? x.pyGetAttribute?.("__copy__");
  if (native_ === undefined) return x;
  const out = call(native_, deep ? [new PyDict()] : []);
  seen.set(x, out);
  return out;
}
registerModule(
  "copy",
  () =>
    new Map<string, PyValue>([
      ["copy", native("copy", ([x]) => copy(x, false))],
      ["deepcopy", native("deepcopy", ([x]) => copy(x, true))],
    ]),
);

export { namedTupleBase };
