/** Points of the operations as TensorFlow, PyTorch and JAX answer them (test/oracles/points.py), and mpmath (points_mpmath.py). */
import assert from "node:assert/strict";
import * as engine from "../../src/engine";
import {
  type Dialect,
  type DType,
  dialects,
  isFloat,
  type Operand,
  sizeOf,
  Tape,
  tensor,
  Value,
  withDialect,
} from "../../src/engine";
import jax from "../fixtures/engine/points-jax.json";
import mpmath from "../fixtures/engine/points-mpmath.json";
import tensorflow from "../fixtures/engine/points-tensorflow.json";
import torch from "../fixtures/engine/points-torch.json";
import { close, numbers, scalars, taped } from "./support";

type Numbers = readonly (number | string)[];
interface Typed {
  dtype: DType;
  shape: number[];
  data: Numbers;
}
/** What an operation is told besides its inputs, as the oracle names it. */
interface Attributes {
  axes: number[] | null;
  axis: number;
  keepdims: boolean;
  ddof: number;
  order: number | "inf" | "-inf" | "fro" | number[];
  shape: number[];
  source: number;
  target: number;
  parts: number | number[];
  part: number | "values" | "indices";
  repeats: number[];
  count: number | number[];
  widths: [number, number][];
  mode: Parameters<typeof engine.pad>[2];
  value: number;
  shift: number;
  ranges: (number | null)[][];
  indices: number[] | number[][];
  rows: number[];
  columns: number[];
  mask: boolean[] | boolean[][];
  k: number;
  depth: number;
  descending: boolean;
  indexing: "xy" | "ij";
  subscripts: string;
}
interface Point {
  op: string;
  attributes?: Attributes;
  inputs: (Typed | number)[];
  value: Typed;
  gradients?: (Numbers | null)[];
  second?: (Numbers | null)[];
}

type Call = (inputs: readonly Value[], attributes: Attributes) => Operand;

const over = (f: (x: Value, axes?: number[], keepdims?: boolean) => Value): Call => {
  return ([x], { axes, keepdims }) => f(x!, axes ?? undefined, keepdims);
};
const nested = (list: readonly (number | boolean)[] | readonly (readonly (number | boolean)[])[], dtype: DType) => {
  const inner = Array.isArray(list[0]) ? [list[0].length] : [];
  return tensor(list.flat().map(Number), dtype, [list.length, ...inner]);
};

/** The operations that take more than values, or have another name here. */
const OPERATIONS: { readonly [name: string]: Call } = {
  leaky_relu: ([x]) => engine.leakyRelu(x!, 0.25),
  elu: ([x]) => engine.elu(x!, 1),
  trigamma: ([x]) => engine.trigamma(x!),
  sum: over(engine.sum),
  mean: over(engine.mean),
  prod: over(engine.prod),
  max: over(engine.max),
  min: over(engine.min),
  logsumexp: over(engine.logsumexp),
  std: over(engine.std),
  any: over(engine.any),
  all: over(engine.all),
  var: ([x], { axes, keepdims, ddof }) => engine.variance(x!, axes ?? undefined, keepdims, ddof),
  norm: ([x], { order, axes, keepdims }) =>
    engine.norm(
      x!,
      order === "fro" ? order : Number(String(order).replace("inf", "Infinity")),
      axes ?? undefined,
      keepdims,
    ),
  argmax: ([x], { axis }) => engine.argmax(x!, axis),
  argmin: ([x], { axis }) => engine.argmin(x!, axis),
  cumsum: ([x], { axis }) => engine.cumsum(x!, axis),
  cumprod: ([x], { axis }) => engine.cumprod(x!, axis),
  softmax: ([x], { axis }) => engine.softmax(x!, [axis]),
  log_softmax: ([x], { axis }) => engine.logSoftmax(x!, [axis]),
  sort: ([x], { axis, descending }) => engine.sort(x!, axis, descending),
  argsort: ([x], { axis, descending }) => engine.argsort(x!, axis, descending),
  reshape: ([x], { shape }) => engine.reshape(x!, shape),
  transpose: ([x], { order }) => engine.transpose(x!, order as number[]),
  moveaxis: ([x], { source, target }) => engine.moveAxis(x!, source, target),
  expand: ([x], { axis }) => engine.expandDims(x!, axis),
  squeeze: ([x], { axes }) => engine.squeeze(x!, axes!),
  broadcast: ([x], { shape }) => engine.broadcastTo(x!, shape),
  concat: (inputs, { axis }) => engine.concat(inputs, axis),
  stack: (inputs, { axis }) => engine.moveAxis(engine.stack(inputs), 0, axis),
  split: ([x], { parts, axis, part }) => engine.split(x!, parts, axis)[Number(part)]!,
  tile: ([x], { repeats }) => engine.tile(x!, repeats),
  repeat: ([x], { count, axis }) => engine.repeat(x!, count, axis),
  pad: ([x], { widths, mode, value }) => engine.pad(x!, widths, mode, value),
  flip: ([x], { axes }) => engine.flip(x!, axes!),
  roll: ([x], { shift, axis }) => engine.roll(x!, shift, axis),
  slice: ([x], { ranges }) =>
    engine.slice(
      x!,
      ranges.map(([start, stop, step]) => ({
        start: start ?? undefined,
        stop: stop ?? undefined,
        step: step ?? undefined,
      })),
    ),
  gather: ([x], { indices, axis }) => engine.gather(x!, nested(indices, "int64"), axis),
  index: ([x], { rows, columns }) =>
    engine.take(
      x!,
      Int32Array.from(rows, (row, i) => row * x!.shape[1]! + columns[i]!),
      [rows.length],
    ),
  mask: ([x], { mask }) => engine.booleanMask(x!, nested(mask, "bool")),
  scatter_add: ([x, v], { indices }) => engine.scatterInto(x!, Int32Array.from(indices as number[]), v!),
  scatter_set: ([x, v], { indices }) => engine.scatterSet(x!, Int32Array.from(indices as number[]), v!),
  diag: ([x], { k }) => engine.diag(x!, k),
  diagonal: ([x], { k }) => engine.diag(x!, k),
  tril: ([x], { k }) => engine.tril(x!, k),
  triu: ([x], { k }) => engine.triu(x!, k),
  one_hot: ([x], { depth }) => engine.oneHot(x!, depth),
  top_k: ([x], { k, part }) => engine.topK(x!, k)[part as "values" | "indices"],
  meshgrid: ([x, y], { indexing, part }) => engine.meshgrid([x!, y!], indexing)[Number(part)]!,
  matvec: ([a, b]) => engine.matmul(a!, b!),
  tensordot: ([a, b], { axes }) => engine.tensordot(a!, b!, axes as unknown as [number[], number[]]),
  einsum: (inputs, { subscripts }) => engine.einsum(subscripts, ...inputs),
};

/** What we answer instead, or how near the framework comes, and why. */
interface Own {
  readonly why: string;
  /** The operation, with the number of the point where not all of them are meant. */
  readonly points: readonly string[];
  readonly dtype?: DType;
  readonly value?: Numbers;
  readonly gradients?: readonly Numbers[];
  readonly second?: readonly Numbers[];
  readonly tolerance?: number;
}

const INDICES: Own = {
  why: "indices are int64 here; the framework's own type is given by its language",
  points: ["argsort", "top_k 2", "top_k 3", "top_k 6", "top_k 7"],
  dtype: "int64",
};
const COARSE = "the framework's own constants or series are coarser than its numbers";

const OWN: { readonly [framework: string]: readonly Own[] } = {
  tensorflow: [
    INDICES,
    { why: "a fault: erf has limits", points: ["erf 2"], value: ["nan", 1, -1, -0, 0] },
    { why: COARSE, points: ["gelu 0", "gelu_tanh 0"], tolerance: 1e-7 },
    {
      why: "its division by the factor that is zero loses the terms through it",
      points: ["prod 8"],
      second: [[-0.484375, 0.328125, 0.21875, -0.140625, -0.421875, 0]],
    },
    {
      why: "it overlooks a NaN; here the first is found, as elsewhere",
      points: ["argmax 8", "argmax 9"],
      value: [1, 0, 0],
    },
    {
      why: "it overlooks a NaN; here the first is found, as elsewhere",
      points: ["argmin 8", "argmin 9"],
      value: [1, 2, 2],
    },
    { why: "its float32 kernel differs from its float64 one", points: ["softmax 9"], value: new Array(9).fill("nan") },
    {
      why: "it leaves a NaN where its comparisons end; here NaN is the largest, as elsewhere",
      points: ["sort 0", "sort 1"],
      value: ["-inf", 1, 3, "inf", "nan"],
    },
    {
      why: "it leaves a NaN where its comparisons end; here NaN is the largest, as elsewhere",
      points: ["sort 2", "sort 3"],
      value: ["nan", "inf", 3, 1, "-inf"],
    },
  ],
  torch: [
    { why: "a fault: the sign of NaN is not zero", points: ["sign 2"], value: ["nan", 1, -1, -0, 0] },
    { why: COARSE, points: ["lgamma 0", "digamma 0", "trigamma 0", "hard_sigmoid 0"], tolerance: 1e-7 },
    { why: "exponentials of rounded differences from 1000", points: ["logsumexp 9"], tolerance: 1e-4 },
    {
      why: "a fraction takes the default type, a setting that its language applies",
      points: ["mul 14", "mul 18", "mul 21"],
      dtype: "float64",
    },
    {
      why: "sums and products of int32 keep their type here; its language widens them",
      points: ["sum 10", "prod 12", "cumsum 8", "cumprod 8"],
      dtype: "int32",
    },
  ],
  jax: [
    { ...INDICES, points: INDICES.points.slice(1) },
    { why: COARSE, points: ["beta 3", "beta 5"], tolerance: 1e-5 },
    {
      why: "1 % 0.1 is 1 − 9·0.1: JAX takes the derivative from the rounded quotient 10",
      points: ["mod 11"],
      gradients: [
        [-0.125, -0.375, -0.625, -0.875, 0.875, 0.625],
        [0.25, -1.125, -1.875, 1.75, -7.875, 0],
      ],
    },
    {
      why: "sums and products of int32 keep their type here; its language widens them",
      points: ["sum 10", "prod 12"],
      dtype: "int32",
    },
  ],
};

/** `gelu_tanh` is engine.geluTanh. */
function named(name: string): Call {
  const camel = name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const f = (engine as unknown as { [name: string]: (...inputs: Value[]) => Value })[camel];
  assert.ok(f, `the engine has ${camel}`);
  return (inputs) => f(...inputs);
}

/** Exact multiples of 1/8, the same as the oracle's. */
function weights({ shape, dtype }: { shape: readonly number[]; dtype: DType }, start = 0): Value {
  const data = Array.from({ length: sizeOf(shape) }, (_, k) => (((7 * (k + start) + 3) % 8) - 3.5) / 4);
  return tensor(data, dtype, shape);
}

const number = (x: number | string) => (typeof x === "number" ? x : Number(x.replace("inf", "Infinity")));

function near(actual: readonly number[], expected: readonly number[], tolerance: number, label: string): void {
  assert.equal(actual.length, expected.length, label);
  const largest = Math.max(...expected.map(Math.abs).filter(Number.isFinite), 0);
  actual.forEach((x, i) => {
    const y = expected[i]!;
    // Where terms cancel, the error is that of the terms.
    const bound = tolerance * Math.max(Math.abs(y), Math.min(1, largest), 1e-3);
    assert.ok(Object.is(x, y) || x === y || Math.abs(x - y) <= bound, `${label}: [${actual}] is not [${expected}]`);
  });
}

function check({ op, attributes, inputs, value, gradients, second }: Point, label: string, own?: Own): void {
  const call = OPERATIONS[op] ?? named(op);
  const values = inputs.map((x) => (typeof x === "number" ? x : tensor(x.data.map(number), x.dtype, x.shape)));
  // A plain number goes in as it is: it takes the type of the other.
  const f = () => call(values as Value[], attributes!) as Value;
  const watched = values.filter((x): x is engine.Tensor => x instanceof Value && isFloat(x.dtype));
  const float32 = value.dtype === "float32" || watched.some((x) => x.dtype === "float32");
  const tolerance = own?.tolerance ?? (float32 ? 1e-6 : 1e-12);
  const outer = new Tape();
  const { tape, out } = taped(watched, f);
  assert.deepEqual([out.dtype, out.shape], [own?.dtype ?? value.dtype, value.shape], label);
  near(numbers(out), (own?.value ?? value.data).map(number), tolerance, label);
  if (!gradients) return;

  const compare = (found: readonly engine.Gradient[], expected: readonly (Numbers | null)[], what: string) =>
    found.forEach((gradient, k) => {
      const zeros = expected[k]?.every((x) => number(x) === 0);
      // JAX has zeros where others have nothing; which one a language says is up to it.
      if (!("value" in gradient)) assert.ok(expected[k] === null || zeros, `${what}: nothing is not [${expected[k]}]`);
      else if (expected[k] === null)
        assert.ok(
          numbers(gradient.value).every((x) => x === 0),
          `${what}: not nothing`,
        );
      else near(numbers(gradient.value), expected[k]!.map(number), tolerance, `${what}, ∂${k}`);
    });
  compare(tape.gradient([out], watched, [weights(out)]), own?.gradients ?? gradients, label);
  if (!second) return;
  const { out: total } = taped(
    watched,
    () => {
      const inner = taped(watched, f);
      const found = inner.tape.gradient([inner.out], watched, [weights(inner.out)]);
      return found.flatMap((gradient) =>
        "value" in gradient ? [engine.sum(engine.mul(gradient.value, weights(gradient.value, 3)))] : [],
      );
    },
    outer,
  );
  compare(outer.gradient(total, watched), own?.second ?? second, `${label}, second`);
}

describe("points of the frameworks", () => {
  for (const [framework, points] of Object.entries({ tensorflow, torch, jax } as unknown as {
    [name: string]: Point[];
  })) {
    const dialect = (dialects as { [name: string]: Dialect })[framework]!;

    it(`${framework}: at least 400`, () => {
      assert.ok(points.length >= 400);
    });

    const unused = new Set(OWN[framework]!.flatMap((own) => own.points));
    for (const op of new Set(points.map((point) => point.op)))
      it(`${framework}: ${op}`, () => {
        withDialect(dialect, () => {
          points
            .filter((point) => point.op === op)
            .forEach((point, k) => {
              const label = `${op} ${k}`;
              const own = OWN[framework]!.find(({ points }) => points.includes(op) || points.includes(label));
              unused.delete(op);
              unused.delete(label);
              check(point, `${framework} ${label}`, own);
            });
        });
      });

    it(`${framework}: every answer of our own is asked for`, () => {
      assert.deepEqual([...unused], []);
    });
  }
});

type Row = [name: string, at: number[], value: number, first: number[], second: number[]];

describe("elementwise operations, against mpmath", () => {
  const rows = mpmath as unknown as Row[];
  it("at least 400 points", () => {
    assert.ok(rows.length >= 400);
  });

  for (const name of new Set(rows.map((row) => row[0])))
    it(`${name} and its derivatives`, () => {
      const f = (OPERATIONS[name] && !["leaky_relu", "elu"].includes(name) ? OPERATIONS[name] : named(name)) as (
        inputs: readonly Value[],
      ) => Value;
      for (const [, at, value, first, second] of rows.filter((row) => row[0] === name)) {
        const inputs = scalars(...at);
        const outer = new Tape();
        const { out } = taped(
          inputs,
          () => {
            const { tape, out: result } = taped(inputs, () => f(inputs));
            return { result, gradients: tape.gradient([result], inputs) };
          },
          outer,
        );
        const label = `${name}(${at})`;
        close(numbers(out.result)[0]!, value, 1e-13, label, 0);
        let k = 0;
        out.gradients.forEach((gradient, i) => {
          const number = "value" in gradient ? numbers(gradient.value)[0]! : 0;
          close(number, first[i]!, 1e-13, `${label}, ∂${i}`, 0);
          const twice = "value" in gradient ? outer.gradient([gradient.value], inputs) : [];
          for (let j = i; j < inputs.length; j++, k++) {
            const own = twice[j];
            const actual = own && "value" in own ? numbers(own.value)[0]! : 0;
            close(actual, second[k]!, 1e-13, `${label}, ∂${i}∂${j}`, 0);
          }
        });
      }
    });
});
