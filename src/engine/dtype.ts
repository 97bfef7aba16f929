/** Element types, and how numbers are rounded to them. */

export type DType = "float64" | "float32" | "int64" | "int32" | "bool";

/** Rounds a float64 number to the nearest value of `dtype` (integers wrap or truncate as the frameworks' casts do). */
export const roundTo: { [D in DType]: (x: number) => number } = {
  float64: (x) => x,
  float32: Math.fround,
  // Held as float64: exact up to 2^53.
  int64: Math.trunc,
  int32: (x) => x | 0,
  bool: (x) => (x !== 0 ? 1 : 0),
};

export function isFloat(dtype: DType): boolean {
  return dtype === "float64" || dtype === "float32";
}

const RANK: { [D in DType]: number } = { bool: 0, int32: 1, int64: 2, float32: 3, float64: 4 };

/** The wider of two types: NumPy's lattice without its int+float32 → float64 step, which is a matter of dialect. */
export function promote(a: DType, b: DType): DType {
  return RANK[a] >= RANK[b] ? a : b;
}
