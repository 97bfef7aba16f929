/** Element types, and how numbers are rounded to them. */

export type DType =
  | "float64"
  | "float32"
  | "float16"
  | "int64"
  | "int32"
  | "int16"
  | "int8"
  | "uint64"
  | "uint32"
  | "uint16"
  | "uint8"
  | "bool";

/** Rounds a float64 number to the nearest value of `dtype` (integers wrap or truncate as the frameworks' casts do). */
export const roundTo: { [D in DType]: (x: number) => number } = {
  float64: (x) => x,
  float32: Math.fround,
  float16: roundHalf,
  // Held as float64: exact up to 2^53.
  int64: Math.trunc,
  int32: (x) => x | 0,
  int16: (x) => (x << 16) >> 16,
  int8: (x) => (x << 24) >> 24,
  uint64: (x) => (x < 0 ? Math.trunc(x) + 2 ** 64 : Math.trunc(x)),
  uint32: (x) => x >>> 0,
  uint16: (x) => x & 0xffff,
  uint8: (x) => x & 0xff,
  bool: (x) => (x !== 0 ? 1 : 0),
};

/** The nearest IEEE 754 binary16 number, ties to even. */
function roundHalf(x: number): number {
  const size = Math.abs(x);
  if (!(size > 0) || size === Number.POSITIVE_INFINITY) return x;
  if (size >= 65520) return x > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  const unit = 2 ** (Math.max(Math.floor(Math.log2(size)), -14) - 10);
  const scaled = size / unit;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const whole = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  return Math.sign(x) * whole * unit;
}

interface Layout {
  readonly kind: "bool" | "uint" | "int" | "float";
  readonly bits: number;
}

/** What an element is, and how wide: `float` and 32. */
export const layoutOf: { readonly [D in DType]: Layout } = {
  bool: { kind: "bool", bits: 8 },
  uint8: { kind: "uint", bits: 8 },
  uint16: { kind: "uint", bits: 16 },
  uint32: { kind: "uint", bits: 32 },
  uint64: { kind: "uint", bits: 64 },
  int8: { kind: "int", bits: 8 },
  int16: { kind: "int", bits: 16 },
  int32: { kind: "int", bits: 32 },
  int64: { kind: "int", bits: 64 },
  float16: { kind: "float", bits: 16 },
  float32: { kind: "float", bits: 32 },
  float64: { kind: "float", bits: 64 },
};

export function isFloat(dtype: DType): boolean {
  return dtype === "float64" || dtype === "float32" || dtype === "float16";
}

/** The wider of two types: NumPy's lattice without its steps from integer and float to a wider float, which are a matter of dialect. */
export function promote(a: DType, b: DType): DType {
  if (a === b || b === "bool") return a;
  if (a === "bool") return b;
  const [p, q] = [layoutOf[a], layoutOf[b]];
  if (p.kind === q.kind) return p.bits >= q.bits ? a : b;
  if (p.kind === "float") return a;
  if (q.kind === "float") return b;
  const [signed, unsigned] = p.kind === "int" ? [p, q] : [q, p];
  if (signed.bits > unsigned.bits) return p.kind === "int" ? a : b;
  return unsigned.bits === 8 ? "int16" : unsigned.bits === 16 ? "int32" : unsigned.bits === 32 ? "int64" : "float64";
}
