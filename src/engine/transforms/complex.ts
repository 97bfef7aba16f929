/** The complex step through a graph: derivatives to the last digits, without subtraction (Squire and Trapp, 1998). */
import type { Complex } from "../complex";
import { type Graph, nodesOf, scalarize } from "../graph/graph";
import { evaluate, spread } from "../interpreters/eager";
import type { Node } from "../interpreters/stage";
import type { Elementwise, Op } from "../op";
import { add, sub } from "../ops";
import { allocate, type Data, full, type Shape, Tensor, tensor, type Value } from "../tensor";

/** A value, and its derivative along the direction times {@link STEP}; null: it does not depend on the inputs. */
interface Pair {
  readonly re: Tensor;
  readonly im: Tensor | null;
}

/** Its square vanishes beside any number that matters. */
const STEP = 1e-100;

/**
 * The derivative of a graph's outputs along a direction: im f(x + ih·v)/h, all elements in one row. Both maps are from
 * points given as float64 tensors shaped like the inputs. Holds on the graph's branch; guards are not looked at.
 * @returns undefined where an operation that matters has no analytic continuation
 */
export function complexStep(
  graph: Graph,
): (point: readonly Tensor[], direction: readonly Tensor[]) => Float64Array | undefined {
  const whole = nodesOf(graph.outputs);
  const falls = whole.some(({ op }) => op.kind === "nonlinear");
  let scalars: Graph | undefined;
  try {
    scalars = falls ? scalarize(graph) : graph;
  } catch (error) {
    // An operation, or an array, that does not fall apart.
    if (!(error instanceof RangeError)) throw error;
  }
  if (!scalars) return () => undefined;
  const { inputs, outputs } = scalars;
  const nodes = falls ? nodesOf(outputs) : whole;
  const own = (tensors: readonly Tensor[]) =>
    falls ? tensors.flatMap(({ data }) => Array.from(data, (x) => full([], x))) : tensors;
  return (point, direction) => {
    const imaginary = own(direction).map(({ data, shape }) =>
      tensor(
        Array.from(data, (x) => x * STEP),
        "float64",
        shape,
      ),
    );
    const pairs = new Map<Value, Pair>(
      own(point).map((re, k): [Value, Pair] => {
        const im = imaginary[k]!;
        return [inputs[k]!, { re, im: Array.prototype.every.call(im.data, (x) => x === 0) ? null : im }];
      }),
    );
    const at = (value: Value): Pair => pairs.get(value) ?? { re: value as Tensor, im: null };
    for (const node of nodes) {
      if (pairs.has(node)) continue;
      const pair = applied(node, node.inputs.map(at));
      if (!pair) return undefined;
      pairs.set(node, pair);
    }
    return Float64Array.from(
      outputs.flatMap((output) => {
        const { re, im } = at(output);
        return Array.from(im?.data ?? new Float64Array(re.data.length), (x) => x / STEP);
      }),
    );
  };
}

function applied({ op, attributes }: Node, inputs: readonly Pair[]): Pair | undefined {
  const re = inputs.map((input) => input.re);
  const im = inputs.map((input) => input.im);
  const value = evaluate(op, re, attributes);
  if (im.every((part) => part === null)) return { re: value, im: null };
  const whole = im.map((part, k) => part ?? full(re[k]!.shape, 0));
  switch (op.kind) {
    case "elementwise":
      return op.complex && elementwise(op.complex, re, whole, value.shape);
    case "linear":
      return { re: value, im: evaluate(op, whole, attributes) };
    case "bilinear": {
      const product = (a: Tensor, b: Tensor) => evaluate(op as Op, [a, b], attributes);
      const [a, b, c, d] = [re[0]!, re[1]!, whole[0]!, whole[1]!];
      return {
        re: sub(value, product(c, d)) as Tensor,
        im: add(product(a, d), product(c, b)) as Tensor,
      };
    }
    default:
      return undefined;
  }
}

function elementwise(
  continuation: NonNullable<Elementwise["complex"]>,
  re: readonly Tensor[],
  im: readonly Tensor[],
  shape: Shape,
): Pair {
  const real = re.map((part) => spread(part, shape));
  const imaginary = im.map((part) => spread(part, shape));
  const size = real[0]!.length;
  const [reals, imaginaries] = [allocate("float64", size), allocate("float64", size)];
  const argument = (k: number, i: number): Complex => ({
    re: (real[k] as Data | undefined)?.[i] ?? 0,
    im: (imaginary[k] as Data | undefined)?.[i] ?? 0,
  });
  for (let i = 0; i < size; i++) {
    const out = continuation(argument(0, i), argument(1, i), argument(2, i));
    reals[i] = out.re;
    imaginaries[i] = out.im;
  }
  return { re: new Tensor(reals, shape, "float64"), im: new Tensor(imaginaries, shape, "float64") };
}
