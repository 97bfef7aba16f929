/** Complex arrays and scalars: complex-step differences, roots, eigenvalues. */
import { floatFormat, layOut, peek, scalarText, shownPlaces, sizeOf, tensor, withExtras } from "../../../../engine";
import { complexType, LazyIterator, PyList, PyTuple } from "../../runtime/containers";
import { raiseError } from "../../runtime/errors";
import { complexPower, notFollowed, PyComplex, toComplex } from "../../runtime/numbers";
import {
  ellipsis,
  type Kwargs,
  native,
  type PyIterator,
  PyObject,
  PyType,
  type PyValue,
  typeType,
} from "../../runtime/object";
import { call, getAttribute, isNumber, repr } from "../../runtime/protocol";
import { arrayHooks, arrayType, complexFloatingType, PyArray, shapeText } from "./array";
import { printOptions } from "./print";
import { select } from "./select";

export const complexScalarType = new PyType("complex128", [complexFloatingType, complexType], typeType);
complexScalarType.module = "numpy";
export const complexSingleType = new PyType("complex64", [complexFloatingType], typeType);
complexSingleType.module = "numpy";

/** complex64 is two float32. */
export type ComplexKind = "complex128" | "complex64";
const ROUND: { [K in ComplexKind]: (x: number) => number } = { complex128: (x) => x, complex64: Math.fround };

/** `np.complex128` and `np.complex64`. */
export class NpComplex extends PyComplex {
  constructor(
    re: number,
    im: number,
    readonly dtype: ComplexKind = "complex128",
  ) {
    super(ROUND[dtype](re), ROUND[dtype](im));
    this.type = dtype === "complex64" ? complexSingleType : complexScalarType;
  }
  override pyBinary(op: string, other: PyValue, reflected: boolean): PyValue | undefined {
    const name = NAMES[op];
    if (name === undefined || !(isNumber(other) || other instanceof PyObject)) return undefined;
    if (!isNumber(other) && !(other instanceof PyArray) && !isComplex(other)) return undefined;
    return reflected ? complexBinary(name, other, this) : complexBinary(name, this, other);
  }
  override pyCompare(op: string, other: PyValue): PyValue | undefined {
    if (op === "==" || op === "!=" || !(isNumber(other) || other instanceof PyComplex))
      return super.pyCompare?.(op, other);
    return peek((complexCompare(op, this, other) as PyArray).value).data[0] === 1;
  }
  override pyUnary(op: string): PyValue | undefined {
    if (op === "-") return new NpComplex(-this.re, -this.im, this.dtype);
    if (op === "+") return this;
    return op === "abs" ? complexUnary("absolute", this) : undefined;
  }
  override pyRepr(): string {
    return `np.${this.dtype}(${this.pyStr().replace(/^\(|\)$/g, "")})`;
  }
  override pyStr(): string {
    if (this.dtype === "complex128") return super.pyRepr();
    const part = (x: number): string => scalarText(x, "float32").replace(/\.0$/, "");
    const im = `${this.im < 0 || Object.is(this.im, -0) ? "" : "+"}${part(this.im)}j`;
    return this.re === 0 && !Object.is(this.re, -0) ? `${part(this.im)}j` : `(${part(this.re)}${im})`;
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    switch (name) {
      case "real":
        return numberScalar(this.re);
      case "imag":
        return numberScalar(this.im);
      case "conj":
      case "conjugate":
        return native(name, () => new NpComplex(this.re, -this.im, this.dtype));
      case "round":
        return native(name, ([digits = 0n]) => rounded(this, Number(digits)));
      case "item":
        return native(name, () => new PyComplex(this.re, this.im));
      case "dtype":
        return arrayHooks.dtypeObject(this.dtype);
      case "shape":
        return new PyTuple([]);
      case "ndim":
        return 0n;
      case "size":
        return 1n;
    }
    return undefined;
  }
}

const numberScalar = (x: number): PyArray => new PyArray(tensor([x], "float64", []));

/** Methods that only move elements: arrays of complex numbers and of objects have them by the places of their elements. */
const MOVES = new Set([
  "reshape",
  "ravel",
  "flatten",
  "transpose",
  "swapaxes",
  "squeeze",
  "repeat",
  "take",
  "diagonal",
]);

/** Such a method of an array that `pick` knows how to take elements from. */
export function moveMethod(
  name: string,
  shape: readonly number[],
  pick: (offsets: Int32Array, shape: readonly number[]) => PyValue,
): PyValue | undefined {
  if (!MOVES.has(name) && name !== "T") return undefined;
  const places = new PyArray(
    tensor(
      Array.from({ length: sizeOf(shape) }, (_, k) => k),
      "int64",
      shape,
    ),
    arrayType,
  );
  const back = (moved: PyValue): PyValue => {
    const now = peek((moved as PyArray).value);
    return pick(Int32Array.from(now.data), now.shape);
  };
  const found = getAttribute(places, name);
  return name === "T" ? back(found) : native(name, (args, kwargs) => back(call(found, args, kwargs)));
}

const NAMES: Record<string, string> = {
  "+": "add",
  "-": "subtract",
  "*": "multiply",
  "/": "divide",
  "**": "power",
  "@": "matmul",
};

export class ComplexArray extends PyObject {
  constructor(
    readonly re: Float64Array,
    readonly im: Float64Array,
    readonly shape: readonly number[],
    readonly dtype: ComplexKind = "complex128",
  ) {
    super(arrayType);
    if (dtype === "complex64")
      for (let k = 0; k < re.length; k++) {
        re[k] = Math.fround(re[k]);
        im[k] = Math.fround(im[k]);
      }
  }
  /** The type of the real parts. */
  get partType(): "float64" | "float32" {
    return this.dtype === "complex64" ? "float32" : "float64";
  }
  private at(k: number): NpComplex {
    return new NpComplex(this.re[k], this.im[k], this.dtype);
  }
  map(run: (z: PyComplex) => PyComplex): ComplexArray {
    const re = new Float64Array(this.re.length);
    const im = new Float64Array(this.re.length);
    for (let k = 0; k < this.re.length; k++) {
      const z = run(this.at(k));
      re[k] = z.re;
      im[k] = z.im;
    }
    return new ComplexArray(re, im, this.shape, this.dtype);
  }
  real(): PyArray {
    return new PyArray(tensor(this.re, this.partType, this.shape), arrayType);
  }
  imag(): PyArray {
    return new PyArray(tensor(this.im, this.partType, this.shape), arrayType);
  }
  pick(offsets: Int32Array, shape: readonly number[]): ComplexArray {
    return new ComplexArray(
      Float64Array.from(offsets, (at) => this.re[at]),
      Float64Array.from(offsets, (at) => this.im[at]),
      shape,
      this.dtype,
    );
  }
  /** What is done to the real and the imaginary parts alike: sums, means, running sums. */
  private parts(name: string, args: PyValue[], kwargs: Kwargs | undefined): PyValue {
    const [re, im] = [this.real(), this.imag()].map((part) =>
      peek((call(getAttribute(part, name), args, kwargs) as PyArray).value),
    );
    return unwrap(new ComplexArray(Float64Array.from(re.data), Float64Array.from(im.data), re.shape, this.dtype));
  }
  private product(): NpComplex {
    let z = new PyComplex(1, 0);
    for (let k = 0; k < this.re.length; k++) z = times(z, new PyComplex(this.re[k], this.im[k]));
    return new NpComplex(z.re, z.im, this.dtype);
  }
  snapshot(): () => void {
    const [re, im] = [this.re.slice(), this.im.slice()];
    return () => {
      this.re.set(re);
      this.im.set(im);
    };
  }
  override pyBinary(op: string, other: PyValue, reflected: boolean): PyValue | undefined {
    const name = NAMES[op];
    if (name === undefined) return undefined;
    return reflected ? complexBinary(name, other, this) : complexBinary(name, this, other);
  }
  override pyCompare(op: string, other: PyValue): PyValue | undefined {
    return complexCompare(op, this, other);
  }
  override pyUnary(op: string): PyValue | undefined {
    if (op === "-") return this.map((z) => new PyComplex(-z.re, -z.im));
    if (op === "+") return this;
    return op === "abs" ? complexUnary("absolute", this) : undefined;
  }
  override pyLength(): number {
    return this.shape[0];
  }
  override pyIterate(): PyIterator {
    let at = 0;
    return new LazyIterator(() => (at < this.shape[0] ? this.pyGetItem(BigInt(at++)) : undefined));
  }
  override pyGetItem(key: PyValue): PyValue {
    const { offsets, shape, scalar } = select(this.shape, key);
    return scalar ? this.at(offsets[0]) : this.pick(offsets, shape);
  }
  override pySetItem(key: PyValue, item: PyValue): void {
    const { offsets } = select(this.shape, key);
    const given = toArray(item);
    const one = given.re.length === 1;
    for (let k = 0; k < offsets.length; k++) {
      this.re[offsets[k]] = given.re[one ? 0 : k];
      this.im[offsets[k]] = given.im[one ? 0 : k];
    }
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    switch (name) {
      case "real":
        return this.real();
      case "imag":
        return this.imag();
      case "shape":
        return new PyTuple(this.shape.map(BigInt));
      case "size":
        return BigInt(this.re.length);
      case "ndim":
        return BigInt(this.shape.length);
      case "dtype":
        return arrayHooks.dtypeObject(this.dtype);
      case "nbytes":
        return BigInt(this.re.length * (this.dtype === "complex64" ? 8 : 16));
      case "itemsize":
        return this.dtype === "complex64" ? 8n : 16n;
      case "conj":
      case "conjugate":
        return native(name, () => complexUnary("conjugate", this));
      case "round":
        return native(name, ([digits = 0n]) => this.map((z) => rounded(z, Number(digits))));
      case "copy":
      case "__copy__":
      case "__deepcopy__":
        return native(name, () => this.map((z) => z));
      case "astype":
        return native(name, ([to]) => arrayHooks.cast(this, to));
      case "tolist":
        return native(name, () => this.list(0, 0));
      case "item":
        return native(name, ([at = 0n]) => new PyComplex(this.re[Number(at)], this.im[Number(at)]));
      case "dot":
        return native(name, ([other]) => complexBinary("matmul", this, other));
      case "sum":
      case "mean":
      case "cumsum":
      case "trace":
        return native(name, (args, kwargs) => this.parts(name, args, kwargs));
      case "var":
      case "std":
        return native(name, (args, kwargs) => {
          const gap = complexUnary(
            "absolute",
            complexBinary("subtract", this, this.parts("mean", [], undefined)) as ComplexArray,
          );
          const variance = call(getAttribute(arrayHooks.binary("*", gap, gap)!, "mean"), args, kwargs);
          return name === "var" ? variance : arrayHooks.binary("**", variance, 0.5)!;
        });
      case "prod":
        return native(name, () => this.product());
      case "all":
        return native(name, () => this.re.every((re, k) => re !== 0 || this.im[k] !== 0));
      case "any":
        return native(name, () => this.re.some((re, k) => re !== 0 || this.im[k] !== 0));
      case "clip":
        // Complex numbers are ordered by their real parts, then by the imaginary ones.
        return native(name, ([low, high]) => {
          const [from, to] = [low, high].map((bound) => (bound === undefined ? undefined : toComplex(bound)));
          const before = (a: PyComplex, b: PyComplex): boolean => a.re < b.re || (a.re === b.re && a.im < b.im);
          return this.map((z) => (from && before(z, from) ? from : to && before(to, z) ? to : z));
        });
      case "fill":
        return native(name, ([z]) => {
          this.pySetItem(ellipsis, z);
          return null;
        });
    }
    return moveMethod(name, this.shape, (offsets, shape) => this.pick(offsets, shape));
  }
  private list(axis: number, at: number): PyValue {
    if (axis === this.shape.length) return new PyComplex(this.re[at], this.im[at]);
    const stride = sizeOf(this.shape.slice(axis + 1));
    return new PyList(Array.from({ length: this.shape[axis] }, (_, k) => this.list(axis + 1, at + k * stride)));
  }
  override pyStr(): string {
    // As its one number.
    return this.shape.length === 0 ? repr(new PyComplex(this.re[0], this.im[0])) : this.text(" ", 0);
  }
  override pyRepr(): string {
    return withExtras(
      `array(${this.text(", ", 6)}`,
      this.dtype === "complex64" ? ["dtype=complex64"] : [],
      printOptions(),
    );
  }
  private text(separator: string, prefix: number): string {
    if (this.re.length === 0) return "[]";
    const options = printOptions();
    const shown = shownPlaces(this.shape, options);
    const real = floatFormat(
      shown.map((k) => this.re[k]),
      this.partType,
      options,
    );
    const imaginary = floatFormat(
      shown.map((k) => this.im[k]),
      this.partType,
      { ...options, sign: "+" },
    );
    return layOut(
      this.shape,
      (k) => {
        const im = imaginary(this.im[k]);
        const body = im.trimEnd();
        return `${real(this.re[k])}${body}j${" ".repeat(im.length - body.length)}`;
      },
      separator,
      prefix,
      options,
    );
  }
}

const rounded = (z: PyComplex, digits: number): NpComplex => {
  const unit = 10 ** digits;
  const even = (x: number): number => {
    const floor = Math.floor(x);
    const rest = x - floor;
    return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
  };
  return new NpComplex(even(z.re * unit) / unit, even(z.im * unit) / unit);
};

export function isComplex(x: PyValue): x is PyComplex | ComplexArray {
  return x instanceof PyComplex || x instanceof ComplexArray;
}

/** As an array of complex numbers; in single precision where `dtype` says so, or where everything given is. */
export function toArray(x: PyValue, dtype?: ComplexKind): ComplexArray {
  if (x instanceof ComplexArray)
    return dtype === undefined || dtype === x.dtype ? x : new ComplexArray(x.re.slice(), x.im.slice(), x.shape, dtype);
  const one = toComplex(x);
  if (one)
    return new ComplexArray(
      Float64Array.of(one.re),
      Float64Array.of(one.im),
      [],
      dtype ?? (x instanceof NpComplex ? x.dtype : "complex128"),
    );
  if (x instanceof PyArray) {
    notFollowed(x.value);
    const now = peek(x.value);
    return new ComplexArray(Float64Array.from(now.data), new Float64Array(now.data.length), now.shape, dtype);
  }
  if (x instanceof PyList || x instanceof PyTuple) {
    const parts = x.items.map((item) => toArray(item));
    const shape = [parts.length, ...(parts[0]?.shape ?? [])];
    return new ComplexArray(
      Float64Array.from(parts.flatMap((part) => Array.from(part.re))),
      Float64Array.from(parts.flatMap((part) => Array.from(part.im))),
      shape,
      dtype,
    );
  }
  raiseError("TypeError", "this is not a complex number");
}

export function unwrap(z: ComplexArray): PyValue {
  return z.shape.length === 0 ? new NpComplex(z.re[0], z.im[0], z.dtype) : z;
}

const times = (a: PyComplex, b: PyComplex): PyComplex =>
  new PyComplex(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re);
const over = (a: PyComplex, b: PyComplex): PyComplex => {
  if (b.re === 0 && b.im === 0) return new PyComplex(a.re / 0, a.im === 0 ? Number.NaN : a.im / 0);
  return new PyComplex(a.re, a.im).pyBinary("/", new PyComplex(b.re, b.im), false) as PyComplex;
};

type Operation = (a: PyComplex, b: PyComplex) => PyComplex;

const BINARY: Record<string, Operation> = {
  divide: over,
  power: (a, b) => {
    if (b.im === 0 && b.re === 2) return times(a, a);
    return complexPower(a, b);
  },
};

const PLAIN = new Set(["add", "subtract", "multiply"]);

/** Complex, element by element. */
export function complexBinary(name: string, a: PyValue, b: PyValue): PyValue {
  const x = toArray(a);
  const y = toArray(b);
  if (name === "matmul" || name === "dot") return complexMatmul(x, y);
  if (name === "equal" || name === "not_equal") return complexCompare(name === "equal" ? "==" : "!=", x, y)!;
  const run = BINARY[name]!;
  if (!run && !PLAIN.has(name)) raiseError("TypeError", `ufunc '${name}' not supported for the input types`);
  const rank = Math.max(x.shape.length, y.shape.length);
  const shape = Array.from({ length: rank }, (_, k) => {
    const m = x.shape[x.shape.length - rank + k] ?? 1;
    const n = y.shape[y.shape.length - rank + k] ?? 1;
    if (m !== n && m !== 1 && n !== 1)
      raiseError(
        "ValueError",
        `operands could not be broadcast together with shapes ${shapeText(x.shape)} ${shapeText(y.shape)} `,
      );
    return m === 1 ? n : m;
  });
  const size = sizeOf(shape);
  const single = (given: PyValue, z: ComplexArray): boolean =>
    z.dtype === "complex64" ||
    isNumber(given) ||
    (given instanceof PyComplex && !(given instanceof NpComplex)) ||
    (given instanceof PyArray && given.dtype === "float32");
  const dtype: ComplexKind =
    (x.dtype === "complex64" || y.dtype === "complex64") && single(a, x) && single(b, y) ? "complex64" : "complex128";
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  const place = (of: readonly number[], k: number): number => {
    let rest = k;
    let at = 0;
    let step = 1;
    for (let d = rank - 1; d >= 0; d--) {
      const own = of[of.length - rank + d] ?? 1;
      if (own !== 1) at += (rest % shape[d]) * step;
      step *= own;
      rest = Math.floor(rest / shape[d]);
    }
    return at;
  };
  // The usual shapes, and the usual operations, without a call for each element.
  const whole = (z: ComplexArray): boolean => z.re.length === size && z.shape.length === rank;
  const [wholeX, wholeY] = [whole(x), whole(y)];
  const [oneX, oneY] = [x.re.length === 1, y.re.length === 1];
  for (let k = 0; k < size; k++) {
    const i = wholeX ? k : oneX ? 0 : place(x.shape, k);
    const j = wholeY ? k : oneY ? 0 : place(y.shape, k);
    switch (name) {
      case "add":
        re[k] = x.re[i] + y.re[j];
        im[k] = x.im[i] + y.im[j];
        break;
      case "subtract":
        re[k] = x.re[i] - y.re[j];
        im[k] = x.im[i] - y.im[j];
        break;
      case "multiply":
        re[k] = x.re[i] * y.re[j] - x.im[i] * y.im[j];
        im[k] = x.re[i] * y.im[j] + x.im[i] * y.re[j];
        break;
      default: {
        const z = run(new PyComplex(x.re[i], x.im[i]), new PyComplex(y.re[j], y.im[j]));
        re[k] = z.re;
        im[k] = z.im;
      }
    }
  }
  return unwrap(new ComplexArray(re, im, shape, dtype));
}

function complexMatmul(x: ComplexArray, y: ComplexArray): PyValue {
  const [m, n] = x.shape.length === 1 ? [1, x.shape[0]] : x.shape;
  const [q, p] = y.shape.length === 1 ? [y.shape[0], 1] : y.shape;
  if (n !== q) raiseError("ValueError", `shapes ${shapeText(x.shape)} and ${shapeText(y.shape)} not aligned`);
  const shape = [...(x.shape.length === 1 ? [] : [m]), ...(y.shape.length === 1 ? [] : [p])];
  const out = new ComplexArray(new Float64Array(m * p), new Float64Array(m * p), shape);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < p; j++)
      for (let k = 0; k < n; k++) {
        const [a, b, c, d] = [x.re[i * n + k], x.im[i * n + k], y.re[k * p + j], y.im[k * p + j]];
        out.re[i * p + j] += a * c - b * d;
        out.im[i * p + j] += a * d + b * c;
      }
  return unwrap(out);
}

export function complexCompare(op: string, a: PyValue, b: PyValue): PyValue | undefined {
  const x = toArray(a);
  const y = toArray(b);
  const wide = x.re.length >= y.re.length ? x : y;
  const flags = Array.from(wide.re, (_, k) => {
    const [i, j] = [x.re.length === 1 ? 0 : k, y.re.length === 1 ? 0 : k];
    const same = x.re[i] === y.re[j] && x.im[i] === y.im[j];
    if (op === "==" || op === "!=") return same === (op === "==") ? 1 : 0;
    // By the real parts, then by the imaginary ones.
    const less = x.re[i] < y.re[j] || (x.re[i] === y.re[j] && x.im[i] < y.im[j]);
    if (op[0] === "<") return less || (same && op === "<=") ? 1 : 0;
    return (!less && !same) || (same && op === ">=") ? 1 : 0;
  });
  return new PyArray(tensor(flags, "bool", wide.shape));
}

const cexp = (z: PyComplex): PyComplex => {
  const r = Math.exp(z.re);
  return new PyComplex(r * Math.cos(z.im), r * Math.sin(z.im));
};
const clog = (z: PyComplex): PyComplex => new PyComplex(Math.log(Math.hypot(z.re, z.im)), Math.atan2(z.im, z.re));
const csqrt = (z: PyComplex): PyComplex => {
  if (z.re === 0 && z.im === 0) return new PyComplex(0, z.im);
  const r = Math.sqrt((Math.abs(z.re) + Math.hypot(z.re, z.im)) / 2);
  const im = z.im < 0 || Object.is(z.im, -0) ? -1 : 1;
  return z.re >= 0 ? new PyComplex(r, z.im / (2 * r)) : new PyComplex(Math.abs(z.im) / (2 * r), im * r);
};
const plus = (a: PyComplex, re: number, im = 0): PyComplex => new PyComplex(a.re + re, a.im + im);
const scaled = (a: PyComplex, k: number): PyComplex => new PyComplex(a.re * k, a.im * k);
const turn = (a: PyComplex): PyComplex => new PyComplex(-a.im, a.re);
const unturn = (a: PyComplex): PyComplex => new PyComplex(a.im, -a.re);
const sinh = (z: PyComplex): PyComplex =>
  new PyComplex(Math.sinh(z.re) * Math.cos(z.im), Math.cosh(z.re) * Math.sin(z.im));
const cosh = (z: PyComplex): PyComplex =>
  new PyComplex(Math.cosh(z.re) * Math.cos(z.im), Math.sinh(z.re) * Math.sin(z.im));
const tanh = (z: PyComplex): PyComplex => {
  // tanh(x + iy) = (tanh x + i tan y) / (1 + i tanh x tan y)
  const t = Math.tanh(z.re);
  const s = Math.tan(z.im);
  return over(new PyComplex(t, s), new PyComplex(1, t * s));
};
const asinh = (z: PyComplex): PyComplex =>
  clog(new PyComplex(z.re + csqrt(plus(times(z, z), 1)).re, z.im + csqrt(plus(times(z, z), 1)).im));
const acosh = (z: PyComplex): PyComplex => {
  const root = times(csqrt(plus(z, 1)), csqrt(plus(z, -1)));
  return clog(new PyComplex(z.re + root.re, z.im + root.im));
};
const atanh = (z: PyComplex): PyComplex => {
  const a = clog(plus(z, 1));
  const b = clog(new PyComplex(1 - z.re, -z.im));
  return new PyComplex((a.re - b.re) / 2, (a.im - b.im) / 2);
};

/** Functions of one complex number; `cmath` has them too. */
export const complexFunctions: Record<string, (z: PyComplex) => PyComplex> = {
  exp: cexp,
  log: clog,
  log10: (z) => scaled(clog(z), 1 / Math.LN10),
  log2: (z) => scaled(clog(z), 1 / Math.LN2),
  log1p: (z) => clog(plus(z, 1)),
  expm1: (z) => plus(cexp(z), -1),
  sqrt: csqrt,
  square: (z) => times(z, z),
  reciprocal: (z) => over(new PyComplex(1, 0), z),
  sin: (z) => unturn(sinh(turn(z))),
  cos: (z) => cosh(turn(z)),
  tan: (z) => unturn(tanh(turn(z))),
  sinh,
  cosh,
  tanh,
  arcsinh: asinh,
  arccosh: acosh,
  arctanh: atanh,
  // Kahan's, which keep to the right side of the cuts.
  arcsin: (z) => {
    const p = csqrt(new PyComplex(1 + z.re, z.im));
    const q = csqrt(new PyComplex(1 - z.re, -z.im));
    return new PyComplex(Math.atan2(z.re, p.re * q.re - p.im * q.im), Math.asinh(q.re * p.im - q.im * p.re));
  },
  arccos: (z) => {
    const p = csqrt(new PyComplex(1 - z.re, -z.im));
    const q = csqrt(new PyComplex(1 + z.re, z.im));
    return new PyComplex(2 * Math.atan2(p.re, q.re), Math.asinh(q.re * p.im - q.im * p.re));
  },
  arctan: (z) => unturn(atanh(turn(z))),
  negative: (z) => new PyComplex(-z.re, -z.im),
  positive: (z) => z,
  conjugate: (z) => new PyComplex(z.re, -z.im),
  sign: (z) => {
    const r = Math.hypot(z.re, z.im);
    return r === 0 ? z : scaled(z, 1 / r);
  },
};

export function complexUnary(name: string, x: PyComplex | ComplexArray): PyValue {
  const z = toArray(x);
  const real = (run: (re: number, im: number) => number, dtype: "float64" | "float32" | "bool" = z.partType): PyValue =>
    new PyArray(
      tensor(
        Array.from(z.re, (re, k) => run(re, z.im[k])),
        dtype,
        z.shape,
      ),
    );
  if (name === "absolute") {
    const out = new Float64Array(z.re.length);
    for (let k = 0; k < out.length; k++) out[k] = Math.hypot(z.re[k], z.im[k]);
    return new PyArray(tensor(out, z.partType, z.shape));
  }
  if (name === "isnan") return real((re, im) => (Number.isNaN(re) || Number.isNaN(im) ? 1 : 0), "bool");
  if (name === "isfinite") return real((re, im) => (Number.isFinite(re) && Number.isFinite(im) ? 1 : 0), "bool");
  const run = complexFunctions[name];
  if (!run)
    raiseError(
      "TypeError",
      `ufunc '${name}' not supported for the input types, and the inputs could not be safely coerced to any supported types according to the casting rule ''safe''`,
    );
  return unwrap(z.map(run));
}

/** np.round of a complex number. */
export function roundComplex(x: PyComplex | ComplexArray, digits: number): PyValue {
  return unwrap(toArray(x).map((z) => rounded(z, digits)));
}

export { scalarText };
