/** Sparse Hessians beside the gradient: preparing once, then evaluating at many points. */
import {
  add,
  hessian,
  mul,
  slice,
  sparseHessian,
  sparseJacobian,
  square,
  sub,
  sum,
  tensor,
  type Value,
  valueAndGradient,
} from "../src/engine";
import { report, time } from "./measure";

const first = (x: Value) => slice(x, [{ stop: -1 }]);
const rest = (x: Value) => slice(x, [{ start: 1 }]);
const residual = (x: Value) => sub(rest(x), square(first(x)));
const rosenbrock = (x: Value) => add(sum(mul(100, square(residual(x)))), sum(square(sub(1, first(x)))));

for (const n of [100, 1000, 10_000]) {
  const x = tensor(Float64Array.from({ length: n }, (_, i) => Math.sin(i)));
  const h = sparseHessian(rosenbrock, x);
  const j = sparseJacobian(residual, x);
  report(`extended Rosenbrock function of ${n} variables (${h.passes} Hessian-vector products)`, [
    ["value and gradient", time(() => valueAndGradient(rosenbrock)(x), 3)],
    ["sparse Hessian, prepared", time(() => h.at(x), 3)],
    ["sparse Hessian, from the function", time(() => sparseHessian(rosenbrock, x).at(x), 3)],
    ["sparse Jacobian of the residuals, prepared", time(() => j.at(x), 3)],
    ...(n <= 100 ? [["dense Hessian", time(() => hessian(rosenbrock)(x), 3)] as const] : []),
  ]);
}
