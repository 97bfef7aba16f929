/** `random`: CPython's numbers for the same seed. */
import { bindArguments, toFloat, toInt } from "../../runtime/arguments";
import { encoded } from "../../runtime/bytes";
import { listOf, PyBytes, PyDict, PyList, PyRange, PySet, PyTuple } from "../../runtime/containers";
import { raiseError } from "../../runtime/errors";
import { bitLength, floatModulo } from "../../runtime/numbers";
import { makeType, native, PyObject, type PyValue, sharedMethod } from "../../runtime/object";
import { call, getAttribute, getItem, hashOf, lengthOf } from "../../runtime/protocol";
import { loadModule, registerModule } from "../registry";
import { MersenneTwister, words } from "./generators";

const randomType = makeType("Random");
randomType.module = "random";

export class PyRandom extends PyObject {
  private readonly twister = new MersenneTwister();
  private gaussian: number | undefined;

  constructor(seed: PyValue | undefined) {
    super(randomType);
    this.seed(seed);
  }
  /** Without a seed: always the same numbers, so that a document's answers stay. */
  seed(seed: PyValue | undefined): void {
    this.gaussian = undefined;
    const text = typeof seed === "string" ? new PyBytes(encoded(seed)) : seed;
    const x =
      text instanceof PyBytes
        ? ofText(text)
        : seed === undefined || seed === null
          ? 0n
          : typeof seed === "number"
            ? hashOf(seed)
            : toInt(seed);
    this.twister.seedArray(words(x < 0n ? -x : x));
  }
  state(): PyTuple {
    const { words, at } = this.twister.position();
    return new PyTuple([3n, new PyTuple([...words, at].map(BigInt)), this.gaussian ?? null]);
  }
  setState(state: PyValue): void {
    const [, all, gaussian] = listOf(state);
    const numbers = listOf(all).map(Number);
    if (numbers.length !== 625) raiseError("ValueError", "state vector is the wrong size");
    this.twister.restore(numbers.slice(0, 624), numbers[624]);
    this.gaussian = gaussian === null ? undefined : Number(gaussian);
  }
  snapshot(): () => void {
    const back = this.twister.snapshot();
    const { gaussian } = this;
    return () => {
      back();
      this.gaussian = gaussian;
    };
  }
  random = (): number => this.twister.double();
  override held(): readonly unknown[] {
    return [this.twister, this.gaussian];
  }
  override hold([, gaussian]: readonly unknown[]): void {
    this.gaussian = gaussian as number | undefined;
  }
  bits(count: number): bigint {
    if (count <= 0) return 0n;
    if (count <= 32) return BigInt(this.twister.next32() >>> (32 - count));
    let out = 0n;
    let shift = 0n;
    for (let left = count; left > 0; left -= 32) {
      const word = this.twister.next32();
      out |= BigInt(left < 32 ? word >>> (32 - left) : word) << shift;
      shift += 32n;
    }
    return out;
  }
  below(n: bigint): bigint {
    if (n <= 0n) return 0n;
    const size = bitLength(n);
    let r = this.bits(size);
    while (r >= n) r = this.bits(size);
    return r;
  }
  gauss(mu: number, sigma: number): number {
    let z = this.gaussian;
    this.gaussian = undefined;
    if (z === undefined) {
      const angle = this.random() * 2 * Math.PI;
      const radius = Math.sqrt(-2 * Math.log(1 - this.random()));
      z = Math.cos(angle) * radius;
      this.gaussian = Math.sin(angle) * radius;
    }
    return mu + z * sigma;
  }
  normal(mu: number, sigma: number): number {
    const magic = (4 * Math.exp(-0.5)) / Math.sqrt(2);
    for (;;) {
      const u = this.random();
      const v = 1 - this.random();
      const z = (magic * (u - 0.5)) / v;
      if ((z * z) / 4 <= -Math.log(v)) return mu + z * sigma;
    }
  }
  gamma(alpha: number, beta: number): number {
    if (alpha > 1) {
      const ainv = Math.sqrt(2 * alpha - 1);
      const b = alpha - Math.log(4);
      const c = alpha + ainv;
      for (;;) {
        const u = this.random();
        if (!(u > 1e-7 && u < 0.9999999)) continue;
        const w = 1 - this.random();
        const v = Math.log(u / (1 - u)) / ainv;
        const x = alpha * Math.exp(v);
        const z = u * u * w;
        const r = b + c * v - x;
        if (r + 1 + Math.log(4.5) - 4.5 * z >= 0 || r >= Math.log(z)) return x * beta;
      }
    }
    if (alpha === 1) return -Math.log(1 - this.random()) * beta;
    for (;;) {
      const u = this.random();
      const b = (Math.E + alpha) / Math.E;
      const p = b * u;
      const x = p <= 1 ? p ** (1 / alpha) : -Math.log((b - p) / alpha);
      const w = this.random();
      if (p > 1 ? w <= x ** (alpha - 1) : w <= Math.exp(-x)) return x * beta;
    }
  }
  range(args: PyValue[]): bigint {
    const [a, b, c] = args.map(toInt);
    const start = b === undefined ? 0n : a;
    const stop = b === undefined ? a : b;
    const step = c ?? 1n;
    if (step === 0n) raiseError("ValueError", "zero step for randrange()");
    const width = stop - start;
    const count = step > 0n ? (width + step - 1n) / step : (width + step + 1n) / step;
    if (count <= 0n)
      raiseError(
        "ValueError",
        b === undefined ? "empty range for randrange()" : `empty range for randrange() (${start}, ${stop}, ${width})`,
      );
    return start + step * this.below(count);
  }
  sample(population: PyValue, count: number): PyValue[] {
    if (population instanceof PySet || population instanceof PyDict)
      raiseError("TypeError", "Population must be a sequence.  For dicts or sets, use sorted(d).");
    const items = listOf(population);
    const n = items.length;
    if (count < 0 || count > n) raiseError("ValueError", "Sample larger than population or is negative");
    let size = 21;
    if (count > 5) size += 4 ** Math.ceil(Math.log(count * 3) / Math.log(4));
    if (n <= size) {
      const pool = [...items];
      return Array.from({ length: count }, (_, k) => {
        const j = Number(this.below(BigInt(n - k)));
        const picked = pool[j];
        pool[j] = pool[n - k - 1];
        return picked;
      });
    }
    const taken = new Set<number>();
    return Array.from({ length: count }, () => {
      let j = Number(this.below(BigInt(n)));
      while (taken.has(j)) j = Number(this.below(BigInt(n)));
      taken.add(j);
      return items[j];
    });
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    const run = table[name];
    return run && native(name, (args, kwargs) => run(this, args, kwargs));
  }
}

/** The seed that a text is: its bytes and their SHA-512, as one integer (version 2 of CPython's `seed`). */
function ofText(text: PyBytes): bigint {
  const hash = call(loadModule("hashlib")!.member("sha512")!, [text]);
  const digest = call(getAttribute(hash, "digest"), []) as PyBytes;
  return [...text.data, ...digest.data].reduce((x, byte) => (x << 8n) | BigInt(byte), 0n);
}

type Run = (self: PyRandom, args: PyValue[], kwargs: Parameters<typeof bindArguments>[3]) => PyValue;

const two =
  (name: string, names: string[], run: (self: PyRandom, a: number, b: number) => number, defaults = [0, 1]): Run =>
  (self, args, kwargs) => {
    const [a, b] = bindArguments(name, names, args, kwargs);
    return run(self, a === undefined ? defaults[0] : toFloat(a), b === undefined ? defaults[1] : toFloat(b));
  };

const table: Record<string, Run> = {
  seed: (self, [x]) => {
    self.seed(x);
    return null;
  },
  random: (self) => self.random(),
  getstate: (self) => self.state(),
  setstate: (self, [state]) => {
    self.setState(state);
    return null;
  },
  randbytes: (self, [n]) => {
    const bits = self.bits(8 * Number(toInt(n)));
    return new PyBytes(Uint8Array.from({ length: Number(toInt(n)) }, (_, k) => Number((bits >> BigInt(8 * k)) & 255n)));
  },
  getrandbits: (self, [k]) => self.bits(Number(toInt(k))),
  randrange: (self, args) => self.range(args),
  randint: (self, args, kwargs) => {
    const [a, b] = bindArguments("randint", ["a", "b"], args, kwargs);
    return self.range([a!, toInt(b!) + 1n]);
  },
  choice: (self, [seq]) => {
    const n = lengthOf(seq);
    if (n === 0n) raiseError("IndexError", "Cannot choose from an empty sequence");
    return getItem(seq, self.below(n));
  },
  choices: (self, args, kwargs) => {
    const [population, weights, cumulative, k] = bindArguments(
      "choices",
      ["population", "weights?", "*", "cum_weights?", "k?"],
      args,
      kwargs,
    );
    const items = listOf(population!);
    const count = k === undefined ? 1 : Number(toInt(k));
    const n = items.length;
    if ((weights ?? null) === null && (cumulative ?? null) === null)
      return new PyList(Array.from({ length: count }, () => items[Math.floor(self.random() * n)]));
    let sum = 0;
    const sums =
      (cumulative ?? null) !== null
        ? listOf(cumulative!).map(toFloat)
        : listOf(weights!).map((w) => {
            sum += toFloat(w);
            return sum;
          });
    const total = sums[n - 1];
    return new PyList(
      Array.from({ length: count }, () => {
        const x = self.random() * total;
        const at = sums.findIndex((s) => s > x);
        return items[at < 0 ? n - 1 : Math.min(at, n - 1)];
      }),
    );
  },
  shuffle: (self, [x]) => {
    const n = Number(lengthOf(x));
    if (x instanceof PyTuple || x instanceof PyRange)
      raiseError("TypeError", `'${x.type.name}' object does not support item assignment`);
    const items = x as PyObject;
    for (let i = n - 1; i > 0; i--) {
      const j = self.below(BigInt(i + 1));
      const [a, b] = [getItem(items, BigInt(i)), getItem(items, j)];
      items.pySetItem!(BigInt(i), b);
      items.pySetItem!(j, a);
    }
    return null;
  },
  sample: (self, args, kwargs) => {
    const [population, k, counts] = bindArguments("sample", ["population", "k", "*", "counts?"], args, kwargs);
    const each =
      counts === undefined || counts === null ? undefined : listOf(counts).map((count) => Number(toInt(count)));
    const all = each ? new PyList(listOf(population!).flatMap((item, at) => Array(each[at]).fill(item))) : population!;
    return new PyList(self.sample(all, Number(toInt(k!))));
  },
  uniform: two("uniform", ["a", "b"], (self, a, b) => a + (b - a) * self.random()),
  triangular: (self, [low = 0, high = 1, mode = null]) => {
    let [a, b] = [toFloat(low), toFloat(high)];
    let u = self.random();
    let c = mode === null ? 0.5 : (toFloat(mode) - a) / (b - a);
    if (u > c) {
      u = 1 - u;
      c = 1 - c;
      [a, b] = [b, a];
    }
    return a + (b - a) * Math.sqrt(u * c);
  },
  gauss: two("gauss", ["mu?", "sigma?"], (self, mu, sigma) => self.gauss(mu, sigma)),
  normalvariate: two("normalvariate", ["mu?", "sigma?"], (self, mu, sigma) => self.normal(mu, sigma)),
  lognormvariate: two("lognormvariate", ["mu?", "sigma?"], (self, mu, sigma) => Math.exp(self.normal(mu, sigma))),
  expovariate: two("expovariate", ["lambd?"], (self, rate) => -Math.log(1 - self.random()) / rate, [1, 1]),
  gammavariate: two("gammavariate", ["alpha", "beta"], (self, a, b) => self.gamma(a, b)),
  betavariate: two("betavariate", ["alpha", "beta"], (self, a, b) => {
    const y = self.gamma(a, 1);
    return y ? y / (y + self.gamma(b, 1)) : 0;
  }),
  vonmisesvariate: two("vonmisesvariate", ["mu", "kappa"], (self, mu, kappa) => {
    if (kappa <= 1e-6) return 2 * Math.PI * self.random();
    const s = 0.5 / kappa;
    const r = s + Math.sqrt(1 + s * s);
    for (;;) {
      const z = Math.cos(Math.PI * self.random());
      const d = z / (r + z);
      const u = self.random();
      if (u < 1 - d * d || u <= (1 - d) * Math.exp(d)) {
        const q = 1 / r;
        const angle = Math.acos((q + z) / (1 + q * z));
        const out = self.random() > 0.5 ? mu + angle : mu - angle;
        return floatModulo(out, 2 * Math.PI);
      }
    }
  }),
  paretovariate: two("paretovariate", ["alpha"], (self, a) => (1 - self.random()) ** (-1 / a)),
  weibullvariate: two(
    "weibullvariate",
    ["alpha", "beta"],
    (self, a, b) => a * (-Math.log(1 - self.random())) ** (1 / b),
  ),
};

registerModule("random", () => {
  const own = new PyRandom(undefined);
  randomType.construct = (_type, [seed]) => new PyRandom(seed);
  return new Map<string, PyValue>([
    ["Random", randomType],
    ["_inst", own],
    ...Object.keys(table).map((name): [string, PyValue] => [name, sharedMethod(own, name)]),
  ]);
});
