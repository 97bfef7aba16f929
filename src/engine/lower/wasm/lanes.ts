/**
 * Values of two lanes (f64x2), as expressions: what an operation's `lanes` rule is written with. Equal expressions become
 * one when they are lowered, so that a rule may say the same thing twice: sine and cosine share their reduction.
 */
import type { SimdOpcode } from "./encoder";

/** Applied to a value of an operation lane by lane, where there are no instructions for it. */
export type Scalar = (x: number, y: number, z: number) => number;

/** What makes a {@link Lanes}: an instruction, a constant in both lanes, an input, or a call for each lane. */
export type Making =
  | { readonly kind: "simd"; readonly name: SimdOpcode; readonly shift?: number }
  /** Of the four lanes of two arguments. */
  | { readonly kind: "shuffle"; readonly lanes: readonly [number, number] }
  | { readonly kind: "constant"; readonly bits: bigint }
  | { readonly kind: "input"; readonly index: number }
  /** Of the arguments; with a `mask` (the first argument) only where one of its lanes is set, else the second argument. */
  | { readonly kind: "call"; readonly evaluate: Scalar; readonly masked: boolean };

export class Lanes {
  constructor(
    readonly making: Making,
    readonly args: readonly Lanes[],
  ) {}

  /** The number in both lanes, where it is known. */
  get constant(): number | undefined {
    return this.making.kind === "constant" ? numberOf(this.making.bits) : undefined;
  }
}

/** A number stands for itself in both lanes. */
export type LanesOr = Lanes | number;

const float = new Float64Array(1);
const bitsOfFloat = new BigUint64Array(float.buffer);

function bitsOf(number: number): bigint {
  float[0] = number;
  return bitsOfFloat[0]!;
}

function numberOf(bits: bigint): number {
  bitsOfFloat[0] = bits;
  return float[0]!;
}

/** These 64 bits in both lanes. */
export const bits = (value: bigint): Lanes => new Lanes({ kind: "constant", bits: value }, []);
export const splat = (x: LanesOr): Lanes => (x instanceof Lanes ? x : bits(bitsOf(x)));

const one =
  (name: SimdOpcode) =>
  (x: LanesOr): Lanes =>
    new Lanes({ kind: "simd", name }, [splat(x)]);
const two =
  (name: SimdOpcode) =>
  (x: LanesOr, y: LanesOr): Lanes =>
    new Lanes({ kind: "simd", name }, [splat(x), splat(y)]);

export const add = two("f64x2.add");
export const sub = two("f64x2.sub");
export const mul = two("f64x2.mul");
export const div = two("f64x2.div");
export const min = two("f64x2.min");
export const max = two("f64x2.max");
export const neg = one("f64x2.neg");
export const abs = one("f64x2.abs");
export const sqrt = one("f64x2.sqrt");
export const floor = one("f64x2.floor");
export const ceil = one("f64x2.ceil");
export const trunc = one("f64x2.trunc");
/** To the nearest integer, halves to the even one. */
export const nearest = one("f64x2.nearest");

// Masks: all bits of a lane where it holds, none where not.
export const eq = two("f64x2.eq");
export const ne = two("f64x2.ne");
export const lt = two("f64x2.lt");
export const gt = two("f64x2.gt");
export const le = two("f64x2.le");
export const ge = two("f64x2.ge");
export const sameBits = two("i64x2.eq");

// On bits.
export const and = two("v128.and");
/** The bits of x that are not in y. */
export const without = two("v128.andnot");
export const or = two("v128.or");
export const xor = two("v128.xor");
export const not = one("v128.not");
export const addBits = two("i64x2.add");
export const subBits = two("i64x2.sub");
export const shiftLeft = (x: LanesOr, by: number): Lanes =>
  new Lanes({ kind: "simd", name: "i64x2.shl", shift: by }, [splat(x)]);
/** Zeros come in. */
export const shiftRight = (x: LanesOr, by: number): Lanes =>
  new Lanes({ kind: "simd", name: "i64x2.shr_u", shift: by }, [splat(x)]);

/** x where the mask holds, else y. */
export const select = (mask: Lanes, x: LanesOr, y: LanesOr): Lanes =>
  new Lanes({ kind: "simd", name: "v128.bitselect" }, [splat(x), splat(y), mask]);

/** Two of the four lanes of x and y. */
export const shuffle = (x: Lanes, y: Lanes, lanes: readonly [number, number]): Lanes =>
  new Lanes({ kind: "shuffle", lanes }, [x, y]);

/** Rounded to float32, as a float64. */
export const single = (x: LanesOr): Lanes => one("f64x2.promote_low_f32x4")(one("f32x4.demote_f64x2_zero")(x));

/** 1 where the mask holds, else 0. */
export const flag = (mask: Lanes): Lanes => and(mask, 1);

/** Where x is not 0 (NaN is not), as a mask. */
export function holds(x: Lanes): Lanes {
  // Of a flag the mask itself.
  const [mask, unit] = x.making.kind === "simd" && x.making.name === "v128.and" ? x.args : [];
  return mask && unit?.constant === 1 ? mask : ne(x, 0);
}

export const input = (index: number): Lanes => new Lanes({ kind: "input", index }, []);

/** `evaluate` of each lane. */
export const call = (evaluate: Scalar, args: readonly Lanes[]): Lanes =>
  new Lanes({ kind: "call", evaluate, masked: false }, args);

/** `usual`, but `evaluate` of each lane of `args` where the mask holds, which should be rare. */
export const rarely = (mask: Lanes, usual: Lanes, evaluate: Scalar, args: readonly Lanes[]): Lanes =>
  new Lanes({ kind: "call", evaluate, masked: true }, [mask, usual, ...args]);

const SIGN = bits(1n << 63n);
export const signOf = (x: LanesOr): Lanes => and(x, SIGN);
/** x with the sign of y turned in: its sign is kept where y's is plus, and changed where it is minus. */
export const turned = (x: LanesOr, y: LanesOr): Lanes => xor(x, signOf(y));

/** Σ coefficients[k]·xᵏ by Estrin's scheme: few steps one after the other. */
export function polynomial(coefficients: readonly number[], x: Lanes): Lanes {
  let terms: readonly Lanes[] = coefficients.map((c) => splat(c));
  for (let power = x; terms.length > 1; power = mul(power, power)) {
    const next: Lanes[] = [];
    for (let k = 0; k < terms.length; k += 2)
      next.push(k + 1 < terms.length ? add(terms[k]!, mul(terms[k + 1]!, power)) : terms[k]!);
    terms = next;
  }
  return terms[0]!;
}

/** The same by Horner's: one step after the other, with a little less error. */
export const horner = (coefficients: readonly number[], x: Lanes): Lanes =>
  coefficients.reduceRight<Lanes | undefined>((sum, c) => (sum ? add(mul(sum, x), c) : splat(c)), undefined)!;
