/** What is minimised, and within which bounds. */
import type { Graph } from "../graph/graph";
import { dot, norm, plus, type Vector } from "./vectors";

/**
 * A function to be minimised; a `Differentiable` is one. A RangeError from it says that a point lies outside its
 * domain; any other error passes through.
 */
export interface Problem {
  gradient(point: Float64Array): { readonly value: number; readonly gradient: Vector };
  /** Absent: by `gradient`. */
  value?(point: Float64Array): number;
  /** The same as `value` and `gradient`, ready for very many points: a gradient is written into an array that is given. */
  prepare?(point: Float64Array): PreparedProblem;
  /** The gradient's elements as a graph over scalars that holds at `point`; undefined where it is too large. */
  gradientGraph?(point: Float64Array): Graph | undefined;
  /** The same, with the value behind it. */
  gradientAndValueGraph?(point: Float64Array): Graph | undefined;
  /** The gradient as a graph over whole arrays, one for each parameter, that holds at `point`. */
  gradientArrays?(point: Float64Array): Graph;
  /** For Newton's method and trust regions: the rows of the matrix of second derivatives. */
  hessian?(point: Float64Array): readonly Vector[];
  /** The Hessian times `v`, where the whole Hessian would be too much. */
  hvp?(point: Float64Array, v: Float64Array): Vector;
  /** For Gauss–Newton and Levenberg–Marquardt: the r whose ½‖r‖² this is. See {@link leastSquares}. */
  residuals?(point: Float64Array): Residuals;
}

/** A problem ready for very many points; see `Prepared` of a `Differentiable`. */
export interface PreparedProblem {
  readonly value: (point: Float64Array) => number;
  readonly gradient: (point: Float64Array, out: Float64Array) => void;
  readonly valueAndGradient: (point: Float64Array, out: Float64Array) => number;
}

/** Residuals r and their Jacobian, a row for each residual. */
export interface Residuals {
  readonly values: Vector;
  readonly rows: readonly Vector[];
}

/** ½‖r(x)‖² as a problem, from the residuals and their Jacobian (those of a `Differentiable`, for example). */
export function leastSquares(r: { jacobian(point: Float64Array): Residuals }): Problem {
  return {
    residuals: (point) => r.jacobian(point),
    gradient(point) {
      const { values, rows } = r.jacobian(point);
      return { value: halfSquare(values), gradient: transposeTimes(rows, values, point.length) };
    },
  };
}

export const halfSquare = (x: Vector): number => dot(x, x) / 2;

/** Jᵀr. */
export function transposeTimes(rows: readonly Vector[], values: Vector, size: number): Float64Array {
  const out = new Float64Array(size);
  rows.forEach((row, k) => {
    for (let i = 0; i < size; i++) out[i]! += row[i]! * values[k]!;
  });
  return out;
}

/** A point with its value and gradient; both are NaN outside the problem's domain, and `failure` says why. */
export interface Iterate {
  readonly parameters: Float64Array;
  readonly value: number;
  /** Absent: the method has not asked for it. */
  readonly gradient?: Float64Array;
  readonly failure?: RangeError;
}

export type WithGradient = Iterate & { readonly gradient: Float64Array };

/** The problem has no second derivatives or no Jacobian where it has a value and a gradient. */
export class OutsideDomain extends RangeError {}

/** Asks the problem, and counts. */
export class Evaluations {
  count = 0;
  private prepared: PreparedProblem | undefined;

  constructor(readonly problem: Problem) {}

  valueAndGradient(point: Float64Array, out: Float64Array): number {
    const { problem } = this;
    if (problem.prepare) {
      this.prepared ??= problem.prepare(point);
      return this.prepared.valueAndGradient(point, out);
    }
    const { value, gradient } = problem.gradient(point);
    out.set(gradient);
    return value;
  }

  private value(point: Float64Array): number {
    const { problem } = this;
    if (!problem.prepare) return problem.value?.(point) ?? problem.gradient(point).value;
    this.prepared ??= problem.prepare(point);
    return this.prepared.value(point);
  }

  private ask<T>(question: () => T): T | RangeError {
    this.count++;
    try {
      return question();
    } catch (error) {
      if (error instanceof RangeError) return error;
      throw error;
    }
  }

  private insist<T>(question: () => T): T {
    const answer = this.ask(question);
    if (answer instanceof RangeError) throw new OutsideDomain(answer.message);
    return answer;
  }

  at(parameters: Float64Array): WithGradient {
    const gradient = new Float64Array(parameters.length);
    const answer = this.ask(() => this.valueAndGradient(parameters, gradient));
    return answer instanceof RangeError
      ? { parameters, value: Number.NaN, gradient: gradient.fill(Number.NaN), failure: answer }
      : { parameters, value: answer, gradient };
  }

  valueAt(parameters: Float64Array): Iterate {
    const answer = this.ask(() => this.value(parameters));
    return answer instanceof RangeError
      ? { parameters, value: Number.NaN, failure: answer }
      : { parameters, value: answer };
  }

  /** @throws TypeError when the problem has none; OutsideDomain */
  hessianAt(parameters: Float64Array): readonly Vector[] {
    const { problem } = this;
    if (!problem.hessian) throw new TypeError("this method needs second derivatives, which the problem lacks");
    return this.insist(() => problem.hessian!(parameters));
  }

  /** H·v. @throws TypeError when the problem has no `hvp`; OutsideDomain */
  curvatureAt(parameters: Float64Array, v: Float64Array): Vector {
    const { problem } = this;
    if (!problem.hvp) throw new TypeError("this method needs second derivatives, which the problem lacks");
    return this.insist(() => problem.hvp!(parameters, v));
  }

  /** @throws TypeError when the problem is no sum of squares; OutsideDomain */
  residualsAt(parameters: Float64Array): Residuals {
    const { problem } = this;
    if (!problem.residuals) throw new TypeError("this method minimises sums of squares: it needs residuals");
    return this.insist(() => problem.residuals!(parameters));
  }
}

/** Box bounds; an absent side, or ±Infinity, is open. */
export interface Bounds {
  readonly lower?: Vector;
  readonly upper?: Vector;
}

export class Box {
  /** One for each parameter; open sides are infinite. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;

  /** @throws RangeError when a lower bound is above its upper one, or there are not as many as parameters. */
  constructor(bounds: Bounds, size: number) {
    for (const side of [bounds.lower, bounds.upper])
      if (side && side.length !== size) throw new RangeError(`${side.length} bounds for ${size} parameters`);
    this.lower = Float64Array.from(bounds.lower ?? new Float64Array(size).fill(-Infinity));
    this.upper = Float64Array.from(bounds.upper ?? new Float64Array(size).fill(Infinity));
    for (let i = 0; i < size; i++)
      if (!(this.lower[i]! <= this.upper[i]!))
        throw new RangeError(`bounds of parameter ${i}: ${this.lower[i]} is not below ${this.upper[i]}`);
  }

  /** The nearest point of the box. */
  project(point: Vector, out: Float64Array = new Float64Array(point.length)): Float64Array {
    for (let i = 0; i < out.length; i++) out[i] = Math.min(Math.max(point[i]!, this.lower[i]!), this.upper[i]!);
    return out;
  }

  /** Of the parameters that stand at a bound, those that the negative gradient would push beyond it. */
  held({ parameters, gradient }: WithGradient): boolean[] {
    return Array.from(
      parameters,
      (x, i) => (x <= this.lower[i]! && gradient[i]! > 0) || (x >= this.upper[i]! && gradient[i]! < 0),
    );
  }
}

/** The 2-norm; within bounds that of P(x − g) − x, zero exactly where no step inside leads down. */
export function gradientNorm({ parameters, gradient }: WithGradient, box: Box | undefined): number {
  return norm(box ? plus(box.project(plus(parameters, -1, gradient)), -1, parameters) : gradient);
}
