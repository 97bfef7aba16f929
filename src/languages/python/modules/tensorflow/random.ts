/** `tf.random`: TensorFlow's numbers for the same seeds; without a seed the numbers of a fixed one. */
import * as engine from "../../../../engine";
import { type DType, isFloat, peek, sizeOf, tensor } from "../../../../engine";
import { bindArguments, toInt } from "../../runtime/arguments";
import { raiseError } from "../../runtime/errors";
import { makeType, methods, native, PyObject, type PyValue } from "../../runtime/object";
import { vm } from "../../runtime/vm";
import {
  type Distribution,
  draw,
  drawDoubles,
  drawGamma,
  drawIntegers,
  drawOrder,
  drawPoisson,
  type FloatType,
  Philox,
} from "../random/philox";
import { PyRandom } from "../random/python";
import { numbersOf, shapeOf } from "./operations";
import { dtypeOf, PyTfTensor, toTensor } from "./tensor";

/** What `tf.random.set_seed` sets, and where every kernel stands. */
class Seeds {
  global: bigint | undefined;
  private operations = new PyRandom(0n);
  private kernels = new Map<string, Philox>();

  set(seed: bigint): void {
    this.global = seed;
    this.operations = new PyRandom(seed);
    this.kernels.clear();
  }

  pair(seed: bigint | undefined): [bigint, bigint] {
    return proper(this.global ?? DEFAULT_SEED, seed ?? this.operations.below(2n ** 31n));
  }

  /** The generator of one call, which moves on by what is reserved for `count` numbers. */
  next(operation: string, seed: bigint | undefined, reserved: number): Philox {
    const pair = this.pair(seed);
    const key = `${operation}:${pair.join()}`;
    let kernel = this.kernels.get(key);
    if (!kernel) {
      kernel = Philox.ofSeeds(pair[0]!, pair[1]!);
      this.kernels.set(key, kernel);
    }
    const generator = kernel.copy();
    kernel.skip(reserved);
    return generator;
  }
}

/** Both seeds of an operation, as tensorflow/python/framework/random_seed.py finds them; whole without a seed too. */
export function seedsOf(seed: PyValue | undefined): [bigint, bigint] {
  return seeds().pair(integer(seed));
}

/** How `fit` of Keras orders its samples: a shuffle in a graph of its own, so that every epoch has the same order. */
export function epochOrder(count: number): number[] {
  return drawOrder(Philox.ofSeeds(...proper(seeds().global ?? DEFAULT_SEED, 0n)), count);
}

/** Two zeros would be no seeds. */
const proper = (first: bigint, second: bigint): [bigint, bigint] =>
  first === 0n && second === 0n ? [0n, 2n ** 31n - 1n] : [first, second];

/** DEFAULT_GRAPH_SEED of tensorflow/python/framework/random_seed.py. */
const DEFAULT_SEED = 87654321n;

function seeds(): Seeds {
  let state = vm.state.get("tf.random") as Seeds | undefined;
  if (!state) {
    state = new Seeds();
    vm.state.set("tf.random", state);
  }
  return state;
}

const wrap = (data: ArrayLike<number>, dtype: DType, shape: readonly number[]): PyTfTensor =>
  new PyTfTensor(tensor(data, dtype, shape));
const given = (x: PyValue | undefined): x is PyValue => x !== undefined && x !== null;
const integer = (x: PyValue | undefined) => (given(x) ? toInt(x) : undefined);

/** A generator for `count` numbers: the operation's, a stateless one, or that of a `tf.random.Generator`. */
type Source = (operation: string, count: number) => Philox;

const stateful =
  (seed: PyValue | undefined): Source =>
  (operation, count) =>
    seeds().next(operation, integer(seed), count * 256);

function stateless(seed: PyValue | undefined): Source {
  const pair = numbersOf(seed!).map((x) => BigInt(Math.trunc(x)));
  if (pair.length !== 2) raiseError("ValueError", `seed must have shape [2], not [${pair.length}]`);
  return () => Philox.stateless(pair[0]!, pair[1]!);
}

function floats(
  source: Source,
  distribution: Distribution,
  shape: PyValue,
  dtype: PyValue | undefined,
  finish: (x: engine.Value) => engine.Value,
): PyTfTensor {
  const type = dtypeOf(dtype) ?? "float32";
  if (!isFloat(type)) raiseError("ValueError", `numbers of type ${type} cannot be drawn from this distribution`);
  const lengths = shapeOf(shape);
  const count = sizeOf(lengths);
  const data = draw(source(`${distribution} ${type}`, count), distribution, type as FloatType, count);
  return new PyTfTensor(finish(tensor(data, type, lengths)));
}

function uniform(
  source: Source,
  shape: PyValue,
  low: PyValue | undefined,
  high: PyValue | undefined,
  dtype: PyValue | undefined,
): PyTfTensor {
  const type = dtypeOf(dtype) ?? "float32";
  if (isFloat(type)) {
    const minimum = given(low) ? toTensor(low, type) : engine.scalar(0, type);
    const maximum = given(high) ? toTensor(high, type) : engine.scalar(1, type);
    const plain = isNumber(minimum, 0) && isNumber(maximum, 1);
    return floats(source, "uniform", shape, dtype, (x) =>
      plain ? x : engine.add(engine.mul(x, engine.sub(maximum, minimum)), minimum),
    );
  }
  if (!given(high)) raiseError("ValueError", "Must specify maxval for integer dtype " + type);
  const lengths = shapeOf(shape);
  const count = sizeOf(lengths);
  const range = [given(low) ? low : 0n, high].map((x) => BigInt(peek(toTensor(x)).item())) as [bigint, bigint];
  if (range[0] >= range[1]) raiseError("ValueError", `Need minval < maxval, got ${range[0]} >= ${range[1]}`);
  const numbers = drawIntegers(source(`integers ${type}`, count), ...range, type === "int64", count);
  return wrap(numbers.map(Number), type, lengths);
}

const isNumber = (x: engine.Value, number: number) => x.shape.length === 0 && peek(x).item() === number;

function normal(
  source: Source,
  distribution: Distribution,
  shape: PyValue,
  mean: PyValue | undefined,
  deviation: PyValue | undefined,
  dtype: PyValue | undefined,
): PyTfTensor {
  const type = dtypeOf(dtype) ?? "float32";
  const part = (x: PyValue | undefined, otherwise: number) =>
    given(x) ? toTensor(x, type) : engine.scalar(otherwise, type);
  return floats(source, distribution, shape, dtype, (x) =>
    engine.add(engine.mul(x, part(deviation, 1)), part(mean, 0)),
  );
}

/** Classes at random by their logits: the first whose share of the running total is passed (multinomial_op.cc). */
function categorical(source: Source, logits: PyValue, samples: PyValue, dtype: PyValue | undefined): PyTfTensor {
  const now = peek(toTensor(logits));
  if (now.shape.length !== 2) raiseError("ValueError", `logits should be a matrix, got shape [${now.shape}]`);
  const [rows, classes] = now.shape as [number, number];
  const count = numbersOf(samples)[0]!;
  const doubles = drawDoubles(source("categorical", Math.ceil(count / 4) * 4 * rows), rows * count);
  const out: number[] = [];
  for (let row = 0; row < rows; row++) {
    const own = Array.from(now.data.slice(row * classes, (row + 1) * classes));
    const top = Math.max(...own.filter(Number.isFinite));
    let total = 0;
    const running = own.map((logit) => {
      if (Number.isFinite(logit)) total += Math.exp(logit - top);
      return total;
    });
    for (let k = 0; k < count; k++) {
      const wanted = doubles[row * count + k]! * total;
      const found = running.findIndex((sum) => sum > wanted);
      out.push(found < 0 ? classes - 1 : found);
    }
  }
  return wrap(out, dtypeOf(dtype) ?? "int64", [rows, count]);
}

/** Numbers of a distribution with a parameter for each: all of one parameter lie one after the other. */
function perParameter(
  source: Source,
  name: string,
  leading: readonly number[],
  parameter: engine.Tensor,
  dtype: DType,
  one: (generator: Philox, parameter: number, index: number) => number,
): engine.Tensor {
  const samples = sizeOf(leading);
  const sets = sizeOf(parameter.shape);
  const generator = source(`${name} ${dtype}`, samples * sets);
  const out = new Float64Array(samples * sets);
  for (let set = 0; set < sets; set++)
    for (let k = 0; k < samples; k++) out[k * sets + set] = one(generator, parameter.data[set]!, set * samples + k);
  return tensor(out, dtype, [...leading, ...parameter.shape]);
}

/** What of a shape stands before that of the parameters. @throws InvalidArgumentError where it does not end in that */
function leadingOf(shape: readonly number[], parameters: readonly number[]): number[] {
  const at = shape.length - parameters.length;
  if (at < 0 || parameters.some((length, k) => length !== shape[at + k]))
    raiseError("ValueError", `Shape must end with the shape of the parameters, [${parameters}], but it is [${shape}]`);
  return shape.slice(0, at);
}

/** The smallest number of a type is the least that a gamma distribution gives. */
const TINY: Record<string, number> = { float32: 2 ** -126, float64: 2 ** -1022 };

/** @param whole whether `shape` is that of the result, as stateless operations have it */
function gamma(source: Source, whole: boolean, [shape, alpha, beta, dtype]: (PyValue | undefined)[]): PyTfTensor {
  const type = dtypeOf(dtype) ?? "float32";
  const rate = given(beta) ? toTensor(beta, type) : engine.scalar(1, type);
  const scattered = peek(engine.add(toTensor(alpha!, type), engine.mul(rate, engine.scalar(0, type))));
  const lengths = shapeOf(shape!);
  const leading = whole ? leadingOf(lengths, scattered.shape) : lengths;
  const standard = perParameter(source, "gamma", leading, scattered, type, drawGamma);
  return new PyTfTensor(engine.maximum(engine.scalar(TINY[type]!, type), engine.div(standard, rate)));
}

function poisson(source: Source, whole: boolean, [shape, rate, dtype]: (PyValue | undefined)[]): PyTfTensor {
  const rates = peek(toTensor(rate!));
  const lengths = shapeOf(shape!);
  const leading = whole ? leadingOf(lengths, rates.shape) : lengths;
  const type = dtypeOf(dtype) ?? (whole ? "int32" : "float32");
  return new PyTfTensor(perParameter(source, "poisson", leading, rates, type, drawPoisson));
}

// ── tf.random.Generator ─────────────────────────────────────────────────────

const generatorType = makeType("Generator");
generatorType.module = "tensorflow.python.ops.stateful_random_ops";

class PyGenerator extends PyObject {
  private generator: Philox;
  /** The state is two words of counter and one of key; one seed is the first, several end at the last. */
  constructor(seed: readonly bigint[]) {
    super(generatorType);
    const state = seed.length === 1 ? [seed[0]!, 0n, 0n] : [0n, 0n, 0n, ...seed].slice(-3);
    const [low, high, key] = state.map((word) => BigInt.asUintN(64, word)) as [bigint, bigint, bigint];
    this.generator = new Philox([Number(key & 0xffff_ffffn), Number(key >> 32n)], (high << 64n) | low);
  }
  readonly source: Source = (_, count) => {
    const own = this.generator.copy();
    this.generator.skip(count * 256);
    return own;
  };
  override held(): readonly unknown[] {
    return [this.generator];
  }
  override hold([generator]: readonly unknown[]): void {
    this.generator = generator as Philox;
  }
  snapshot(): () => void {
    const before = this.generator.copy();
    return () => {
      this.generator = before;
    };
  }
}

methods(generatorType, {
  normal: (self: PyGenerator, args, kwargs) => {
    const [shape, mean, deviation, dtype] = bindArguments(
      "normal",
      ["shape", "mean?", "stddev?", "dtype?", "name?"],
      args,
      kwargs,
    );
    return normal(self.source, "normal", shape!, mean, deviation, dtype);
  },
  truncated_normal: (self: PyGenerator, args, kwargs) => {
    const [shape, mean, deviation, dtype] = bindArguments(
      "truncated_normal",
      ["shape", "mean?", "stddev?", "dtype?", "name?"],
      args,
      kwargs,
    );
    return normal(self.source, "truncated_normal", shape!, mean, deviation, dtype);
  },
  uniform: (self: PyGenerator, args, kwargs) => {
    const [shape, low, high, dtype] = bindArguments(
      "uniform",
      ["shape", "minval?", "maxval?", "dtype?", "name?"],
      args,
      kwargs,
    );
    return uniform(self.source, shape!, low, high, dtype);
  },
});
generatorType.construct = () => new PyGenerator([0n]);
generatorType.attributes.set(
  "from_seed",
  native("from_seed", ([seed]) => new PyGenerator(typeof seed === "bigint" ? [seed] : numbersOf(seed!).map(BigInt))),
);

// ── the functions ───────────────────────────────────────────────────────────

type Given = (PyValue | undefined)[];
const define = (name: string, parameters: readonly string[], run: (given: Given) => PyValue): [string, PyValue] => [
  name,
  native(name, (args, kwargs) => run(bindArguments(name, parameters, args, kwargs))),
];

export const random = new Map<string, PyValue>([
  ["Generator", generatorType],
  define("set_seed", ["seed"], ([seed]) => {
    seeds().set(toInt(seed!));
    return null;
  }),
  define("uniform", ["shape", "minval?", "maxval?", "dtype?", "seed?", "name?"], ([shape, low, high, dtype, seed]) =>
    uniform(stateful(seed), shape!, low, high, dtype),
  ),
  define("normal", ["shape", "mean?", "stddev?", "dtype?", "seed?", "name?"], ([shape, mean, deviation, dtype, seed]) =>
    normal(stateful(seed), "normal", shape!, mean, deviation, dtype),
  ),
  define(
    "truncated_normal",
    ["shape", "mean?", "stddev?", "dtype?", "seed?", "name?"],
    ([shape, mean, deviation, dtype, seed]) =>
      normal(stateful(seed), "truncated_normal", shape!, mean, deviation, dtype),
  ),
  define("categorical", ["logits", "num_samples", "dtype?", "seed?", "name?"], ([logits, samples, dtype, seed]) =>
    categorical(stateful(seed), logits!, samples!, dtype),
  ),
  define(
    "stateless_categorical",
    ["logits", "num_samples", "seed", "dtype?", "name?"],
    ([logits, samples, seed, dtype]) => categorical(stateless(seed), logits!, samples!, dtype),
  ),
  define(
    "stateless_uniform",
    ["shape", "seed", "minval?", "maxval?", "dtype?", "name?", "alg?"],
    ([shape, seed, low, high, dtype]) => uniform(stateless(seed), shape!, low, high, dtype),
  ),
  define(
    "stateless_normal",
    ["shape", "seed", "mean?", "stddev?", "dtype?", "name?", "alg?"],
    ([shape, seed, mean, deviation, dtype]) => normal(stateless(seed), "normal", shape!, mean, deviation, dtype),
  ),
  define(
    "stateless_truncated_normal",
    ["shape", "seed", "mean?", "stddev?", "dtype?", "name?", "alg?"],
    ([shape, seed, mean, deviation, dtype]) =>
      normal(stateless(seed), "truncated_normal", shape!, mean, deviation, dtype),
  ),
  define("gamma", ["shape", "alpha", "beta?", "dtype?", "seed?", "name?"], (given) =>
    gamma(stateful(given[4]), false, given),
  ),
  define("stateless_gamma", ["shape", "seed", "alpha", "beta?", "dtype?", "name?"], ([shape, seed, ...rest]) =>
    gamma(stateless(seed), true, [shape, ...rest]),
  ),
  define("poisson", ["shape", "lam", "dtype?", "seed?", "name?"], (given) => poisson(stateful(given[3]), false, given)),
  define("stateless_poisson", ["shape", "seed", "lam", "dtype?", "name?"], ([shape, seed, ...rest]) =>
    poisson(stateless(seed), true, [shape, ...rest]),
  ),
  define("shuffle", ["value", "seed?", "name?"], ([x, seed]) => {
    const value = toTensor(x!);
    const count = value.shape[0] ?? 1;
    // One number of 32 bits is reserved for each row, in blocks of four.
    const generator = seeds().next(`shuffle ${value.dtype}`, integer(seed), Math.ceil(count / 4));
    return new PyTfTensor(engine.gather(value, tensor(drawOrder(generator, count), "int64")));
  }),
]);
