/** Random expressions for property tests. */
import fc from "fast-check";
import { bind, elementwiseOps, type Op, scalar, type Value } from "../../src/engine";

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
];
const BINARY = ["add", "sub", "mul", "div", "add", "mul", "pow"];
const KINKS = { unary: ["abs", "relu"], binary: ["maximum", "minimum", "atan2", "hypot"] };
const STEPS = { unary: [...KINKS.unary, "floor", "sign"], binary: [...KINKS.binary, "mod", "floordiv"] };
const MORE = { smooth: { unary: [], binary: [] }, kinks: KINKS, steps: STEPS };

const byName = new Map(elementwiseOps.map((op) => [op.name, op as Op]));

/** Numbers that people write. */
const constants = fc.constantFrom(-3, -2, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 4, 10, 0.1, 1 / 3, Math.PI);

/** Expressions in `variables` variables: smooth where they are defined, or with kinks, or with steps too. */
export function trees(variables: number, kind: keyof typeof MORE = "smooth"): fc.Arbitrary<Tree> {
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
    case "call":
      return bind(
        byName.get(tree.name)!,
        tree.inputs.map((input) => build(input, inputs)),
        undefined,
      );
  }
}

/** Not so near to 0 that rounding would drown a difference. */
export const coordinate = fc.integer({ min: -300, max: 300 }).map((hundredths) => hundredths / 100);
