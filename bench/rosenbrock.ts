/** The extended Rosenbrock function, Σ 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)², and its gradient by hand. */
import { add, mul, slice, square, sub, sum, type Value } from "../src/engine";

export const first = (x: Value) => slice(x, [{ stop: -1 }]);
const rest = (x: Value) => slice(x, [{ start: 1 }]);
export const residual = (x: Value) => sub(rest(x), square(first(x)));
export const rosenbrock = (x: Value) => add(sum(mul(100, square(residual(x)))), sum(square(sub(1, first(x)))));

export function gradientByHand(x: Float64Array, g: Float64Array): void {
  g.fill(0);
  for (let i = 0; i < x.length - 1; i++) {
    const t = x[i + 1]! - x[i]! * x[i]!;
    g[i]! += -400 * x[i]! * t - 2 * (1 - x[i]!);
    g[i + 1]! += 200 * t;
  }
}
