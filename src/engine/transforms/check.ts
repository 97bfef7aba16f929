/**
 * Whether a derivative that someone claims is right: against the complex step where a function is analytic, and against
 * differences. Differences lie for many reasons that are not the claim's fault (kinks, cancellation, steps too wide or
 * too narrow), so each comes with an estimate of its error, and a claim is called wrong only beyond that.
 */
import { bind, withoutRecorders } from "../bind";
import { currentDialect } from "../dialect";
import { isFloat } from "../dtype";
import { type Graph, gradientNodes, indexText, nodesOf, type Parameter, stage } from "../graph/graph";
import { evaluate } from "../interpreters/eager";
import { Input, type Node, peek, Stage } from "../interpreters/stage";
import { add, cast, castOp, mul, reshape, sub, take } from "../ops";
import { allocate, full, type Shape, sameNumbers, sizeOf, Tensor, tensor, type Value } from "../tensor";
import { elementwisePartial } from "./backward";
import { complexStep } from "./complex";
import { gradient, type ValueFunction } from "./derivatives";
import { hessian, jacobian } from "./jacobian";

export type Verdict =
  | "right"
  | "wrong"
  /** A kink, a jump, an infinite slope, or the edge of the domain. */
  | "not differentiable here"
  /** Rounding or too rough a function hides the derivative: nothing is said about the claim. */
  | "differences are not trustworthy here"
  /** The function or the claim is not a finite number. */
  | "not finite";

export type Method = "complex step" | "central differences" | "one-sided differences" | "random directions";

/** One derivative, compared. */
export interface CheckedDerivative {
  /** Of the scalar: `x`, `w[0]`. */
  readonly label: string;
  readonly claimed: number;
  /** What `method` gives; null where there is no derivative, or where directions have confirmed the claim. */
  readonly reference: number | null;
  /** claimed − reference. */
  readonly difference: number | null;
  /** Of the reference, and of any formula evaluated in float64 at this point. */
  readonly errorEstimate: number | null;
  readonly method: Method;
  readonly verdict: Verdict;
}

export interface CheckOptions {
  /**
   * Relative difference up to which a claim passes. Default 1e-7; 1e-4 where an input is float32, whose function is
   * evaluated in float64 but whose claims are not.
   */
  readonly tolerance?: number;
  /** Up to so many scalars each is checked by itself; more are checked along random directions first. Default 100. */
  readonly most?: number;
  /** Of the random directions and roundings: the same seed gives the same answer. Default 1. */
  readonly seed?: number;
  /** Called before every evaluation; what it throws ends the check. */
  readonly proceed?: () => void;
}

/**
 * Checks the gradient of f at the parameters' values: one row for each scalar, in the order of the parameters, arrays
 * row-major.
 * @param claimed the gradient in the same order; absent: ours, in the dialect that is current
 * @throws RangeError unless f gives one number and `claimed` has one for each scalar
 */
export function checkGradient(
  f: ValueFunction,
  parameters: readonly Parameter[],
  claimed?: ArrayLike<number>,
  options: CheckOptions = {},
): CheckedDerivative[] {
  const primals = parameters.map(({ primal }) => primal);
  const own = claimed ?? gradient(f)(...primals).flatMap((value) => Array.from(peek(value).data));
  return new Check(staged(f, parameters), parameters, options).row(0, 1, own);
}

/**
 * Checks a Jacobian row by row: rows are the elements of f(x), row-major, columns the scalars of `parameter`.
 * @param claimed rows of numbers; absent: ours
 * @throws RangeError where `claimed` has another shape
 */
export function checkJacobian(
  f: (x: Value) => Value,
  parameter: Parameter,
  claimed?: readonly ArrayLike<number>[],
  options: CheckOptions = {},
): CheckedDerivative[][] {
  const rows = claimed ?? rowsOf(jacobian(f)(parameter.primal), sizeOf(parameter.primal.shape));
  const check = new Check(
    staged((x) => f(x!), [parameter]),
    [parameter],
    options,
  );
  return rows.map((row, k) => check.row(k, rows.length, row));
}

/**
 * Checks a Hessian against differences of the gradient, row by row: row i is the gradient of ∂f/∂xᵢ.
 * @param claimed rows of numbers; absent: ours
 * @throws RangeError unless f gives one number and `claimed` is square
 */
export function checkHessian(
  f: (x: Value) => Value,
  parameter: Parameter,
  claimed?: readonly ArrayLike<number>[],
  options: CheckOptions = {},
): CheckedDerivative[][] {
  const rows = claimed ?? rowsOf(hessian(f)(parameter.primal), sizeOf(parameter.primal.shape));
  const trace = staged((x) => f(x!), [parameter]);
  const derivative = (primals: readonly Tensor[]): Graph => {
    const graph = trace(primals);
    const [entry] = gradientNodes(scalarOutput(graph), graph.inputs);
    return { ...graph, outputs: [entry ?? full(parameter.primal.shape, 0)] };
  };
  const check = new Check(derivative, [parameter], options);
  return rows.map((row, k) => check.row(k, rows.length, row));
}

function rowsOf(matrix: Value, width: number): number[][] {
  const data = Array.from(peek(matrix).data);
  return Array.from({ length: width === 0 ? 0 : data.length / width }, (_, i) =>
    data.slice(i * width, (i + 1) * width),
  );
}

// ── the function in float64 ─────────────────────────────────────────────────

type Trace = (primals: readonly Tensor[]) => Graph;

function staged(f: ValueFunction, parameters: readonly Parameter[]): Trace {
  return (primals) =>
    widened(
      stage(
        parameters.map(({ name }, k) => ({ name, primal: primals[k]! })),
        (inputs) => [f(...inputs)],
      ),
    );
}

/** The same graph with every real number in float64, and no rounding in between. */
function widened(graph: Graph): Graph {
  const next = new Stage();
  const values = new Map<Value, Value>();
  const wide = (value: Value) => (value.dtype === "float32" ? cast(value, "float64") : value);
  const inputs = graph.inputs.map((input) => {
    const own = next.input(input.name, input.primal);
    values.set(input, own);
    return own;
  });
  const at = (value: Value) => values.get(value) ?? wide(value);
  for (const node of nodesOf([...graph.outputs, ...graph.guards.map((guard) => guard.node)])) {
    if (node instanceof Input) continue;
    const own = node.inputs.map(at);
    const kept = (node.op as unknown) === castOp;
    values.set(node, kept ? own[0]! : wide(bind(node.op, own, node.attributes)));
  }
  const guards = graph.guards.flatMap(({ node, source }) => {
    const own = at(node);
    return own instanceof Tensor ? [] : [{ node: own as Node, source }];
  });
  return { inputs, outputs: graph.outputs.map(at), guards };
}

function scalarOutput({ outputs: [output] }: Graph): Value {
  if (sizeOf(output!.shape) !== 1) throw new RangeError(`a gradient is of one number, not of shape (${output!.shape})`);
  return output!;
}

/** Runs `nodes` at new inputs; `perturb` changes every real result by an error of rounding. */
function run(
  nodes: readonly Node[],
  inputs: readonly [Value, Tensor][],
  perturb?: (x: Tensor) => Tensor,
): (value: Value) => Tensor {
  const values = new Map<Value, Tensor>(inputs);
  const at = (value: Value) => values.get(value) ?? (value as Tensor);
  for (const node of nodes) {
    if (values.has(node)) continue;
    let own = node.inputs.map(at);
    // A sum or a product of matrices rounds inside: as if its arguments were rounded.
    if (perturb && node.op.kind !== "elementwise") own = own.map(perturb);
    const out = evaluate(node.op, own, node.attributes);
    values.set(node, perturb && node.op.kind === "elementwise" ? perturb(out) : out);
  }
  return at;
}

/** Mulberry32: numbers in [0, 1), the same for the same seed. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

// ── estimates ───────────────────────────────────────────────────────────────

interface Estimate {
  readonly value: number;
  readonly error: number;
  /** The largest slope that was met on the way to it: what counts as small. */
  readonly scale: number;
}

/** The function along a line, and what rounding does to it there. */
interface Line {
  readonly value: (t: number) => number;
  readonly noise: (t: number) => number;
  /** The step that can be told from 0 at all: (x + t) − x. */
  readonly exact: (t: number) => number;
  /** Widths of the region in which to look, widest first. */
  readonly scales: readonly number[];
}

/** Difference quotients with steps that halve, and the error that rounding leaves in each. */
interface Quotient {
  readonly step: number;
  readonly slope: number;
  readonly noise: number;
}

interface Cluster {
  readonly central: Estimate | undefined;
  readonly right: Estimate | undefined;
  readonly left: Estimate | undefined;
}

/** Steps in a cluster, each half of the one before. */
const LEVELS = 8;
/** An estimate's error may be so many times larger than estimated before a claim is blamed. */
const CAUTION = 10;
/** How many evaluations with other roundings tell the noise: all up, all down, the rest random. */
const ROUNDINGS = 6;
const EPSILON = 2 ** -52;
/** Of slopes this small some formulas have products that are 0 in float64. */
const UNDERFLOW = 1e-150;

/**
 * Ridders' tableau (Advances in Engineering Software 4, 1982): quotients extrapolated to step 0; the error of an entry is
 * how far it moved, and what is left of rounding; an entry counts only if no narrower row contradicts it.
 * @param order 4 for an error in even powers of the step, 2 for one in all
 */
function extrapolate(quotients: readonly Quotient[], order: 2 | 4): Estimate | undefined {
  const rows: (Estimate | undefined)[] = [];
  let above: { slope: number; noise: number; scale: number }[] = [];
  for (const { slope, noise } of quotients) {
    // Outside of the domain: nothing to extrapolate from.
    if (!Number.isFinite(slope)) {
      above = [];
      continue;
    }
    const row = [{ slope, noise, scale: Math.abs(slope) }];
    let weight: number = order;
    let best: Estimate | undefined;
    for (const coarse of above) {
      const fine = row.at(-1)!;
      const next = {
        slope: fine.slope + (fine.slope - coarse.slope) / (weight - 1),
        noise: (weight * fine.noise + coarse.noise) / (weight - 1),
        scale: Math.max(fine.scale, coarse.scale),
      };
      row.push(next);
      weight *= order;
      const moved = Math.max(Math.abs(next.slope - fine.slope), Math.abs(next.slope - coarse.slope));
      const error = moved + next.noise;
      if (Number.isFinite(error) && (!best || error < best.error))
        best = { value: next.slope, error, scale: next.scale };
    }
    above = row;
    rows.push(best);
  }
  return surest(rows);
}

/** Of estimates from wide to narrow steps, the surest that no narrower one contradicts. */
function surest(estimates: readonly (Estimate | undefined)[]): Estimate | undefined {
  const found = estimates.filter((estimate) => estimate !== undefined);
  let best = found.at(-1);
  for (const [k, estimate] of found.entries())
    if (estimate.error < best!.error && found.slice(k + 1).every((narrower) => agree(estimate, narrower, 3)))
      best = estimate;
  return best;
}

/** {@link surest}; what is small is said by the wider steps too, where they see the same slope sharply. */
function surestOf(clusters: readonly (Estimate | undefined)[]): Estimate | undefined {
  const best = surest(clusters);
  if (!best) return undefined;
  const same = clusters.filter((other) => other && agree(other, best) && other.error < 1e-3 * other.scale);
  return { ...best, scale: same.reduce((most, other) => Math.max(most, other!.scale), best.scale) };
}

function agree(a: Estimate, b: Estimate, factor = CAUTION): boolean {
  return Math.abs(a.value - b.value) <= factor * (a.error + b.error);
}

/** Whether slopes grow without end as the step shrinks: increments that do not die away, all of one sign. */
function unbounded(quotients: readonly Quotient[]): boolean {
  const sure = quotients
    .filter(({ slope, noise }) => noise < 0.01 * Math.abs(slope))
    .sort((a, b) => b.step - a.step)
    .slice(-12);
  if (sure.length < 6) return false;
  const increments = sure.slice(1).map(({ slope }, k) => slope - sure[k]!.slope);
  const sign = Math.sign(sure.at(-1)!.slope);
  const first = Math.abs(increments[0]!);
  const certain = increments.every((increment, k) => increment * sign > 4 * sure[k + 1]!.noise);
  return certain && Math.abs(increments.at(-1)!) > 0.8 * first;
}

/** What differences say of the slope at 0. */
interface Differences {
  readonly slope: Estimate | undefined;
  readonly sides: 0 | 1 | 2;
  readonly differentiable: boolean;
}

/** @param enough says whether an estimate that two clusters agree on ends the search */
function differences(line: Line, enough: (slope: Estimate) => boolean): Differences {
  const here = line.value(0);
  const noiseHere = line.noise(0);
  const clusters: Cluster[] = [];
  const sides: { right: Quotient[]; left: Quotient[] } = { right: [], left: [] };
  for (const width of line.scales) {
    const noise = Math.max(noiseHere, finite(line.noise(width)), finite(line.noise(-width)));
    const central: Quotient[] = [];
    const right: Quotient[] = [];
    const left: Quotient[] = [];
    for (let k = 0; k < LEVELS; k++) {
      const [up, down] = [line.exact(width / 2 ** k), line.exact(-width / 2 ** k)];
      if (up === 0 || down === 0) break;
      const [above, below] = [line.value(up), line.value(down)];
      const rounding = noise + EPSILON * Math.max(finite(Math.abs(above)), finite(Math.abs(below)));
      const quotient = (step: number, slope: number): Quotient => ({ step, slope, noise: (2 * rounding) / step });
      central.push(quotient(up - down, (above - below) / (up - down)));
      right.push(quotient(up, (above - here) / up));
      left.push(quotient(-down, (here - below) / -down));
    }
    sides.right.push(...right);
    sides.left.push(...left);
    clusters.push(clusterOf(extrapolate(central, 4), extrapolate(right, 2), extrapolate(left, 2)));
    const [before, last] = clusters.slice(-2);
    if (!before?.central || !last?.central || !agree(before.central, last.central)) continue;
    const better = before.central.error < last.central.error ? before.central : last.central;
    const smooth = [before, last].every(
      ({ right, left }) => right && left && settled(right) && settled(left) && !kink(right, left),
    );
    if (smooth && enough(better)) return { slope: better, sides: 2, differentiable: true };
  }
  const right = surestOf(clusters.map((cluster) => cluster.right));
  const left = surestOf(clusters.map((cluster) => cluster.left));
  const infinite = unbounded(sides.right) || unbounded(sides.left);
  const central = surestOf(clusters.map((cluster) => cluster.central));
  return {
    slope: right && left ? central : (right ?? left),
    sides: right && left ? 2 : right || left ? 1 : 0,
    differentiable: !infinite && !(right && left && kink(right, left)),
  };
}

/** Where the second derivative jumps, the two sides know better than the quotient across. */
function clusterOf(central: Estimate | undefined, right: Estimate | undefined, left: Estimate | undefined): Cluster {
  if (!central || !right || !left) return { central, right, left };
  const middle = {
    value: (right.value + left.value) / 2,
    error: (right.error + left.error + Math.abs(right.value - left.value)) / 2,
    scale: Math.max(right.scale, left.scale),
  };
  const better = middle.error < central.error && agree(middle, central, 3);
  return { central: better ? middle : central, right, left };
}

/** Whether an estimate from one side says enough to rule out a kink. */
const settled = ({ value, error, scale }: Estimate): boolean => error <= Math.max(1e-3 * Math.abs(value), 1e-6 * scale);

function kink(right: Estimate, left: Estimate): boolean {
  const size = Math.max(Math.abs(right.value), Math.abs(left.value));
  return !agree(right, left) && Math.abs(right.value - left.value) > 1e-7 * size;
}

const finite = (x: number): number => (Number.isFinite(x) ? x : 0);

// ── the check ───────────────────────────────────────────────────────────────

/** A branch of one row of the function. */
interface Branch {
  readonly graph: Graph;
  readonly output: Value;
  /** What output and guards need. */
  readonly nodes: readonly Node[];
  readonly step: ReturnType<typeof complexStep>;
}

const MOST_BRANCHES = 64;

class Check {
  private readonly labels: readonly string[];
  private readonly shapes: readonly Shape[];
  private readonly point: Float64Array;
  private readonly tolerance: number;

  constructor(
    private readonly trace: Trace,
    parameters: readonly Parameter[],
    private readonly options: CheckOptions,
  ) {
    this.labels = parameters.flatMap(({ name, primal }) =>
      Array.from(primal.data, (_, i) => name + indexText(i, primal.shape)),
    );
    this.shapes = parameters.map(({ primal }) => primal.shape);
    this.point = Float64Array.from(parameters.flatMap(({ primal }) => Array.from(primal.data)));
    const single = parameters.some(({ primal }) => primal.dtype === "float32");
    this.tolerance = options.tolerance ?? (single ? 1e-4 : 1e-7);
  }

  /** Row `k` of `height`. */
  row(k: number, height: number, claimed: ArrayLike<number>): CheckedDerivative[] {
    if (claimed.length !== this.labels.length)
      throw new RangeError(`${claimed.length} derivatives are claimed of ${this.labels.length} scalars`);
    return withoutRecorders(() =>
      new Row(this.labels, this.shapes, this.point, this.tolerance, this.options, (point) => {
        const graph = this.trace(point);
        const output = graph.outputs[0]!;
        const size = sizeOf(output.shape);
        if (size !== height) throw new RangeError(`${height} rows are claimed of a result of shape (${output.shape})`);
        const element = size === 1 ? reshape(output, []) : take(reshape(output, [size]), Int32Array.of(k), []);
        return { ...graph, outputs: [element] };
      }).check(claimed),
    );
  }
}

class Row {
  private readonly branches: Branch[] = [];
  private readonly base: Branch;
  private readonly random: () => number;
  /** Of the value at the point, and of each derivative however it is computed, by rounding. */
  private readonly noise: number;
  private readonly slopeNoise: Float64Array;
  /** Rounding alone decides on which side of a jump the point lies. */
  private readonly onJump: boolean;

  constructor(
    private readonly labels: readonly string[],
    private readonly shapes: readonly Shape[],
    private readonly point: Float64Array,
    private readonly tolerance: number,
    private readonly options: CheckOptions,
    private readonly trace: Trace,
  ) {
    this.random = generator(options.seed ?? 1);
    this.base = this.branch(point);
    this.branches.push(this.base);
    this.noise = this.noiseAt(point);
    this.slopeNoise = this.noiseOfSlopes();
    this.onJump = this.jumps();
  }

  check(claimed: ArrayLike<number>): CheckedDerivative[] {
    const rows: CheckedDerivative[] = new Array(claimed.length);
    // Beside the largest slope the noise of one that is nearly 0 is no reason for mistrust.
    const largest = Array.from(claimed).reduce((most, slope) => Math.max(most, finite(Math.abs(slope))), 0);
    const all = Int32Array.from({ length: claimed.length }, (_, i) => i);
    const visit = (some: Int32Array, directions: number) => {
      if (some.length === 1 || all.length <= (this.options.most ?? 100)) {
        for (const i of some) rows[i] = this.coordinate(i, claimed[i]!, largest);
      } else if (this.confirmed(some, claimed, directions, largest)) {
        for (const i of some)
          rows[i] = {
            label: this.labels[i]!,
            claimed: claimed[i]!,
            reference: null,
            difference: null,
            errorEstimate: null,
            method: "random directions",
            verdict: "right",
          };
      } else {
        const half = some.length >> 1;
        visit(some.subarray(0, half), 1);
        visit(some.subarray(half), 1);
      }
    };
    if (all.length > 0) visit(all, 2);
    return rows;
  }

  /** Whether the slopes along random combinations of `some` coordinates are as claimed. */
  private confirmed(some: Int32Array, claimed: ArrayLike<number>, directions: number, largest: number): boolean {
    for (let count = 0; count < directions; count++) {
      const direction = new Float64Array(this.point.length);
      let slope = 0;
      for (const i of some) {
        // Away from 0, so that no error hides behind a small weight; not ±1, so that two errors do not cancel.
        const weight = (0.5 + this.random()) * (this.random() < 0.5 ? -1 : 1);
        direction[i] = weight * Math.max(1, Math.abs(this.point[i]!));
        slope += direction[i]! * claimed[i]!;
      }
      // Errors that single coordinates would show must not drown in the sum.
      const { verdict } = this.compare(direction, slope, this.tolerance / some.length, [1], largest);
      if (verdict !== "right") return false;
    }
    return true;
  }

  private coordinate(i: number, claimed: number, largest: number): CheckedDerivative {
    const direction = new Float64Array(this.point.length);
    direction[i] = 1;
    const size = Math.abs(this.point[i]!);
    const scales = size > 0 && size < 2 ** -6 ? [1, size] : [Math.max(1, size)];
    return { label: this.labels[i]!, claimed, ...this.compare(direction, claimed, this.tolerance, scales, largest) };
  }

  private compare(
    direction: Float64Array,
    claimed: number,
    tolerance: number,
    scales: readonly number[],
    largest: number,
  ): Omit<CheckedDerivative, "label" | "claimed"> {
    const rounding = direction.reduce((total, weight, i) => total + Math.abs(weight) * this.slopeNoise[i]!, 0);
    const answer = (verdict: Verdict, method: Method, reference?: Estimate) => ({
      reference: reference?.value ?? null,
      difference: reference ? claimed - reference.value : null,
      errorEstimate: reference ? reference.error + rounding : null,
      method,
      verdict,
    });
    if (!Number.isFinite(peek(this.base.output).item())) return answer("not finite", "central differences");
    const step = this.complexStep(direction);
    const sizeOfBoth = (reference: Estimate) => Math.max(Math.abs(claimed), Math.abs(reference.value));
    const passes = (reference: Estimate) =>
      Math.abs(claimed - reference.value) <=
      Math.max(
        tolerance * sizeOfBoth(reference),
        1e-14 * reference.scale,
        CAUTION * (reference.error + rounding),
        // Terms that cancel to 0 in one formula may leave a rounding in another.
        reference.value === 0 ? EPSILON : UNDERFLOW,
      );
    const sharp = (reference: Estimate) =>
      // With the caution of `passes`, errors of ten tolerances are still seen.
      2 * (reference.error + rounding) <=
        Math.max(tolerance * Math.max(sizeOfBoth(reference), reference.scale), 1e-2 * tolerance, 1e-12 * largest) ||
      // Nothing moves, and nothing is claimed.
      (claimed === 0 && reference.value === 0 && reference.scale === 0);
    const found = differences(
      this.line(direction, scales),
      (slope) => Number.isFinite(claimed) && passes(slope) && sharp(slope) && (!step || passes(step)),
    );
    const method: Method = found.sides === 1 ? "one-sided differences" : "central differences";
    if (!found.differentiable) return answer("not differentiable here", method);
    const analytic = step && (!found.slope || agree({ ...step, error: step.error + rounding }, found.slope));
    const reference = analytic ? { ...step, scale: found.slope?.scale ?? 0 } : found.slope;
    const by = analytic ? "complex step" : method;
    if (!Number.isFinite(claimed)) return answer("not finite", by, reference);
    if (!reference) return answer("differences are not trustworthy here", by);
    if (passes(reference))
      return answer(sharp(reference) ? "right" : "differences are not trustworthy here", by, reference);
    // At the edge of the domain the only side may have a slope, but the function has no derivative.
    return answer(found.sides === 1 || this.onJump ? "not differentiable here" : "wrong", by, reference);
  }

  private complexStep(direction: Float64Array): Estimate | undefined {
    this.options.proceed?.();
    const slope = this.base.step(this.tensors(this.point), this.tensors(direction))?.[0];
    if (slope === undefined || !Number.isFinite(slope)) return undefined;
    return { value: slope, error: 4 * EPSILON * Math.abs(slope), scale: 0 };
  }

  private line(direction: Float64Array, scales: readonly number[]): Line {
    const moved = (t: number) => this.point.map((x, i) => x + t * direction[i]!);
    const along = direction.findIndex((weight) => weight !== 0);
    const single = direction.every((weight, i) => i === along || weight === 0);
    return {
      value: (t) => (t === 0 ? this.value(this.point) : this.value(moved(t))),
      noise: (t) => (t === 0 ? this.noise : this.noiseAt(moved(t))),
      exact: (t) => (single ? this.point[along]! + t - this.point[along]! : t),
      // From an eighth of the scale down to where rounding has taken all: five clusters, three for a small coordinate.
      scales: scales
        .flatMap((scale, k) => Array.from({ length: k === 0 ? 5 : 3 }, (_, j) => scale * 2 ** (-3 - LEVELS * j)))
        .sort((a, b) => b - a),
    };
  }

  // ── evaluation ────────────────────────────────────────────────────────────

  private tensors(flat: Float64Array): Tensor[] {
    let start = 0;
    return this.shapes.map((shape) => {
      const size = sizeOf(shape);
      start += size;
      return tensor(flat.subarray(start - size, start), "float64", shape);
    });
  }

  private branch(point: Float64Array): Branch {
    const graph = this.trace(this.tensors(point));
    const output = graph.outputs[0]!;
    return {
      graph,
      output,
      nodes: nodesOf([output, ...graph.guards.map((guard) => guard.node)]),
      step: complexStep(graph),
    };
  }

  /** The row's number at `point`; NaN where the function throws. */
  private value(point: Float64Array): number {
    this.options.proceed?.();
    const tensors = this.tensors(point);
    try {
      for (const branch of this.branches) {
        const at = run(branch.nodes, inputsOf(branch, tensors));
        if (branch.graph.guards.every(({ node }) => sameNumbers(at(node).data, node.primal.data)))
          return at(branch.output).item();
      }
      const branch = this.branch(point);
      if (this.branches.length < MOST_BRANCHES) this.branches.push(branch);
      return peek(branch.output).item();
    } catch {
      return Number.NaN;
    }
  }

  /** How far rounding may move the value: random roundings after every operation (Parker, "Monte Carlo arithmetic", 1997). */
  private noiseAt(point: Float64Array): number {
    this.options.proceed?.();
    try {
      return this.deviations([this.base.output], point)[0]!;
    } catch {
      return Number.NaN;
    }
  }

  /** Whether a rounding moves the result of an operation further than its slope explains: a step, a comparison. */
  private jumps(): boolean {
    const { nodes } = this.base;
    const inputs = inputsOf(this.base, this.tensors(this.point));
    const exact = run(nodes, inputs);
    const dialect = currentDialect();
    for (let count = 0; count < ROUNDINGS; count++) {
      const moved = run(nodes, inputs, this.perturb(count));
      const jump = nodes.some((node) => {
        const { op } = node;
        if (op.kind !== "elementwise") return false;
        const [before, after] = [exact(node), moved(node)];
        const far = before.data.some((x: number, i: number) => farApart(x, after.data[i]!));
        if (!far) return false;
        const own = node.inputs.map(exact);
        const explained = node.inputs.reduce<Tensor>((total, input, k) => {
          const partial = elementwisePartial(op, k, own, before, dialect);
          const step = sub(moved(input), own[k]!);
          return partial === null ? total : (add(total, mul(partial, step)) as Tensor);
        }, before);
        return explained.data.some((x: number, i: number) => farApart(x, after.data[i]!));
      });
      if (jump) return true;
    }
    return false;
  }

  private noiseOfSlopes(): Float64Array {
    this.options.proceed?.();
    const entries = gradientNodes(this.base.output, this.base.graph.inputs);
    const present = entries.filter((entry) => entry !== null);
    const deviations = this.deviations(present, this.point);
    let next = 0;
    return Float64Array.from(
      entries.flatMap((entry, k) =>
        Array.from({ length: sizeOf(this.shapes[k]!) }, () => (entry === null ? 0 : finite(deviations[next++]!))),
      ),
    );
  }

  /** Rounds every element of a real array otherwise; `count` of {@link ROUNDINGS}. */
  private perturb(count: number): (x: Tensor) => Tensor {
    const error = count < 2 ? () => 1 - 2 * count : () => 2 * this.random() - 1;
    return (x) => {
      if (!isFloat(x.dtype)) return x;
      const data = allocate("float64", x.data.length);
      for (let i = 0; i < data.length; i++) data[i] = x.data[i]! * (1 + EPSILON * error());
      return new Tensor(data, x.shape, x.dtype);
    };
  }

  private deviations(values: readonly Value[], point: Float64Array): number[] {
    const nodes = nodesOf(values);
    const inputs = inputsOf(this.base, this.tensors(point));
    const numbers = (perturb?: (x: Tensor) => Tensor) => {
      const at = run(nodes, inputs, perturb);
      return values.flatMap((value) => Array.from(at(value).data));
    };
    const exact = numbers();
    const most = exact.map((x) => EPSILON * Math.abs(x));
    for (let count = 0; count < ROUNDINGS; count++)
      numbers(this.perturb(count)).forEach((x, i) => {
        most[i] = Math.max(most[i]!, 2 * Math.abs(x - exact[i]!));
      });
    return most;
  }
}

/** Further than rounding moves a number. */
const farApart = (a: number, b: number): boolean => Math.abs(a - b) > 1e-8 * Math.max(Math.abs(a), Math.abs(b));

const inputsOf = ({ graph }: Branch, tensors: readonly Tensor[]): [Value, Tensor][] =>
  graph.inputs.map((input, k) => [input, tensors[k]!]);
