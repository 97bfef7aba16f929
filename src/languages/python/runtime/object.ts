/**
 * The value space. int = bigint, float = number, bool, str = string, None =
 * null; a traced float is an engine `Value`; everything else is a `PyObject`
 * of a `PyType`.
 */
import type { Value } from "../../../engine";
import { touch, watcher } from "./watch";

export type PyValue = bigint | number | boolean | string | null | PyObject | Value;
export type Kwargs = Map<string, PyValue>;

let identities = 0;

export abstract class PyObject {
  // Declared, not initialized: class fields cost more than the rest of making an object.
  declare type: PyType;
  /** Attributes of the instance, where it can have some. */
  declare dict: Map<string, PyValue> | undefined;
  declare private identity: number | undefined;
  constructor(type: PyType) {
    this.type = type;
    this.dict = undefined;
    this.identity = undefined;
  }

  /** The number or text whose methods are this object's too. */
  get plain(): PyValue | undefined {
    return undefined;
  }

  /** What `id()` gives and dictionaries tell objects apart by. */
  get id(): number {
    this.identity ??= ++identities;
    return this.identity;
  }

  // Native behaviour of builtin types; `undefined` where there is none. Classes written in Python
  // come before these through their type (see protocol.ts).
  pyGetAttribute?(name: string): PyValue | undefined;
  pySetAttribute?(name: string, value: PyValue): boolean;
  /** `undefined`: not implemented for this operand. */
  pyBinary?(op: string, other: PyValue, reflected: boolean): PyValue | undefined;
  pyCompare?(op: string, other: PyValue): PyValue | undefined;
  pyUnary?(op: string): PyValue | undefined;
  pyBool?(): boolean;
  pyLength?(): number;
  pyIterate?(): PyIterator;
  pyGetItem?(key: PyValue): PyValue;
  pySetItem?(key: PyValue, value: PyValue): void;
  pyDeleteItem?(key: PyValue): void;
  pyContains?(item: PyValue): boolean;
  pyCall?(args: PyValue[], kwargs: Kwargs | undefined): PyValue;
  /** A key for dictionaries; `undefined`: unhashable. */
  pyKey?(): DictKey | undefined;
  pyRepr?(): string;
  pyStr?(): string;
  pyFormat?(spec: string): string;
  pyEnter?(): PyValue;
  pyExit?(error: PyObject | null): boolean;
  /** What can change in it, where its fields do not just say that; `hold` puts it back (see heap.ts). */
  held?(): readonly unknown[];
  hold?(values: readonly unknown[]): void;
}

/** What a JavaScript Map can tell values apart by. */
export type DictKey = string | bigint | number | object | symbol | null;

/** A Python iterator: `next` gives `undefined` at the end. */
export abstract class PyIterator extends PyObject {
  abstract next(): PyValue | undefined;
  override pyIterate(): PyIterator {
    return this;
  }
}

export type Native = (args: PyValue[], kwargs: Kwargs | undefined) => PyValue;

export class PyType extends PyObject {
  readonly mro: PyType[];
  /** Made by a `class` statement: its special methods come before native ones. */
  heap = false;
  /** Makes an instance; inherited. */
  construct: ((type: PyType, args: PyValue[], kwargs: Kwargs | undefined) => PyValue) | undefined;
  readonly attributes = new Map<string, PyValue>();
  module = "builtins";
  qualname: string;
  private special: Map<string, PyValue | undefined> | undefined;
  private version = -1;
  static changes = 0;

  constructor(
    public name: string,
    readonly bases: PyType[] = [],
    metatype?: PyType,
  ) {
    super(metatype as PyType);
    this.qualname = name;
    this.mro = linearize(this, bases);
    this.construct = bases.map((base) => base.construct).find((construct) => construct !== undefined);
    if (bases.length > 0) this.heap = bases.some((base) => base.heap);
  }

  /** An attribute of the type or of its bases. */
  lookup(name: string): PyValue | undefined {
    for (const type of this.mro) {
      const found = type.attributes.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** What the class or its bases have under a name, with a cache that any change of any class empties. */
  find(name: string): PyValue | undefined {
    if (this.version !== PyType.changes || !this.special) {
      this.special = new Map();
      this.version = PyType.changes;
    }
    const known = this.special.get(name);
    if (known !== undefined || this.special.has(name)) return known;
    const found = this.lookup(name);
    this.special.set(name, found);
    return found;
  }

  set(name: string, value: PyValue): void {
    PyType.changes++;
    this.attributes.set(name, value);
  }

  isSubtype(other: PyType): boolean {
    return this.mro.includes(other);
  }

  /** `int | None`. */
  override pyBinary(op: string, other: PyValue, reflected: boolean): PyValue | undefined {
    if (op !== "|" || !(other === null || other instanceof PyType || other instanceof PyUnion)) return undefined;
    return new PyUnion(reflected ? [other, this] : [this, other]);
  }
  override pyRepr(): string {
    return this.module === "builtins" ? `<class '${this.name}'>` : `<class '${this.module}.${this.qualname}'>`;
  }
  override pyKey(): DictKey {
    return this;
  }
}

/** `int | str`: types of which a value has one. */
export class PyUnion extends PyObject {
  readonly types: (PyType | null)[];
  constructor(parts: readonly PyValue[]) {
    super(unionType);
    this.types = [
      ...new Set(parts.flatMap((part) => (part instanceof PyUnion ? part.types : [part as PyType | null]))),
    ];
  }
  override pyBinary(op: string, other: PyValue, reflected: boolean): PyValue | undefined {
    if (op !== "|" || !(other === null || other instanceof PyType || other instanceof PyUnion)) return undefined;
    return new PyUnion(reflected ? [other, this] : [this, other]);
  }
  override pyKey(): DictKey {
    return this;
  }
  override pyRepr(): string {
    const name = (type: PyType): string => (type.module === "builtins" ? type.name : `${type.module}.${type.qualname}`);
    return this.types.map((type) => (type === null ? "None" : name(type))).join(" | ");
  }
}

/** The method resolution order (C3). */
function linearize(type: PyType, bases: PyType[]): PyType[] {
  const lists = [...bases.map((base) => [...base.mro]), [...bases]];
  const out: PyType[] = [type];
  for (;;) {
    const open = lists.filter((list) => list.length > 0);
    if (open.length === 0) return out;
    const head = open.map((list) => list[0]).find((candidate) => !open.some((list) => list.indexOf(candidate) > 0));
    if (!head) throw new InconsistentOrder(bases.map((base) => base.name).join(", "));
    out.push(head);
    for (const list of open) if (list[0] === head) list.shift();
  }
}

export class InconsistentOrder {
  constructor(readonly names: string) {}
}

export const typeType: PyType = new PyType("type");
typeType.type = typeType;
export const objectType = new PyType("object", [], typeType);
typeType.mro.push(objectType);

export function makeType(name: string, base: PyType = objectType): PyType {
  return new PyType(name, [base], typeType);
}

export const intType = makeType("int");
export const floatType = makeType("float");
export const boolType = makeType("bool", intType);
export const strType = makeType("str");
export const noneType = makeType("NoneType");
const unionType = makeType("UnionType");

/** A function written in JavaScript. */
export class PyNative extends PyObject {
  /** A statement made it, so that it may close over anything; those of the library close over nothing that changes. */
  readonly isMade = watcher !== undefined;
  constructor(
    readonly name: string,
    readonly run: Native,
    /** A method: the first argument is the instance that it is found on. */
    readonly method = false,
  ) {
    super(nativeType);
  }
  override pyCall(args: PyValue[], kwargs: Kwargs | undefined): PyValue {
    return this.run(args, kwargs);
  }
  override pyRepr(): string {
    return this.method ? `<method '${this.name}' of builtin objects>` : `<built-in function ${this.name}>`;
  }
  override pyKey(): DictKey {
    return this;
  }
}
export const nativeType = makeType("builtin_function_or_method");

/** A function found on an instance, with the instance. */
export class PyBound extends PyObject {
  constructor(
    readonly self: PyValue,
    readonly fn: PyObject,
  ) {
    super(boundType);
  }
}
export const boundType = makeType("method");

export class PyNotImplemented extends PyObject {
  override pyRepr(): string {
    return "NotImplemented";
  }
}
export const notImplemented = new PyNotImplemented(makeType("NotImplementedType"));

export class PyEllipsis extends PyObject {
  override pyRepr(): string {
    return "Ellipsis";
  }
  override pyKey(): DictKey {
    return this;
  }
}
export const ellipsis = new PyEllipsis(makeType("ellipsis"));

/** `object()`: nothing but itself. */
class PyPlain extends PyObject {}

/** An instance of a class written in Python. */
export class PyInstance extends PyObject {
  override dict: Map<string, PyValue> = new Map();
}
objectType.construct = (type) => (type === objectType ? new PyPlain(type) : new PyInstance(type));

/** A property, static method or class method. */
export class PyProperty extends PyObject {
  constructor(
    readonly getter: PyValue,
    readonly setter: PyValue,
    readonly deleter: PyValue,
  ) {
    super(propertyType);
  }
}
export const propertyType = makeType("property");
export class PyStaticMethod extends PyObject {
  constructor(readonly fn: PyValue) {
    super(staticMethodType);
  }
}
export const staticMethodType = makeType("staticmethod");
export class PyClassMethod extends PyObject {
  constructor(readonly fn: PyValue) {
    super(classMethodType);
  }
}
export const classMethodType = makeType("classmethod");

/** A computed attribute of a builtin type. */
export class PyGetter extends PyObject {
  constructor(readonly get: (self: PyValue) => PyValue) {
    super(getterType);
  }
}
export const getterType = makeType("getset_descriptor");

export class PyModule extends PyObject {
  override dict: Map<string, PyValue> = new Map();
  constructor(readonly name: string) {
    super(moduleType);
  }
  /** Everything that can be imported from it. */
  names(): Map<string, PyValue> {
    return this.dict;
  }
  /** What they are called. */
  nameList(): Iterable<string> {
    return this.names().keys();
  }
  /** One of these. */
  member(name: string): PyValue | undefined {
    return this.names().get(name);
  }
  override pyRepr(): string {
    return `<module '${this.name}'>`;
  }
  override pyKey(): DictKey {
    return this;
  }
}
export const moduleType = makeType("module");

export function native(name: string, run: Native): PyNative {
  return new PyNative(name, run);
}

/** A method of an object that a module keeps to itself, as a function of the module. */
export function sharedMethod(own: PyObject, name: string): PyNative {
  const { run } = own.pyGetAttribute!(name) as PyNative;
  return native(name, (args, kwargs) => {
    touch(own);
    return run(args, kwargs);
  });
}

/** Gives a builtin type its methods: each gets the instance first. */
export function methods(
  type: PyType,
  table: Record<string, (self: never, args: PyValue[], kwargs: Kwargs | undefined) => PyValue>,
): void {
  for (const [name, run] of Object.entries(table)) {
    const call = run as (self: PyValue, args: PyValue[], kwargs: Kwargs | undefined) => PyValue;
    type.attributes.set(name, new PyNative(name, (args, kwargs) => call(args[0], args.slice(1), kwargs), true));
  }
}

export function getters(type: PyType, table: Record<string, (self: never) => PyValue>): void {
  for (const [name, get] of Object.entries(table)) {
    type.attributes.set(name, new PyGetter(get as (self: PyValue) => PyValue));
  }
}
