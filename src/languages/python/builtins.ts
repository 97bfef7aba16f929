/** The builtin functions and names. */
import * as engine from "../../engine";
import "./runtime/bytes";
import "./runtime/number-methods";
import "./runtime/exception-groups";
import { PyCode, PySuper } from "./compile/expressions";
import { loadModule, registerModule } from "./modules/registry";
import { arity, bindArguments, toInt, toText } from "./runtime/arguments";
import { makeClass } from "./runtime/classes";
import { sorted } from "./runtime/container-methods";
import {
  ArrayIterator,
  byteArrayType,
  bytesType,
  complexType,
  dictType,
  frozensetType,
  iteratorType,
  LazyIterator,
  listOf,
  listType,
  PyDict,
  PyList,
  PyRange,
  type PySlice,
  PyTuple,
  rangeType,
  setType,
  sliceType,
  tupleType,
} from "./runtime/containers";
import { exceptionTypes, exitRequest, PyException, raiseError, stopIteration } from "./runtime/errors";
import { PyFunction, PyGenerator } from "./runtime/function";
import { memoryViewType } from "./runtime/memoryview";
import {
  floatModulo,
  floorDivide,
  floorQuotient,
  intModulo,
  intPower,
  PyComplex,
  roundFloat,
  roundToInt,
} from "./runtime/numbers";
import {
  boolType,
  classMethodType,
  ellipsis,
  floatType,
  intType,
  type Kwargs,
  makeType,
  methods,
  native,
  notImplemented,
  objectType,
  PyClassMethod,
  PyIterator,
  PyModule,
  PyObject,
  PyProperty,
  PyStaticMethod,
  PyType,
  type PyValue,
  propertyType,
  staticMethodType,
  strType,
  typeType,
} from "./runtime/object";
import { binary } from "./runtime/operators";
import {
  advance,
  attributeNames,
  call,
  compareOrder,
  deleteAttribute,
  findAttribute,
  getAttribute,
  hashOf,
  invoke,
  isCallable,
  isInstance,
  isNumber,
  iterate,
  lengthOf,
  repr,
  setAttribute,
  special,
  str,
  truth,
  typeName,
  typeOf,
} from "./runtime/protocol";
import { ascii, formatValue } from "./runtime/text";
import { tick, vm } from "./runtime/vm";

const table = new Map<string, PyValue>();
export const builtins: ReadonlyMap<string, PyValue> = table;
registerModule("builtins", () => new Map(table));

function define(name: string, run: (args: PyValue[], kwargs: Kwargs | undefined) => PyValue): void {
  table.set(name, native(name, run));
}

for (const type of [
  intType,
  floatType,
  boolType,
  strType,
  listType,
  tupleType,
  dictType,
  setType,
  frozensetType,
  rangeType,
  sliceType,
  byteArrayType,
  memoryViewType,
  bytesType,
  complexType,
  objectType,
  typeType,
  propertyType,
  staticMethodType,
  classMethodType,
]) {
  table.set(type.name, type);
}
for (const [name, type] of exceptionTypes) table.set(name, type);
table.set("IOError", exceptionTypes.get("OSError")!);
table.set("EnvironmentError", exceptionTypes.get("OSError")!);
table.set("NotImplemented", notImplemented);
table.set("Ellipsis", ellipsis);
table.set("__debug__", true);

// ── output ──────────────────────────────────────────────────────────────────

/** Writes to the standard output of the run. */
export function write(text: string, values: PyValue[] = []): void {
  vm.output.push(text);
  vm.outputLength += text.length;
  if (vm.outputLength > 1 << 24) vm.stop("stopped: more than 16 MB of output");
  if (vm.listener) vm.emit({ kind: "print", text, values, span: { from: vm.at.from, to: vm.at.to } });
}

define("print", (args, kwargs) => {
  const { at } = vm;
  const sep = kwargs?.get("sep") ?? null;
  const end = kwargs?.get("end") ?? null;
  for (const name of kwargs?.keys() ?? []) {
    if (!["sep", "end", "file", "flush"].includes(name)) {
      raiseError("TypeError", `'${name}' is an invalid keyword argument for print()`);
    }
  }
  const text =
    args.map(str).join(sep === null ? " " : toText("print", sep)) + (end === null ? "\n" : toText("print", end));
  const file = kwargs?.get("file") ?? null;
  vm.at = at;
  if (file instanceof PyObject) {
    const writer = findAttribute(file, "write");
    if (writer !== undefined) call(writer, [text]);
    return null;
  }
  const stdout = vm.state.get("redirected stdout");
  if (stdout instanceof PyObject) call(getAttribute(stdout, "write"), [text]);
  else write(text, args);
  return null;
});

// ── iteration ───────────────────────────────────────────────────────────────

define("len", (args) => {
  arity("len", args, 1);
  return lengthOf(args[0]);
});
define("iter", ([x, sentinel]) => {
  if (sentinel === undefined) return iterate(x);
  return new LazyIterator(() => {
    const item = call(x, []);
    return truth(binaryEquals(item, sentinel)) ? undefined : item;
  });
});
const binaryEquals = (a: PyValue, b: PyValue): PyValue => a === b || truth(call(getAttribute(a, "__eq__"), [b]));
define("next", (args) => {
  arity("next", args, 1, 2);
  const item = advance(args[0]);
  if (item !== undefined) return item;
  if (args.length > 1) return args[1];
  throw stopIteration(args[0] instanceof PyGenerator ? args[0].result : null);
});

/** A lazy iterator type whose instances come from a call: enumerate, zip, map, … */
function lazy(name: string, make: (args: PyValue[], kwargs: Kwargs | undefined) => () => PyValue | undefined): void {
  const type = makeType(name);
  type.construct = (_type, args, kwargs) => new LazyIterator(make(args, kwargs), type);
  table.set(name, type);
}
lazy("enumerate", (args, kwargs) => {
  const iterator = iterate(args[0] ?? kwargs?.get("iterable") ?? null);
  let at = toInt(args[1] ?? kwargs?.get("start") ?? 0n);
  return () => {
    const item = iterator.next();
    return item === undefined ? undefined : new PyTuple([at++, item]);
  };
});
lazy("zip", (args, kwargs) => {
  const iterators = args.map(iterate);
  const strict = truth(kwargs?.get("strict") ?? false);
  return () => {
    if (iterators.length === 0) return undefined;
    const items: PyValue[] = [];
    for (let k = 0; k < iterators.length; k++) {
      const item = iterators[k].next();
      if (item === undefined) {
        if (strict && k > 0)
          raiseError("ValueError", `zip() argument ${k + 1} is shorter than argument${k > 1 ? `s 1-${k}` : " 1"}`);
        if (strict) {
          const longer = iterators.findIndex((other, at) => at > 0 && other.next() !== undefined);
          if (longer > 0)
            raiseError(
              "ValueError",
              `zip() argument ${longer + 1} is longer than argument${longer > 1 ? `s 1-${longer}` : " 1"}`,
            );
        }
        return undefined;
      }
      items.push(item);
    }
    return new PyTuple(items);
  };
});
lazy("map", ([fn, ...sources]) => {
  if (sources.length === 0) raiseError("TypeError", "map() must have at least two arguments.");
  const iterators = sources.map(iterate);
  return () => {
    tick();
    const items: PyValue[] = [];
    for (const iterator of iterators) {
      const item = iterator.next();
      if (item === undefined) return undefined;
      items.push(item);
    }
    return call(fn, items);
  };
});
lazy("filter", ([fn, source]) => {
  const iterator = iterate(source);
  return () => {
    for (;;) {
      tick();
      const item = iterator.next();
      if (item === undefined || truth(fn === null ? item : call(fn, [item]))) return item;
    }
  };
});
lazy("reversed", (args) => {
  const [x] = args;
  const own = invoke(x, "__reversed__", []);
  if (own !== undefined) {
    const iterator = iterate(own);
    return () => iterator.next();
  }
  if (x instanceof PyRange) {
    let at = x.length;
    return () => (at > 0 ? x.pyGetItem(BigInt(--at)) : undefined);
  }
  if (
    x instanceof PyObject &&
    !(x instanceof PyList || x instanceof PyTuple || x instanceof PyDict) &&
    x.pyLength === undefined &&
    special(x, "__len__") === undefined
  ) {
    raiseError("TypeError", `'${typeName(x)}' object is not reversible`);
  }
  const items = listOf(x);
  let at = items.length;
  return () => (at > 0 ? items[--at] : undefined);
});
define("sorted", (args, kwargs) => {
  arity("sorted", args, 1);
  return new PyList(sorted(listOf(args[0]), kwargs));
});
define("any", ([x]) => {
  const iterator = iterate(x);
  for (let item = iterator.next(); item !== undefined; item = iterator.next()) if (truth(item)) return true;
  return false;
});
define("all", ([x]) => {
  const iterator = iterate(x);
  for (let item = iterator.next(); item !== undefined; item = iterator.next()) if (!truth(item)) return false;
  return true;
});

// ── numbers ─────────────────────────────────────────────────────────────────

define("sum", (args, kwargs) => {
  const [source, start = kwargs?.get("start") ?? 0n] = args;
  if (source === undefined) raiseError("TypeError", "sum() takes at least 1 positional argument (0 given)");
  if (typeof start === "string") raiseError("TypeError", "sum() can't sum strings [use ''.join(seq) instead]");
  const iterator = iterate(source);
  let total: PyValue = start;
  for (let item = iterator.next(); item !== undefined; item = iterator.next()) {
    tick();
    total = typeof total === "number" && typeof item === "number" ? total + item : binary("+", total, item);
  }
  return total;
});

function extreme(name: "min" | "max"): void {
  define(name, (args, kwargs) => {
    const key = kwargs?.get("key") ?? null;
    const otherwise = kwargs?.get("default");
    if (args.length === 0) raiseError("TypeError", `${name} expected at least 1 argument, got 0`);
    const items = args.length === 1 ? listOf(args[0]) : args;
    if (items.length === 0) {
      if (otherwise !== undefined) return otherwise;
      raiseError("ValueError", `${name}() arg is an empty sequence`);
    }
    // Traced floats: the engine's operation knows what the derivative is at a tie.
    if (key === null && items.some(engine.isValue) && items.every((item) => isNumber(item) || engine.isValue(item))) {
      const pick = name === "max" ? engine.maximum : engine.minimum;
      return items
        .map((item) => (engine.isValue(item) ? item : Number(item)))
        .reduce((a: engine.Value | number, b: engine.Value | number) => pick(a, b)) as PyValue;
    }
    let best = items[0];
    let bestKey = key === null ? best : call(key, [best]);
    for (const item of items.slice(1)) {
      const itemKey = key === null ? item : call(key, [item]);
      if (compareOrder(name === "max" ? ">" : "<", itemKey, bestKey)) {
        best = item;
        bestKey = itemKey;
      }
    }
    return best;
  });
}
extreme("min");
extreme("max");

export function absolute(x: PyValue): PyValue {
  if (typeof x === "number") return Math.abs(x);
  if (typeof x === "bigint") return x < 0n ? -x : x;
  if (typeof x === "boolean") return x ? 1n : 0n;
  if (engine.isValue(x)) return engine.abs(x);
  if (x instanceof PyComplex) return Math.hypot(x.re, x.im);
  const own = invoke(x, "__abs__", []);
  if (own !== undefined) return own;
  const native_ = x instanceof PyObject ? x.pyUnary?.("abs") : undefined;
  if (native_ !== undefined) return native_;
  raiseError("TypeError", `bad operand type for abs(): '${typeName(x)}'`);
}
define("abs", (args) => {
  arity("abs", args, 1);
  return absolute(args[0]);
});
define("round", (args, kwargs) => {
  const [x, digits] = bindArguments("round", ["number", "ndigits?"], args, kwargs);
  if (typeof x === "number") {
    if (digits === undefined || digits === null) return roundToInt(x);
    return roundFloat(x, Number(toInt(digits)));
  }
  if (typeof x === "bigint" || typeof x === "boolean") {
    const n = BigInt(x);
    const places = digits === undefined || digits === null ? 0n : toInt(digits);
    if (places >= 0n) return n;
    const unit = 10n ** -places;
    const low = floorDivide(n, unit);
    const twice = (n - low * unit) * 2n;
    const up = twice > unit || (twice === unit && low % 2n !== 0n);
    return (up ? low + 1n : low) * unit;
  }
  if (engine.isValue(x)) {
    if (digits === undefined || digits === null) return engine.round(x);
    const unit = 10 ** Number(toInt(digits));
    return engine.div(engine.round(engine.mul(x, unit)), unit);
  }
  const own = invoke(x!, "__round__", digits === undefined ? [] : [digits]);
  if (own !== undefined) return own;
  const number = x instanceof PyObject ? x.pyGetAttribute?.("__round__") : undefined;
  if (number !== undefined) return call(number, digits === undefined ? [] : [digits]);
  raiseError("TypeError", `type ${typeName(x!)} doesn't define __round__ method`);
});
define("divmod", ([a, b]) => {
  if (typeof a === "bigint" && typeof b === "bigint") return new PyTuple([floorDivide(a, b), intModulo(a, b)]);
  if (isNumber(a) && isNumber(b)) {
    if (Number(b) === 0) raiseError("ZeroDivisionError", "float divmod()");
    return new PyTuple([floorQuotient(Number(a), Number(b)), floatModulo(Number(a), Number(b))]);
  }
  const own = invoke(a, "__divmod__", [b]);
  if (own !== undefined) return own;
  return new PyTuple([binary("//", a, b), binary("%", a, b)]);
});
define("pow", (args, kwargs) => {
  const [a, b, modulus] = bindArguments("pow", ["base", "exp", "mod?"], args, kwargs);
  if (modulus === undefined || modulus === null) return binary("**", a!, b!);
  const [base, exponent, m] = [toInt(a!), toInt(b!), toInt(modulus)];
  if (m === 0n) raiseError("ValueError", "pow() 3rd argument cannot be 0");
  let value = intModulo(base, m);
  let power = exponent;
  if (power < 0n) {
    value = inverse(value, m);
    power = -power;
  }
  let result = intModulo(1n, m);
  for (; power > 0n; power >>= 1n) {
    if (power & 1n) result = intModulo(result * value, m);
    value = intModulo(value * value, m);
  }
  return result;
});
function inverse(x: bigint, m: bigint): bigint {
  let [a, b, u, v] = [x, m, 1n, 0n];
  while (b !== 0n) {
    const q = floorDivide(a, b);
    [a, b, u, v] = [b, a - q * b, v, u - q * v];
  }
  if (a !== 1n && a !== -1n) raiseError("ValueError", "base is not invertible for the given modulus");
  return intModulo(u * a, m);
}
const based = (x: PyValue, radix: number, prefix: string): string => {
  const n = toInt(x);
  return `${n < 0n ? "-" : ""}${prefix}${(n < 0n ? -n : n).toString(radix)}`;
};
define("hex", ([x]) => based(x, 16, "0x"));
define("oct", ([x]) => based(x, 8, "0o"));
define("bin", ([x]) => based(x, 2, "0b"));
define("ord", ([x]) => {
  if (typeof x !== "string") raiseError("TypeError", `ord() expected string of length 1, but ${typeName(x)} found`);
  if ([...x].length !== 1) {
    raiseError("TypeError", `ord() expected a character, but string of length ${[...x].length} found`);
  }
  return BigInt(x.codePointAt(0)!);
});
define("chr", ([x]) => {
  const code = Number(toInt(x));
  if (code < 0 || code > 0x10ffff) raiseError("ValueError", "chr() arg not in range(0x110000)");
  return String.fromCodePoint(code);
});

// ── objects ─────────────────────────────────────────────────────────────────

define("repr", ([x]) => repr(x));
define("ascii", ([x]) => ascii(x));
define("format", ([x, spec]) => formatValue(x, spec === undefined ? "" : toText("format", spec)));
define("hash", ([x]) => hashOf(x));
define("id", ([x]) => (x instanceof PyObject ? BigInt(140000000000000 + x.id * 16) : hashOf(x)));
define("callable", ([x]) => isCallable(x));
define("isinstance", (args) => {
  arity("isinstance", args, 2);
  return isInstance(args[0], args[1]);
});
define("issubclass", ([a, b]) => {
  if (!(a instanceof PyType)) raiseError("TypeError", "issubclass() arg 1 must be a class");
  const all = b instanceof PyTuple ? b.items : [b];
  return all.some((one) => one instanceof PyType && a.isSubtype(one));
});
define("getattr", (args) => {
  arity("getattr", args, 2, 3);
  const name = toText("getattr", args[1]);
  if (args.length < 3) return getAttribute(args[0], name);
  return look(args[0], name) ?? args[2];
});
/** An attribute that may be missing; what we do not have of a library is. */
const look = (x: PyValue, name: string): PyValue | undefined =>
  x instanceof PyModule && !name.startsWith("__") ? x.member(name) : attempt(() => findAttribute(x, name));
const attempt = (read: () => PyValue | undefined): PyValue | undefined => {
  try {
    return read();
  } catch (error) {
    if (error instanceof PyObject && error.type.isSubtype(exceptionTypes.get("AttributeError")!)) return undefined;
    throw error;
  }
};
define("__import__", ([name]) => {
  const wanted = toText("__import__", name);
  const root = wanted.split(".")[0];
  return (loadModule(wanted) && loadModule(root)) ?? raiseError("ModuleNotFoundError", `No module named '${root}'`);
});
define("hasattr", ([x, name]) => {
  return look(x, toText("hasattr", name)) !== undefined;
});
define("setattr", ([x, name, value]) => {
  setAttribute(x, toText("setattr", name), value);
  return null;
});
define("delattr", ([x, name]) => {
  deleteAttribute(x, toText("delattr", name));
  return null;
});
methods(sliceType, {
  indices: (self: PySlice, [length]) => {
    const { start, stop, step } = self.indices(Number(toInt(length)));
    return new PyTuple([start, stop, step].map(BigInt));
  },
});
define("vars", ([x]) => {
  if (x instanceof PyModule) return PyDict.from(x.names());
  if (x instanceof PyObject && x.dict) return PyDict.from(x.dict);
  raiseError("TypeError", "vars() argument must have __dict__ attribute");
});
// As pydoc writes it of a function; of anything else in one line.
define("help", ([x]) => {
  const doc = x === undefined ? null : getAttribute(x, "__doc__");
  const lines = typeof doc === "string" ? doc.trim().split("\n") : [];
  const margin = Math.min(...lines.slice(1).flatMap((line) => (line.trim() ? [line.search(/\S/)] : [])));
  const body = lines.map((line, k) => (k === 0 ? line : line.slice(margin)).trimEnd());
  if (x instanceof PyFunction) {
    const module = x.globals?.get("__name__")?.value ?? "__main__";
    const text = body.map((line) => `    ${line}\n`).join("");
    write(`Help on function ${x.name} in module ${module}:\n\n${x.name}${signatureText(x)}\n${text}\n`);
  } else write(`help(${x === undefined ? "" : typeName(x)}): ${body[0] ?? "nothing is known of it here"}\n`);
  return null;
});
/** `(x, /, y=1, *args, key, **options)`. */
function signatureText({ code, defaults }: PyFunction): string {
  const parts: string[] = [];
  let star = false;
  code.params.forEach(({ name, kind }, k) => {
    if (kind === "keyword-only" && !star) parts.push("*");
    star ||= kind === "star" || kind === "keyword-only";
    const mark = kind === "star" ? "*" : kind === "doublestar" ? "**" : "";
    const otherwise = defaults[k];
    parts.push(mark + name + (otherwise === undefined ? "" : `=${repr(otherwise)}`));
    if (kind === "positional-only" && code.params[k + 1]?.kind !== "positional-only") parts.push("/");
  });
  return `(${parts.join(", ")})`;
}
define("dir", ([x]) => new PyList(attributeNames(x, true)));
table.set(
  "super",
  native("super", ([owner, self]) => {
    if (!(owner instanceof PyType) || self === undefined) raiseError("RuntimeError", "super(): no arguments");
    return new PySuper(owner, self);
  }),
);
// What these know depends on the place of the call, which the compiler sees to.
for (const name of ["globals", "locals", "eval", "exec"])
  define(name, () => raiseError("NotImplementedError", `${name}() is supported only where it is called by its name`));
define("compile", (args, kwargs) => {
  const [text, file, mode] = bindArguments(
    "compile",
    ["source", "filename", "mode", "flags?", "dont_inherit?", "optimize?"],
    args,
    kwargs,
  );
  return new PyCode(toText("compile", text!), toText("compile", file!), toText("compile", mode!));
});
define("open", (args, kwargs) => call(loadModule("_files")!.member("open")!, args, kwargs));
define("breakpoint", () => raiseError("NotImplementedError", "breakpoint() is not supported"));
// There is nobody to type anything: the input is at its end.
define("input", ([prompt]) => {
  if (prompt !== undefined) write(str(prompt));
  throw new PyException(exceptionTypes.get("EOFError")!, ["EOF when reading a line"]);
});
for (const name of ["exit", "quit"]) define(name, exitRequest);

propertyType.construct = (_type, args, kwargs) => {
  const [getter, setter, deleter] = bindArguments("property", ["fget?", "fset?", "fdel?", "doc?"], args, kwargs);
  return new PyProperty(getter ?? null, setter ?? null, deleter ?? null);
};
methods(propertyType, {
  getter: (self: PyProperty, [fn]) => new PyProperty(fn, self.setter, self.deleter),
  setter: (self: PyProperty, [fn]) => new PyProperty(self.getter, fn, self.deleter),
  deleter: (self: PyProperty, [fn]) => new PyProperty(self.getter, self.setter, fn),
});
staticMethodType.construct = (_type, [fn]) => new PyStaticMethod(fn);
classMethodType.construct = (_type, [fn]) => new PyClassMethod(fn);
typeType.construct = (metatype, args, kwargs) => {
  if (args.length === 1) return typeOf(args[0]);
  const [name, bases, names] = args;
  if (typeof name !== "string" || !(bases instanceof PyTuple) || !(names instanceof PyDict)) {
    raiseError("TypeError", "type() takes 1 or 3 arguments");
  }
  const space = new Map([...names.map.values()].map((entry) => [String(entry.key), entry.value]));
  const types = bases.items.filter((base) => base instanceof PyType);
  return makeClass(name, types.length ? types : [objectType], space, kwargs ?? new Map(), undefined, metatype);
};

export { ArrayIterator, intPower, iteratorType, PyIterator };
