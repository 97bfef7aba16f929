/** A function or expression looked at: its value, derivatives and formulas at a point. */
import * as l10n from "@vscode/l10n";
import {
  atPoints,
  type Branch,
  type CheckedDerivative,
  centralDifferences,
  conditionsOf,
  type Dialect,
  Differentiable,
  derivativeExpression,
  dialects,
  expressionOf,
  type Formula,
  formulaOf,
  type GridOptions,
  indexText,
  latex,
  latexSymbol,
  mul,
  NotScalar,
  NotScalarizable,
  type OnGrid,
  onGrid,
  type ParameterType,
  type Prepared,
  peek,
  type SparsityPattern,
  type SweepStep,
  scalar,
  sizeOf,
  sqrt,
  square,
  sum,
  type Tensor,
  TooManyOperations,
  take,
  tensor,
  text,
  type Value,
  writtenSize,
} from "../engine";
import { ranOutOf } from "../languages/python";
import { type Argument, asFound, asTensor, held, nest } from "./arguments";
import type { Tree } from "./point";
import { type Spectrum, spectrumOf } from "./spectrum";

/** One clear line for the user; anything else that is thrown is a bug of ours. */
export class Problem extends Error {
  /** What was looked at, if there is a point to look at it: without values, for its title and parameters only. */
  look?: Look;
  /** A budget ended: the function itself did not fail. */
  stopped?: boolean;
}

export interface Origin {
  readonly kind: "given" | "pinned" | "comment" | "call" | "module" | "default" | "ones";
  /** Zero-based; and in words. */
  readonly line?: number;
  readonly lineName?: string;
}

export interface FormulaText {
  readonly latex: string;
  readonly text: string;
}

export interface Disagreement {
  readonly label: string;
  readonly tensorflow: number | null;
  readonly torch: number | null;
  readonly jax: number | null;
}

/** The number that a function of several results is looked at as: an element of its result, row-major, ‖r‖ or ½‖r‖². */
export type Component = number | "norm" | "squares";

/** Formulas whose marks exceed this are not written out. */
const MOST_MARKS = 400;
const MOST_CHARACTERS = 4000;
/** Up to so many derivatives are checked one by one; more along random directions first. */
const MOST_CHECKED = 20;
/** A Hessian of more scalars is not computed. */
const MOST_HESSIAN = 256;
/** A column of more formulas is not written out. */
export const MOST_ROWS = 8;
/** Second derivatives are written as formulas for up to this many scalars. */
const MOST_HESSIAN_FORMULAS = 4;

/**
 * Everything about a subject at one point. What is asked for is computed then, and kept.
 * Every member throws {@link Problem} with one clear line where there is no answer.
 */
export class Look {
  /** The function itself, for programs that are made of it. */
  readonly differentiable: Differentiable;
  readonly labels: readonly string[];
  private memo: Memo = new Map();
  /** What holds wherever the function takes the same branch. */
  private ofBranch: Memo = new Map();

  constructor(
    /** `g(x1, x2)`. */
    readonly title: string,
    readonly parameters: readonly Argument[],
    readonly point: readonly number[],
    readonly origin: Origin,
    private readonly call: (inputs: readonly Value[]) => Value,
    private readonly dialect: Dialect,
  ) {
    this.differentiable = new Differentiable(followed(parameters), call, dialect);
    this.labels = this.differentiable.labels;
  }

  /** The same, with all that is known of it, at a point that stands elsewhere in the text. */
  from(origin: Origin): Look {
    return Object.assign(Object.create(Look.prototype) as Look, this, { origin });
  }

  /**
   * The same at another point of the same branch, without running the function again; undefined where it must be run.
   * @param parameters those of the other point
   */
  movedTo(parameters: readonly Argument[], origin: Origin): Look | undefined {
    const own = this.parameters;
    if (parameters.length !== own.length || !own.every((one, k) => isMoved(one, parameters[k]!))) return undefined;
    const moved = own.map((one, k) => {
      const { numbers, original } = parameters[k]!;
      return one.shape ? { ...one, numbers, original } : one;
    });
    const point = moved.flatMap(({ numbers }) => numbers);
    return this.differentiable.branchHolds(this.point, point) ? this.at(point, moved, origin) : undefined;
  }

  private at(point: readonly number[], parameters: readonly Argument[], origin: Origin): Look {
    const fields = { point, parameters, origin, memo: new Map() };
    return Object.assign(Object.create(Look.prototype) as Look, this, fields);
  }

  private keep<T>(key: string, compute: () => T, memo = this.memo): T {
    let known = memo.get(key);
    if (!known) {
      known = kept(() => explained(compute));
      memo.set(key, known);
    }
    if ("problem" in known) throw known.problem;
    return known.value as T;
  }

  /** The same object wherever what is said of the branch is the same: formulas, and where they hold. */
  get branchIdentity(): object {
    return this.ofBranch;
  }

  private keepForBranch<T>(key: string, compute: () => T): T {
    return this.keep(key, compute, this.ofBranch);
  }

  /** A function that is made of this one, and moves with it. */
  private made(key: string, make: () => Look): Look {
    return this.keep(key, () => {
      const first = this.keepForBranch(key, make);
      return first.point === this.point ? first : first.at(this.point, this.parameters, this.origin);
    });
  }

  /** The result's elements, row-major, and its shape. */
  result(): { values: readonly number[]; shape: readonly number[] } {
    return this.keep("result", () => ({
      values: this.differentiable.values(this.point),
      shape: this.differentiable.outputShape(this.point),
    }));
  }

  /** How many numbers it gives; undefined where it has no value. */
  private length(): number | undefined {
    try {
      return this.result().values.length;
    } catch (error) {
      if (error instanceof Problem) return undefined;
      throw error;
    }
  }

  /** The numbers of the point, one array for each parameter that is followed. */
  inputs(): Tensor[] {
    let start = 0;
    return followed(this.parameters).map(({ shape }) => {
      const end = start + sizeOf(shape);
      const own = tensor(this.point.slice(start, end), "float64", shape);
      start = end;
      return own;
    });
  }

  /** The same as a function of these of its parameters, in this order; the others stay what they are. */
  of(names: readonly string[]): Look {
    const own = this.inputs();
    const places = followed(this.parameters).map(({ name }) => names.indexOf(name));
    const parameters = [
      ...names.flatMap((name) => this.parameters.filter((one) => one.name === name)),
      ...this.parameters.flatMap((one) =>
        names.includes(one.name) ? [] : [held(one, one.reason ?? l10n.t("it is no parameter"))],
      ),
    ];
    const call = (inputs: readonly Value[]) => this.call(own.map((fixed, k) => inputs[places[k]!] ?? fixed));
    const point = names.flatMap((_, k) => Array.from(own[places.indexOf(k)]?.data ?? []));
    return new Look(this.title, parameters, point, this.origin, call, this.dialect);
  }

  /** ½‖r‖² in place of the r that is looked at. */
  halfSquares(): Look {
    return this.made("halfSquares", () => {
      const half = (inputs: readonly Value[]) => mul(scalar(0.5), sum(square(this.call(inputs))));
      return new Look(this.title, this.parameters, this.point, this.origin, half, this.dialect);
    });
  }

  /** The function itself if it gives one number; else one number of its result. An element that is not there is the first. */
  component(which: Component = 0): Look {
    const length = this.length();
    if (length === undefined || length < 2) return this;
    if (which === "squares") return this.halfSquares();
    return this.made(`component ${which}`, () => {
      const one = (inputs: readonly Value[]) => {
        const result = this.call(inputs);
        if (which === "norm") return sqrt(sum(square(result)));
        return take(result, Int32Array.of(which < length ? which : 0), []);
      };
      return new Look(this.title, this.parameters, this.point, this.origin, one, this.dialect);
    });
  }

  value(): number {
    return this.keep("value", () => this.differentiable.value(this.point));
  }

  valueAt(point: ArrayLike<number>): number {
    return explained(() => this.differentiable.value(point));
  }

  /** The same as `valueAt` and `gradientAt`, for very many points: a gradient is written into an array that is given. */
  prepare(): Pick<Prepared, "value" | "gradient" | "valueAndGradient"> {
    return this.keep("prepared", () => {
      const prepared = this.differentiable.prepare(this.point);
      return {
        value: (point) => explained(() => prepared.value(point)),
        gradient: (point, out) => explained(() => prepared.gradient(point, out)),
        valueAndGradient: (point, out) => explained(() => prepared.valueAndGradient(point, out)),
      };
    });
  }

  /**
   * Values, and derivatives along the axes where asked for, with the scalars along them moved; NaN where there is none.
   * @param axes places of one or two scalars, the inner one first, with the numbers that each takes
   */
  onGrid(
    point: ArrayLike<number>,
    axes: Parameters<typeof onGrid>[2],
    {
      slopes = false,
      ...options
    }: { readonly slopes?: boolean } & Pick<GridOptions, "proceed" | "out" | "borrow"> = {},
  ): OnGrid {
    const partials = slopes ? axes.map(({ place }) => place) : [];
    return onGrid(this.differentiable, point, axes, { ...options, partials, gap });
  }

  /** Values at a list of points; NaN where there is none. @param points for each scalar its number at every point */
  atPoints(points: readonly ArrayLike<number>[], options: Pick<GridOptions, "proceed" | "out"> = {}): Float64Array {
    return atPoints(this.differentiable, points, { ...options, gap }).values;
  }

  gradient(): { value: number; gradient: readonly number[]; missing: readonly boolean[] } {
    return this.keep("gradient", () => this.gradientAt(this.point));
  }

  gradientAt(point: ArrayLike<number>): ReturnType<Differentiable["gradient"]> {
    return explained(() => this.differentiable.gradient(point));
  }

  /** Compiled together with an optimizer's steps; undefined where the function is not followed into scalars. */
  gradientAndValueGraphAt(point: ArrayLike<number>): ReturnType<Differentiable["gradientAndValueGraph"]> {
    return explained(() => this.differentiable.gradientAndValueGraph(point));
  }

  private everything(): ReturnType<Differentiable["jacobian"]> {
    return this.keep("everything", () => this.differentiable.jacobian(this.point));
  }

  /** The scalar parameters on which the result does not depend where it was looked at. */
  withoutDerivative(): Argument[] {
    const missing = explained(() => this.differentiable.missing(this.point));
    return this.parameters.filter(({ name, shape }) => {
      const place = shape?.length === 0 ? this.labels.indexOf(name) : -1;
      return place >= 0 && missing.every((row) => row[place]);
    });
  }

  jacobian(): readonly (readonly number[])[] {
    return this.everything().rows;
  }

  /** The result's elements and their Jacobian. */
  jacobianAt(point: ArrayLike<number>): ReturnType<Differentiable["jacobian"]> {
    return explained(() => this.differentiable.jacobian(point));
  }

  /** Central differences with the step of the document that the project began from. */
  central(): readonly number[] {
    return this.keep("central", () => centralDifferences((point) => this.differentiable.value(point), this.point));
  }

  /** The gradient held against the complex step and differences. `proceed` is called before every evaluation. */
  checked(proceed?: () => void): readonly CheckedDerivative[] {
    return this.keep("checked", () =>
      this.differentiable.check(this.point, { most: MOST_CHECKED, ...(proceed ? { proceed } : {}) }),
    );
  }

  /** The gradient in float32; null where there is none. */
  singleGradient(): readonly (number | null)[] {
    return this.keep("single", () => this.differentiable.singleGradient(this.point));
  }

  /** The value in float32. */
  singleValue(): number {
    return this.keep("singleValue", () => {
      const { outputs } = this.differentiable.arraysAt(this.point, "float32");
      return peek(outputs[0]!).item();
    });
  }

  /** What the frameworks give where they disagree: for each such scalar, its label and a number (or null) from each. */
  disagreements(): readonly Disagreement[] {
    return this.keep("disagreements", () => {
      if (this.labels.length > MOST_CHECKED) return [];
      const all = this.differentiable.gradientsIn(this.point, [dialects.tensorflow, dialects.torch, dialects.jax]);
      return this.labels.flatMap((label, i): Disagreement[] => {
        const [tensorflow, torch, jax] = all.map((row) => row[i]!) as [number | null, number | null, number | null];
        const same = [torch, jax].every((other) => agree(tensorflow, other));
        return same ? [] : [{ label, tensorflow, torch, jax }];
      });
    });
  }

  hessian(proceed?: () => void): readonly (readonly number[])[] {
    return this.keep("hessian", () => this.hessianAt(this.point, proceed));
  }

  /** ∂²f/∂x² for the scalar x at place `k`. */
  curvatureAt(point: ArrayLike<number>, k: number): number {
    return explained(() => this.differentiable.hessianColumn(point, k)[k]!);
  }

  hessianAt(point: ArrayLike<number>, proceed?: () => void): readonly (readonly number[])[] {
    if (this.labels.length > MOST_HESSIAN)
      throw new Problem(l10n.t("a Hessian of {0} variables is too large", this.labels.length));
    return explained(() => this.differentiable.hessian(point, proceed));
  }

  private branch(): Branch {
    return this.keepForBranch("branch", () => {
      try {
        return this.differentiable.branchAt(this.point);
      } catch (error) {
        if (error instanceof NotScalarizable || error instanceof TooManyOperations)
          throw new Problem(l10n.t("no formula: {0}", error.message));
        throw error;
      }
    });
  }

  /** The operations on the way to the result, and what reverse mode passes through each. */
  sweep(): readonly SweepStep[] {
    return this.keep("sweep", () => this.differentiable.sweep(this.point));
  }

  /** The labels of the result's elements, where there are several: `[0]`, `[0, 1]`. */
  outputs(): readonly string[] {
    const { shape, values } = this.result();
    return values.map((_, i) => indexText(i, shape));
  }

  /** Where the Jacobian can differ from 0. */
  pattern(): SparsityPattern {
    return this.keepForBranch("pattern", () => this.differentiable.pattern(this.point));
  }

  /** Eigenvalues of the Hessian, and the kind of point; undefined where it is not finite or too large. */
  spectrum(proceed?: () => void): Spectrum | undefined {
    return this.keep("spectrum", () => spectrumOf(this.hessian(proceed), this.gradient().gradient, this.value()));
  }

  /** Of several results a column. */
  formula(): FormulaText {
    return this.keepForBranch("formula", () => {
      const { outputs } = this.branch().graph;
      if (outputs.length === 1) return written(this.short(outputs[0]!));
      if (outputs.length === 0 || outputs.length > MOST_ROWS)
        throw new Problem(l10n.t("the formula is too long to show"));
      const rows = outputs.map((output) => {
        if (writtenSize(output) > MOST_MARKS / 4) throw new Problem(l10n.t("the formula is too long to show"));
        return written({ expression: expressionOf(output), parts: [] });
      });
      return {
        latex: `\\begin{bmatrix} ${rows.map(({ latex }) => latex).join(" \\\\ ")} \\end{bmatrix}`,
        text: `[${rows.map(({ text }) => text).join(", ")}]`,
      };
    });
  }

  /** Whether the formula can be had: it is of scalars, and not too long. */
  hasFormula(): boolean {
    return "value" in kept(() => this.formula());
  }

  /** One for each scalar; undefined where there is no derivative. */
  derivatives(): readonly (FormulaText | undefined)[] {
    return this.keepForBranch("derivatives", () => {
      const { graph, gradients } = this.branch();
      return gradients[0]!.map((entry) => (entry ? written(this.short(entry, graph.outputs[0]), true) : undefined));
    });
  }

  /** The formula of a value, or of a derivative of another. */
  private short(value: Value, of?: Value): Formula {
    const formula = formulaOf(value, { of, taken: this.labels, most: MOST_MARKS });
    if (!formula) throw new Problem(l10n.t("the formula is too long to show"));
    return formula;
  }

  /** The Hessian as a matrix of formulas; undefined where it would be too large to read. */
  hessianFormula(): FormulaText | undefined {
    return this.keepForBranch("hessianFormula", () => {
      const { labels } = this;
      if (labels.length === 0 || labels.length > MOST_HESSIAN_FORMULAS) return undefined;
      const rows = this.differentiable.secondDerivatives(this.point);
      if (rows.flat().some((entry) => entry && writtenSize(entry) > MOST_MARKS / 2)) return undefined;
      const { graph } = this.branch();
      const cell = (entry: Value) =>
        written({ expression: derivativeExpression(entry, graph.outputs[0]!), parts: [] }, true);
      const texts = rows.map((row) => row.map((entry) => (entry ? cell(entry) : { latex: "0", text: "0" })));
      if (labels.length === 1) return texts[0]![0]!;
      return {
        latex: `\\begin{bmatrix} ${texts.map((row) => row.map((cell) => cell.latex).join(" & ")).join(" \\\\ ")} \\end{bmatrix}`,
        text: `[${texts.map((row) => `[${row.map((cell) => cell.text).join(", ")}]`).join(", ")}]`,
      };
    });
  }

  /** The condition under which the formula holds: `x > 0 and y ≤ 1`; undefined where it holds everywhere. */
  condition(): FormulaText | undefined {
    return this.keepForBranch("condition", () => {
      const { expressions, more } = conditionsOf(this.branch().graph.guards);
      const parts = expressions.map((expression) => written({ expression, parts: [] }));
      if (more > 0) {
        const others = l10n.t("{0} more", more);
        parts.push({ latex: `\\text{${others}}`, text: others });
      }
      if (parts.length === 0) return undefined;
      const and = l10n.t("and");
      return {
        latex: parts.map((part) => part.latex).join(` \\;\\text{${and}}\\; `),
        text: parts.map((part) => part.text).join(` ${and} `),
      };
    });
  }

  /** Parameter name → number or nested lists: the point as people write it. */
  pointTree(point: ArrayLike<number> = this.point): { [name: string]: Tree } {
    let start = 0;
    return Object.fromEntries(
      followed(this.parameters).map(({ name, shape }) => {
        const tree = nest(point, shape, start);
        start += sizeOf(shape);
        return [name, tree];
      }),
    );
  }
}

/** What is computed, or why it cannot be: not where only the time was up. */
function kept<T>(compute: () => T): { value: T } | { problem: Problem } {
  try {
    return { value: compute() };
  } catch (error) {
    if (error instanceof Problem && !error.stopped) return { problem: error };
    throw error;
  }
}

type Memo = Map<string, { value: unknown } | { problem: Problem }>;

/** Whether another argument differs in nothing but its numbers. */
function isMoved(one: Argument, other: Argument): boolean {
  if (one.name !== other.name) return false;
  return one.shape ? one.shape.join() === other.shape?.join() : Object.is(one.original, other.original);
}

export function followed(parameters: readonly Argument[]): ParameterType[] {
  return parameters.flatMap(({ name, shape }) => (shape ? [{ name, shape }] : []));
}

export { latexSymbol } from "../engine";

/** A formula as text; a long one has names for its parts, said behind it. */
function written({ expression, parts }: Formula, arranged = false): FormulaText {
  const formulas = [expression, ...parts.map((part) => part.expression)];
  const [main, ...rest] = formulas.map((one) => ({ latex: latex(one, arranged), text: text(one, arranged) }));
  const named = rest.map((part, k) => ({
    latex: `${latexSymbol(parts[k]!.name)} = ${part.latex}`,
    text: `${parts[k]!.name} = ${part.text}`,
  }));
  const where = l10n.t("where");
  const formula =
    named.length === 0
      ? main!
      : {
          latex: `\\begin{aligned}[t] & ${main!.latex} \\\\ & \\text{${where}}\\quad ${named.map((part) => part.latex).join(", \\\\ & ")} \\end{aligned}`,
          text: `${main!.text}, ${where} ${named.map((part) => part.text).join(", ")}`,
        };
  // Names count too.
  if (formula.text.length > MOST_CHARACTERS) throw new Problem(l10n.t("the formula is too long to show"));
  return formula;
}

/** Derivatives that differ by more than rounding are a matter of convention. */
function agree(a: number | null, b: number | null): boolean {
  if (a === null || b === null) return a === b;
  return a === b || (Number.isNaN(a) && Number.isNaN(b)) || Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(a));
}

/** Where the function has no value. */
const gap = (error: unknown) => error instanceof Problem || error instanceof RangeError;

/** Errors of shapes and sizes are the user's to know; they become one line. */
function explained<T>(compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (error instanceof NotScalar)
      throw new Problem(l10n.t("it gives {0} numbers: a Jacobian, no gradient", sizeOf(error.shape)));
    if (ranOutOf(error) === "stack") throw new Problem(l10n.t("this expression is nested too deeply"));
    if (error instanceof RangeError) throw new Problem(error.message);
    throw error;
  }
}

/**
 * Looks with all numbers followed as plain floats; where that fails, in the form in which they were found, or as
 * tensors in a file of TensorFlow's; then with whole numbers held, for a function that counts with them.
 */
export function firstThatWorks(
  parameters: readonly Argument[],
  look: (parameters: readonly Argument[]) => Look,
  tensors = false,
): Look {
  const attempts: (readonly Argument[])[] = [parameters];
  if (parameters.some((parameter) => asFound(parameter) !== parameter)) attempts.push(parameters.map(asFound));
  if (tensors) attempts.push(parameters.map(asTensor));
  const whole = ({ original }: Argument) => typeof original === "bigint";
  const counted = (parameter: Argument) => held(parameter, l10n.t("a whole number that the function counts with"));
  if (parameters.some(whole))
    attempts.push(parameters.map((parameter) => (whole(parameter) ? counted(parameter) : parameter)));
  let first: Problem | undefined;
  for (const attempt of attempts) {
    const answer = look(attempt);
    try {
      answer.result();
      const idle = answer.withoutDerivative().filter(whole);
      return idle.length === 0
        ? answer
        : (working(look(attempt.map((parameter) => (idle.includes(parameter) ? counted(parameter) : parameter)))) ??
            answer);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      error.look ??= answer;
      first ??= error;
    }
  }
  throw first;
}

function working(look: Look): Look | undefined {
  try {
    look.result();
    return look;
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}
