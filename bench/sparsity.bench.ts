/** Sparse Hessians beside the gradient: preparing once, then evaluating at many points. */
import { hessian, sparseHessian, sparseJacobian, tensor, valueAndGradient } from "../src/engine";
import { report, time } from "./measure";
import { residual, rosenbrock } from "./rosenbrock";

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
