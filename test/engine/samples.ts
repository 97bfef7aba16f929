/** Inputs and attributes for every operation on whole arrays: what the walk over the table tries them on. */
import { type Shape, sizeOf, type Tensor, tensor } from "../../src/engine";
import { matrix, random, seedOf } from "./support";

export interface Sample {
  /** In float64, away from kinks (no ties, no singular matrices). */
  readonly inputs: readonly Tensor[];
  readonly attributes?: unknown;
}

/** Numbers in (−2, 2), no two alike; another `name` gives others. */
function some(shape: Shape, name = "x"): Tensor {
  const next = random(seedOf(name + shape));
  return tensor(
    Array.from({ length: sizeOf(shape) }, () => 4 * next() - 2),
    "float64",
    shape,
  );
}

/** Symmetric with a heavy diagonal: positive definite. */
function definite(n: number): Tensor {
  return matrix(
    Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 3 + i : 1 / (2 + i + j)))),
  );
}

/** Several matrices as one. */
function batchOf(...matrices: readonly Tensor[]): Tensor {
  return tensor(
    matrices.flatMap((one) => Array.from(one.data)),
    "float64",
    [matrices.length, ...matrices[0]!.shape],
  );
}

/** A heavy diagonal: far from singular, and its pivots stand on it. */
function regular(n: number): Tensor {
  const rest = some([n, n]);
  return tensor(
    Array.from(rest.data, (x, i) => (i % (n + 1) === 0 ? 4 + x : x)),
    "float64",
    [n, n],
  );
}

export const samples: { readonly [name: string]: readonly Sample[] } = {
  sum: [
    { inputs: [some([2, 3, 2])], attributes: { axes: [1], keepdims: false } },
    { inputs: [some([2, 3, 2])], attributes: { axes: [0, 2], keepdims: true } },
    { inputs: [some([])], attributes: { axes: [], keepdims: false } },
  ],
  broadcast_to: [
    { inputs: [some([2, 1])], attributes: [3, 2, 2] },
    { inputs: [some([])], attributes: [2, 2] },
  ],
  reshape: [
    { inputs: [some([2, 3])], attributes: [3, 1, 2] },
    { inputs: [some([1])], attributes: [] },
  ],
  take: [
    { inputs: [some([2, 3])], attributes: { offsets: Int32Array.of(5, 0, 0, 2), shape: [2, 2] } },
    { inputs: [some([3])], attributes: { offsets: Int32Array.of(1), shape: [] } },
  ],
  scatter_add: [{ inputs: [some([2, 2])], attributes: { offsets: Int32Array.of(5, 0, 0, 2), shape: [2, 3] } }],
  stack: [{ inputs: [some([2]), some([2], "y"), some([2], "z")] }, { inputs: [some([]), some([], "y")] }],
  concat: [{ inputs: [some([2]), some([1], "y"), some([3])] }],
  cast: [{ inputs: [some([2, 2])], attributes: "float64" }],
  read: [{ inputs: [some([2, 2])] }],
  stop_gradient: [{ inputs: [some([2, 2])] }],
  max: [
    { inputs: [some([2, 3, 2])], attributes: { axes: [1], keepdims: false } },
    { inputs: [some([2, 3, 2])], attributes: { axes: [0, 1, 2], keepdims: true } },
  ],
  min: [
    { inputs: [some([2, 3, 2])], attributes: { axes: [0, 2], keepdims: false } },
    { inputs: [some([4])], attributes: { axes: [0], keepdims: false } },
  ],
  cumsum: [
    { inputs: [some([2, 3])], attributes: { axis: 1, reverse: false } },
    { inputs: [some([3, 2])], attributes: { axis: 0, reverse: true } },
  ],
  matmul: [{ inputs: [some([2, 3]), some([3, 2])] }, { inputs: [some([2, 2, 3]), some([2, 3, 2])] }],
  solve: [
    { inputs: [regular(2), some([2, 2])] },
    { inputs: [batchOf(regular(3), definite(3)), some([2, 3, 1])] },
    { inputs: [regular(4), some([4, 1])] },
  ],
  det: [{ inputs: [regular(2)] }, { inputs: [batchOf(regular(3), definite(3))] }, { inputs: [regular(4)] }],
  cholesky: [{ inputs: [definite(2)] }, { inputs: [batchOf(definite(3), definite(3))] }],
};
