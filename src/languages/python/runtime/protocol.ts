/**
 * The one protocol through which values are used: attributes, calls,
 * iteration, truth, items, keys, text. Classes written in Python answer by
 * their special methods, builtin ones by their native behaviour.
 */
import { concretize, isValue, peek, type Value } from "../../../engine";
import { iterateAll, iteratorType, OwnNames, PyDict, PyTuple, setCallHook } from "./containers";
import { attributeErrorType, hooks, PyException, pyError, raiseError, stopIterationType } from "./errors";
import { floatRepr, stringRepr } from "./format";
import {
  boolType,
  boundType,
  type DictKey,
  floatType,
  intType,
  type Kwargs,
  noneType,
  objectType,
  PyBound,
  PyClassMethod,
  PyGetter,
  PyInstance,
  PyIterator,
  PyModule,
  PyNative,
  PyObject,
  PyProperty,
  PyStaticMethod,
  PyType,
  PyUnion,
  type PyValue,
  strType,
  typeType,
} from "./object";
import { strGetItem, stringItems } from "./strings";
import { touch, watcher } from "./watch";

// ── types ───────────────────────────────────────────────────────────────────

export function typeOf(x: PyValue): PyType {
  switch (typeof x) {
    case "bigint":
      return intType;
    case "number":
      return floatType;
    case "string":
      return strType;
    case "boolean":
      return boolType;
  }
  if (x === null) return noneType;
  return x instanceof PyObject ? x.type : floatType;
}

export function typeName(x: PyValue): string {
  return typeOf(x).name;
}

/** Whether a value is a Python number written without an object. */
export function isNumber(x: PyValue): x is number | bigint | boolean {
  return typeof x === "number" || typeof x === "bigint" || typeof x === "boolean";
}

// ── special methods ─────────────────────────────────────────────────────────

/** A special method of a class written in Python. */
export function special(x: PyValue, name: string): PyValue | undefined {
  if (!(x instanceof PyObject) || !x.type.heap) return undefined;
  const found = x.type.find(name);
  return found;
}

function callSpecial(x: PyObject, method: PyValue, args: PyValue[]): PyValue {
  if (method instanceof PyStaticMethod) return call(method.fn, args);
  if (method instanceof PyClassMethod) return call(method.fn, [x.type, ...args]);
  return call(method, isMethod(method) ? [x, ...args] : args);
}

/** Calls a special method written in Python, if there is one. */
export function invoke(x: PyValue, name: string, args: PyValue[]): PyValue | undefined {
  const method = special(x, name);
  return method === undefined ? undefined : callSpecial(x as PyObject, method, args);
}

function isMethod(x: PyValue): x is PyObject {
  return x instanceof PyObject && (x as { method?: boolean }).method === true;
}

// ── attributes ──────────────────────────────────────────────────────────────

export function getAttribute(x: PyValue, name: string): PyValue {
  const found = findAttribute(x, name);
  if (found !== undefined) return found;
  throw missingAttribute(x, name);
}

function missingAttribute(x: PyValue, name: string): PyException {
  const error = pyError("AttributeError", `${described(x)} has no attribute '${name}'`);
  error.wanted = { name, among: () => attributeNames(x) };
  return error;
}

function described(x: PyValue): string {
  if (x instanceof PyModule) return `module '${x.name}'`;
  if (x instanceof PyType) return `type object '${x.name}'`;
  // The types of NumPy's arrays and TensorFlow's tensors say their module in this message.
  const type = typeOf(x);
  return `'${/^numpy$|\.framework\.ops$/.test(type.module) ? `${type.module}.${type.name}` : type.name}' object`;
}

/** What `dir(x)` lists; of a library without making its parts, unless all of it is wanted. */
export function attributeNames(x: PyValue, made = false): string[] {
  const names = new Set<string>();
  if (x instanceof PyObject) for (const name of x.dict?.keys() ?? []) names.add(name);
  for (const type of x instanceof PyType ? x.mro : typeOf(x).mro)
    for (const name of type.attributes.keys()) names.add(name);
  if (x instanceof PyModule) for (const name of made ? x.names().keys() : x.nameList()) names.add(name);
  return [...names].sort();
}

export function findAttribute(x: PyValue, name: string): PyValue | undefined {
  if (x instanceof PyObject) {
    if (x instanceof PyModule) {
      const given = x.dict.get(name);
      const own = given === undefined ? x.pyGetAttribute?.(name) : given;
      if (own !== undefined) {
        touch(own);
        return own;
      }
      if (name === "__dict__") return PyDict.from(x.dict);
      return name === "__name__" ? x.name : undefined;
    }
    if (x instanceof PyType) return typeAttribute(x, name);
    const type = x.type;
    const onType = type.find(name);
    if (onType instanceof PyProperty) {
      if (onType.getter === null) raiseError("AttributeError", `unreadable attribute`);
      return call(onType.getter, [x]);
    }
    if (onType instanceof PyGetter) return onType.get(x);
    if (onType !== undefined && onType instanceof PyObject && onType.type.heap) {
      const descriptor = onType.type.find("__get__");
      if (descriptor !== undefined && (onType.type.find("__set__") !== undefined || !x.dict?.has(name))) {
        return call(descriptor, [onType, x, type]);
      }
    }
    const own = x.dict?.get(name);
    if (own !== undefined) return own;
    if (onType !== undefined) return bindTo(onType, x, type);
    const extra = x.pyGetAttribute?.(name);
    if (extra !== undefined) return extra;
    if (type.heap) {
      const fallback = type.find("__getattr__");
      if (fallback !== undefined) return callSpecial(x, fallback, [name]);
    }
    if (x instanceof PyBound) {
      if (name === "__self__") return x.self;
      if (name === "__func__") return x.fn;
      if (x.fn instanceof PyNative && (name === "__name__" || name === "__qualname__")) return x.fn.name;
      return findAttribute(x.fn, name);
    }
    return common(x, name);
  }
  const onType = typeOf(x).find(name);
  if (onType instanceof PyGetter) return onType.get(x);
  if (onType !== undefined) return bindTo(onType, x, typeOf(x));
  return common(x, name);
}

/** The only attributes that objects of a class have, if it and its bases all say `__slots__`. */
function slotsOf(type: PyType): readonly PyValue[] | undefined {
  const names: PyValue[] = [];
  for (const one of type.mro) {
    if (!one.heap) continue;
    const own = one.attributes.get("__slots__");
    if (own === undefined) return undefined;
    names.push(...(typeof own === "string" ? [own] : iterateAll(own)));
  }
  return names.length > 0 || type.attributes.has("__slots__") ? names : undefined;
}

function common(x: PyValue, name: string): PyValue | undefined {
  if (!name.startsWith("__")) return undefined;
  switch (name) {
    case "__class__":
      return typeOf(x);
    case "__dict__":
      return x instanceof PyObject && x.dict && !slotsOf(x.type) ? new OwnNames(x.dict) : undefined;
    case "__doc__":
      return null;
    case "__module__":
      return typeOf(x).module;
    default: {
      const run = nativeSpecial(x, name);
      return run && new PyNative(name, (args) => run(x, args));
    }
  }
}

function bindTo(attribute: PyValue, x: PyValue, type: PyType): PyValue {
  if (attribute instanceof PyObject) {
    if (attribute instanceof PyStaticMethod) return attribute.fn;
    if (attribute instanceof PyClassMethod) return new PyBound(type, attribute.fn as PyObject);
    if (isMethod(attribute))
      return new PyBound(attribute instanceof PyNative && x instanceof PyObject ? (x.plain ?? x) : x, attribute);
  }
  return attribute;
}

function typeAttribute(type: PyType, name: string): PyValue | undefined {
  const found = type.lookup(name);
  if (found !== undefined) {
    if (found instanceof PyStaticMethod) return found.fn;
    if (found instanceof PyClassMethod) return new PyBound(type, found.fn as PyObject);
    if (found instanceof PyObject && found.type.heap && !(found instanceof PyType)) {
      const descriptor = found.type.find("__get__");
      if (descriptor !== undefined) return call(descriptor, [found, null, type]);
    }
    return found;
  }
  switch (name) {
    case "__name__":
      return type.name;
    case "__qualname__":
      return type.qualname;
    case "__module__":
      return type.module;
    case "__doc__":
      return null;
    case "__bases__":
      return new PyTuple(type.bases);
    case "__mro__":
      return new PyTuple(type.mro);
    case "__dict__":
      return PyDict.from(type.attributes);
    case "__class__":
      return type.type;
    case "mro":
      return new PyNative("mro", () => new PyTuple(type.mro));
    case "__init__":
      return new PyNative("__init__", () => null, true);
    case "__new__":
      return new PyNative("__new__", ([cls, ...args], kwargs) => {
        if (!(cls instanceof PyType)) raiseError("TypeError", "object.__new__(X): X is not a type object");
        return cls.construct ? cls.construct(cls, args, kwargs) : new PyInstance(cls);
      });
    case "__subclasses__":
      return undefined;
  }
  if (type.type !== typeType) {
    const meta = type.type.find(name);
    if (meta !== undefined) return bindTo(meta, type, type.type);
  }
  if (name.startsWith("__") && name.endsWith("__")) {
    const probe = nativeSpecial(undefined, name);
    if (probe) return new PyNative(name, ([self, ...args]) => nativeSpecial(self, name)!(self, args), true);
  }
  return undefined;
}

type SpecialCall = (self: PyValue, args: PyValue[]) => PyValue;

/** The special methods of builtin types, as objects: `super().__getitem__(k)`, `(3).__add__(4)`. */
function nativeSpecial(x: PyValue | undefined, name: string): SpecialCall | undefined {
  const call = specialTable[name];
  if (!call) return undefined;
  if (x !== undefined && !supports(x, name)) return undefined;
  return call;
}

const plainly = <T>(x: PyValue, native: (x: PyValue) => T): T => native(x);

function supports(x: PyValue, name: string): boolean {
  if (!(x instanceof PyObject)) {
    if (["__len__", "__iter__", "__getitem__", "__contains__"].includes(name)) return typeof x === "string";
    if (name === "__call__" || name === "__setitem__" || name === "__next__" || name === "__enter__") return false;
    return true;
  }
  switch (name) {
    case "__len__":
      return x.pyLength !== undefined;
    case "__iter__":
      return x.pyIterate !== undefined;
    case "__next__":
      return x instanceof PyIterator;
    case "__getitem__":
      return x.pyGetItem !== undefined;
    case "__setitem__":
      return x.pySetItem !== undefined;
    case "__contains__":
      return x.pyContains !== undefined;
    case "__call__":
      return x.pyCall !== undefined || x instanceof PyType || x instanceof PyBound;
    case "__enter__":
    case "__exit__":
      return x.pyEnter !== undefined;
    case "__add__":
    case "__mul__":
      return x.pyBinary !== undefined;
    default:
      return true;
  }
}

const specialTable: Record<string, SpecialCall> = {
  __len__: (x) =>
    plainly(x, (y) => BigInt(typeof y === "string" ? stringItems(y).length : (y as PyObject).pyLength!())),
  __iter__: (x) => (typeof x === "string" ? iterate(x) : (x as PyObject).pyIterate!()),
  __next__: (x) => {
    const item = (x as PyIterator).next();
    if (item === undefined) throw new PyException(stopIterationType, []);
    return item;
  },
  __getitem__: (x, [key]) => (typeof x === "string" ? strGetItem(x, key) : (x as PyObject).pyGetItem!(key)),
  __setitem__: (x, [key, value]) => {
    (x as PyObject).pySetItem!(key, value);
    return null;
  },
  __delitem__: (x, [key]) => {
    (x as PyObject).pyDeleteItem!(key);
    return null;
  },
  __contains__: (x, [item]) => (x instanceof PyObject ? x.pyContains!(item) : contains(x, item)),
  __call__: (x, args) => call(x, args),
  __repr__: (x) => nativeRepr(x),
  __str__: (x) => (x instanceof PyObject && x.pyStr ? x.pyStr() : nativeRepr(x)),
  __hash__: (x) => hashOf(x),
  __eq__: (x, [other]) => (x instanceof PyObject && x.type.heap ? x === other : equals(x, other)),
  __ne__: (x, [other]) => (x instanceof PyObject && x.type.heap ? x !== other : !equals(x, other)),
  __bool__: (x) => truth(x),
  __enter__: (x) => (x as PyObject).pyEnter!(),
  __exit__: (x) => (x as PyObject).pyExit!(null),
  __setattr__: (x, [name, value]) => {
    plainSetAttribute(x, name as string, value);
    return null;
  },
  __getattribute__: (x, [name]) => getAttribute(x, name as string),
  __init_subclass__: () => null,
  __format__: (x, [spec]) => formatHook(x, spec as string),
};
for (const [name, op] of Object.entries({
  __add__: "+",
  __sub__: "-",
  __mul__: "*",
  __truediv__: "/",
  __floordiv__: "//",
  __mod__: "%",
  __pow__: "**",
  __matmul__: "@",
  __and__: "&",
  __or__: "|",
  __xor__: "^",
  __lshift__: "<<",
  __rshift__: ">>",
})) {
  specialTable[name] = (x, [other]) => operatorHook(op, x, other, false);
  specialTable[`__r${name.slice(2)}`] = (x, [other]) => operatorHook(op, x, other, true);
}
for (const [name, op] of Object.entries({ __lt__: "<", __le__: "<=", __gt__: ">", __ge__: ">=" })) {
  specialTable[name] = (x, [other]) => compareOrder(op, x, other);
}

let formatHook: (x: PyValue, spec: string) => string = () => "";
let operatorHook: (op: string, x: PyValue, other: PyValue, reflected: boolean) => PyValue = () => null;
export function setHooks(format: typeof formatHook, operator: typeof operatorHook): void {
  formatHook = format;
  operatorHook = operator;
}

export function setAttribute(x: PyValue, name: string, value: PyValue): void {
  if (x instanceof PyObject && x.type.heap) {
    const method = x.type.find("__setattr__");
    if (method !== undefined) {
      callSpecial(x, method, [name, value]);
      return;
    }
  }
  plainSetAttribute(x, name, value);
}

export function plainSetAttribute(x: PyValue, name: string, value: PyValue): void {
  if (x instanceof PyObject) {
    if (x instanceof PyType) {
      if (!x.heap) raiseError("TypeError", `cannot set '${name}' attribute of immutable type '${x.name}'`);
      if (name === "__name__") x.name = str(value);
      else if (name === "__qualname__") x.qualname = str(value);
      else if (name === "__module__") x.module = str(value);
      else x.set(name, value);
      return;
    }
    const onType = x.type.find(name);
    if (onType instanceof PyProperty) {
      if (onType.setter === null) {
        raiseError("AttributeError", `property '${name}' of '${x.type.name}' object has no setter`);
      }
      call(onType.setter, [x, value]);
      return;
    }
    if (onType instanceof PyObject && onType.type.heap) {
      const setter = onType.type.find("__set__");
      if (setter !== undefined) {
        call(setter, [onType, x, value]);
        return;
      }
    }
    if (x instanceof PyModule) watcher?.lost();
    if (x.pySetAttribute?.(name, value)) return;
    if (x.dict) {
      const slots = x.type.heap ? slotsOf(x.type) : undefined;
      if (slots && !slots.includes(name)) throw missingAttribute(x, name);
      x.dict.set(name, value);
      return;
    }
    if (x.type.heap) {
      x.dict = new Map([[name, value]]);
      return;
    }
  }
  if (findAttribute(x, name) !== undefined) {
    raiseError("AttributeError", `'${typeName(x)}' object attribute '${name}' is read-only`);
  }
  throw missingAttribute(x, name);
}

export function deleteAttribute(x: PyValue, name: string): void {
  const done = invoke(x, "__delattr__", [name]);
  if (done !== undefined) return;
  if (x instanceof PyType && x.heap && x.attributes.delete(name)) {
    PyType.changes++;
    return;
  }
  const onType = x instanceof PyObject && !(x instanceof PyType) ? x.type.find(name) : undefined;
  if (onType instanceof PyProperty && onType.deleter !== null) {
    call(onType.deleter, [x]);
    return;
  }
  const remover = onType instanceof PyObject ? special(onType, "__delete__") : undefined;
  if (remover !== undefined) {
    call(remover, [onType!, x]);
    return;
  }
  if (x instanceof PyModule) watcher?.lost();
  if (x instanceof PyObject && x.dict?.delete(name)) return;
  throw missingAttribute(x, name);
}

// ── calls ───────────────────────────────────────────────────────────────────

export function call(fn: PyValue, args: PyValue[], kwargs?: Kwargs): PyValue {
  if (fn instanceof PyObject) {
    if (fn instanceof PyBound) {
      return call(fn.fn, [fn.self, ...args], kwargs);
    }
    if (fn.type.heap) {
      if (fn instanceof PyType) return instantiate(fn, args, kwargs);
      const method = fn.type.find("__call__");
      if (method !== undefined) return call(method, isMethod(method) ? [fn, ...args] : args, kwargs);
    }
    if (fn instanceof PyType) return instantiate(fn, args, kwargs);
    if (fn.pyCall) return fn.pyCall(args, kwargs);
    if (fn instanceof PyStaticMethod) return call(fn.fn, args, kwargs);
  }
  raiseError("TypeError", `'${typeName(fn)}' object is not callable`);
}
setCallHook((fn, args) => call(fn, args));

export function instantiate(type: PyType, args: PyValue[], kwargs: Kwargs | undefined): PyValue {
  if (type === typeType && args.length === 1) return typeOf(args[0]);
  if (type.type !== typeType && type.type.heap) {
    const meta = type.type.find("__call__");
    if (meta !== undefined) return call(meta, [type, ...args], kwargs);
  }
  if (!type.heap) {
    if (!type.construct) raiseError("TypeError", `cannot create '${type.name}' instances`);
    const made = type.construct(type, args, kwargs);
    if (made instanceof PyInstance && (args.length > 0 || kwargs?.size)) {
      raiseError("TypeError", `${type.name}() takes no arguments`);
    }
    return made;
  }
  const abstract = type.find("__abstractmethods__");
  if (abstract instanceof PyTuple && abstract.items.length > 0) {
    const names = abstract.items.map((name) => String(name));
    raiseError(
      "TypeError",
      `Can't instantiate abstract class ${type.name} with abstract method${names.length > 1 ? "s" : ""} ${names.join(", ")}`,
    );
  }
  const maker = type.find("__new__");
  let made: PyValue;
  if (maker !== undefined) made = call(maker instanceof PyStaticMethod ? maker.fn : maker, [type, ...args], kwargs);
  else if (type.construct) made = type.construct(type, args, kwargs);
  else made = new PyInstance(type);
  if (made instanceof PyObject && made.type.isSubtype(type)) {
    const init = made.type.find("__init__");
    if (init !== undefined) {
      const result = call(init, [made, ...args], kwargs);
      if (result !== null) {
        raiseError("TypeError", `__init__() should return None, not '${typeName(result)}'`);
      }
    } else if (
      made instanceof PyInstance &&
      maker === undefined &&
      type.construct === objectType.construct &&
      (args.length > 0 || kwargs?.size)
    ) {
      raiseError("TypeError", `${type.name}() takes no arguments`);
    }
  }
  return made;
}

// ── iteration ───────────────────────────────────────────────────────────────

export function iterate(x: PyValue): PyIterator {
  if (typeof x === "string") {
    const items = stringItems(x);
    let at = 0;
    return new Stepping(() => items[at++]);
  }
  if (x instanceof PyObject) {
    if (x.type.heap) {
      const method = x.type.find("__iter__");
      if (method !== undefined) {
        const iterator = callSpecial(x, method, []);
        if (iterator instanceof PyIterator && !iterator.type.heap) return iterator;
        if (
          iterator instanceof PyObject &&
          (special(iterator, "__next__") !== undefined || iterator instanceof PyIterator)
        ) {
          return new UserIterator(iterator);
        }
        raiseError("TypeError", `iter() returned non-iterator of type '${typeName(iterator)}'`);
      }
    }
    if (x.pyIterate) return x.pyIterate();
    const getItem = special(x, "__getitem__");
    if (getItem !== undefined) {
      let index = 0n;
      return new Stepping(() => {
        try {
          return callSpecial(x, getItem, [index++]);
        } catch (error) {
          if (error instanceof PyException && error.type.mro.some((type) => type.name === "IndexError"))
            return undefined;
          throw error;
        }
      });
    }
    if (x instanceof PyType && x.type.heap) {
      const method = x.type.find("__iter__");
      if (method !== undefined) return iterate(callSpecial(x, method, []));
    }
  }
  raiseError("TypeError", `'${typeName(x)}' object is not iterable`);
}

class Stepping extends PyIterator {
  constructor(private readonly step: () => PyValue | undefined) {
    super(iteratorType);
  }
  next(): PyValue | undefined {
    return this.step();
  }
}

/** An object with a `__next__` written in Python. */
class UserIterator extends PyIterator {
  private readonly method: PyValue | undefined;
  constructor(private readonly object: PyObject) {
    super(iteratorType);
    this.method = special(object, "__next__");
  }
  next(): PyValue | undefined {
    if (this.method === undefined) return (this.object as PyIterator).next();
    try {
      return callSpecial(this.object, this.method, []);
    } catch (error) {
      if (error instanceof PyException && error.type.isSubtype(stopIterationType)) return undefined;
      throw error;
    }
  }
}

/** `next(x)`: the next item, `undefined` at the end. */
export function advance(x: PyValue): PyValue | undefined {
  if (x instanceof PyIterator && !x.type.heap) return x.next();
  const method = special(x, "__next__");
  if (method === undefined) raiseError("TypeError", `'${typeName(x)}' object is not an iterator`);
  try {
    return callSpecial(x as PyObject, method, []);
  } catch (error) {
    if (error instanceof PyException && error.type.isSubtype(stopIterationType)) return undefined;
    throw error;
  }
}

// ── truth, length, items ────────────────────────────────────────────────────

export function truth(x: PyValue): boolean {
  switch (typeof x) {
    case "boolean":
      return x;
    case "number":
      return x !== 0;
    case "bigint":
      return x !== 0n;
    case "string":
      return x !== "";
  }
  if (x === null) return false;
  if (!(x instanceof PyObject)) return concretize(x).item() !== 0;
  if (x.type.heap) {
    const asBool = x.type.find("__bool__");
    if (asBool !== undefined) {
      const result = callSpecial(x, asBool, []);
      if (typeof result !== "boolean") {
        raiseError("TypeError", `__bool__ should return bool, returned ${typeName(result)}`);
      }
      return result;
    }
    const length = x.type.find("__len__");
    if (length !== undefined) return callSpecial(x, length, []) !== 0n;
  }
  if (x.pyBool) return x.pyBool();
  return x.pyLength ? x.pyLength() !== 0 : true;
}

export function lengthOf(x: PyValue): bigint {
  if (typeof x === "string") return BigInt(stringItems(x).length);
  if (x instanceof PyObject) {
    const own = invoke(x, "__len__", []);
    if (own !== undefined) {
      if (typeof own !== "bigint")
        raiseError("TypeError", `'${typeName(own)}' object cannot be interpreted as an integer`);
      if (own < 0n) raiseError("ValueError", "__len__() should return >= 0");
      return own;
    }
    if (x.pyLength) return BigInt(x.pyLength());
  }
  raiseError("TypeError", `object of type '${typeName(x)}' has no len()`);
}

export function getItem(x: PyValue, key: PyValue): PyValue {
  if (x instanceof PyObject) {
    if (x.type.heap) {
      const own = x.type.find("__getitem__");
      if (own !== undefined) return callSpecial(x, own, [key]);
    }
    if (x.pyGetItem) return x.pyGetItem(key);
    if (x instanceof PyType) {
      const own = x.lookup("__class_getitem__");
      if (own !== undefined) return call(own instanceof PyClassMethod ? own.fn : own, [x, key]);
      const meta = x.type.heap ? x.type.find("__getitem__") : undefined;
      if (meta !== undefined) return call(meta, [x, key]);
      if (["list", "dict", "tuple", "set", "frozenset", "type"].includes(x.name) || x.heap) return x;
      raiseError("TypeError", `type '${x.name}' is not subscriptable`);
    }
  }
  if (typeof x === "string") return strGetItem(x, key);
  raiseError("TypeError", `'${typeName(x)}' object is not subscriptable`);
}

export function setItem(x: PyValue, key: PyValue, value: PyValue): void {
  if (x instanceof PyObject) {
    if (x.type.heap) {
      const own = x.type.find("__setitem__");
      if (own !== undefined) {
        callSpecial(x, own, [key, value]);
        return;
      }
    }
    if (x.pySetItem) {
      x.pySetItem(key, value);
      return;
    }
  }
  raiseError("TypeError", `'${typeName(x)}' object does not support item assignment`);
}

export function deleteItem(x: PyValue, key: PyValue): void {
  if (x instanceof PyObject) {
    if (invoke(x, "__delitem__", [key]) !== undefined) return;
    if (x.pyDeleteItem) {
      x.pyDeleteItem(key);
      return;
    }
  }
  raiseError("TypeError", `'${typeName(x)}' object doesn't support item deletion`);
}

export function contains(x: PyValue, item: PyValue): boolean {
  if (typeof x === "string") {
    if (typeof item !== "string") {
      raiseError("TypeError", `'in <string>' requires string as left operand, not ${typeName(item)}`);
    }
    return x.includes(item);
  }
  if (x instanceof PyObject) {
    const own = invoke(x, "__contains__", [item]);
    if (own !== undefined) return truth(own);
    if (x.pyContains) return x.pyContains(item);
    if (x.pyIterate || special(x, "__iter__") !== undefined || special(x, "__getitem__") !== undefined) {
      const iterator = iterate(x);
      for (let other = iterator.next(); other !== undefined; other = iterator.next()) {
        if (other === item || equals(other, item)) return true;
      }
      return false;
    }
  }
  raiseError("TypeError", `argument of type '${typeName(x)}' is not iterable`);
}

// ── equality, order, keys ───────────────────────────────────────────────────

const numeric = (x: number | bigint | boolean): number | bigint => (typeof x === "boolean" ? (x ? 1n : 0n) : x);

let compareHook: (op: string, a: PyValue, b: PyValue) => PyValue = () => false;
export function setCompareHook(compare: typeof compareHook): void {
  compareHook = compare;
}

export function equals(a: PyValue, b: PyValue): boolean {
  // biome-ignore lint/suspicious/noDoubleEquals: compares a bigint with a number by value
  if (isNumber(a) && isNumber(b)) return numeric(a) == numeric(b);
  if (typeof a === "string" || typeof b === "string") {
    if (typeof a === typeof b) return a === b;
    if (!(a instanceof PyObject) && !(b instanceof PyObject)) return false;
  }
  return truth(compareHook("==", a, b));
}

export function compareOrder(op: string, a: PyValue, b: PyValue): boolean {
  if (isNumber(a) && isNumber(b)) {
    const x = numeric(a);
    const y = numeric(b);
    return op === "<" ? x < y : op === "<=" ? x <= y : op === ">" ? x > y : x >= y;
  }
  return truth(compareHook(op, a, b));
}

const buckets = new WeakMap<PyType, Map<PyValue, PyObject[]>>();

/** What dictionaries and sets know a value by. */
export function keyOf(x: PyValue): DictKey {
  switch (typeof x) {
    case "string":
      return x;
    case "bigint":
      return x;
    case "boolean":
      return x ? 1n : 0n;
    case "number":
      return Number.isInteger(x) ? BigInt(x) : x;
  }
  if (x === null) return null;
  if (!(x instanceof PyObject)) return keyOf(peek(x).item());
  if (x.type.heap && !(x instanceof PyType)) {
    const hash = x.type.find("__hash__");
    const eq = x.type.find("__eq__");
    if (hash !== undefined && eq !== undefined) {
      // Equal objects share the first of them as their key.
      const value = callSpecial(x, hash, []);
      let known = buckets.get(x.type);
      if (!known) {
        known = new Map();
        buckets.set(x.type, known);
      }
      const bucket = known.get(value);
      if (!bucket) {
        known.set(value, [x]);
        return x;
      }
      const same = bucket.find((other) => other === x || equals(other, x));
      if (same) return same;
      bucket.push(x);
      return x;
    }
    if (eq !== undefined && x.type.find("__hash__") === undefined) {
      raiseError("TypeError", `unhashable type: '${x.type.name}'`);
    }
    if (!x.pyKey) return x;
  }
  if (x.pyKey) {
    const key = x.pyKey();
    if (key !== undefined) return key;
  } else if (!x.pyCompare || !x.pySetItem) {
    if (!["list", "dict", "set"].includes(x.type.name)) return x;
  }
  raiseError("TypeError", `unhashable type: '${x.type.name}'`);
}

const modulus = 2305843009213693951n;

/** CPython's: the fraction modulo 2**61 - 1, of which a power of two is a shift. */
function floatHash(x: number): bigint {
  if (Number.isNaN(x)) return 0n;
  if (!Number.isFinite(x)) return x > 0 ? 314159n : -314159n;
  let size = Math.abs(x);
  let halvings = 0;
  while (!Number.isInteger(size)) {
    size *= 2;
    halvings++;
  }
  const hash = ((BigInt(size) % modulus) << BigInt((61 - (halvings % 61)) % 61)) % modulus;
  return x < 0 ? -hash : hash;
}

export function hashOf(x: PyValue): bigint {
  if (x instanceof PyObject && x.type.find("__hash__") === null)
    raiseError("TypeError", `unhashable type: '${x.type.name}'`);
  const own = invoke(x, "__hash__", []);
  if (typeof own === "bigint") return own;
  const key = keyOf(x);
  switch (typeof key) {
    case "bigint": {
      const size = (key < 0n ? -key : key) % modulus;
      const hash = key < 0n ? -size : size;
      return hash === -1n ? -2n : hash;
    }
    case "number":
      return floatHash(key);
    case "string": {
      if (key === "") return 0n;
      let hash = 1469598103934665603n;
      for (const char of String(key)) hash = BigInt.asIntN(61, (hash ^ BigInt(char.codePointAt(0)!)) * 1099511628211n);
      return hash;
    }
    case "object":
      return key instanceof PyObject ? BigInt(key.id) * 16n : 0n;
    default:
      return 0n;
  }
}

// ── text ────────────────────────────────────────────────────────────────────

export function repr(x: PyValue): string {
  if (x instanceof PyObject && x.type.heap && !(x instanceof PyType)) {
    const own = x.type.find("__repr__");
    if (own !== undefined) {
      const text = callSpecial(x, own, []);
      if (typeof text !== "string") raiseError("TypeError", `__repr__ returned non-string (type ${typeName(text)})`);
      return text;
    }
  }
  return nativeRepr(x);
}

export function nativeRepr(x: PyValue): string {
  switch (typeof x) {
    case "bigint":
      return intText(x);
    case "number":
      return floatRepr(x);
    case "string":
      return stringRepr(x);
    case "boolean":
      return x ? "True" : "False";
  }
  if (x === null) return "None";
  if (!(x instanceof PyObject)) return tracedRepr(x);
  if (x.pyRepr) return x.pyRepr();
  if (x instanceof PyBound && x.fn instanceof PyNative)
    return `<built-in method ${x.fn.name} of ${typeName(x.self)} object at ${x.self instanceof PyObject ? address(x.self) : "0x7f0000000000"}>`;
  if (x instanceof PyBound) return `<bound method ${callableName(x.fn)} of ${repr(x.self)}>`;
  const module = x.type.module === "builtins" ? "" : `${x.type.module}.`;
  return `<${module}${x.type.qualname} object at ${address(x)}>`;
}

export function address(x: PyObject): string {
  return `0x${(0x7f0000000000 + x.id * 16).toString(16)}`;
}

function callableName(fn: PyObject): string {
  const named = fn as { qualname?: string; name?: string };
  return named.qualname ?? named.name ?? fn.type.name;
}

export function intText(x: bigint): string {
  const text = x.toString();
  if (text.length > 4300 && text.replace("-", "").length > 4300) {
    raiseError(
      "ValueError",
      "Exceeds the limit (4300 digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit",
    );
  }
  return text;
}

function tracedRepr(x: Value): string {
  const value = peek(x);
  if (value.shape.length === 0) {
    if (value.dtype === "bool") return value.data[0] ? "True" : "False";
    return value.dtype === "int32" || value.dtype === "int64" ? String(value.data[0]) : floatRepr(value.data[0]);
  }
  return `array(shape=(${value.shape.join(", ")}))`;
}

export const reprInside = repr;

export function str(x: PyValue): string {
  if (typeof x === "string") return x;
  if (x instanceof PyObject) {
    if (x.type.heap && !(x instanceof PyType)) {
      const own = x.type.find("__str__");
      if (own !== undefined) {
        const text = callSpecial(x, own, []);
        if (typeof text !== "string") raiseError("TypeError", `__str__ returned non-string (type ${typeName(text)})`);
        return text;
      }
      const asRepr = x.type.find("__repr__");
      if (asRepr !== undefined && !(x instanceof PyException)) return repr(x);
    }
    if (x.pyStr) return x.pyStr();
  }
  return repr(x);
}
hooks.repr = repr;
hooks.str = str;
hooks.tuple = (items) => new PyTuple(items);

export function isInstance(x: PyValue, type: PyValue): boolean {
  if (type instanceof PyTuple) return type.items.some((one) => isInstance(x, one));
  if (type instanceof PyUnion) return type.types.some((one) => (one === null ? x === null : isInstance(x, one)));
  if (type instanceof PyType) {
    if (typeOf(x).isSubtype(type)) return true;
    const check = type.attributes.get("__instancecheck__");
    return check instanceof PyNative ? truth(check.run([x], undefined)) : false;
  }
  if (type instanceof PyObject && type.pyContains) return type.pyContains(x);
  raiseError("TypeError", "isinstance() arg 2 must be a type, a tuple of types, or a union");
}

export function isAttributeError(error: unknown): error is PyException {
  return error instanceof PyException && error.type.isSubtype(attributeErrorType);
}

export function isCallable(x: PyValue): boolean {
  if (!(x instanceof PyObject)) return false;
  return x instanceof PyType || x instanceof PyBound || x.pyCall !== undefined || special(x, "__call__") !== undefined;
}

export { boundType, isValue };
