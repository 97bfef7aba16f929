/** Inputs and attributes for every operation on whole arrays: what the walk over the table tries them on. */
import {
  type Application,
  addRecorder,
  conv,
  cos,
  maxPool,
  mul,
  removeRecorder,
  type Shape,
  sizeOf,
  Tensor,
  tensor,
  type Value,
  vjp,
} from "../../src/engine";
import { matrix, random, seedOf } from "./support";

export interface Sample {
  /** In float64, away from kinks (no ties, no singular matrices), or indices. */
  readonly inputs: readonly Tensor[];
  readonly attributes?: unknown;
  /** The derivative is what a user says it is: differences know nothing of it. */
  readonly given?: boolean;
  /** Of symmetric matrices: it reads one triangle, or both as one. Directions are symmetric too. */
  readonly symmetric?: boolean;
}

/** The applications of an operation while `body` runs: for attributes that only its functions make. */
function applied(name: string, body: () => unknown): Sample[] {
  const found: Sample[] = [];
  const recorder = {
    record: ({ op, inputs, attributes }: Application) => {
      if (op.name === name && inputs.every((input) => input instanceof Tensor)) found.push({ inputs, attributes });
    },
  };
  addRecorder(recorder);
  try {
    body();
  } finally {
    removeRecorder(recorder);
  }
  return found;
}

/** The derivative of f at `inputs`, in reverse, and that of the derivative. */
function pulledBack(f: (...inputs: Value[]) => Value, ...inputs: Tensor[]): void {
  const pull = (...xs: Value[]) => {
    const { value, pullback } = vjp(f, xs);
    return pullback(some(value.shape, "cotangent"))[0]!;
  };
  const { value, pullback } = vjp(pull, inputs);
  pullback(some(value.shape, "cotangent of the cotangent"));
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

const indices = (shape: Shape, ...numbers: number[]) => tensor(numbers, "int64", shape);

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
  take_along: [{ inputs: [some([2, 3]), indices([2, 4], 2, 0, 0, 1, 1, 2, 0, 1)] }],
  add_along: [{ inputs: [some([2, 4]), indices([2, 4], 2, 0, 0, 1, 1, 2, 0, 1)], attributes: 3 }],
  argsort: [
    { inputs: [some([2, 3])], attributes: { descending: false } },
    { inputs: [some([4])], attributes: { descending: true } },
  ],
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
  triangular_solve: [
    { inputs: [regular(3), some([3, 2])], attributes: { lower: true, transposed: false, unitDiagonal: false } },
    { inputs: [regular(3), some([3, 1])], attributes: { lower: false, transposed: true, unitDiagonal: true } },
    {
      inputs: [batchOf(regular(2), definite(2)), some([2, 2, 1])],
      attributes: { lower: true, transposed: true, unitDiagonal: false },
    },
  ],
  cofactor: [
    { inputs: [some([2, 2])] },
    { inputs: [batchOf(some([3, 3]), some([3, 3], "y"))] },
    { inputs: [regular(9)] },
  ],
  det_sign: [{ inputs: [regular(2)] }, { inputs: [batchOf(regular(4), definite(4))] }],
  log_abs_det: [{ inputs: [regular(2)] }, { inputs: [batchOf(regular(4), definite(4))] }],
  qr_q: [{ inputs: [regular(2)] }, { inputs: [batchOf(some([3, 2]), some([3, 2], "y"))] }],
  qr_r: [{ inputs: [regular(2)] }, { inputs: [batchOf(some([3, 2]), some([3, 2], "y"))] }],
  eigvalsh: [
    { inputs: [definite(2)], symmetric: true },
    { inputs: [batchOf(definite(3), definite(3))], symmetric: true },
  ],
  eigenvectors: [
    { inputs: [definite(2)], symmetric: true },
    { inputs: [batchOf(definite(3), definite(3))], symmetric: true },
  ],
  svdvals: [
    { inputs: [some([2, 2])] },
    { inputs: [some([2, 3])] },
    { inputs: [batchOf(some([4, 3]), some([4, 3], "y"))] },
  ],
  svd_u: [
    { inputs: [some([2, 2])] },
    { inputs: [some([2, 3])] },
    { inputs: [batchOf(some([4, 3]), some([4, 3], "y"))] },
  ],
  svd_vh: [
    { inputs: [some([2, 2])] },
    { inputs: [some([2, 3])] },
    { inputs: [batchOf(some([4, 3]), some([4, 3], "y"))] },
  ],
  pinv: [
    { inputs: [some([3, 2])], attributes: { rcond: 1e-15 } },
    { inputs: [batchOf(some([2, 3]), some([2, 3], "y"))], attributes: { rcond: 1e-15 } },
  ],
  matrix_rank: [{ inputs: [some([2, 3])], attributes: { tolerance: undefined } }],
  expm: [{ inputs: [some([1, 1])] }, { inputs: [batchOf(some([3, 3]), some([3, 3], "y"))] }],
  expm_along: [{ inputs: [some([2, 2]), some([2, 2], "y")] }],
  conv: applied("conv", () => {
    conv(some([1, 2, 4]), some([3, 2, 2]), { stride: 2, padding: 1 });
    conv(some([2, 2, 3, 3]), some([2, 1, 2, 2]), { dilation: 2 });
  }),
  conv_input: applied("conv_input", () =>
    pulledBack((x, kernel) => conv(x!, kernel!, { padding: 1 }), some([1, 2, 4]), some([3, 2, 2])),
  ),
  conv_kernel: applied("conv_kernel", () =>
    pulledBack((kernel, x) => conv(x!, kernel!, { stride: 2 }), some([3, 2, 2]), some([2, 2, 4])),
  ),
  max_pool: applied("max_pool", () => {
    maxPool(some([2, 1, 5]), { window: [2], padding: [1] });
    maxPool(some([1, 4, 4]), { window: [3, 3], stride: 1, nan: "loses" });
  }),
  pool_scatter: applied("pool_scatter", () =>
    pulledBack((x) => maxPool(x!, { window: [3], stride: 1 }), some([1, 1, 5])),
  ),
  pool_select: applied("pool_select", () =>
    pulledBack((x) => maxPool(x!, { window: [3], stride: 1 }), some([1, 1, 5])),
  ),
  custom_derivative: [
    {
      inputs: [some([2], "value"), some([2])],
      attributes: {
        reverse: (cotangent: Value, [x]: readonly Value[]) => [mul(cotangent, cos(x!))],
        forward: ([tangent]: readonly Value[], [x]: readonly Value[]) => mul(tangent!, cos(x!)),
      },
      given: true,
    },
  ],
  cholesky: [
    { inputs: [definite(2)], symmetric: true },
    { inputs: [batchOf(definite(3), definite(3))], symmetric: true },
  ],
};
