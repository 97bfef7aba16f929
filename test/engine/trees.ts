/** Random expressions for property tests. */
import fc from "fast-check";
import {
  bind,
  cumsum,
  elementwiseOps,
  flip,
  greater,
  logsumexp,
  matmul,
  max,
  mean,
  type Op,
  prod,
  roll,
  scalar,
  scatterAdd,
  sizeOf,
  softmax,
  sort,
  sum,
  take,
  transposeMatrices,
  tril,
  type Value,
  where,
} from "../../src/engine";

export type Tree =
  | { readonly kind: "variable"; readonly index: number }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "call"; readonly name: string; readonly inputs: readonly Tree[] };

const UNARY = [
  "neg",
  "sin",
  "cos",
  "tanh",
  "exp",
  "square",
  "sqrt",
  "log",
  "atan",
  "sigmoid",
  "reciprocal",
  "softplus",
  "expm1",
  "log1p",
  "exp2",
  "rsqrt",
];
const BINARY = ["add", "sub", "mul", "div", "add", "mul", "pow"];
const TESTS = ["less", "less_equal", "greater", "greater_equal", "equal", "not_equal"];
const KINKS = { unary: ["abs", "relu"], binary: ["maximum", "minimum", "atan2", "hypot"] };
const STEPS = { unary: [...KINKS.unary, "floor", "sign"], binary: [...KINKS.binary, "mod", "floordiv"] };
const MORE = { smooth: { unary: [], binary: [] }, kinks: KINKS, steps: STEPS };

const rank = (x: Value) => x.shape.length;
const everySecond = (x: Value) => Int32Array.from({ length: sizeOf(x.shape) }, (_, i) => i - (i % 2));

/** Functions of arrays of any shape; axes stay or become 1, so that results go on broadcasting. */
const ARRAYS: { readonly [name: string]: (x: Value) => Value } = {
  sum: (x) => sum(x),
  rows: (x) => (rank(x) > 0 ? mean(x, [-1], true) : x),
  logsumexp: (x) => (rank(x) > 0 ? logsumexp(x, [0], true) : x),
  product: (x) => (rank(x) > 0 ? prod(x, [-1], true) : x),
  softmax: (x) => (rank(x) > 0 ? softmax(x) : x),
  cumsum: (x) => (rank(x) > 0 ? cumsum(x, 0) : x),
  flip: (x) => flip(x),
  roll: (x) => (rank(x) > 0 ? roll(x, 1, -1) : x),
  gram: (x) => (rank(x) > 1 ? matmul(matmul(x, transposeMatrices(x)), x) : x),
  tril: (x) => (rank(x) > 1 ? tril(x) : x),
  repeated: (x) => take(x, everySecond(x), x.shape),
  scattered: (x) => scatterAdd(x, everySecond(x), x.shape),
};
const ARRAYS_WITH_KINKS: typeof ARRAYS = {
  ...ARRAYS,
  max: (x) => (rank(x) > 0 ? max(x, [-1], true) : x),
  sort: (x) => (rank(x) > 0 ? sort(x) : x),
  where: (x) => where(greater(x, 0), x, 0),
};

const byName = new Map(elementwiseOps.map((op) => [op.name, op as Op]));

/** Numbers that people write. */
const constants = fc.constantFrom(
  ...[-3, -2, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 4, 10, 0.1, 1 / 3, Math.PI, Math.E, Math.SQRT2, Math.SQRT1_2, Math.LN2],
  ...[1 / Math.sqrt(2 * Math.PI), 0.1 + 0.2, 123456.789012, 6.02214076e3],
);

/**
 * Expressions in `variables` variables: smooth where they are defined, or with kinks, or with steps too.
 * @param arrays functions of arrays among them
 */
export function trees(variables: number, kind: keyof typeof MORE = "smooth", arrays = false): fc.Arbitrary<Tree> {
  const ofArrays = Object.keys(kind === "smooth" ? ARRAYS : ARRAYS_WITH_KINKS);
  const call = (name: string, ...inputs: Tree[]): Tree => ({ kind: "call", name, inputs });
  return fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      { weight: 3, arbitrary: fc.nat(variables - 1).map((index): Tree => ({ kind: "variable", index })) },
      { weight: 1, arbitrary: constants.map((value): Tree => ({ kind: "number", value })) },
      {
        weight: 4,
        arbitrary: fc
          .tuple(fc.constantFrom(...BINARY, ...MORE[kind].binary), tie("tree"), tie("tree"))
          .map(([name, x, y]) => call(name, x, y)),
      },
      {
        weight: 2,
        arbitrary: fc
          .tuple(fc.constantFrom(...UNARY, ...MORE[kind].unary), tie("tree"))
          .map(([name, x]) => call(name, x)),
      },
      {
        weight: arrays ? 3 : 0,
        arbitrary: fc.tuple(fc.constantFrom(...ofArrays), tie("tree")).map(([name, x]) => call(name, x)),
      },
      {
        weight: kind === "smooth" ? 0 : 1,
        arbitrary: fc
          .tuple(fc.constantFrom(...TESTS), tie("tree"), tie("tree"), tie("tree"), tie("tree"))
          .map(([name, a, b, x, y]) => call("where", call(name, a, b), x, y)),
      },
    ),
  })).tree;
}

/** The tree as operations on `inputs`. */
export function build(tree: Tree, inputs: readonly Value[]): Value {
  switch (tree.kind) {
    case "variable":
      return inputs[tree.index]!;
    case "number":
      return scalar(tree.value);
    case "call": {
      const own = tree.inputs.map((input) => build(input, inputs));
      return ARRAYS_WITH_KINKS[tree.name]?.(own[0]!) ?? bind(byName.get(tree.name)!, own, undefined);
    }
  }
}

/** Not so near to 0 that rounding would drown a difference. */
export const coordinate = fc.integer({ min: -300, max: 300 }).map((hundredths) => hundredths / 100);
