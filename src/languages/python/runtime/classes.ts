/** The `class` statement: from bases and a namespace to a type. */
import { PyDict, PyTuple } from "./containers";
import { PyException, raiseError } from "./errors";
import { type Cell, PyFunction } from "./function";
import {
  InconsistentOrder,
  type Kwargs,
  objectType,
  PyClassMethod,
  PyObject,
  PyStaticMethod,
  PyType,
  type PyValue,
  typeType,
} from "./object";
import { call, typeName } from "./protocol";

/** Lets a builtin base (Enum, NamedTuple, …) shape the classes made from it. */
export const classHooks = new Map<
  PyType,
  (type: PyType, names: Map<string, PyValue>, kwargs: Kwargs) => PyValue | undefined
>();

export function buildClass(
  name: string,
  baseValues: PyValue[],
  names: Map<string, PyValue>,
  kwargs: Kwargs,
  classCell: Cell | undefined,
): PyValue {
  const bases: PyType[] = [];
  for (const base of baseValues) {
    if (base instanceof PyType) bases.push(base);
    else if (base instanceof PyObject && base.pyGetAttribute?.("__mro_entries__") !== undefined) continue;
    else if (base instanceof PyFunction && base.dict?.get("__class_base__") instanceof PyType) {
      bases.push(base.dict.get("__class_base__") as PyType);
    } else raiseError("TypeError", `bases must be types, not '${typeName(base)}'`);
  }
  for (const base of bases) {
    if (["bool", "NoneType", "range", "function"].includes(base.name) && !base.heap) {
      raiseError("TypeError", `type '${base.name}' is not an acceptable base type`);
    }
  }
  if (bases.length === 0) bases.push(objectType);
  const given = kwargs.get("metaclass");
  kwargs.delete("metaclass");
  const inherited = bases.map((base) => base.type).find((type) => type !== typeType && type.isSubtype(typeType));
  const metatype = given instanceof PyType ? given : (inherited ?? typeType);
  if (metatype.heap && metatype.isSubtype(typeType)) {
    const maker = metatype.find("__new__");
    if (maker !== undefined) {
      const namespace = PyDict.from(names);
      const made = call(
        maker instanceof PyStaticMethod ? maker.fn : maker,
        [metatype, name, new PyTuple(bases), namespace],
        kwargs,
      );
      if (classCell && made instanceof PyType) classCell.value = made;
      return made;
    }
  }
  return makeClass(name, bases, names, kwargs, classCell, metatype);
}

export function makeClass(
  name: string,
  bases: PyType[],
  names: Map<string, PyValue>,
  kwargs: Kwargs,
  classCell: Cell | undefined,
  metatype: PyType = typeType,
): PyValue {
  let type: PyType;
  try {
    type = new PyType(name, bases, metatype);
  } catch (error) {
    if (!(error instanceof InconsistentOrder)) throw error;
    raiseError("TypeError", `Cannot create a consistent method resolution order (MRO) for bases ${error.names}`);
  }
  type.heap = true;
  const module = names.get("__module__");
  type.module = typeof module === "string" ? module : "__main__";
  if (classCell) classCell.value = type;
  const qualname = names.get("__qualname__");
  if (typeof qualname === "string") type.qualname = qualname;
  names.delete("__qualname__");
  names.delete("__module__");
  for (const [key, value] of names) {
    const stored = key === "__init_subclass__" || key === "__class_getitem__" ? new PyClassMethod(value) : value;
    type.attributes.set(key, stored);
  }
  if (names.has("__eq__") && !names.has("__hash__")) type.attributes.set("__hash__", null);
  PyType.changes++;
  markAbstract(type);
  for (const base of type.mro) {
    const hook = classHooks.get(base);
    if (hook) {
      const replaced = hook(type, names, kwargs);
      if (replaced !== undefined) return replaced;
      break;
    }
  }
  for (const [key, value] of names) {
    if (!(value instanceof PyObject) || !value.type.heap) continue;
    const setName = value.type.find("__set_name__");
    if (setName !== undefined) call(setName, [value, type, key]);
  }
  for (const base of type.mro.slice(1)) {
    const hook = base.attributes.get("__init_subclass__");
    if (hook instanceof PyClassMethod) {
      call(hook.fn, [type], kwargs);
      break;
    }
  }
  return type;
}

/** Methods that `@abstractmethod` marked and no class has given since. */
function markAbstract(type: PyType): void {
  const open = new Set<string>();
  for (const base of [...type.mro].reverse()) {
    for (const [name, value] of base.attributes) {
      if (isAbstract(value)) open.add(name);
      else open.delete(name);
    }
  }
  if (open.size > 0) type.attributes.set("__abstractmethods__", new PyTuple([...open].sort()));
  else if (type.find("__abstractmethods__") !== undefined) type.attributes.set("__abstractmethods__", new PyTuple([]));
}

function isAbstract(value: PyValue): boolean {
  if (!(value instanceof PyObject)) return false;
  const holder = value as { fn?: PyValue; getter?: PyValue };
  const inner = holder.getter ?? (value instanceof PyFunction ? value : (holder.fn ?? value));
  return inner instanceof PyObject && inner.dict?.get("__isabstractmethod__") === true;
}

export { PyException };
