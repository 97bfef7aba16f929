/** `dataclasses`: dataclass, field, replace, asdict, astuple. */
import { bindArguments } from "../runtime/arguments";
import { makeClass } from "../runtime/classes";
import { guarded, listOf, PyDict, PyList, PySet, PyTuple } from "../runtime/containers";
import { exceptionTypes, PyException, raiseError } from "../runtime/errors";
import {
  getters,
  type Kwargs,
  makeType,
  native,
  notImplemented,
  objectType,
  PyInstance,
  PyNative,
  PyObject,
  PyType,
  type PyValue,
} from "../runtime/object";
import {
  call,
  compareOrder,
  equals,
  getAttribute,
  hashOf,
  iterate,
  plainSetAttribute,
  repr,
  truth,
  typeName,
} from "../runtime/protocol";
import { vm } from "../runtime/vm";
import { registerModule } from "./registry";

const fieldType = makeType("Field");

class Field extends PyObject {
  name = "";
  hint: PyValue = null;
  constructor(
    readonly value: PyValue | undefined,
    readonly factory: PyValue | undefined,
    readonly init: boolean,
    readonly shown: boolean,
    readonly compared: boolean,
    public keywordOnly: boolean,
    readonly metadata: PyValue = new PyDict(),
  ) {
    super(fieldType);
  }
}
getters(fieldType, {
  name: (self: Field) => self.name,
  type: (self: Field) => self.hint,
  default: (self: Field) => self.value ?? noDefault,
  default_factory: (self: Field) => self.factory ?? noDefault,
  init: (self: Field) => self.init,
  repr: (self: Field) => self.shown,
  compare: (self: Field) => self.compared,
  kw_only: (self: Field) => self.keywordOnly,
  metadata: (self: Field) => self.metadata,
});

const missingType = makeType("_MISSING_TYPE");
missingType.module = "dataclasses";
/** Where there is no default. */
const noDefault: PyObject = new PyInstance(missingType);

const method = (name: string, run: (args: PyValue[], kwargs: Kwargs | undefined) => PyValue): PyNative =>
  new PyNative(name, run, true);

function fieldsOf(x: PyValue): Field[] {
  const type = x instanceof PyType ? x : x instanceof PyObject ? x.type : undefined;
  const fields = type?.find("__dataclass_fields__");
  if (!(fields instanceof PyDict)) raiseError("TypeError", "must be called with a dataclass type or instance");
  return [...fields.map.values()].map((entry) => entry.value as Field);
}

function decorate(type: PyType, options: Map<string, boolean>): PyType {
  const fields = new Map<string, Field>();
  for (const base of [...type.mro].reverse()) {
    if (base === type) continue;
    const inherited = base.attributes.get("__dataclass_fields__");
    if (inherited instanceof PyDict)
      for (const { key, value } of inherited.map.values()) fields.set(String(key), value as Field);
  }
  const annotations = type.attributes.get("__annotations__");
  /** Parameters that are only given on to `__post_init__`. */
  const passed = new Map<string, PyValue | undefined>();
  let keywordOnly = options.get("kw_only") ?? false;
  if (annotations instanceof PyDict) {
    for (const { key, value: hint } of annotations.map.values()) {
      const name = String(key);
      if (hint === "ClassVar") continue;
      if (hint === "InitVar") {
        const given = type.attributes.get(name);
        passed.set(name, given instanceof Field ? given.value : given);
      }
      if (hint === "KW_ONLY") {
        keywordOnly = true;
        continue;
      }
      const given = type.attributes.get(name);
      let field: Field;
      if (given instanceof Field) {
        field = given;
        if (given.value === undefined) type.attributes.delete(name);
        else type.set(name, given.value);
      } else field = new Field(given, undefined, true, true, true, keywordOnly);
      if (keywordOnly) field.keywordOnly = true;
      if (field.value instanceof PyList || field.value instanceof PyDict || field.value instanceof PySet) {
        raiseError(
          "ValueError",
          `mutable default <class '${typeName(field.value)}'> for field ${name} is not allowed: use default_factory`,
        );
      }
      field.name = name;
      field.hint = hint;
      fields.set(name, field);
    }
  }
  const all = [...fields.values()].filter((field) => !passed.has(field.name));
  const accepted = [...fields.values()];
  type.set("__dataclass_fields__", PyDict.from(all.map((field) => [field.name, field] as const)));
  const positional = accepted.filter((field) => field.init && !field.keywordOnly);
  let optional = false;
  for (const field of positional) {
    const hasDefault = field.value !== undefined || field.factory !== undefined;
    if (optional && !hasDefault)
      raiseError("TypeError", `non-default argument '${field.name}' follows default argument`);
    optional = hasDefault;
  }
  const own = (name: string): boolean => type.attributes.has(name) && type.attributes.get(name) !== null;
  if (options.get("init") !== false && !own("__init__"))
    type.set("__init__", initializer(type, accepted, positional, passed));
  if (options.get("repr") !== false && !own("__repr__")) {
    type.set(
      "__repr__",
      method("__repr__", ([self]) =>
        guarded(self as PyObject, "...", () => {
          const parts = all
            .filter((field) => field.shown)
            .map((field) => `${field.name}=${repr(getAttribute(self, field.name))}`);
          return `${(self as PyObject).type.qualname}(${parts.join(", ")})`;
        }),
      ),
    );
  }
  const tuple = (self: PyValue): PyTuple =>
    new PyTuple(all.filter((field) => field.compared).map((field) => getAttribute(self, field.name)));
  const comparable = (a: PyValue, b: PyValue): boolean => b instanceof PyObject && b.type === (a as PyObject).type;
  if (options.get("eq") !== false && !own("__eq__")) {
    type.set(
      "__eq__",
      method("__eq__", ([a, b]) => (comparable(a, b) ? equals(tuple(a), tuple(b)) : notImplemented)),
    );
    if (options.get("frozen") || options.get("unsafe_hash"))
      type.set(
        "__hash__",
        method("__hash__", ([self]) => hashOf(tuple(self))),
      );
    else if (!own("__hash__")) type.attributes.set("__hash__", null);
  }
  if (options.get("order")) {
    for (const [name, op] of [
      ["__lt__", "<"],
      ["__le__", "<="],
      ["__gt__", ">"],
      ["__ge__", ">="],
    ]) {
      type.set(
        name,
        method(name, ([a, b]) => (comparable(a, b) ? compareOrder(op, tuple(a), tuple(b)) : notImplemented)),
      );
    }
  }
  if (options.get("frozen")) {
    type.set(
      "__setattr__",
      method("__setattr__", ([, name]) => frozen(`cannot assign to field '${String(name)}'`)),
    );
    type.set(
      "__delattr__",
      method("__delattr__", ([, name]) => frozen(`cannot delete field '${String(name)}'`)),
    );
  }
  if (options.get("slots")) type.set("__slots__", new PyTuple(all.map((field) => field.name)));
  type.set("__match_args__", new PyTuple(positional.map((field) => field.name)));
  return type;
}

const frozenType = makeType("FrozenInstanceError", exceptionTypes.get("AttributeError")!);
frozenType.module = "dataclasses";

function frozen(message: string): never {
  const error = new PyException(frozenType, [message]);
  error.span = vm.at;
  throw error;
}

function initializer(
  type: PyType,
  all: Field[],
  positional: Field[],
  passed: ReadonlyMap<string, PyValue | undefined>,
): PyNative {
  const init = all.filter((field) => field.init);
  return method("__init__", ([self, ...args], kwargs) => {
    const name = `${type.qualname}.__init__`;
    if (args.length > positional.length) {
      const required =
        positional.filter((field) => field.value === undefined && field.factory === undefined).length + 1;
      const takes =
        required < positional.length + 1 ? `from ${required} to ${positional.length + 1}` : `${positional.length + 1}`;
      raiseError(
        "TypeError",
        `${name}() takes ${takes} positional argument${takes === "1" ? "" : "s"} but ${args.length + 1} were given`,
      );
    }
    const values = new Map<string, PyValue>();
    args.forEach((value, k) => {
      values.set(positional[k].name, value);
    });
    for (const [key, value] of kwargs ?? []) {
      if (!init.some((field) => field.name === key)) {
        raiseError("TypeError", `${name}() got an unexpected keyword argument '${key}'`);
      }
      if (values.has(key)) raiseError("TypeError", `${name}() got multiple values for argument '${key}'`);
      values.set(key, value);
    }
    const missing: string[] = [];
    for (const field of all) {
      let value = field.init ? values.get(field.name) : undefined;
      if (value === undefined && field.factory !== undefined) value = call(field.factory, []);
      if (value === undefined) value = field.value;
      if (value === undefined) {
        if (field.init) missing.push(`'${field.name}'`);
        continue;
      }
      if (passed.has(field.name)) values.set(field.name, value);
      else plainSetAttribute(self, field.name, value);
    }
    if (missing.length > 0) {
      const list =
        missing.length === 1
          ? missing[0]
          : missing.length === 2
            ? missing.join(" and ")
            : `${missing.slice(0, -1).join(", ")}, and ${missing[missing.length - 1]}`;
      raiseError(
        "TypeError",
        `${name}() missing ${missing.length} required positional argument${missing.length > 1 ? "s" : ""}: ${list}`,
      );
    }
    const after = type.find("__post_init__") ?? (self as PyObject).type.find("__post_init__");
    if (after !== undefined) call(after, [self, ...[...passed.keys()].map((field) => values.get(field)!)]);
    return null;
  });
}

function plainly(x: PyValue, whole: (x: PyValue) => PyValue): PyValue {
  if (x instanceof PyObject && x.type.find("__dataclass_fields__") !== undefined) return whole(x);
  if (x instanceof PyList) return new PyList(x.items.map((item) => plainly(item, whole)));
  if (x instanceof PyTuple) return new PyTuple(x.items.map((item) => plainly(item, whole)));
  if (x instanceof PyDict)
    return PyDict.from([...x.map.values()].map((entry) => [entry.key, plainly(entry.value, whole)] as const));
  return x;
}
const asDict = (x: PyValue): PyValue =>
  PyDict.from(fieldsOf(x).map((field) => [field.name, plainly(getAttribute(x, field.name), asDict)] as const));
const asTuple = (x: PyValue): PyValue =>
  new PyTuple(fieldsOf(x).map((field) => plainly(getAttribute(x, field.name), asTuple)));

const flags = (kwargs: Kwargs | undefined): Map<string, boolean> =>
  new Map([...(kwargs ?? [])].map(([name, value]) => [name, truth(value)] as const));

/** @param members names, or tuples of a name, its type and a default */
function makeDataclass(
  name: string,
  members: readonly PyValue[],
  bases: PyValue | undefined,
  namespace: PyValue | undefined,
  options: Map<string, boolean>,
): PyType {
  const body = new Map<string, PyValue>();
  const annotations: [string, PyValue][] = [];
  for (const member of members) {
    const [field, hint = "typing.Any", value] = typeof member === "string" ? [member] : listOf(member);
    annotations.push([String(field), hint]);
    if (value !== undefined) body.set(String(field), value);
  }
  if (namespace instanceof PyDict) for (const { key, value } of namespace.map.values()) body.set(String(key), value);
  body.set("__annotations__", PyDict.from(annotations));
  return decorate(
    makeClass(
      name,
      bases === undefined ? [objectType] : (listOf(bases) as PyType[]),
      body,
      new Map(),
      undefined,
    ) as PyType,
    options,
  );
}

registerModule(
  "dataclasses",
  () =>
    new Map<string, PyValue>([
      [
        "dataclass",
        native("dataclass", (args, kwargs) => {
          const options = flags(kwargs);
          if (args[0] instanceof PyType) return decorate(args[0], options);
          return native("dataclass", ([type]) => decorate(type as PyType, options));
        }),
      ],
      [
        "field",
        native("field", (args, kwargs) => {
          const [value, factory, init, shown, compared, , metadata, keywordOnly] = bindArguments(
            "field",
            ["*", "default?", "default_factory?", "init?", "repr?", "compare?", "hash?", "metadata?", "kw_only?"],
            args,
            kwargs,
          );
          return new Field(
            value === noDefault ? undefined : value,
            factory === noDefault ? undefined : factory,
            init !== false,
            shown !== false,
            compared !== false,
            keywordOnly === true,
            metadata ?? undefined,
          );
        }),
      ],
      [
        "make_dataclass",
        native("make_dataclass", (args, kwargs) => {
          const options = new Map(kwargs);
          const [bases, namespace] = ["bases", "namespace"].map((name) => {
            const given = options.get(name);
            options.delete(name);
            return given;
          });
          return makeDataclass(String(args[0]), listOf(args[1]), bases, namespace, flags(options));
        }),
      ],
      ["fields", native("fields", ([x]) => new PyTuple(fieldsOf(x)))],
      ["asdict", native("asdict", ([x]) => asDict(x))],
      ["astuple", native("astuple", ([x]) => asTuple(x))],
      [
        "replace",
        native("replace", ([x], kwargs) => {
          const values: Kwargs = new Map(
            fieldsOf(x)
              .filter((field) => field.init)
              .map((field) => [field.name, getAttribute(x, field.name)]),
          );
          for (const [name, value] of kwargs ?? []) values.set(name, value);
          return call((x as PyObject).type, [], values);
        }),
      ],
      [
        "is_dataclass",
        native(
          "is_dataclass",
          ([x]) =>
            x instanceof PyObject && (x instanceof PyType ? x : x.type).find("__dataclass_fields__") !== undefined,
        ),
      ],
      ["KW_ONLY", "KW_ONLY"],
      ["InitVar", "InitVar"],
      ["FrozenInstanceError", frozenType],
      ["MISSING", noDefault],
      ["Field", fieldType],
    ]),
);

export { iterate };
