/** Complex arrays and scalars: complex-step differences, roots, eigenvalues. */
import { peek, sizeOf, tensor } from "../../../../engine";
import { complexType, LazyIterator, PyList, PyTuple } from "../../runtime/containers";
import { raiseError } from "../../runtime/errors";
import { complexPower, PyComplex, toComplex } from "../../runtime/numbers";
import { makeType, native, type PyIterator, PyObject, type PyValue } from "../../runtime/object";
import { isNumber } from "../../runtime/protocol";
import { arrayType, PyArray, shapeText } from "./array";
import { floatFormat, layOut, printOptions, scalarText, shownPlaces } from "./print";
import { select } from "./select";

const complexScalarType = makeType("complex128", complexType);
complexScalarType.module = "numpy";

/** `np.complex128`. */
export class NpComplex extends PyComplex {
  constructor(re: number, im: number) {
    super(re, im);
    this.type = complexScalarType;
  }
  override pyBinary(op: string, other: PyValue, reflected: boolean): PyValue | undefined {
    const name = NAMES[op];
    if (name === undefined || !(isNumber(other) || other instanceof PyObject)) return undefined;
    if (!isNumber(other) && !(other instanceof PyArray) && !isComplex(other)) return undefined;
    return reflected ? complexBinary(name, other, this) : complexBinary(name, this, other);
  }
  override pyUnary(op: string): PyValue | undefined {
    if (op === "-") return new NpComplex(-this.re, -this.im);
    if (op === "+") return this;
    return op === "abs" ? numberScalar(Math.hypot(this.re, this.im)) : undefined;
  }
  override pyRepr(): string {
    return `np.complex128(${super.pyRepr().replace(/^\(|\)$/g, "")})`;
  }
  override pyStr(): string {
    return super.pyRepr();
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    switch (name) {
      case "real":
        return numberScalar(this.re);
      case "imag":
        return numberScalar(this.im);
      case "conj":
      case "conjugate":
        return native(name, () => new NpComplex(this.re, -this.im));
      case "round":
        return native(name, ([digits = 0n]) => rounded(this, Number(digits)));
      case "item":
        return native(name, () => new PyComplex(this.re, this.im));
      case "dtype":
        return "complex128";
    }
    return undefined;
  }
}

const numberScalar = (x: number): PyArray => new PyArray(tensor([x], "float64", []));

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
  ) {
    super(arrayType);
  }
  private at(k: number): NpComplex {
    return new NpComplex(this.re[k], this.im[k]);
  }
  map(run: (z: PyComplex) => PyComplex): ComplexArray {
    const out = new ComplexArray(new Float64Array(this.re.length), new Float64Array(this.re.length), this.shape);
    for (let k = 0; k < this.re.length; k++) {
      const z = run(this.at(k));
      out.re[k] = z.re;
      out.im[k] = z.im;
    }
    return out;
  }
  real(): PyArray {
    return new PyArray(tensor(this.re, "float64", this.shape), arrayType);
  }
  imag(): PyArray {
    return new PyArray(tensor(this.im, "float64", this.shape), arrayType);
  }
  private pick(offsets: Int32Array, shape: readonly number[]): ComplexArray {
    return new ComplexArray(
      Float64Array.from(offsets, (at) => this.re[at]),
      Float64Array.from(offsets, (at) => this.im[at]),
      shape,
    );
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
    offsets.forEach((at, k) => {
      const from = given.re.length === 1 ? 0 : k;
      this.re[at] = given.re[from];
      this.im[at] = given.im[from];
    });
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
        return "complex128";
      case "conj":
      case "conjugate":
        return native(name, () => complexUnary("conjugate", this));
      case "round":
        return native(name, ([digits = 0n]) => this.map((z) => rounded(z, Number(digits))));
      case "copy":
        return native(name, () => this.map((z) => z));
      case "tolist":
        return native(name, () => new PyList(Array.from(this.re, (re, k) => new PyComplex(re, this.im[k]))));
      case "sum":
        return native(name, () => {
          let re = 0;
          let im = 0;
          this.re.forEach((x, k) => {
            re += x;
            im += this.im[k];
          });
          return new NpComplex(re, im);
        });
    }
    return undefined;
  }
  override pyStr(): string {
    return this.text(" ", 0);
  }
  override pyRepr(): string {
    return `array(${this.text(", ", 6)})`;
  }
  private text(separator: string, prefix: number): string {
    if (this.re.length === 0) return "[]";
    const options = printOptions();
    const shown = shownPlaces(this.shape, options);
    const real = floatFormat(
      shown.map((k) => this.re[k]),
      "float64",
      options,
    );
    const imaginary = floatFormat(
      shown.map((k) => this.im[k]),
      "float64",
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

/** As an array of complex numbers. */
export function toArray(x: PyValue): ComplexArray {
  if (x instanceof ComplexArray) return x;
  const one = toComplex(x);
  if (one) return new ComplexArray(Float64Array.of(one.re), Float64Array.of(one.im), []);
  if (x instanceof PyArray) {
    const now = peek(x.value);
    return new ComplexArray(Float64Array.from(now.data), new Float64Array(now.data.length), now.shape);
  }
  if (x instanceof PyList || x instanceof PyTuple) {
    const parts = x.items.map(toArray);
    const shape = [parts.length, ...(parts[0]?.shape ?? [])];
    return new ComplexArray(
      Float64Array.from(parts.flatMap((part) => Array.from(part.re))),
      Float64Array.from(parts.flatMap((part) => Array.from(part.im))),
      shape,
    );
  }
  raiseError("TypeError", "this is not a complex number");
}

export function unwrap(z: ComplexArray): PyValue {
  return z.shape.length === 0 ? new NpComplex(z.re[0], z.im[0]) : z;
}

const times = (a: PyComplex, b: PyComplex): PyComplex =>
  new PyComplex(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re);
const over = (a: PyComplex, b: PyComplex): PyComplex => {
  if (b.re === 0 && b.im === 0) return new PyComplex(a.re / 0, a.im === 0 ? Number.NaN : a.im / 0);
  return new PyComplex(a.re, a.im).pyBinary("/", new PyComplex(b.re, b.im), false) as PyComplex;
};

const BINARY: Record<string, (a: PyComplex, b: PyComplex) => PyComplex> = {
  add: (a, b) => new PyComplex(a.re + b.re, a.im + b.im),
  subtract: (a, b) => new PyComplex(a.re - b.re, a.im - b.im),
  multiply: times,
  divide: over,
  power: (a, b) => {
    if (b.im === 0 && b.re === 2) return times(a, a);
    return complexPower(a, b);
  },
};

/** Complex, element by element. */
export function complexBinary(name: string, a: PyValue, b: PyValue): PyValue {
  const x = toArray(a);
  const y = toArray(b);
  if (name === "matmul" || name === "dot") return complexMatmul(x, y);
  if (name === "equal" || name === "not_equal") return complexCompare(name === "equal" ? "==" : "!=", x, y)!;
  const run = BINARY[name];
  if (!run) raiseError("TypeError", `ufunc '${name}' not supported for the input types`);
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
  const out = new ComplexArray(new Float64Array(size), new Float64Array(size), shape);
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
  for (let k = 0; k < size; k++) {
    const i = place(x.shape, k);
    const j = place(y.shape, k);
    const z = run(new PyComplex(x.re[i], x.im[i]), new PyComplex(y.re[j], y.im[j]));
    out.re[k] = z.re;
    out.im[k] = z.im;
  }
  return unwrap(out);
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
  if (op !== "==" && op !== "!=") return undefined;
  const x = toArray(a);
  const y = toArray(b);
  const wide = x.re.length >= y.re.length ? x : y;
  const flags = Array.from(wide.re, (_, k) => {
    const [i, j] = [x.re.length === 1 ? 0 : k, y.re.length === 1 ? 0 : k];
    return (x.re[i] === y.re[j] && x.im[i] === y.im[j]) === (op === "==") ? 1 : 0;
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
  const real = (run: (re: number, im: number) => number, dtype: "float64" | "bool" = "float64"): PyValue =>
    new PyArray(
      tensor(
        Array.from(z.re, (re, k) => run(re, z.im[k])),
        dtype,
        z.shape,
      ),
    );
  if (name === "absolute") return real(Math.hypot);
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

export { complexScalarType, scalarText };
