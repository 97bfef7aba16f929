/** Products of matrices. */
import { bind } from "../bind";
import { promote } from "../dtype";
import type { Bilinear } from "../op";
import { tensor, type Value } from "../tensor";
import { reshape, transpose } from "./structure";

export const matmulOp: Bilinear<undefined> = {
  kind: "bilinear",
  name: "matmul",
  arity: 2,
  type: ([a, b]) => ({ shape: [a!.shape[0]!, b!.shape[1]!], dtype: promote(a!.dtype, b!.dtype) }),
  evaluate([a, b]) {
    const [m, k] = a!.shape as [number, number];
    const n = b!.shape[1]!;
    const data = new Float64Array(m * n);
    for (let i = 0; i < m; i++)
      for (let p = 0; p < k; p++) {
        const left = a!.data[i * k + p]!;
        for (let j = 0; j < n; j++) data[i * n + j]! += left * b!.data[p * n + j]!;
      }
    return tensor(data, promote(a!.dtype, b!.dtype), [m, n]);
  },
  transposes: [(ct, [, b]) => matmul(ct, transpose(b!)), (ct, [a]) => matmul(transpose(a!), ct)],
  latex: "#1 #2",
};

/**
 * [m, k] · [k, n] → [m, n]; vectors as NumPy's `@` takes them.
 * @throws RangeError when the inner lengths differ or there are more than two axes.
 */
export function matmul(a: Value, b: Value): Value {
  const left = a.shape.length === 1 ? reshape(a, [1, a.shape[0]!]) : a;
  const right = b.shape.length === 1 ? reshape(b, [b.shape[0]!, 1]) : b;
  if (left.shape.length !== 2 || right.shape.length !== 2 || left.shape[1] !== right.shape[0])
    throw new RangeError(`matmul of shapes (${a.shape}) and (${b.shape})`);
  const product = bind(matmulOp, [left, right], undefined);
  const shape = [...(a.shape.length === 1 ? [] : [a.shape[0]!]), ...(b.shape.length === 1 ? [] : [b.shape[1]!])];
  return reshape(product, shape);
}
