/** The eager interpreter: operations on concrete tensors, element by element in float64, rounded to the result's type. */
import { type DType, promote, roundTo } from "../dtype";
import type { Elementwise, Op } from "../op";
import {
  allocate,
  broadcastOffsets,
  broadcastShapes,
  type Data,
  SCALAR,
  type Shape,
  sameShape,
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
  const [a, b, c] = inputs.map((input) => spread(input, shape)) as [Data, Data?, Data?];
  const data = allocate(dtype, a.length);
  for (let i = 0; i < data.length; i++) data[i] = round(op.evaluate(a[i]!, b ? b[i]! : 0, c ? c[i]! : 0));
  return new Tensor(data, shape, dtype);
}

/** The elements of `input` broadcast to `shape`. */
export function spread(input: Tensor, shape: Shape): Data {
  if (sameShape(input.shape, shape)) return input.data;
  const offsets = broadcastOffsets(input.shape, shape);
  const data = allocate(input.dtype, offsets.length);
  for (let i = 0; i < data.length; i++) data[i] = input.data[offsets[i]!]!;
  return data;
}
