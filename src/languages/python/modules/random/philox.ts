/**
 * Philox 4×32-10 (Salmon, Moraes, Dror and Shaw 2011) and TensorFlow's distributions over it, number for number:
 * tensorflow/core/lib/random/philox_random.h and random_distributions.h.
 */

import { special } from "../../../../engine";

const { lgamma } = special;

type Block = [number, number, number, number];

const M0 = 0xd2511f53n;
const M1 = 0xcd9e8d57n;

function multiply(a: bigint, b: number): [high: number, low: number] {
  const product = a * BigInt(b);
  return [Number(product >> 32n), Number(product & 0xffff_ffffn)];
}

/** A counter-based generator: 128 bits of counter, 64 of key. */
export class Philox {
  private pending: Block | undefined;
  private at = 0;

  constructor(
    private readonly key: readonly [number, number],
    private counter: bigint,
  ) {}

  /** TensorFlow's: the first seed is the key, the second the upper half of the counter. */
  static ofSeeds(seed: bigint, second: bigint): Philox {
    const s = BigInt.asUintN(64, seed);
    return new Philox(split(s), BigInt.asUintN(64, second) << 64n);
  }

  /** Of a stateless operation: both seeds are scrambled by Philox itself (stateless_random_ops.cc). */
  static stateless(seed: bigint, second: bigint): Philox {
    const counter = (BigInt.asUintN(64, second) << 64n) | BigInt.asUintN(64, seed);
    const mix = new Philox([0x3ec8f720, 0x02461e29], counter).block();
    return new Philox([mix[0], mix[1]], (BigInt(mix[3]) << 96n) | (BigInt(mix[2]) << 64n));
  }

  copy(): Philox {
    return new Philox(this.key, this.counter);
  }

  /** Passes over so many blocks of four numbers. */
  skip(blocks: number): void {
    this.counter = BigInt.asUintN(128, this.counter + BigInt(blocks));
  }

  /** Four numbers of 32 bits. */
  block(): Block {
    let [k0, k1] = this.key;
    const word = (k: bigint) => Number((this.counter >> (32n * k)) & 0xffff_ffffn);
    let c: Block = [word(0n), word(1n), word(2n), word(3n)];
    for (let round = 0; round < 10; round++) {
      const [high0, low0] = multiply(M0, c[0]);
      const [high1, low1] = multiply(M1, c[2]);
      c = [(high1 ^ c[1] ^ k0) >>> 0, low1, (high0 ^ c[3] ^ k1) >>> 0, low0];
      k0 = (k0 + 0x9e3779b9) >>> 0;
      k1 = (k1 + 0xbb67ae85) >>> 0;
    }
    this.skip(1);
    return c;
  }

  /** One number of 32 bits at a time. */
  single(): number {
    if (!this.pending || this.at === 4) {
      this.pending = this.block();
      this.at = 0;
    }
    return this.pending[this.at++]!;
  }
}

const split = (x: bigint): [number, number] => [Number(x & 0xffff_ffffn), Number(x >> 32n)];

const bits = new DataView(new ArrayBuffer(8));

function toFloat(x: number): number {
  bits.setUint32(0, (127 << 23) | (x & 0x7fffff));
  return bits.getFloat32(0) - 1;
}

function toDouble(x0: number, x1: number): number {
  bits.setUint32(0, (1023 << 20) | (x0 & 0xfffff));
  bits.setUint32(4, x1);
  return bits.getFloat64(0) - 1;
}

const EPSILON = 1e-7;

/** In the precision that `round` rounds to after every step. */
function boxMuller(u1: number, u2: number, round: (x: number) => number): [number, number] {
  const angle = round(2 * Math.PI * u2);
  const radius = round(Math.sqrt(round(-2 * round(Math.log(Math.max(u1, round(EPSILON)))))));
  return [round(round(Math.sin(angle)) * radius), round(round(Math.cos(angle)) * radius)];
}

const normals = (x0: number, x1: number) => boxMuller(toFloat(x0), toFloat(x1), Math.fround);
const doubleNormals = ([a, b, c, d]: Block) => boxMuller(toDouble(a, b), toDouble(c, d), (x) => x);

export type Distribution = "uniform" | "normal" | "truncated_normal";
export type FloatType = "float32" | "float64";

/** `count` numbers: uniform in [0, 1), standard normal, or that cut at two standard deviations. */
export function draw(generator: Philox, distribution: Distribution, dtype: FloatType, count: number): Float64Array {
  const out = new Float64Array(count);
  if (distribution === "truncated_normal") return truncated(generator, dtype, out);
  for (let i = 0; i < count; ) {
    const [a, b, c, d] = generator.block();
    const group =
      dtype === "float32"
        ? distribution === "uniform"
          ? [toFloat(a), toFloat(b), toFloat(c), toFloat(d)]
          : [...normals(a, b), ...normals(c, d)]
        : distribution === "uniform"
          ? [toDouble(a, b), toDouble(c, d)]
          : doubleNormals([a, b, c, d]);
    for (const x of group) if (i < count) out[i++] = x;
  }
  return out;
}

/** Each group of four (two for doubles) has 256 blocks a number to choose from. */
function truncated(generator: Philox, dtype: FloatType, out: Float64Array): Float64Array {
  const size = dtype === "float32" ? 4 : 2;
  for (let start = 0; start < out.length; start += size) {
    const own = generator.copy();
    own.skip((start / size) * ((size * 256) / 4));
    for (let i = start; i < Math.min(start + size, out.length); ) {
      const pair =
        dtype === "float32"
          ? normals(own.single(), own.single())
          : doubleNormals([own.single(), own.single(), own.single(), own.single()]);
      for (const x of pair) if (Math.abs(x) < 2 && i < out.length) out[i++] = x;
    }
  }
  return out;
}

/** `count` numbers of 53 bits in [0, 1), as TensorFlow's SimplePhilox makes them one after the other. */
export function drawDoubles(generator: Philox, count: number): number[] {
  return Array.from({ length: count }, () => toDouble(generator.single(), generator.single()));
}

/** Pairs of doubles of one number of a random size: a generator of its own, and the last of a pair first. */
class Doubles {
  private readonly generator: Philox;
  private uniforms: number[] = [];
  private normals: number[] = [];
  constructor(generator: Philox, index: number) {
    this.generator = generator.copy();
    this.generator.skip(256 * index);
  }
  uniform(): number {
    if (this.uniforms.length === 0) {
      const [a, b, c, d] = this.generator.block();
      this.uniforms = [toDouble(a, b), toDouble(c, d)];
    }
    return this.uniforms.pop()!;
  }
  normal(): number {
    if (this.normals.length === 0) this.normals = doubleNormals(this.generator.block());
    return this.normals.pop()!;
  }
}

/**
 * The number at `index` of a standard gamma distribution (Marsaglia and Tsang 2000), as random_op.cc and
 * stateless_random_gamma_op.cc draw it.
 */
export function drawGamma(generator: Philox, alpha: number, index: number): number {
  const own = new Doubles(generator, index);
  if (alpha === 1) return -Math.log1p(-own.uniform());
  const d = alpha + (alpha < 1 ? 2 / 3 : -1 / 3);
  const c = 1 / 3 / Math.sqrt(d);
  for (;;) {
    const x = own.normal();
    const root = 1 + c * x;
    if (root <= 0) continue;
    const v = root ** 3;
    const u = own.uniform();
    if (u >= 1 - 0.0331 * x ** 4 && Math.log(u) >= 0.5 * x * x + d * (1 - v + Math.log(v))) continue;
    return d * v * (alpha < 1 ? own.uniform() ** (1 / alpha) : 1);
  }
}

/**
 * The number at `index` of a Poisson distribution, as random_poisson_op.cc draws it: Knuth's products of uniform numbers
 * for low rates, else Hörmann's transformed rejection (1993).
 */
export function drawPoisson(generator: Philox, rate: number, index: number): number {
  const own = new Doubles(generator, index);
  if (!(rate >= 0) || !Number.isFinite(rate)) return Number.NaN;
  if (rate < 10) {
    const least = Math.exp(-rate);
    let x = 0;
    for (let product = own.uniform(); product > least; product *= own.uniform()) x++;
    return x;
  }
  const b = 0.931 + 2.53 * Math.sqrt(rate);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  for (;;) {
    const u = own.uniform() - 0.5;
    const v = own.uniform();
    const shifted = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / shifted + b) * u + rate + 0.43);
    if (shifted >= 0.07 && v <= 0.9277 - 3.6224 / (b - 2)) return k;
    if (k < 0 || (shifted < 0.013 && v > shifted)) continue;
    if (Math.log((v * inverseAlpha) / (a / (shifted * shifted) + b)) <= -rate + k * Math.log(rate) - lgamma(k + 1))
      return k;
  }
}

/** `count` whole numbers in [low, high). */
export function drawIntegers(generator: Philox, low: bigint, high: bigint, wide: boolean, count: number): bigint[] {
  const range = high - low;
  const out: bigint[] = [];
  while (out.length < count) {
    const block = generator.block().map(BigInt) as [bigint, bigint, bigint, bigint];
    const group = wide ? [block[0] | (block[1] << 32n), block[2] | (block[3] << 32n)] : block;
    for (const x of group) if (out.length < count) out.push(low + (x % range));
  }
  return out;
}

/** An order of `count` things, as TensorFlow shuffles. */
export function drawOrder(generator: Philox, count: number): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = 0; i < count - 1; i++) {
    const j = i + (generator.single() % (count - i));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
