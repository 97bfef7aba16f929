/** A subject, or its derivative, as a function in Python or JavaScript. */
import * as l10n from "@vscode/l10n";
import {
  type BodyOptions,
  bodyCode,
  type Case,
  floatCode,
  type Graph,
  gradientNodes,
  Input,
  MOST_DECISIONS,
  NotScalarizable,
  NotWritable,
  nestedCode,
  type ProgramTarget,
  scalar,
  sizeOf,
  Tensor,
  TooManyOperations,
  type Value,
  zeros,
} from "../engine";
import { followed, type Look, Problem } from "./subject";

export type What = "value" | "gradient" | "hessian";

/** How a program is to be written. */
export interface Style {
  readonly target: ProgramTarget;
  /** `np.`: what stands before the library's functions. */
  readonly prefix: string;
  /** Of one level. */
  readonly indent: string;
  /** Names that locals must not have. */
  readonly taken: ReadonlySet<string>;
  /** Arrays that have a name where the program will stand. */
  readonly arrays?: ReadonlyMap<string, Tensor>;
  /** The function loops until a number is reached: elsewhere it loops in another way, and perhaps for ever. */
  readonly loops?: boolean;
  /** Constant arrays of floats are of this type, whatever they were. */
  readonly floats?: "float64";
}

/** A derivative with more entries is not written out. */
const MOST_ENTRIES = 64;
/** A function that was found to have more branches is written for that of the point alone. */
const MOST_CASES = 6;
/** The search ends after so many points at which the function fails: each may take its time. */
const MOST_FAILURES = 4;
/** Values that are tried for each scalar in search of other branches. */
const ELSEWHERE = [0, 1, -1, 0.5, -0.5, 2, -2, 10, -10, 100, -100];

/** The lines of the body of a function of the look's parameters. @throws Problem where it cannot be written. */
export function bodyOf(look: Look, what: What, style: Style, name: string): string[] {
  try {
    const whole = what !== "hessian" && wholeArrays(look, style);
    if (whole) {
      try {
        return arrayBody(look, what, style, name);
      } catch (error) {
        // What has no form for arrays may have one for their elements.
        if (!(error instanceof NotWritable)) throw error;
        if (look.labels.length > MOST_ENTRIES) throw error;
      }
    }
    return scalarBody(look, what, style, name);
  } catch (error) {
    if (error instanceof NotWritable || error instanceof NotScalarizable || error instanceof TooManyOperations)
      throw new Problem(l10n.t("{0} cannot be written out: {1}", look.title, error.message));
    throw error;
  }
}

const wholeArrays = (look: Look, { target }: Style): boolean =>
  target !== "math" && target !== "javascript" && followed(look.parameters).some(({ shape }) => shape.length > 0);

function mustBeOne(look: Look, what: What): void {
  const { values } = look.result();
  if (what !== "value" && values.length !== 1)
    throw new Problem(l10n.t("it gives {0} numbers: a Jacobian, no gradient", values.length));
  if (look.labels.length === 0 && what !== "value")
    throw new Problem(l10n.t("{0} has no parameter to differentiate by.", look.title));
}

// ── over whole arrays ───────────────────────────────────────────────────────

function arrayBody(look: Look, what: What, style: Style, name: string): string[] {
  mustBeOne(look, what);
  const { inputs, outputs, guards } = look.differentiable.arraysAt(look.point);
  const entries =
    what === "value" ? outputs : gradientNodes(outputs[0]!, inputs).map((entry, k) => entry ?? zeros(inputs[k]!));
  return bodyCode(
    [{ guards, outputs: entries }],
    options(
      look,
      style,
      name,
      ({ name }) => name,
      (results) => list(results),
    ),
  );
}

// ── over scalars ────────────────────────────────────────────────────────────

function scalarBody(look: Look, what: What, style: Style, name: string): string[] {
  mustBeOne(look, what);
  const count = look.labels.length;
  const entries = what === "value" ? look.result().values.length : what === "gradient" ? count : count * count;
  if (entries > MOST_ENTRIES) throw new Problem(l10n.t("{0} entries are too many to write out", entries));
  const cases = branchesOf(look, what, style);
  return bodyCode(
    cases,
    options(look, style, name, elementOf(style.target), (results) => composed(look, what, style, results)),
  );
}

/** `w[0, 1]`, or `w[0][1]` of lists in lists. */
const elementOf =
  (target: ProgramTarget) =>
  ({ name }: Input): string =>
    target === "math" || target === "javascript" ? name.replaceAll(", ", "][") : name;

/** The graphs of every branch that is found near and far from the point. */
function branchesOf(look: Look, what: What, style: Style): Case[] {
  const found = new Map<Graph, readonly number[]>();
  const visit = (point: readonly number[]) => {
    const { graph } = look.differentiable.branchAt(point);
    if (!found.has(graph)) found.set(graph, point);
    return graph;
  };
  const first = visit(look.point);
  let failures = 0;
  if (style.loops !== true && first.guards.length > 0 && first.guards.length <= MOST_DECISIONS) {
    for (const point of pointsAround(look.point)) {
      try {
        visit(point);
      } catch (error) {
        // Not every function is defined everywhere.
        if (!(error instanceof Problem || error instanceof RangeError)) throw error;
        // A loop that does not end there takes all the time that there is.
        if (++failures === MOST_FAILURES || (error instanceof Problem && error.stopped)) break;
      }
    }
  }
  const short = [...found].filter(([graph]) => graph === first || graph.guards.length <= MOST_DECISIONS);
  const points = short.length > MOST_CASES ? [look.point] : short.map(([, point]) => point);
  return points.map((point): Case => {
    const { graph, gradients } = look.differentiable.branchAt(point);
    const zero = scalar(0);
    const outputs: readonly Value[] =
      what === "value"
        ? graph.outputs
        : what === "gradient"
          ? gradients[0]!.map((entry) => entry ?? zero)
          : look.differentiable.secondDerivatives(point).flatMap((row) => row.map((entry) => entry ?? zero));
    return { guards: graph.guards, outputs };
  });
}

function* pointsAround(point: readonly number[]): Generator<number[]> {
  for (const value of ELSEWHERE) yield point.map(() => value);
  for (let i = 0; i < Math.min(point.length, 8); i++)
    for (const value of [-point[i]!, ...ELSEWHERE]) yield point.map((x, k) => (k === i ? value : x));
}

function composed(look: Look, what: What, style: Style, results: readonly string[]): string {
  if (what === "value") return arrayText(results, look.result().shape, style);
  if (what === "hessian") {
    const n = look.labels.length;
    return n === 1 ? results[0]! : arrayText(results, [n, n], style);
  }
  const parameters = followed(look.parameters);
  let start = 0;
  const parts = parameters.map(({ shape }) => {
    const own = results.slice(start, start + sizeOf(shape));
    start += own.length;
    return arrayText(own, shape, style);
  });
  const numbers = parameters.every(({ shape }) => shape.length === 0);
  return style.target === "numpy" && numbers && parts.length > 1
    ? arrayText(parts, [parts.length], style)
    : list(parts);
}

const list = (parts: readonly string[]) => (parts.length === 1 ? parts[0]! : `[${parts.join(", ")}]`);

/** Elements, row-major, as an array of the target's own. */
function arrayText(elements: readonly string[], shape: readonly number[], style: Style): string {
  const { target, prefix } = style;
  if (shape.length === 0) return elements[0]!;
  if (target === "torch") {
    const step = elements.length / shape[0]!;
    const parts = Array.from({ length: shape[0]! }, (_, i) => elements.slice(i * step, (i + 1) * step));
    const own = (part: readonly string[]) =>
      shape.length > 1
        ? arrayText(part, shape.slice(1), style)
        : Number.isNaN(Number(part[0]))
          ? part[0]!
          : `${prefix}tensor(${part[0]})`;
    return `${prefix}stack([${parts.map(own).join(", ")}])`;
  }
  const nested = nestedCode(elements, shape);
  const maker = target === "tensorflow" ? "stack" : target === "numpy" || target === "jax" ? "array" : undefined;
  return maker ? `${prefix}${maker}(${nested})` : nested;
}

function options(
  look: Look,
  style: Style,
  name: string,
  inputName: (input: Input) => string,
  compose: (results: readonly string[]) => string,
): BodyOptions {
  const { target, prefix, indent, taken } = style;
  const arrays = [...(style.arrays ?? [])];
  return {
    target,
    prefix,
    indent,
    taken: new Set([
      ...taken,
      ...look.parameters.map((parameter) => parameter.name),
      ...arrays.map(([array]) => array),
    ]),
    compose,
    ...(style.floats ? { floats: style.floats } : {}),
    otherwise: `${name}: this branch of ${look.title} was not followed`,
    nameOf: (value) => {
      if (value instanceof Input) return inputName(value);
      if (!(value instanceof Tensor) || value.shape.length === 0) return undefined;
      for (const [array, known] of arrays) {
        const written = asWritten(array, known, value, style);
        if (written !== undefined) return written;
      }
      return undefined;
    },
  };
}

/** A constant that is a known array: itself, transposed, or in another shape. */
function asWritten(name: string, known: Tensor, value: Tensor, { target, prefix }: Style): string | undefined {
  if (known.data.length !== value.data.length) return undefined;
  const same = (from: (i: number) => number) => value.data.every((x, i) => Object.is(x, known.data[from(i)]));
  if (same((i) => i))
    return value.shape.join() === known.shape.join()
      ? name
      : `${prefix}reshape(${name}, (${value.shape.join(", ")}${value.shape.length === 1 ? "," : ""}))`;
  const [m, n] = known.shape;
  if (known.shape.length !== 2 || value.shape[0] !== n || value.shape[1] !== m) return undefined;
  return same((i) => (i % m!) * n! + Math.floor(i / m!))
    ? `${prefix}${target === "torch" ? "t" : "transpose"}(${name})`
    : undefined;
}

/** The numbers of the point as arguments: `2.0`, `[1.0, 2.0]`, `np.array([1.0, 2.0])`. */
export function argumentTexts(look: Look, { target, prefix }: Style): string[] {
  let start = 0;
  return followed(look.parameters).map(({ shape }) => {
    const own = look.point.slice(start, start + sizeOf(shape)).map((x) => floatCode(x, target, prefix));
    start += own.length;
    const nested = nestedCode(own, shape);
    switch (target) {
      case "tensorflow":
        return `${prefix}constant(${nested}, dtype=${prefix}float64)`;
      case "torch":
        return `${prefix}tensor(${nested}, dtype=${prefix}float64)`;
      case "numpy":
      case "jax":
        return shape.length > 0 ? `${prefix}array(${nested})` : nested;
      default:
        return nested;
    }
  });
}
