/** `numpy.random`: RandomState and default_rng, with NumPy's numbers for the same seed. */
import * as engine from "../../../../engine";
import { peek, sizeOf, special, tensor } from "../../../../engine";
import { bindArguments, toInt } from "../../runtime/arguments";
import { listOf, PyBytes, PyTuple } from "../../runtime/containers";
import { raiseError } from "../../runtime/errors";
import { type Kwargs, makeType, native, PyObject, type PyType, type PyValue, sharedMethod } from "../../runtime/object";
import { isNumber, truth } from "../../runtime/protocol";
import { arrayType, PyArray } from "../numpy/array";
import { asValue, dtypeOfArgument, pick, range, shapeOf } from "../numpy/convert";
import { svdOf } from "../numpy/linalg";
import { ObjectArray } from "../numpy/objects";
import { registerModule } from "../registry";
import { binomial, distributions, standardGamma } from "./distributions";
import { MersenneTwister, Pcg64, words } from "./generators";
import { EXPONENTIAL_WIDTHS, NORMAL_WIDTHS } from "./ziggurat";

// The ziggurat of the normal distribution in 256 layers (Marsaglia and Tsang).
const R = 3.6541528853610088;
const SCALE = 2 ** 52;
const KI = new Float64Array(256);
const WI = NORMAL_WIDTHS;
const FI = new Float64Array(256);
{
  const f = (x: number): number => Math.exp(-0.5 * x * x);
  const area = R * f(R) + Math.sqrt(Math.PI / 2) * special.erfc(R / Math.SQRT2);
  KI[0] = Math.floor(((R * f(R)) / area) * SCALE);
  FI[0] = 1;
  FI[255] = f(R);
  let x = R;
  for (let k = 254; k >= 1; k--) {
    const next = Math.sqrt(-2 * Math.log(area / x + f(x)));
    KI[k + 1] = Math.floor((next / x) * SCALE);
    FI[k] = f(next);
    x = next;
  }
  KI[1] = 0;
}

// And of the exponential one.
const RE = 7.69711747013105;
const SCALE_E = 2 ** 53;
const KE = new Float64Array(256);
const WE = EXPONENTIAL_WIDTHS;
const FE = new Float64Array(256);
{
  const area = 3.949659822581572e-3;
  KE[0] = Math.floor((RE / (area / Math.exp(-RE))) * SCALE_E);
  FE[0] = 1;
  FE[255] = Math.exp(-RE);
  let x = RE;
  for (let k = 254; k >= 1; k--) {
    const next = -Math.log(area / x + Math.exp(-x));
    KE[k + 1] = Math.floor((next / x) * SCALE_E);
    FE[k] = Math.exp(-next);
    x = next;
  }
  KE[1] = 0;
}

abstract class Source extends PyObject {
  abstract double(): number;
  abstract next32(): number;
  abstract normal(): number;
  /** An integer from 0 to `most`. */
  abstract bounded(most: number): number;
  abstract exponential(): number;
  abstract readonly modern: boolean;
  override pyGetAttribute(name: string): PyValue | undefined {
    const run = table[name];
    if (run && (this instanceof Generator ? !LEGACY.has(name) : !MODERN.has(name)))
      return native(name, (args, kwargs) => run(this, args, kwargs));
    if (name.startsWith("__")) return undefined;
    raiseError("NotImplementedError", `numpy.random.${name} is not supported`);
  }
}
const LEGACY = new Set([
  "seed",
  "get_state",
  "set_state",
  "rand",
  "randn",
  "randint",
  "random_sample",
  "ranf",
  "sample",
]);
const MODERN = new Set(["integers", "permuted"]);

const stateType = makeType("RandomState");
class RandomState extends Source {
  private readonly twister = new MersenneTwister();
  private kept: number | undefined;
  readonly modern = false;
  constructor(seed: PyValue | undefined) {
    super(stateType);
    this.seed(seed);
  }
  /** Without a seed: always the same numbers, so that a document's answers stay. */
  seed(seed: PyValue | undefined): void {
    this.kept = undefined;
    if (seed === undefined || seed === null) this.twister.seed(0);
    else if (isNumber(seed)) {
      const x = toInt(seed);
      if (x < 0n || x > 0xffffffffn) raiseError("ValueError", "Seed must be between 0 and 2**32 - 1");
      this.twister.seed(Number(x));
    } else this.twister.seedArray(Array.from(peek(asValue(seed)).data));
  }
  state(): PyTuple {
    const { words, at } = this.twister.position();
    const gauss = this.kept === undefined ? 0n : 1n;
    return new PyTuple(["MT19937", new PyArray(tensor(words, "uint32")), BigInt(at), gauss, this.kept ?? 0]);
  }
  setState(state: PyValue): void {
    const [, words, at, gauss, kept] = listOf(state);
    this.twister.restore(peek(asValue(words)).data, Number(at));
    this.kept = Number(gauss) ? Number(kept) : undefined;
  }
  double(): number {
    return this.twister.double();
  }
  next32(): number {
    return this.twister.next32();
  }
  snapshot(): () => void {
    const back = this.twister.snapshot();
    const { kept } = this;
    return () => {
      back();
      this.kept = kept;
    };
  }
  normal(): number {
    if (this.kept !== undefined) {
      const kept = this.kept;
      this.kept = undefined;
      return kept;
    }
    for (;;) {
      const x = 2 * this.double() - 1;
      const y = 2 * this.double() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const f = Math.sqrt((-2 * Math.log(square)) / square);
      this.kept = f * x;
      return f * y;
    }
  }
  bounded(most: number): number {
    if (most === 0) return 0;
    if (most > 0xffffffff) {
      const wide = BigInt(most);
      const mask = (1n << BigInt(wide.toString(2).length)) - 1n;
      for (;;) {
        const high = BigInt(this.next32()) << 32n;
        const x = (high | BigInt(this.next32())) & mask;
        if (x <= wide) return Number(x);
      }
    }
    const mask = 2 ** (32 - Math.clz32(most)) - 1;
    for (;;) {
      const x = (this.next32() & mask) >>> 0;
      if (x <= most) return x;
    }
  }
  exponential(): number {
    return -Math.log(1 - this.double());
  }
}

/** A seed that a bit generator got, for `Generator` to start from. */
class BitGenerator extends PyObject {
  constructor(
    type: PyType,
    readonly seed: PyValue | undefined,
  ) {
    super(type);
  }
}
const pcgType = makeType("PCG64");
const sequenceType = makeType("SeedSequence");
for (const type of [pcgType, sequenceType]) type.construct = (own, [seed]) => new BitGenerator(own, seed);

const generatorType = makeType("Generator");
generatorType.construct = (_type, [bits]) => {
  if (!(bits instanceof BitGenerator && bits.type === pcgType))
    raiseError("NotImplementedError", "numpy.random.Generator is supported of a PCG64 only");
  return new Generator(bits);
};
class Generator extends Source {
  private readonly pcg: Pcg64;
  readonly modern = true;
  constructor(given: PyValue | undefined) {
    super(generatorType);
    let seed = given;
    while (seed instanceof BitGenerator) seed = seed.seed;
    const entropy =
      seed === undefined || seed === null
        ? [0]
        : isNumber(seed)
          ? words(toInt(seed))
          : listOf(seed).flatMap((x) => words(toInt(x)));
    this.pcg = new Pcg64(entropy);
  }
  override pyRepr(): string {
    return "Generator(PCG64)";
  }
  double(): number {
    return this.pcg.double();
  }
  next32(): number {
    return this.pcg.next32();
  }
  snapshot(): () => void {
    return this.pcg.snapshot();
  }
  normal(): number {
    for (;;) {
      let r = this.pcg.next64();
      const layer = Number(r & 0xffn);
      r >>= 8n;
      const negative = (r & 1n) === 1n;
      const size = (r >> 1n) & 0x000fffffffffffffn;
      const places = Number(size);
      const x = negative ? -(places * WI[layer]) : places * WI[layer];
      if (places < KI[layer]) return x;
      if (layer === 0) {
        for (;;) {
          const tail = (-1 / R) * Math.log1p(-this.double());
          const y = -Math.log1p(-this.double());
          if (y + y > tail * tail) return ((size >> 8n) & 1n) === 1n ? -(R + tail) : R + tail;
        }
      }
      if ((FI[layer - 1] - FI[layer]) * this.double() + FI[layer] < Math.exp(-0.5 * x * x)) return x;
    }
  }
  bounded(most: number): number {
    if (most === 0) return 0;
    if (most > 0xffffffff) {
      const count = BigInt(most) + 1n;
      const low = (x: bigint): bigint => BigInt.asUintN(64, x);
      let m = this.pcg.next64() * count;
      if (low(m) < count) {
        const threshold = ((1n << 64n) - count) % count;
        while (low(m) < threshold) m = this.pcg.next64() * count;
      }
      return Number(m >> 64n);
    }
    if (most === 0xffffffff) return this.next32();
    const count = BigInt(most + 1);
    let m = BigInt(this.next32()) * count;
    if ((m & 0xffffffffn) < count) {
      const threshold = (0xffffffffn - BigInt(most)) % count;
      while ((m & 0xffffffffn) < threshold) m = BigInt(this.next32()) * count;
    }
    return Number(m >> 32n);
  }
  exponential(): number {
    for (;;) {
      let r = this.pcg.next64() >> 3n;
      const layer = Number(r & 0xffn);
      r >>= 8n;
      const places = Number(r);
      const x = places * WE[layer];
      if (places < KE[layer]) return x;
      if (layer === 0) return RE - Math.log1p(-this.double());
      if ((FE[layer - 1] - FE[layer]) * this.double() + FE[layer] < Math.exp(-x)) return x;
    }
  }
}

// ── what both draw ──────────────────────────────────────────────────────────

type Run = (self: Source, args: PyValue[], kwargs: Kwargs | undefined) => PyValue;

const none = (x: PyValue | undefined): x is undefined | null => x === undefined || x === null;

/** Numbers of a shape; a single one without. Plain Python floats, as NumPy gives for scalars. */
function fill(size: PyValue | undefined, draw: (k: number) => number, dtype: "float64" | "int64" = "float64"): PyValue {
  if (none(size)) {
    const x = draw(0);
    return dtype === "int64" ? BigInt(x) : x;
  }
  const shape = shapeOf(size);
  return new PyArray(
    tensor(
      Array.from({ length: sizeOf(shape) }, (_, k) => draw(k)),
      dtype,
      shape,
    ),
    arrayType,
  );
}

/** A distribution with two parameters that may be arrays. */
const two =
  (
    name: string,
    names: [string, string],
    defaults: [number, number],
    draw: (self: Source, a: number, b: number) => number,
  ): Run =>
  (self, args, kwargs) => {
    const [a, b, size] = bindArguments(name, [`${names[0]}?`, `${names[1]}?`, "size?"], args, kwargs);
    if ((none(a) || isNumber(a)) && (none(b) || isNumber(b))) {
      const [x, y] = [none(a) ? defaults[0] : Number(a), none(b) ? defaults[1] : Number(b)];
      return fill(size, () => draw(self, x, y));
    }
    const [p, q] = [
      none(a) ? engine.scalar(defaults[0]) : asValue(a),
      none(b) ? engine.scalar(defaults[1]) : asValue(b),
    ];
    const shape = none(size) ? engine.broadcastShapes(p.shape, q.shape) : shapeOf(size);
    const [x, y] = [peek(engine.broadcastTo(p, shape)).data, peek(engine.broadcastTo(q, shape)).data];
    return new PyArray(
      tensor(
        Array.from({ length: sizeOf(shape) }, (_, k) => draw(self, x[k], y[k])),
        "float64",
        shape,
      ),
    );
  };

const integers =
  (name: string): Run =>
  (self, args, kwargs) => {
    const [low, high, size, kind, endpoint] = bindArguments(
      name,
      ["low", "high?", "size?", "dtype?", "endpoint?"],
      args,
      kwargs,
    );
    const start = none(high) ? 0 : Number(toInt(low!));
    const stop = Number(toInt(none(high) ? low! : high)) - (truth(endpoint ?? false) ? 0 : 1);
    if (stop < start) raiseError("ValueError", "low >= high");
    const dtype = dtypeOfArgument(kind) ?? "int64";
    const bits = dtype === "bool" ? 1 : engine.layoutOf[dtype].bits;
    const narrow = bits < 32 ? narrowIntegers(self, bits, stop - start) : undefined;
    const draw = narrow ?? (() => self.bounded(stop - start));
    if (none(size)) {
      const x = start + draw();
      return self.modern || !none(kind) ? new PyArray(engine.scalar(x, dtype)) : BigInt(x);
    }
    const shape = shapeOf(size);
    return new PyArray(
      tensor(
        range(sizeOf(shape)).map(() => start + draw()),
        dtype,
        shape,
      ),
      arrayType,
    );
  };

/** Integers of 1, 8 and 16 bits: several from each word of 32. */
function narrowIntegers(self: Source, bits: number, most: number): () => number {
  let word = 0;
  let left = 0;
  const next = (): number => {
    if (left === 0) {
      word = self.next32();
      left = 32 / bits;
    }
    const x = word & (2 ** bits - 1);
    word >>>= bits;
    left--;
    return x;
  };
  if (most === 0) return () => 0;
  if (!self.modern) {
    const mask = 2 ** (32 - Math.clz32(most)) - 1;
    return () => {
      for (;;) {
        const x = next() & mask;
        if (x <= most) return x;
      }
    };
  }
  const unit = 2 ** bits;
  if (most === unit - 1) return next;
  const count = most + 1;
  return () => {
    let m = next() * count;
    if (m % unit < count) {
      const threshold = (unit - 1 - most) % count;
      while (m % unit < threshold) m = next() * count;
    }
    return Math.floor(m / unit);
  };
}

/** An integer from 0 to `most` by masking and rejecting, as both generators shuffle. */
function masked(self: Source, most: number): number {
  const mask = 2 ** (32 - Math.clz32(most)) - 1;
  for (;;) {
    const x = (self.next32() & mask) >>> 0;
    if (x <= most) return x;
  }
}

function shuffled(self: Source, n: number): number[] {
  const order = range(n);
  for (let i = n - 1; i > 0; i--) {
    const j = masked(self, i);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** Some of n without putting back, as NumPy's Generator does it (Floyd's algorithm, then a shuffle). */
function withoutReplacement(self: Source, n: number, count: number): number[] {
  if (!(self instanceof Generator)) return shuffled(self, n).slice(0, count);
  if (n > 10000 && count > Math.floor(n / 50)) {
    const order = range(n);
    for (let i = n - 1; i >= Math.max(n - count, 1); i--) {
      const j = self.bounded(i);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order.slice(n - count);
  }
  const taken = new Set<number>();
  const out: number[] = [];
  for (let j = n - count; j < n; j++) {
    const x = self.bounded(j);
    const picked = taken.has(x) ? j : x;
    taken.add(picked);
    out.push(picked);
  }
  for (let i = count - 1; i > 0; i--) {
    const j = self.bounded(i);
    [out[i], out[j]] = [out[j], out[i]];
  }
  return out;
}

const uniforms: Run = (self, args, kwargs) => {
  const [size, kind] = bindArguments("random", ["size?", "dtype?"], args, kwargs);
  // Single precision takes 24 bits of a word.
  if (dtypeOfArgument(kind) === "float32") {
    const drawn = fill(size, () => (self.next32() >>> 8) / 2 ** 24);
    return new PyArray(engine.cast(asValue(drawn), "float32"));
  }
  return fill(size, () => self.double());
};

const table: Record<string, Run> = {
  seed: (self, [seed]) => {
    (self as RandomState).seed(seed);
    return null;
  },
  get_state: (self) => (self as RandomState).state(),
  set_state: (self, [state]) => {
    (self as RandomState).setState(state);
    return null;
  },
  bytes: (self, [length]) => {
    const count = Number(toInt(length));
    const words = range(Math.ceil(count / 4)).map(() => self.next32());
    return new PyBytes(Uint8Array.from({ length: count }, (_, k) => (words[k >> 2] >>> (8 * (k & 3))) & 255));
  },
  random: uniforms,
  random_sample: uniforms,
  ranf: uniforms,
  sample: uniforms,
  rand: (self, args) => fill(args.length ? asShape(args) : undefined, () => self.double()),
  randn: (self, args) => fill(args.length ? asShape(args) : undefined, () => self.normal()),
  standard_normal: (self, args, kwargs) =>
    fill(bindArguments("standard_normal", ["size?"], args, kwargs)[0], () => self.normal()),
  normal: two("normal", ["loc", "scale"], [0, 1], (self, loc, scale) => {
    if (scale < 0) raiseError("ValueError", "scale < 0");
    return loc + scale * self.normal();
  }),
  lognormal: two("lognormal", ["mean", "sigma"], [0, 1], (self, loc, scale) => Math.exp(loc + scale * self.normal())),
  uniform: two("uniform", ["low", "high"], [0, 1], (self, low, high) => low + (high - low) * self.double()),
  randint: integers("randint"),
  integers: integers("integers"),
  permutation: (self, [x]) => {
    if (isNumber(x)) return new PyArray(tensor(shuffled(self, Number(x)), "int64"), arrayType);
    const value = asValue(x);
    return new PyArray(pick(value, shuffled(self, value.shape[0]), 0), arrayType);
  },
  shuffle: (self, [x]) => {
    if (x instanceof PyArray) {
      x.assign(pick(x.value, shuffled(self, x.shape[0]), 0));
      return null;
    }
    const items = listOf(x);
    shuffled(self, items.length).forEach((from, k) => {
      (x as PyObject).pySetItem!(BigInt(k), items[from]);
    });
    return null;
  },
  choice: (self, args, kwargs) => {
    const [a, size, replace, p] = bindArguments(
      "choice",
      ["a", "size?", "replace?", "p?", "axis?", "shuffle?"],
      args,
      kwargs,
    );
    const whole = isNumber(a!) ? undefined : a!;
    const n = whole === undefined ? Number(toInt(a!)) : Number(asLength(whole));
    if (n <= 0) raiseError("ValueError", "a must be a positive integer unless no samples are taken");
    const shape = none(size) ? [] : shapeOf(size);
    const count = sizeOf(shape);
    let places: number[];
    if (!none(p)) {
      const weights = Array.from(peek(asValue(p)).data);
      if (Math.abs(weights.reduce((s, w) => s + w, 0) - 1) > 1e-8)
        raiseError("ValueError", "Probabilities do not sum to 1");
      const drawn = (wanted: number): number[] => {
        let sum = 0;
        const sums = weights.map((w) => {
          sum += w;
          return sum;
        });
        return range(wanted).map(() => {
          const u = self.double();
          const at = sums.findIndex((s) => s / sum > u);
          return at < 0 ? n - 1 : at;
        });
      };
      if (truth(replace ?? true)) places = drawn(count);
      else {
        if (weights.filter((w) => w > 0).length < count)
          raiseError("ValueError", "Fewer non-zero entries in p than size");
        places = [];
        // What was drawn weighs nothing in the next round.
        while (places.length < count) {
          places.push(...new Set(drawn(count - places.length)));
          for (const at of places) weights[at] = 0;
        }
      }
    } else if (truth(replace ?? true)) places = range(count).map(() => self.bounded(n - 1));
    else {
      if (count > n)
        raiseError(
          "ValueError",
          `Cannot take a larger sample than population when ${self.modern ? "replace is False" : "'replace=False'"}`,
        );
      places = withoutReplacement(self, n, count);
    }
    if (whole === undefined && none(size))
      return self.modern ? new PyArray(engine.scalar(places[0], "int64")) : BigInt(places[0]);
    if (whole === undefined) return new PyArray(tensor(places, "int64", shape), arrayType);
    const items = whole instanceof PyArray ? undefined : listOf(whole);
    if (items?.some((x) => typeof x === "string" || x === null)) {
      const chosen = places.map((at) => items[at]);
      return none(size) ? chosen[0] : new ObjectArray(chosen, shape);
    }
    if (none(size)) return new PyArray(pick(asValue(whole), [places[0]], 0, true));
    const value = asValue(whole);
    return new PyArray(engine.reshape(pick(value, places, 0), [...shape, ...value.shape.slice(1)]), arrayType);
  },
};

for (const [name, { parameters, integer, draw }] of Object.entries(distributions)) {
  const names = [...parameters.map(([own, otherwise]) => (otherwise === undefined ? own : `${own}?`)), "size?"];
  table[name] = (self, args, kwargs) => {
    const bound = bindArguments(name, names, args, kwargs);
    const size = bound[parameters.length];
    const values = parameters.map(([, otherwise], k) =>
      none(bound[k]) ? engine.scalar(otherwise!) : asValue(bound[k]!),
    );
    const dtype = integer ? "int64" : "float64";
    const whole = values.reduce<readonly number[]>((all, value) => engine.broadcastShapes(all, value.shape), []);
    if (whole.length === 0) {
      const [a, b, c] = values.map((value) => peek(value).item());
      return fill(size, () => draw(self, a, b, c), dtype);
    }
    const shape = none(size) ? whole : shapeOf(size);
    const [a, b, c] = values.map((value) => peek(engine.broadcastTo(value, shape)).data);
    const drawn = range(sizeOf(shape)).map((k) => draw(self, a[k], b?.[k], c?.[k]));
    return new PyArray(tensor(drawn, dtype, shape), arrayType);
  };
}

/** Rows of counts that sum to n. */
table.multinomial = (self, args, kwargs) => {
  const [n, p, size] = bindArguments("multinomial", ["n", "pvals", "size?"], args, kwargs);
  const shares = Array.from(peek(asValue(p!)).data);
  const shape = none(size) ? [] : shapeOf(size);
  const rows = range(sizeOf(shape)).flatMap(() => {
    const out = new Array<number>(shares.length).fill(0);
    let left = Number(toInt(n!));
    let rest = 1;
    for (let k = 0; k < shares.length - 1 && left > 0; k++) {
      out[k] = binomial(self, left, Math.min(shares[k] / rest, 1));
      left -= out[k];
      rest -= shares[k];
    }
    out[shares.length - 1] = left;
    return out;
  });
  return new PyArray(tensor(rows, "int64", [...shape, shares.length]), arrayType);
};

/** Rows that sum to 1. */
table.dirichlet = (self, args, kwargs) => {
  const [alpha, size] = bindArguments("dirichlet", ["alpha", "size?"], args, kwargs);
  const shapes = Array.from(peek(asValue(alpha!)).data);
  const shape = none(size) ? [] : shapeOf(size);
  const rows = range(sizeOf(shape)).flatMap(() => {
    const parts = shapes.map((a) => standardGamma(self, a));
    const total = parts.reduce((a, b) => a + b, 0);
    return parts.map((x) => x * (1 / total));
  });
  return new PyArray(tensor(rows, "float64", [...shape, shapes.length]), arrayType);
};

/** Normal numbers turned by the roots of the covariance's singular values. */
table.multivariate_normal = (self, args, kwargs) => {
  const [mean, covariance, size] = bindArguments(
    "multivariate_normal",
    ["mean", "cov", "size?", "check_valid?", "tol?", "method?"],
    args,
    kwargs,
  );
  const center = peek(asValue(mean!));
  const n = center.data.length;
  const shape = none(size) ? [] : shapeOf(size);
  const count = sizeOf(shape);
  const draws = tensor(
    range(count * n).map(() => self.normal()),
    "float64",
    [count, n],
  );
  const { s, vh } = svdOf(engine.cast(asValue(covariance!), "float64"));
  const factor = engine.mul(engine.reshape(engine.sqrt(s), [n, 1]), vh);
  const out = engine.add(engine.matmul(draws, factor), center);
  return new PyArray(engine.reshape(out, [...shape, n]), arrayType);
};

/** The elements along an axis shuffled, each row by itself; without an axis all of them together. */
table.permuted = (self, args, kwargs) => {
  const [x, axis] = bindArguments("permuted", ["x", "axis?", "out?"], args, kwargs);
  const value = asValue(x!);
  if (none(axis)) {
    const flat = engine.reshape(value, [sizeOf(value.shape)]);
    return new PyArray(engine.reshape(pick(flat, shuffled(self, flat.shape[0]), 0), value.shape), arrayType);
  }
  const rank = value.shape.length;
  const along = (Number(toInt(axis)) + rank) % rank;
  const order = [...range(rank).filter((k) => k !== along), along];
  const turned = engine.transpose(value, order);
  const length = value.shape[along];
  const places = range(sizeOf(value.shape) / Math.max(length, 1)).flatMap((row) =>
    shuffled(self, length).map((k) => row * length + k),
  );
  const mixed = engine.reshape(pick(engine.reshape(turned, [places.length]), places, 0), turned.shape);
  return new PyArray(
    engine.transpose(
      mixed,
      range(rank).map((k) => order.indexOf(k)),
    ),
    arrayType,
  );
};

const asLength = (x: PyValue): number => (x instanceof PyArray ? x.shape[0] : listOf(x).length);
const asShape = (args: PyValue[]): PyValue =>
  new PyArray(
    tensor(
      args.map((x) => Number(toInt(x))),
      "int64",
    ),
    arrayType,
  );

registerModule("numpy.random", () => {
  const own = new RandomState(undefined);
  stateType.construct = (_type, [seed]) => new RandomState(seed);
  return new Map<string, PyValue>([
    ["_rand", own],
    ["RandomState", stateType],
    ["Generator", generatorType],
    ["PCG64", pcgType],
    ["SeedSequence", sequenceType],
    [
      "default_rng",
      native("default_rng", (args, kwargs) => {
        const [seed] = bindArguments("default_rng", ["seed?"], args, kwargs);
        return seed instanceof Generator ? seed : new Generator(seed);
      }),
    ],
    ...Object.keys(table)
      .filter((name) => !MODERN.has(name))
      .map((name): [string, PyValue] => [name, sharedMethod(own, name)]),
  ]);
});
