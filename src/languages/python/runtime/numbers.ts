/** Arithmetic of int, float and complex, exactly as Python does it. */

import { Tensor, Value } from "../../../engine";
import { complexType } from "./containers";
import { allocateCheck, exceptionTypes, PyException, raiseError } from "./errors";
import { floatRepr } from "./format";
import { type DictKey, PyObject, type PyValue } from "./object";
import { vm } from "./vm";

const wide = 2n ** 4096n;

/** The number of bits of a non-negative integer. */
export function bitLength(x: bigint): number {
  const size = x < 0n ? -x : x;
  if (size === 0n) return 0;
  const hex = size.toString(16);
  return (hex.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(hex[0], 16)));
}

const isWide = (x: bigint): boolean => x > wide || x < -wide;

/** Large products are refused before they are computed. */
function checkProduct(a: bigint, b: bigint): void {
  if (isWide(a) || isWide(b)) {
    const bits = bitLength(a) + bitLength(b);
    allocateCheck(bits > 1 << 25 ? Number.POSITIVE_INFINITY : bits / 8);
    vm.check();
  }
}

export function intMultiply(a: bigint, b: bigint): bigint {
  checkProduct(a, b);
  return a * b;
}

export function intPower(a: bigint, b: bigint): bigint | number {
  if (b < 0n) {
    if (a === 0n) raiseError("ZeroDivisionError", "0.0 cannot be raised to a negative power");
    return floatPower(intToFloat(a), intToFloat(b)) as number;
  }
  if (a === 0n || a === 1n || a === -1n) return a ** b;
  const bits = bitLength(a) * Number(b);
  allocateCheck(bits > 1 << 25 ? Number.POSITIVE_INFINITY : bits / 8);
  return a ** b;
}

export function floorDivide(a: bigint, b: bigint): bigint {
  if (b === 0n) raiseError("ZeroDivisionError", "integer division or modulo by zero");
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

export function intModulo(a: bigint, b: bigint): bigint {
  if (b === 0n) raiseError("ZeroDivisionError", "integer modulo by zero");
  const rest = a % b;
  return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
}

const exact = 2n ** 53n;

/** int / int, rounded correctly however large they are. */
export function trueDivide(a: bigint, b: bigint): number {
  if (b === 0n) raiseError("ZeroDivisionError", "division by zero");
  if (a <= exact && a >= -exact && b <= exact && b >= -exact) return Number(a) / Number(b);
  const negative = a < 0n !== b < 0n;
  const x = a < 0n ? -a : a;
  const y = b < 0n ? -b : b;
  // A quotient of at least 66 bits, made odd when there is a rest, rounds as the exact one does.
  const shift = BigInt(Math.max(0, bitLength(y) - bitLength(x) + 66));
  let quotient = (x << shift) / y;
  if ((x << shift) % y !== 0n) quotient |= 1n;
  let result = Number(quotient);
  let left = Number(shift);
  while (left > 0) {
    const step = Math.min(left, 1000);
    result /= 2 ** step;
    left -= step;
  }
  if (!Number.isFinite(result)) raiseError("OverflowError", "integer division result too large for a float");
  return negative ? -result : result;
}

export function intToFloat(x: bigint): number {
  const value = Number(x);
  if (!Number.isFinite(value)) raiseError("OverflowError", "int too large to convert to float");
  return value;
}

export function floatModulo(a: number, b: number): number {
  if (b === 0) raiseError("ZeroDivisionError", "float modulo");
  const rest = a % b;
  if (rest !== 0) return b < 0 !== rest < 0 ? rest + b : rest;
  return b < 0 ? -0 : 0;
}

export function floatFloorDivide(a: number, b: number): number {
  if (b === 0) raiseError("ZeroDivisionError", "float floor division by zero");
  return floorQuotient(a, b);
}

export function floorQuotient(a: number, b: number): number {
  const rest = floatModulo(a, b);
  const quotient = (a - rest) / b;
  if (quotient === 0) return a / b < 0 || Object.is(a / b, -0) ? -0 : 0;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

export function floatPower(a: number, b: number): number | PyComplex {
  if (a === 0 && b < 0) raiseError("ZeroDivisionError", "0.0 cannot be raised to a negative power");
  if (a < 0 && Number.isFinite(a) && Number.isFinite(b) && !Number.isInteger(b)) {
    return complexPower(new PyComplex(a, 0), new PyComplex(b, 0));
  }
  if (a === 1 || b === 0) return 1;
  if (a === -1 && !Number.isFinite(b) && !Number.isNaN(b)) return 1;
  const result = wholePower(a, b) ?? a ** b;
  if (!Number.isFinite(result) && Number.isFinite(a) && Number.isFinite(b)) throw rangeError();
  return result;
}

/** Larger powers are those of JavaScript, whose last digit may be another than C's. */
const MOST_POWER = 1024;

/**
 * A whole power, rounded once, as C's pow rounds it: by squaring, in pairs of numbers of which the second is the
 * rounding error of the first (Dekker 1971). Undefined where a part of it would leave the range of such pairs.
 */
function wholePower(a: number, n: number): number | undefined {
  if (n === 2) return a * a;
  if (!Number.isInteger(n) || Math.abs(n) > MOST_POWER) return undefined;
  const size = Math.abs(Math.log2(Math.abs(a)) * n);
  if (!(size < 900)) return undefined;
  let [high, low] = [1, 0];
  let [base, rest] = [a, 0];
  for (let k = Math.abs(n); ; ) {
    if (k & 1) [high, low] = pairProduct(high, low, base, rest);
    k >>= 1;
    if (k === 0) break;
    [base, rest] = pairProduct(base, rest, base, rest);
  }
  if (n > 0) return high + low;
  const quotient = 1 / high;
  const [product, error] = pairProduct(quotient, 0, high, low);
  return quotient + (1 - product - error) / high;
}

function pairProduct(a: number, aLow: number, b: number, bLow: number): [high: number, low: number] {
  const product = a * b;
  const [p, q] = [a * 134217729, b * 134217729];
  const [aHead, bHead] = [p - (p - a), q - (q - b)];
  const [aTail, bTail] = [a - aHead, b - bHead];
  const error = aTail * bTail - (product - aHead * bHead - aTail * bHead - aHead * bTail) + (a * bLow + aLow * b);
  const high = product + error;
  return [high, error - (high - product)];
}

export function rangeError(): PyException {
  const error = new PyException(exceptionTypes.get("OverflowError")!, [34n, "Numerical result out of range"]);
  error.span = vm.at;
  return error;
}

/** Rounds half to even at `digits` decimals, from the exact value. */
export function roundFloat(x: number, digits: number): number {
  if (!Number.isFinite(x) || digits > 22) return x;
  if (digits >= 0) {
    if (Math.abs(x) >= 1e21) return x;
    let text = Math.abs(x).toFixed(digits);
    const doubled = Math.abs(x) * 2 ** (digits + 1);
    if (Number.isInteger(doubled) && !Number.isInteger(Math.abs(x) * 10 ** digits)) {
      // An exact tie: JavaScript rounds it up, Python to the even digit.
      const last = Number(text[text.length - 1]);
      if (last % 2 === 1) text = (Number(text) - 10 ** -digits).toFixed(digits);
    }
    return x < 0 || Object.is(x, -0) ? -Number(text) : Number(text);
  }
  const unit = 10 ** -digits;
  const quotient = x / unit;
  const floor = Math.floor(quotient);
  const rest = quotient - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
  return rounded * unit;
}

/** Rounds half to even to an integer. */
export function roundToInt(x: number): bigint {
  if (Number.isNaN(x)) raiseError("ValueError", "cannot convert float NaN to integer");
  if (!Number.isFinite(x)) raiseError("OverflowError", "cannot convert float infinity to integer");
  const floor = Math.floor(x);
  const rest = x - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
  return BigInt(rounded);
}

export function floatToInt(x: number): bigint {
  if (Number.isNaN(x)) raiseError("ValueError", "cannot convert float NaN to integer");
  if (!Number.isFinite(x)) raiseError("OverflowError", "cannot convert float infinity to integer");
  return BigInt(Math.trunc(x));
}

// ── complex ─────────────────────────────────────────────────────────────────

export class PyComplex extends PyObject {
  constructor(
    readonly re: number,
    readonly im: number,
  ) {
    super(complexType);
  }
  override pyBinary(op: string, other: PyValue, reflected: boolean): PyValue | undefined {
    const right = toComplex(other);
    if (!right) return undefined;
    const [a, b] = reflected ? [right, this] : [this, right];
    switch (op) {
      case "+":
        return new PyComplex(a.re + b.re, a.im + b.im);
      case "-":
        return new PyComplex(a.re - b.re, a.im - b.im);
      case "*":
        return new PyComplex(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re);
      case "/":
        return complexDivide(a, b);
      case "**":
        return complexPower(a, b);
      default:
        return undefined;
    }
  }
  override pyUnary(op: string): PyValue | undefined {
    return op === "-" ? new PyComplex(-this.re, -this.im) : op === "+" ? this : undefined;
  }
  override pyCompare(op: string, other: PyValue): PyValue | undefined {
    const right = toComplex(other);
    if (!right || (op !== "==" && op !== "!=")) return undefined;
    return (op === "==") === (right.re === this.re && right.im === this.im);
  }
  override pyBool(): boolean {
    return this.re !== 0 || this.im !== 0;
  }
  override pyKey(): DictKey {
    return this.im === 0 ? (Number.isInteger(this.re) ? BigInt(this.re) : this.re) : `\u0000c${this.re},${this.im}`;
  }
  override pyRepr(): string {
    const part = (x: number): string => floatRepr(x).replace(/\.0$/, "");
    const imaginary = part(this.im);
    if (this.re === 0 && !Object.is(this.re, -0)) return `${imaginary}j`;
    const sign = imaginary.startsWith("-") ? "" : "+";
    return `(${part(this.re)}${sign}${imaginary}j)`;
  }
}

export function toComplex(x: PyValue): PyComplex | undefined {
  if (x instanceof PyComplex) return x;
  notFollowed(x);
  if (typeof x === "number") return new PyComplex(x, 0);
  if (typeof x === "bigint") return new PyComplex(intToFloat(x), 0);
  if (typeof x === "boolean") return new PyComplex(x ? 1 : 0, 0);
  return undefined;
}

/** Complex numbers carry no derivatives: that is said, where a number that is followed would become one. */
export function notFollowed(x: unknown): void {
  if (x instanceof Value && !(x instanceof Tensor))
    raiseError("NotImplementedError", "derivatives through complex numbers are not supported here");
}

function complexDivide(a: PyComplex, b: PyComplex): PyComplex {
  if (b.re === 0 && b.im === 0) raiseError("ZeroDivisionError", "complex division by zero");
  if (Math.abs(b.re) >= Math.abs(b.im)) {
    const ratio = b.im / b.re;
    const scale = b.re + b.im * ratio;
    return new PyComplex((a.re + a.im * ratio) / scale, (a.im - a.re * ratio) / scale);
  }
  const ratio = b.re / b.im;
  const scale = b.re * ratio + b.im;
  return new PyComplex((a.re * ratio + a.im) / scale, (a.im * ratio - a.re) / scale);
}

export function complexPower(a: PyComplex, b: PyComplex): PyComplex {
  if (b.re === 0 && b.im === 0) return new PyComplex(1, 0);
  if (a.re === 0 && a.im === 0) {
    if (b.im !== 0 || b.re < 0) raiseError("ZeroDivisionError", "0.0 to a negative or complex power");
    return new PyComplex(0, 0);
  }
  if (b.im === 0 && Number.isInteger(b.re) && Math.abs(b.re) <= 100) {
    let result = new PyComplex(1, 0);
    let base = a;
    for (let n = Math.abs(b.re); n > 0; n = Math.floor(n / 2)) {
      if (n % 2 === 1) result = result.pyBinary("*", base, false) as PyComplex;
      base = base.pyBinary("*", base, false) as PyComplex;
    }
    return b.re < 0 ? complexDivide(new PyComplex(1, 0), result) : result;
  }
  const size = Math.hypot(a.re, a.im);
  const angle = Math.atan2(a.im, a.re);
  let length = size ** b.re;
  let phase = angle * b.re;
  if (b.im !== 0) {
    length /= Math.exp(angle * b.im);
    phase += b.im * Math.log(size);
  }
  return new PyComplex(length * Math.cos(phase), length * Math.sin(phase));
}

/** The next float64 from x towards another number. */
export function nextAfter(x: number, to: number): number {
  if (Number.isNaN(x) || Number.isNaN(to)) return Number.NaN;
  if (x === to) return to;
  if (x === 0) return to > 0 ? Number.MIN_VALUE : -Number.MIN_VALUE;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  view.setBigInt64(0, view.getBigInt64(0) + (to > x === x > 0 ? 1n : -1n));
  return view.getFloat64(0);
}
