/** The eager interpreter: operations on concrete tensors, element by element in float64, rounded to the result's type. */
import { type DType, promote, roundTo } from "../dtype";
import type { Elementwise, Op } from "../op";
import {
  allocate,
  broadcastOffsets,
  broadcastShapes,
  type Data,
  type Elements,
  SCALAR,
  type Shape,
  sameShape,
  sizeOf,
  Tensor,
} from "../tensor";

export function evaluate(op: Op, inputs: readonly Tensor[], attributes: unknown): Tensor {
  return op.kind === "elementwise" ? elementwise(op, inputs) : op.evaluate(inputs, attributes);
}

/** The element type of an elementwise result. */
export function resultType(op: Elementwise, dtypes: readonly DType[]): DType {
  if (op.result) return op.result(dtypes);
  let dtype = dtypes[0]!;
  for (let i = 1; i < dtypes.length; i++) dtype = promote(dtype, dtypes[i]!);
  return dtype;
}

export function elementwiseShape(shapes: readonly Shape[]): Shape {
  let shape = shapes[0]!;
  for (let i = 1; i < shapes.length; i++) shape = broadcastShapes(shape, shapes[i]!);
  return shape;
}

function elementwise(op: Elementwise, inputs: readonly Tensor[]): Tensor {
  const [x, y, z] = inputs as [Tensor, Tensor?, Tensor?];
  const dtype =
    op.result || y
      ? resultType(
          op,
          inputs.map((input) => input.dtype),
        )
      : x.dtype;
  const round = roundTo[dtype];
  if (inputs.every((input) => input.shape.length === 0)) {
    const number = op.evaluate(x.data[0]!, y ? y.data[0]! : 0, z ? z.data[0]! : 0);
    return new Tensor([round(number)], SCALAR, dtype);
  }
  const shape = elementwiseShape(inputs.map((input) => input.shape));
  const data = allocate(dtype, sizeOf(shape));
  const columns = inputs.map((input) => (input.shape.length === 0 ? input.data : spread(input, shape)));
  const steps = inputs.map((input) => Number(input.shape.length > 0));
  const [a, b, c] = columns as [Data, Data?, Data?];
  const loop = data.length >= FEWEST_IN_LOOP ? loopOf(op) : everyElement;
  loop(
    op.evaluate,
    dtype === "float64" ? undefined : round,
    a,
    b ?? NOTHING,
    c ?? NOTHING,
    [steps[0]!, steps[1] ?? 0, steps[2] ?? 0],
    data,
  );
  return new Tensor(data, shape, dtype);
}

const NOTHING = [0];
/** An operation gets a loop of its own for arrays of so many elements. */
const FEWEST_IN_LOOP = 1000;

/** Steps from element to element: 1, or 0 for a number that is the same for all. */
type Steps = readonly [number, number, number];

function everyElement(
  evaluate: Elementwise["evaluate"],
  round: ((x: number) => number) | undefined,
  a: Data,
  b: Data,
  c: Data,
  [p, q, r]: Steps,
  out: Elements,
): void {
  if (round) for (let i = 0; i < out.length; i++) out[i] = round(evaluate(a[p * i]!, b[q * i]!, c[r * i]!));
  else for (let i = 0; i < out.length; i++) out[i] = evaluate(a[p * i]!, b[q * i]!, c[r * i]!);
}

const loops = new WeakMap<Elementwise, typeof everyElement>();

/** The same loop for one operation only: compilers put its evaluation into it. */
function loopOf(op: Elementwise): typeof everyElement {
  let own = loops.get(op);
  if (own) return own;
  try {
    // Equal text would be the same function to the compiler.
    own = new Function(`/* ${op.name} */ return ${everyElement};`)() as typeof everyElement;
  } catch (error) {
    // A strict content security policy.
    if (!(error instanceof EvalError)) throw error;
    own = everyElement;
  }
  loops.set(op, own);
  return own;
}

/** The elements of `input` broadcast to `shape`. */
export function spread(input: Tensor, shape: Shape): Data {
  if (sameShape(input.shape, shape)) return input.data;
  const offsets = broadcastOffsets(input.shape, shape);
  const data = allocate(input.dtype, offsets.length);
  for (let i = 0; i < data.length; i++) data[i] = input.data[offsets[i]!]!;
  return data;
}
