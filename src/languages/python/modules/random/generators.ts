/** The generators behind `random` and `numpy.random`, number for number. */

/** Matsumoto and Nishimura's MT19937. */
export class MersenneTwister {
  private readonly state = new Uint32Array(624);
  private at = 624;

  /** One 32-bit seed, as NumPy's legacy seeding. */
  seed(seed: number): void {
    this.state[0] = seed;
    for (let k = 1; k < 624; k++) {
      const before = this.state[k - 1] ^ (this.state[k - 1] >>> 30);
      this.state[k] = Math.imul(1812433253, before) + k;
    }
    this.at = 624;
  }
  /** Several 32-bit words, as CPython seeds. */
  seedArray(key: readonly number[]): void {
    this.seed(19650218);
    const { state } = this;
    let i = 1;
    let j = 0;
    for (let k = Math.max(624, key.length); k > 0; k--) {
      state[i] = (state[i] ^ Math.imul(state[i - 1] ^ (state[i - 1] >>> 30), 1664525)) + key[j] + j;
      i++;
      j++;
      if (i >= 624) {
        state[0] = state[623];
        i = 1;
      }
      if (j >= key.length) j = 0;
    }
    for (let k = 623; k > 0; k--) {
      state[i] = (state[i] ^ Math.imul(state[i - 1] ^ (state[i - 1] >>> 30), 1566083941)) - i;
      i++;
      if (i >= 624) {
        state[0] = state[623];
        i = 1;
      }
    }
    state[0] = 0x80000000;
    this.at = 624;
  }
  /** Its 624 words, and which of them is next. */
  position(): { words: Uint32Array; at: number } {
    return { words: this.state.slice(), at: this.at };
  }
  restore(words: ArrayLike<number>, at: number): void {
    this.state.set(words);
    this.at = at;
  }
  snapshot(): () => void {
    const { words, at } = this.position();
    return () => this.restore(words, at);
  }
  next32(): number {
    const { state } = this;
    if (this.at >= 624) {
      for (let k = 0; k < 624; k++) {
        const y = (state[k] & 0x80000000) | (state[(k + 1) % 624] & 0x7fffffff);
        state[k] = state[(k + 397) % 624] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
      }
      this.at = 0;
    }
    let y = state[this.at++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }
  double(): number {
    const a = this.next32() >>> 5;
    const b = this.next32() >>> 6;
    return (a * 67108864 + b) / 9007199254740992;
  }
}

/** 32-bit words of a non-negative integer, lowest first. */
export function words(x: bigint): number[] {
  const out: number[] = [];
  do {
    out.push(Number(x & 0xffffffffn));
    x >>= 32n;
  } while (x > 0n);
  return out;
}

/** NumPy's SeedSequence: `count` 64-bit words out of entropy. */
function seedSequence(entropy: readonly number[], count: number): bigint[] {
  let hash = 0x43b0d7e5;
  const hashmix = (x: number): number => {
    let value = (x ^ hash) >>> 0;
    hash = Math.imul(hash, 0x931e8875) >>> 0;
    value = Math.imul(value, hash) >>> 0;
    return (value ^ (value >>> 16)) >>> 0;
  };
  const mix = (x: number, y: number): number => {
    const value = (Math.imul(x, 0xca01f9dd) - Math.imul(y, 0x4973f715)) >>> 0;
    return (value ^ (value >>> 16)) >>> 0;
  };
  const pool = [0, 1, 2, 3].map((k) => hashmix(entropy[k] ?? 0));
  for (let from = 0; from < 4; from++)
    for (let to = 0; to < 4; to++) if (from !== to) pool[to] = mix(pool[to], hashmix(pool[from]));
  for (let from = 4; from < entropy.length; from++)
    for (let to = 0; to < 4; to++) pool[to] = mix(pool[to], hashmix(entropy[from]));
  let constant = 0x8b51f9dd;
  const out: number[] = [];
  for (let k = 0; k < count * 2; k++) {
    let value = (pool[k % 4] ^ constant) >>> 0;
    constant = Math.imul(constant, 0x58f38ded) >>> 0;
    value = Math.imul(value, constant) >>> 0;
    out.push((value ^ (value >>> 16)) >>> 0);
  }
  return Array.from({ length: count }, (_, k) => BigInt(out[2 * k]) | (BigInt(out[2 * k + 1]) << 32n));
}

const MASK = (1n << 128n) - 1n;
const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;

/** O'Neill's PCG64 (XSL-RR) as `numpy.random.default_rng` seeds it. */
export class Pcg64 {
  private state = 0n;
  private readonly increment: bigint;
  private kept: number | undefined;

  constructor(entropy: readonly number[]) {
    const [a, b, c, d] = seedSequence(entropy, 4);
    this.increment = ((((c << 64n) | d) << 1n) | 1n) & MASK;
    this.step();
    this.state = (this.state + ((a << 64n) | b)) & MASK;
    this.step();
  }
  snapshot(): () => void {
    const { state, kept } = this;
    return () => {
      this.state = state;
      this.kept = kept;
    };
  }
  private step(): void {
    this.state = (this.state * MULTIPLIER + this.increment) & MASK;
  }
  next64(): bigint {
    this.step();
    const word = (this.state >> 64n) ^ (this.state & 0xffffffffffffffffn);
    const by = this.state >> 122n;
    return ((word >> by) | (word << ((64n - by) & 63n))) & 0xffffffffffffffffn;
  }
  next32(): number {
    if (this.kept !== undefined) {
      const kept = this.kept;
      this.kept = undefined;
      return kept;
    }
    const word = this.next64();
    this.kept = Number(word >> 32n);
    return Number(word & 0xffffffffn);
  }
  double(): number {
    return Number(this.next64() >> 11n) / 9007199254740992;
  }
}
