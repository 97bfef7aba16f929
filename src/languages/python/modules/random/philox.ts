/**
 * Philox 4×32-10 (Salmon, Moraes, Dror and Shaw 2011) and TensorFlow's distributions over it, number for number:
 * tensorflow/core/lib/random/philox_random.h and random_distributions.h.
 */

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
