/** Attributes and methods of arrays and NumPy's scalars. */
import * as engine from "../../../../engine";
import { isFloat, peek, sizeOf, Tensor, tensor, type Value } from "../../../../engine";
import { bindArguments, toInt } from "../../runtime/arguments";
import { LazyIterator, listOf, PyList, PyTuple } from "../../runtime/containers";
import { raiseError } from "../../runtime/errors";
import {
  getters,
  type Kwargs,
  makeType,
  methods,
  type PyIterator,
  PyObject,
  type PyType,
  type PyValue,
} from "../../runtime/object";
import { call, isNumber, truth } from "../../runtime/protocol";
import { loadModule } from "../registry";
import {
  arrayHooks,
  arrayType,
  fillShape,
  nested,
  one,
  PyArray,
  pythonNumber,
  roundValue,
  scalarTypes,
  shapeText,
} from "./array";
import {
  type ComplexArray,
  complexBinary,
  complexScalarType,
  complexSingleType,
  isComplex,
  NpComplex,
  toArray,
} from "./complex";
import {
  ArrayDtype,
  asValue,
  axesOf,
  axisOf,
  dtypeOfArgument,
  floating,
  isSequence,
  kindOf,
  pick,
  range,
  wrap,
} from "./convert";
import { ObjectArray } from "./objects";
import {
  argsorted,
  cumulative,
  every,
  extreme,
  mean,
  place,
  product,
  quantile,
  type Reduce,
  some,
  sorted,
  sum,
  variance,
} from "./reductions";
import { checkFit, matmul } from "./ufuncs";

/** A method that is also a function of the module: `x.sum(axis=0)`, `np.sum(x, axis=0)`. */
type Method = (self: PyValue, args: PyValue[], kwargs: Kwargs | undefined) => PyValue;

const into = (out: PyValue | undefined, result: Value): PyValue => {
  if (!(out instanceof PyArray)) return wrap(result);
  out.assign(result);
  return out;
};

const reducer =
  (name: string, run: Reduce): Method =>
  (self, args, kwargs) => {
    const names = ["mean", "std", "var", "sum", "prod"].includes(name)
      ? [
          "axis?",
          "dtype?",
          "out?",
          ...(name === "std" || name === "var" ? ["ddof?"] : []),
          "keepdims?",
          "initial?",
          "where?",
          "mean?",
          "correction?",
        ]
      : ["axis?", "out?", "keepdims?", "initial?", "where?"];
    const bound = bindArguments(name, names, args, kwargs);
    const get = (key: string): PyValue | undefined => bound[names.indexOf(`${key}?`)];
    let value = asValue(self);
    const dtype = dtypeOfArgument(get("dtype"));
    if (dtype) value = engine.cast(value, dtype);
    const axes = axesOf(get("axis"), value.shape.length);
    const keep = truth(get("keepdims") ?? false);
    const mask = get("where");
    if (mask !== undefined && mask !== null && mask !== true) {
      const neutral = { sum: 0, prod: 1, any: 0, all: 1, max: Number.NEGATIVE_INFINITY, min: Number.POSITIVE_INFINITY }[
        name
      ];
      if (neutral === undefined) {
        if (name !== "mean") raiseError("NotImplementedError", `numpy.${name} with where is not supported`);
        const test = engine.broadcastTo(asValue(mask), value.shape);
        const total = sum(engine.where(test, floating(value), 0), axes, keep);
        return wrap(engine.div(total, engine.cast(sum(test, axes, keep), "float64")));
      }
      value = engine.where(engine.broadcastTo(asValue(mask), value.shape), value, neutral);
    }
    const ddof = get("ddof") ?? get("correction");
    const by =
      ddof !== undefined && ddof !== null && (name === "std" || name === "var") ? variance(Number(ddof)) : undefined;
    const chosen: Reduce = by ? (name === "std" ? (v, a, k) => engine.sqrt(by(v, a, k)) : by) : run;
    const initial = get("initial");
    if (initial !== undefined && initial !== null && (name === "max" || name === "min") && sizeOf(value.shape) === 0)
      return wrap(asValue(initial));
    let result = chosen(value, axes, keep);
    if (initial !== undefined && initial !== null) {
      const start = asValue(initial);
      result =
        name === "sum"
          ? engine.add(result, start)
          : name === "prod"
            ? engine.mul(result, start)
            : name === "max"
              ? engine.maximum(result, start)
              : engine.minimum(result, start);
    }
    return into(get("out"), result);
  };

const along =
  (name: string, run: (value: Value, axis: number) => Value): Method =>
  (self, args, kwargs) => {
    const [axis, dtype, out] = bindArguments(name, ["axis?", "dtype?", "out?"], args, kwargs);
    let value = asValue(self);
    const wanted = dtypeOfArgument(dtype);
    if (wanted) value = engine.cast(value, wanted);
    if (axis === undefined || axis === null) return into(out, run(engine.reshape(value, [sizeOf(value.shape)]), 0));
    return into(out, run(value, axisOf(axis, value.shape.length)));
  };

const placer =
  (name: string, largest: boolean): Method =>
  (self, args, kwargs) => {
    const [axis, , keep] = bindArguments(name, ["axis?", "out?", "keepdims?"], args, kwargs);
    const value = asValue(self);
    return wrap(
      place(
        value,
        axis === undefined || axis === null ? undefined : axisOf(axis, value.shape.length),
        largest,
        truth(keep ?? false),
      ),
    );
  };

const order =
  (name: string, run: (value: Value, axis: number) => Value): Method =>
  (self, args, kwargs) => {
    const [axis] = bindArguments(name, ["axis?", "kind?", "order?", "stable?"], args, kwargs);
    const value = asValue(self);
    if (axis === null) return wrap(run(engine.reshape(value, [sizeOf(value.shape)]), 0));
    return wrap(run(value, axisOf(axis ?? -1n, value.shape.length)));
  };

export function reshaped(self: PyValue, wanted: readonly number[], fortran = false): PyValue {
  const size = self instanceof PyArray ? sizeOf(self.shape) : sizeOf(asValue(self).shape);
  const open = wanted.filter((length) => length < 0).length;
  if (open > 1) raiseError("ValueError", "can only specify one unknown dimension");
  const shape = fillShape([...wanted], size);
  if (sizeOf(shape) !== size)
    raiseError("ValueError", `cannot reshape array of size ${size} into shape ${shapeText(wanted)}`);
  if (fortran) {
    const value = asValue(self);
    return wrap(engine.transpose(engine.reshape(engine.transpose(value), [...shape].reverse())));
  }
  if (self instanceof PyArray && self.type === arrayType)
    return PyArray.view(
      self,
      Int32Array.from({ length: size }, (_, k) => k),
      shape,
    );
  return new PyArray(engine.reshape(asValue(self), shape), arrayType);
}

/** Axes permuted; a view of the array. */
export function permuted(self: PyValue, axes: readonly number[]): PyValue {
  const value = self instanceof PyArray ? undefined : asValue(self);
  const shape = value ? value.shape : (self as PyArray).shape;
  const array = self instanceof PyArray && self.type === arrayType ? self : new PyArray(asValue(self), arrayType);
  const places = tensor(range(sizeOf(shape)), "float64", shape);
  const turned = engine.transpose(shape.length === 0 ? tensor([0], "float64", []) : places, axes) as Tensor;
  return PyArray.view(array, Int32Array.from(turned.data), turned.shape);
}

const shapeArguments = (args: PyValue[]): number[] =>
  (args.length === 1 && (isSequence(args[0]) || (args[0] instanceof PyArray && args[0].shape.length > 0))
    ? listOf(args[0])
    : args
  ).map((x) => Number(toInt(x)));

export const shared: Record<string, Method> = {
  sum: reducer("sum", sum),
  mean: reducer("mean", mean),
  var: reducer("var", variance(0)),
  std: reducer("std", (v, a, k) => engine.sqrt(variance(0)(v, a, k))),
  max: reducer("max", extreme(true)),
  min: reducer("min", extreme(false)),
  prod: reducer("prod", product),
  all: reducer("all", every),
  any: reducer("any", some),
  cumsum: along("cumsum", (v, axis) => cumulative(v, axis, engine.add)),
  cumprod: along("cumprod", (v, axis) => cumulative(v, axis, engine.mul)),
  argmax: placer("argmax", true),
  argmin: placer("argmin", false),
  argsort: order("argsort", argsorted),
  dot: (self, [other]) => (isComplex(other) ? complexBinary("dot", self, other) : matmul(self, other, "dot")),
  reshape: (self, args, kwargs) => {
    const rest = kwargs?.get("shape") === undefined ? args : [kwargs.get("shape")!];
    return reshaped(self, shapeArguments(rest), kwargs?.get("order") === "F");
  },
  ravel: (self, args, kwargs) => reshaped(self, [-1], (args[0] ?? kwargs?.get("order")) === "F"),
  squeeze: (self, args, kwargs) => {
    const { shape } = asValue(self);
    const [axis] = bindArguments("squeeze", ["axis?"], args, kwargs);
    const axes =
      axis === undefined || axis === null
        ? range(shape.length).filter((k) => shape[k] === 1)
        : axesOf(axis, shape.length);
    if (axes.some((k) => shape[k] !== 1))
      raiseError("ValueError", "cannot select an axis to squeeze out which has size not equal to one");
    return reshaped(
      self,
      shape.filter((_, k) => !axes.includes(k)),
    );
  },
  transpose: (self, args) => {
    const rank = asValue(self).shape.length;
    if (args.length === 0 || args[0] === null) return permuted(self, range(rank).reverse());
    const axes = shapeArguments(args).map((axis) => (axis < 0 ? axis + rank : axis));
    if (axes.length !== rank) raiseError("ValueError", "axes don't match array");
    return permuted(self, axes);
  },
  swapaxes: (self, [a, b]) => {
    const rank = asValue(self).shape.length;
    const [i, j] = [axisOf(a, rank), axisOf(b, rank)];
    return permuted(
      self,
      range(rank).map((k) => (k === i ? j : k === j ? i : k)),
    );
  },
  round: (self, args, kwargs) => {
    const [digits, out] = bindArguments("round", ["decimals?", "out?"], args, kwargs);
    return into(out, roundValue(asValue(self), Number(toInt(digits ?? 0n))));
  },
  clip: (self, args, kwargs) => {
    const [low, high, out, low2, high2] = bindArguments(
      "clip",
      ["a_min?", "a_max?", "out?", "min?", "max?"],
      args,
      kwargs,
    );
    let value = asValue(self);
    const least = low ?? low2;
    const most = high ?? high2;
    const bring = (x: PyValue): Value | number => {
      if (isNumber(x)) {
        if (typeof x === "number" && !isFloat(value.dtype)) value = floating(value);
        return Number(x);
      }
      const given = asValue(x);
      if (isFloat(given.dtype) && !isFloat(value.dtype)) value = floating(value);
      return given;
    };
    if (least !== undefined && least !== null) {
      const bound = bring(least);
      value = engine.maximum(value, bound);
    }
    if (most !== undefined && most !== null) {
      const bound = bring(most);
      value = engine.minimum(value, bound);
    }
    return into(out, value);
  },
  repeat: (self, args, kwargs) => {
    const [times, axis] = bindArguments("repeat", ["repeats", "axis?"], args, kwargs);
    let value = asValue(self);
    let at = 0;
    if (axis === undefined || axis === null) value = engine.reshape(value, [sizeOf(value.shape)]);
    else at = axisOf(axis, value.shape.length);
    const counts = peek(asValue(times!)).data;
    const places = range(value.shape[at]).flatMap((k) =>
      new Array<number>(counts.length === 1 ? counts[0] : counts[k]).fill(k),
    );
    return new PyArray(pick(value, places, at), arrayType);
  },
  take: (self, args, kwargs) => {
    const [places, axis] = bindArguments("take", ["indices", "axis?"], args, kwargs);
    let value = asValue(self);
    if (axis === undefined || axis === null) value = engine.reshape(value, [sizeOf(value.shape)]);
    const at = axis === undefined || axis === null ? 0 : axisOf(axis, value.shape.length);
    const wanted = peek(asValue(places!));
    const length = value.shape[at];
    const out = pick(
      value,
      Array.from(wanted.data, (k) => (k < 0 ? k + length : k)),
      at,
    );
    return wrap(engine.reshape(out, [...value.shape.slice(0, at), ...wanted.shape, ...value.shape.slice(at + 1)]));
  },
  nonzero: (self) => {
    const now = engine.concretize(engine.notEqual(asValue(self), 0));
    const places = Array.from(now.data).flatMap((on: number, k: number) => (on ? [k] : []));
    return new PyTuple(
      now.shape.map((length, axis) => {
        const stride = sizeOf(now.shape.slice(axis + 1));
        return new PyArray(
          tensor(
            places.map((at) => Math.floor(at / stride) % length),
            "int64",
          ),
        );
      }),
    );
  },
  diagonal: (self, [offset = 0n]) => {
    const value = asValue(self);
    return wrap(diagonalOf(value, Number(toInt(offset))));
  },
  trace: (self, [offset = 0n]) => {
    const diagonal = diagonalOf(asValue(self), Number(toInt(offset)));
    return wrap(sum(diagonal, [0], false));
  },
  ptp: (self, args, kwargs) => {
    const [axis] = bindArguments("ptp", ["axis?"], args, kwargs);
    const value = asValue(self);
    const axes = axesOf(axis, value.shape.length);
    return wrap(engine.sub(extreme(true)(value, axes, false), extreme(false)(value, axes, false)));
  },
  conj: (self) => wrap(asValue(self)),
  conjugate: (self) => wrap(asValue(self)),
};

export function diagonalOf(value: Value, offset: number): Value {
  if (value.shape.length !== 2) raiseError("ValueError", "diag requires an array of at least two dimensions");
  const [rows, columns] = value.shape;
  const places = range(rows).flatMap((k) =>
    k + offset >= 0 && k + offset < columns ? [k * columns + k + offset] : [],
  );
  return engine.take(value, Int32Array.from(places), [places.length]);
}

export function astype(self: PyValue, to: PyValue): PyValue {
  const kind = kindOf(to);
  if (kind === "complex128" || kind === "complex64") return toArray(self, kind);
  if (kind === "str" || kind === "object") return ObjectArray.of(self, kind === "str");
  const dtype = dtypeOfArgument(to)!;
  const value = asValue(self);
  return new PyArray(
    engine.cast(engine.read(value), dtype),
    self instanceof PyArray && self.type === arrayType ? arrayType : undefined,
  );
}

arrayHooks.cast = (x, to) => {
  const kind = kindOf(to);
  if (x instanceof ObjectArray) {
    if (kind === "str" || kind === "object") return ObjectArray.of(x, kind === "str");
    const numbers = x.items.map((item) => (typeof item === "string" ? Number(item) : item));
    const bad = numbers.findIndex((n) => typeof n === "number" && Number.isNaN(n));
    if (bad >= 0 && typeof x.items[bad] === "string" && !/nan/i.test(x.items[bad]))
      raiseError("ValueError", `could not convert string to float: '${x.items[bad]}'`);
    return astype(new PyArray(engine.reshape(asValue(new PyList(numbers)), x.shape), arrayType), to);
  }
  if (kind === "complex128" || kind === "complex64") return toArray(x, kind);
  return isComplex(x) ? astype((toArray(x) as ComplexArray).real(), to) : astype(x, to);
};

export function copied(self: PyArray): PyArray {
  const { value } = self;
  return new PyArray(value, arrayType);
}

/** A function of the module by its name. */
const callFunction = (name: string, args: PyValue[]): PyValue => call(loadModule("numpy")!.dict.get(name)!, args);

const own: Record<string, (self: PyArray, args: PyValue[], kwargs: Kwargs | undefined) => PyValue> = {
  item: (self, args) => {
    if (args.length > 0) {
      const at =
        self.shape.length > 1 && args.length === 1
          ? self.pick(Int32Array.of(Number(toInt(args[0]))), [])
          : (self.pyGetItem(args.length === 1 ? args[0] : new PyTuple(args)) as PyArray).value;
      return at instanceof Tensor ? pythonNumber(at.item(), at.dtype) : at;
    }
    if (sizeOf(self.shape) !== 1) raiseError("ValueError", "can only convert an array of size 1 to a Python scalar");
    const value = engine.reshape(self.value, []);
    return value instanceof Tensor ? pythonNumber(one(value), value.dtype) : value;
  },
  tolist: (self) => nested(self.value),
  flatten: (self, args, kwargs) => copied(reshaped(self, [-1], (args[0] ?? kwargs?.get("order")) === "F") as PyArray),
  copy: (self) => (self.type === arrayType ? copied(self) : self),
  view: (self) => self,
  astype: (self, args, kwargs) => astype(self, args[0] ?? kwargs?.get("dtype") ?? null),
  fill: (self, [x]) => {
    self.assign(asValue(x));
    return null;
  },
  sort: (self, args, kwargs) => {
    const [axis] = bindArguments("sort", ["axis?", "kind?"], args, kwargs);
    const { value } = self;
    self.assign(sorted(value, axisOf(axis ?? -1n, value.shape.length)));
    return null;
  },
  resize: (self, args) => {
    const shape = shapeArguments(args);
    const size = sizeOf(self.shape);
    const wanted = sizeOf(shape);
    const places = range(wanted).map((k) => Math.min(k, size - 1));
    const value = engine.take(self.value, Int32Array.from(places), [wanted]);
    const kept = tensor(
      range(wanted).map((k) => (k < size ? 1 : 0)),
      "bool",
      [wanted],
    );
    self.become(engine.reshape(engine.where(kept, value, engine.cast(engine.scalar(0), self.dtype)), shape));
    return null;
  },
  choose: (self, [choices]) => callFunction("choose", [self, choices]),
  compress: (self, [condition, axis]) => callFunction("compress", [condition, self, axis ?? null]),
  searchsorted: (self, [v, side]) => callFunction("searchsorted", [self, v, side ?? "left"]),
  partition: (self, [kth]) => {
    self.assign(asValue(callFunction("partition", [self, kth])));
    return null;
  },
  argpartition: (self, [kth]) => callFunction("argpartition", [self, kth]),
  put: (self, [places, values]) => callFunction("put", [self, places, values]),
  is_integer: (self) => Number.isInteger(one(self.value)),
  __copy__: (self) => (self.type === arrayType ? copied(self) : self),
  __deepcopy__: (self) => (self.type === arrayType ? copied(self) : self),
};

class Flat extends PyObject {
  constructor(readonly of: PyArray) {
    super(flatType);
  }
  private line(): PyArray {
    return reshaped(this.of, [-1]) as PyArray;
  }
  override pyGetItem(key: PyValue): PyValue {
    return this.line().pyGetItem(key);
  }
  override pySetItem(key: PyValue, item: PyValue): void {
    this.line().pySetItem(key, item);
  }
  override pyLength(): number {
    return sizeOf(this.of.shape);
  }
  override pyIterate(): PyIterator {
    const line = this.line();
    let at = 0;
    return new LazyIterator(() => (at < line.shape[0] ? line.pyGetItem(BigInt(at++)) : undefined));
  }
}
const flatType = makeType("flatiter");

const bytesOf = (self: PyArray): number => engine.layoutOf[self.dtype].bits / 8;

/** `x.flags`: how the elements lie. */
class Flags extends PyObject {
  constructor(private readonly of: PyArray) {
    super(flagsType);
  }
  private get(name: string): PyValue | undefined {
    const { offsets, root, shape } = this.of;
    const inOrder = offsets === undefined || offsets.every((at, k) => k === 0 || at === offsets[k - 1] + 1);
    switch (name.toUpperCase()) {
      case "C_CONTIGUOUS":
      case "CONTIGUOUS":
        return inOrder;
      case "F_CONTIGUOUS":
        return shape.length < 2 ? inOrder : !inOrder && offsets!.length > 0;
      case "OWNDATA":
        return root === undefined;
      case "WRITEABLE":
      case "ALIGNED":
        return true;
    }
    return undefined;
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    return this.get(name);
  }
  override pySetAttribute(name: string): boolean {
    return name === "writeable";
  }
  override pyGetItem(key: PyValue): PyValue {
    const found = typeof key === "string" ? this.get(key) : undefined;
    return found ?? raiseError("LookupError", "Unknown flag");
  }
}
const flagsType = makeType("flagsobj");

const attributes: Record<string, (self: PyArray) => PyValue> = {
  shape: (self) => new PyTuple(self.shape.map(BigInt)),
  ndim: (self) => BigInt(self.shape.length),
  size: (self) => BigInt(sizeOf(self.shape)),
  dtype: (self) => dtypeObject(self.dtype),
  itemsize: (self) => BigInt(bytesOf(self)),
  nbytes: (self) => BigInt(sizeOf(self.shape) * bytesOf(self)),
  strides: (self) =>
    new PyTuple(self.shape.map((_, axis) => BigInt(bytesOf(self) * sizeOf(self.shape.slice(axis + 1))))),
  flags: (self) => new Flags(self),
  base: (self) => self.root ?? null,
  T: (self) => (self.shape.length < 2 ? self : permuted(self, range(self.shape.length).reverse())),
  flat: (self) => new Flat(self),
  real: (self) => self,
  imag: (self) => wrap(engine.full(self.shape, 0, isFloat(self.dtype) ? self.dtype : "int64")),
};

export function dtypeObject(name: string): ArrayDtype {
  const complex = name === "complex128" ? complexScalarType : name === "complex64" ? complexSingleType : null;
  return new ArrayDtype(name, scalarTypes.get(name as "float64") ?? complex);
}
arrayHooks.dtypeObject = dtypeObject;

/** Complex arrays and arrays of objects are ndarrays that answer for themselves. */
const answered = (self: PyValue, name: string): PyValue => {
  const found = (self as PyObject).pyGetAttribute?.(name);
  if (found === undefined) raiseError("NotImplementedError", `ndarray.${name} is not supported for this kind of array`);
  return found;
};

for (const type of [arrayType, ...scalarTypes.values()]) {
  for (const [name, run] of [...Object.entries(shared), ...Object.entries(own as unknown as Record<string, Method>)])
    methods(type, {
      [name]: (self: PyValue, args, kwargs) =>
        self instanceof PyArray ? run(self, args, kwargs) : call(answered(self, name), args, kwargs),
    });
  for (const [name, get] of Object.entries(attributes))
    getters(type, { [name]: (self: PyValue) => (self instanceof PyArray ? get(self) : answered(self, name)) });
}

// ── scalar types as functions: np.float64("1.5"), np.int64(3) ───────────────

for (const [dtype, type] of scalarTypes) {
  type.construct = (_type: PyType, args) => {
    const [x = dtype === "bool" ? false : isFloat(dtype) ? 0 : 0n] = args;
    if (typeof x === "string") {
      const number = Number(x.trim());
      if (x.trim() === "" || (Number.isNaN(number) && !/^[+-]?nan$/i.test(x.trim())))
        return /^[+-]?inf(inity)?$/i.test(x.trim())
          ? wrap(engine.scalar(x.trim().startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY, dtype))
          : raiseError("ValueError", `could not convert string to float: '${x}'`);
      return wrap(engine.scalar(number, dtype));
    }
    checkFit([x], dtype);
    return wrap(engine.cast(asValue(x), dtype));
  };
}
for (const type of [complexScalarType, complexSingleType])
  type.construct = (_type, [re = 0, im = 0]) => {
    const dtype = type === complexScalarType ? "complex128" : "complex64";
    const z = toArray(re, dtype);
    return z.shape.length > 0 ? z : new NpComplex(z.re[0] - toArray(im).im[0], z.im[0] + toArray(im).re[0], dtype);
  };

export { quantile };
