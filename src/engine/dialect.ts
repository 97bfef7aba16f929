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
}

export const dialects: { readonly [N in Dialect["name"]]: Dialect } = {
  python: { name: "python", absAtZero: 0, tie: "split", steps: "zero" },
  tensorflow: { name: "tensorflow", absAtZero: 0, tie: "first", steps: "none" },
  torch: { name: "torch", absAtZero: 0, tie: "split", steps: "zero" },
  jax: { name: "jax", absAtZero: 1, tie: "split", steps: "zero" },
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
