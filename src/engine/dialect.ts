/**
 * What the frameworks disagree on, decided in one place (semantics measured on
 * TensorFlow 2.21, PyTorch 2.13, JAX 0.10.2).
 */
export interface Dialect {
  readonly name: "python" | "tensorflow" | "torch" | "jax";
  /** d|x|/dx at 0. */
  readonly absAtZero: number;
  /** How maximum and minimum share the gradient at a tie. */
  readonly tie: "first" | "split";
  /** floor, round, // : a missing gradient, or zero. */
  readonly steps: "none" | "zero";
  /** What clip passes at an edge: all, or half to the value and half to the bound. */
  readonly edge: "all" | "half";
  /** d leaky_relu(x)/dx at 0: the slope of the negative side, or 1. */
  readonly leakyAtZero: "slope" | "one";
  /** d selu(x)/dx at 0: from which side. */
  readonly seluAtZero: "left" | "right";
  /** 0/0 in the derivative of norm, std, atan2 and of x**0. */
  readonly zeroOverZero: "nan" | "zero";
  /** d(x**y)/dy for negative x. */
  readonly powerOfNegative: "nan" | "zero";
  /** d(0**y)/dy for negative y: what log 0 is taken for. */
  readonly logOfZeroBase: "zero" | "infinite";
  /** d(x·log y)/dx at x = 0. */
  readonly xlogyAtZero: "log" | "zero" | "zero-where-infinite";
  /** Zero times the infinite derivative of a root: NaN, or zero (TensorFlow's kernels for sqrt and rsqrt). */
  readonly zeroCotangent: "multiplies" | "absorbs";
  /** d tanh and d sigmoid: exact where the function is flat, or from its output, whose rounding is lost there. */
  readonly flat: "exact" | "output";
  /** // of floats: the quotient that goes with the remainder (1 // 0.1 = 9), or floor(x/y) (10). */
  readonly floorDivision: "remainder" | "quotient";
  /** 1/0 between equal eigenvalues or singular values in the derivative of their vectors: infinite, or 0. */
  readonly equalEigenvalues: "infinite" | "zero";
  /** Where the gradient of eigh goes, whose matrix is symmetric: half to either triangle, or all to the lower. */
  readonly symmetricInput: "both" | "lower";
}

const PYTHON = {
  absAtZero: 0,
  tie: "split",
  steps: "zero",
  edge: "all",
  leakyAtZero: "slope",
  seluAtZero: "left",
  zeroOverZero: "nan",
  powerOfNegative: "nan",
  logOfZeroBase: "zero",
  xlogyAtZero: "log",
  zeroCotangent: "multiplies",
  flat: "exact",
  floorDivision: "remainder",
  equalEigenvalues: "infinite",
  symmetricInput: "both",
} as const;

export const dialects: { readonly [N in Dialect["name"]]: Dialect } = {
  python: { name: "python", ...PYTHON },
  tensorflow: {
    ...PYTHON,
    name: "tensorflow",
    tie: "first",
    steps: "none",
    seluAtZero: "right",
    powerOfNegative: "zero",
    xlogyAtZero: "zero",
    zeroCotangent: "absorbs",
    flat: "output",
    floorDivision: "quotient",
    equalEigenvalues: "zero",
    symmetricInput: "lower",
  },
  torch: {
    ...PYTHON,
    name: "torch",
    zeroOverZero: "zero",
    logOfZeroBase: "infinite",
    xlogyAtZero: "zero-where-infinite",
    flat: "output",
  },
  jax: { ...PYTHON, name: "jax", absAtZero: 1, edge: "half", leakyAtZero: "one", flat: "output" },
};

let current: Dialect = dialects.python;

export function currentDialect(): Dialect {
  return current;
}

/** Runs `body` with derivatives taken as `dialect` takes them. */
export function withDialect<T>(dialect: Dialect, body: () => T): T {
  const before = current;
  current = dialect;
  try {
    return body();
  } finally {
    current = before;
  }
}
