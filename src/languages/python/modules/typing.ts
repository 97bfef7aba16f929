/** `typing`, `abc`, `collections.abc`: names that hints are made of; they do nothing. */
import { dictType, listOf, PyDict, PyTuple } from "../runtime/containers";
import { raiseError } from "../runtime/errors";
import { PyFunction } from "../runtime/function";
import { type DictKey, makeType, native, objectType, PyObject, PyType, type PyValue } from "../runtime/object";
import { findAttribute, getAttribute } from "../runtime/protocol";
import { registerModule } from "./registry";
import { namedTupleBase } from "./small";

const formType = makeType("_SpecialForm");

/** A name of `typing`: can be subscripted and joined by `|`. */
export class PyHint extends PyObject {
  constructor(readonly name: string) {
    super(formType);
  }
  override pyGetItem(): PyValue {
    return this;
  }
  override pyBinary(op: string): PyValue | undefined {
    return op === "|" ? this : undefined;
  }
  override pyCall(args: PyValue[]): PyValue {
    if (this.name === "cast") return args[1];
    raiseError("TypeError", `Cannot instantiate typing.${this.name}`);
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    if (name === "__mro_entries__") return true;
    if (name === "__name__" || name === "__qualname__") return this.name;
    if (name === "args" || name === "kwargs") return this;
    return undefined;
  }
  override pyContains(): boolean {
    return false;
  }
  override pyKey(): DictKey {
    return this;
  }
  override pyRepr(): string {
    return this.name.startsWith("~") ? this.name : `typing.${this.name}`;
  }
}

const names = [
  "Any",
  "Union",
  "Optional",
  "List",
  "Dict",
  "Tuple",
  "Set",
  "FrozenSet",
  "Callable",
  "Iterable",
  "Iterator",
  "Sequence",
  "Mapping",
  "MutableMapping",
  "MutableSequence",
  "Generator",
  "Type",
  "ClassVar",
  "Final",
  "Literal",
  "Generic",
  "Protocol",
  "Annotated",
  "NoReturn",
  "Self",
  "TypeAlias",
  "Hashable",
  "Sized",
  "Collection",
  "Deque",
  "DefaultDict",
  "OrderedDict",
  "Counter",
  "Text",
  "AnyStr",
  "SupportsFloat",
  "SupportsInt",
  "Awaitable",
  "Concatenate",
  "Unpack",
  "Never",
  "Required",
  "NotRequired",
  "Reversible",
  "Container",
  "AbstractSet",
  "ByteString",
  "TypeGuard",
];

/** A protocol of which `isinstance` asks whether all of its members are there (PEP 544). */
function checkable(type: PyValue): PyValue {
  if (!(type instanceof PyType)) return type;
  const annotations = type.attributes.get("__annotations__");
  const members = [
    ...type.attributes.keys(),
    ...(annotations instanceof PyDict ? listOf(annotations).map(String) : []),
  ].filter((name) => !NOT_MEMBERS.has(name));
  const check = native("__instancecheck__", ([x]) => members.every((name) => findAttribute(x, name) !== undefined));
  type.attributes.set("__instancecheck__", check);
  return type;
}
const NOT_MEMBERS = new Set([
  "__module__",
  "__doc__",
  "__dict__",
  "__init__",
  "__annotations__",
  "__abstractmethods__",
  "__slots__",
  "__hash__",
]);

function hints(): Map<string, PyValue> {
  const out = new Map<string, PyValue>(names.map((name) => [name, new PyHint(name)]));
  const variable = native("TypeVar", ([name]) => new PyHint(`~${String(name)}`));
  for (const name of ["TypeVar", "ParamSpec", "TypeVarTuple"]) out.set(name, variable);
  out.set(
    "NewType",
    native("NewType", () => native("NewType", ([x]) => x)),
  );
  out.set(
    "cast",
    native("cast", ([, x]) => x),
  );
  out.set("TYPE_CHECKING", false);
  out.set(
    "runtime_checkable",
    native("runtime_checkable", ([type]) => checkable(type)),
  );
  for (const name of ["overload", "final", "no_type_check", "override"]) {
    out.set(
      name,
      native(name, ([x]) => x),
    );
  }
  out.set("NamedTuple", namedTupleBase);
  out.set("TypedDict", makeType("TypedDict", dictType));
  out.set(
    "get_type_hints",
    native("get_type_hints", ([x]) => getAttribute(x, "__annotations__")),
  );
  return out;
}

registerModule("typing", hints);
registerModule("typing_extensions", hints);
registerModule("abc", () => {
  const mark = native("abstractmethod", ([fn]) => {
    if (fn instanceof PyFunction) fn.pySetAttribute("__isabstractmethod__", true);
    return fn;
  });
  const base = makeType("ABC");
  base.module = "abc";
  base.construct = objectType.construct;
  return new Map<string, PyValue>([
    ["ABC", base],
    ["ABCMeta", makeType("ABCMeta")],
    ["abstractmethod", mark],
  ]);
});

export { PyTuple };
