/** The methods and constructors of int, float, bool, complex and str. */
import { cast, concretize, peek, type Value } from "../../../engine";
import { arity, toFloat, toInt } from "./arguments";
import { decoded } from "./bytes";
import { complexType, indexOf, PyBytes, PyTuple } from "./containers";
import { PyException, raiseError } from "./errors";
import { floatRepr } from "./format";
import { bitLength, floatToInt, PyComplex, toComplex } from "./numbers";
import {
  boolType,
  floatType,
  getters,
  intType,
  methods,
  PyClassMethod,
  PyNative,
  PyObject,
  type PyValue,
  strType,
} from "./object";
import { invoke, repr, str, truth, typeName } from "./protocol";
import { numberOf, tracedScalar } from "./text";

const plain = (x: PyValue): number => (typeof x === "number" ? x : toFloat(x));
const whole = (x: PyValue): bigint => (typeof x === "boolean" ? (x ? 1n : 0n) : (x as bigint));

/** `int(text, base)`. */
function parseInt_(text: string, base: number): bigint {
  const bad = (): never => raiseError("ValueError", `invalid literal for int() with base ${base}: ${repr(text)}`);
  const match = /^\s*([+-]?)(?:0([xXoObB]))?_?([0-9a-zA-Z]+(?:_[0-9a-zA-Z]+)*)\s*$/.exec(text);
  if (!match) return bad();
  const [, sign, prefix, digits] = match;
  const bases: Record<string, number> = { x: 16, o: 8, b: 2 };
  let radix = base;
  let body = digits.replace(/_/g, "");
  if (prefix) {
    const meant = bases[prefix.toLowerCase()];
    if (base === 0) radix = meant;
    else if (base !== meant) {
      if (base < 12) return bad();
      body = `0${prefix}${body}`;
    }
  } else if (base === 0) radix = 10;
  if (radix === 10 && body.length > 4300) {
    raiseError(
      "ValueError",
      `Exceeds the limit (4300 digits) for integer string conversion: value has ${body.length} digits; use sys.set_int_max_str_digits() to increase the limit`,
    );
  }
  let value = 0n;
  if (radix === 10) {
    if (!/^\d+$/.test(body)) return bad();
    value = BigInt(body);
  } else {
    for (const char of body.toLowerCase()) {
      const digit = Number.parseInt(char, 36);
      if (Number.isNaN(digit) || digit >= radix) return bad();
      value = value * BigInt(radix) + BigInt(digit);
    }
  }
  return sign === "-" ? -value : value;
}

export function intOf(x: PyValue): bigint {
  switch (typeof x) {
    case "bigint":
      return x;
    case "boolean":
      return x ? 1n : 0n;
    case "number":
      return floatToInt(x);
    case "string":
      return parseInt_(x, 10);
  }
  if (x instanceof PyObject) {
    const own = invoke(x, "__int__", []) ?? invoke(x, "__index__", []) ?? invoke(x, "__trunc__", []);
    if (typeof own === "bigint") return own;
    const index = indexOf(x);
    if (index !== undefined) return BigInt(index);
    const native = x.pyGetAttribute?.("__float__");
    if (native !== undefined) return floatToInt(numberOf(x)!);
  } else if (x !== null) return floatToInt(concretize(x).item());
  raiseError(
    "TypeError",
    `int() argument must be a string, a bytes-like object or a real number, not '${typeName(x)}'`,
  );
}

intType.construct = (type, args, kwargs) => {
  const base = args[1] ?? kwargs?.get("base");
  if (args.length === 0) return 0n;
  if (base !== undefined) {
    if (typeof args[0] !== "string") raiseError("TypeError", "int() can't convert non-string with explicit base");
    return parseInt_(args[0], Number(toInt(base)));
  }
  void type;
  return intOf(args[0]);
};

function parseFloat_(text: string): number {
  const body = text.trim().replace(/(\d)_(?=\d)/g, "$1");
  const match = /^([+-]?)(inf(?:inity)?|nan|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)$/i.exec(body);
  if (!match) raiseError("ValueError", `could not convert string to float: ${repr(text)}`);
  const [, sign, digits] = match;
  const lower = digits.toLowerCase();
  const value = lower === "nan" ? Number.NaN : lower.startsWith("inf") ? Number.POSITIVE_INFINITY : Number(digits);
  return sign === "-" ? -value : value;
}

floatType.construct = (_type, args): PyValue => {
  arity("float", args, 0, 1);
  const [x] = args;
  if (x === undefined) return 0;
  if (typeof x === "string") return parseFloat_(x);
  if (x !== null && typeof x === "object" && !(x instanceof PyObject))
    return x.dtype.startsWith("float") ? x : cast(x, "float64");
  if (typeof x === "bigint") return toFloat(x);
  const traced = tracedScalar(x);
  if (traced) return traced.dtype.startsWith("float") ? traced : cast(traced, "float64");
  const value = numberOf(x);
  if (value === undefined)
    raiseError("TypeError", `float() argument must be a string or a real number, not '${typeName(x)}'`);
  return value;
};
boolType.construct = (_type, args) => (args.length ? truth(args[0]) : false);
strType.construct = (_type, args) =>
  args.length ? (args[0] instanceof PyBytes && args.length > 1 ? decoded(args[0], args[1]) : str(args[0])) : "";
complexType.construct = (_type, args) => {
  const [a = 0n, b = 0n] = args;
  if (typeof a === "string") {
    const match = /^\(?\s*([+-]?[\d.]+(?:e[+-]?\d+)?)?(?:([+-]?[\d.]*(?:e[+-]?\d+)?)j)?\s*\)?$/i.exec(a.trim());
    if (!match || a.trim() === "") raiseError("ValueError", "complex() arg is a malformed string");
    const im = match[2];
    return new PyComplex(
      Number(match[1] ?? 0),
      im === undefined ? 0 : im === "" || im === "+" ? 1 : im === "-" ? -1 : Number(im),
    );
  }
  const x = toComplex(a) ?? new PyComplex(toFloat(a), 0);
  const y = toComplex(b) ?? new PyComplex(toFloat(b), 0);
  // A real part alone is not added to: that would lose the sign of a zero.
  return new PyComplex(y.im === 0 ? x.re : x.re - y.im, x.im === 0 ? y.re : x.im + y.re);
};

/** Numerator and denominator of a float, exactly. */
export function integerRatio(x: number): [bigint, bigint] {
  if (Number.isNaN(x)) raiseError("ValueError", "cannot convert NaN to integer ratio");
  if (!Number.isFinite(x)) raiseError("OverflowError", "cannot convert Infinity to integer ratio");
  let value = x;
  let power = 0n;
  while (!Number.isInteger(value)) {
    value *= 2;
    power++;
  }
  return [BigInt(value), 1n << power];
}

function floatHex(x: number): string {
  if (!Number.isFinite(x)) return floatRepr(x);
  const sign = x < 0 || Object.is(x, -0) ? "-" : "";
  if (x === 0) return `${sign}0x0.0p+0`;
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, Math.abs(x));
  const high = bits.getUint32(0);
  const exponent = high >>> 20;
  const mantissa = (high & 0xfffff).toString(16).padStart(5, "0") + bits.getUint32(4).toString(16).padStart(8, "0");
  const power = exponent === 0 ? -1022 : exponent - 1023;
  return `${sign}0x${exponent === 0 ? 0 : 1}.${mantissa}p${power < 0 ? "-" : "+"}${Math.abs(power)}`;
}

methods(floatType, {
  is_integer: (x: PyValue) => Number.isInteger(plain(x)),
  as_integer_ratio: (x: PyValue) => new PyTuple(integerRatio(plain(x))),
  conjugate: (x: PyValue) => x,
  hex: (x: PyValue) => floatHex(plain(x)),
  item: (x: PyValue) => x,
});
floatType.attributes.set(
  "fromhex",
  new PyClassMethod(
    new PyNative("fromhex", ([, text]) => {
      const match = /^\s*([+-]?)(?:0x)?([0-9a-f]*)\.?([0-9a-f]*)(?:p([+-]?\d+))?\s*$/i.exec(String(text));
      if (!match) raiseError("ValueError", "invalid hexadecimal floating-point string");
      const [, sign, head, tail, power = "0"] = match;
      const value =
        Number(BigInt(`0x${head}${tail || ""}` === "0x" ? "0x0" : `0x${head}${tail}`)) *
        2 ** (Number(power) - 4 * tail.length);
      return sign === "-" ? -value : value;
    }),
  ),
);
getters(floatType, { real: (x: PyValue) => x, imag: () => 0 });
methods(intType, {
  bit_length: (x: PyValue) => BigInt(bitLength(whole(x))),
  bit_count: (x: PyValue) => BigInt((whole(x) < 0n ? -whole(x) : whole(x)).toString(2).replace(/0/g, "").length),
  conjugate: (x: PyValue) => whole(x),
  as_integer_ratio: (x: PyValue) => new PyTuple([whole(x), 1n]),
  is_integer: () => true,
  to_bytes: (x: PyValue, [length, order]) => {
    const size = Number(toInt(length ?? 1n));
    const out = Uint8Array.from({ length: size }, (_, k) => Number((whole(x) >> BigInt(8 * k)) & 255n));
    return new PyBytes(order === "little" ? out : out.reverse());
  },
});
intType.attributes.set(
  "from_bytes",
  new PyClassMethod(
    new PyNative("from_bytes", ([, bytes, order = "big"], kwargs) => {
      const data = [...(bytes as PyBytes).data];
      if (order === "little") data.reverse();
      const n = data.reduce((all, byte) => all * 256n + BigInt(byte), 0n);
      return kwargs?.get("signed") === true ? BigInt.asIntN(8 * data.length, n) : n;
    }),
  ),
);
getters(intType, {
  real: (x: PyValue) => whole(x),
  imag: () => 0n,
  numerator: (x: PyValue) => whole(x),
  denominator: () => 1n,
});
methods(complexType, { conjugate: (x: PyComplex) => new PyComplex(x.re, -x.im) });
getters(complexType, { real: (x: PyComplex) => x.re, imag: (x: PyComplex) => x.im });

/** The number that a traced float has now. */
export function seen(x: Value): number {
  return peek(x).item();
}

export { PyException };
