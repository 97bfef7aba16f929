/** What a function tells at the point at which it is looked at: numbers that are not finite, kinks, lost digits. */
import * as l10n from "@vscode/l10n";
import {
  Differentiable,
  dialects,
  type Graph,
  Input,
  isFloat,
  type Node,
  nodesOf,
  peek,
  type Value,
} from "../../engine";
import type { FunctionDef, PyModuleSyntax, Span } from "../../languages/python";
import { floatText } from "../display";
import { type Look, Problem } from "../subject";
import { inSingle } from "../values";
import { type Finding, finding } from "./finding";
import { notFiniteFinding, operationText } from "./not-finite";

/** Of more scalars, neither kinks nor lost digits are told of. */
const MOST_SCALARS = 64;

/** A function in the text in which it was looked at. */
export interface Looked {
  readonly syntax: PyModuleSyntax;
  readonly definition: FunctionDef;
  /** Where in that text stands what ran at a place. */
  readonly place: (span: Span) => Span;
}

/** The findings about one function, with places in the text in which it was looked at. */
export function functionFindings(at: Looked, look: Look): Finding[] {
  // Nobody computes it where nothing is known.
  if (look.origin.kind === "ones" || look.labels.length === 0) return [];
  const found: Finding[] = [];
  for (const search of [notFinite, kink, lostDigits]) {
    try {
      const one = search(at, look);
      // What is not finite has no other properties.
      if (one) return [...found, one];
    } catch (error) {
      if (!(error instanceof Problem || error instanceof RangeError)) throw error;
    }
  }
  return found;
}

function ownSpan({ syntax, definition, place }: Looked, source: Span | undefined): Span {
  const span = source && place(source);
  return span && span.to <= syntax.text.length ? span : definition.nameSpan;
}

/** `f at x = 0.0`. */
function ofText({ name }: FunctionDef, look: Look): string {
  const where = look.labels.map((label, k) => `${label} = ${floatText(look.point[k]!)}`).join(", ");
  return where.length > 60 ? name : l10n.t("{0} at {1}", name, where);
}

function notFinite(at: Looked, look: Look): Finding | undefined {
  const { values } = look.result();
  const rows = look.jacobian();
  if (values.every(Number.isFinite) && rows.every((row) => row.every(Number.isFinite))) return undefined;
  const { inputs, outputs } = look.differentiable.arraysAt(look.point);
  return notFiniteFinding(at.syntax, {
    applications: operationsOf(outputs),
    targets: outputs,
    sources: inputs,
    dialect: look.differentiable.dialect,
    asked: at.definition.nameSpan,
    place: at.place,
    of: ofText(at.definition, look),
  });
}

/** In the order in which they are computed. */
const operationsOf = (outputs: readonly Value[]): Node[] =>
  nodesOf(outputs)
    .filter((node) => !(node instanceof Input))
    .sort((a, b) => a.id - b.id);

// ── kinks ───────────────────────────────────────────────────────────────────

const FRAMEWORKS = [
  ["TensorFlow", dialects.tensorflow],
  ["PyTorch", dialects.torch],
  ["JAX", dialects.jax],
] as const;

function kink(at: Looked, look: Look): Finding | undefined {
  if (look.labels.length > MOST_SCALARS || look.result().values.length !== 1) return undefined;
  const { outputs, guards } = look.differentiable.arraysAt(look.point);
  const node = operationsOf(outputs).find(mayKink);
  // A function of whole numbers, such as a factorial, has no slope beside them.
  const whole = look.parameters.some(({ original }) => typeof original === "bigint");
  const guard = node || whole ? undefined : guards.find((one) => isEdge(one.node));
  const source = node?.source ?? guard?.source;
  if (!node && !guard) return undefined;
  // Others may make up for it: (|x|)² is smooth.
  const place = look.checked().findIndex(({ verdict }) => verdict === "not differentiable here");
  if (place < 0) return undefined;
  const step = 1e-7 * Math.max(1, Math.abs(look.point[place]!));
  const [before, behind] = [-1, 1].map((side) => {
    const beside = look.point.map((x, k) => (k === place ? x + side * step : x));
    const { value, gradient } = look.gradientAt(beside);
    return { value, slope: gradient[place]! };
  }) as [Side, Side];
  const [left, right] = [before.slope, behind.slope];
  // An infinite slope, the edge of the domain, or a jump is another matter.
  if (!Number.isFinite(left) || !Number.isFinite(right) || Math.abs(left - right) < 1e-3) return undefined;
  if (Math.abs(behind.value - before.value) > 10 * step * (Math.abs(left) + Math.abs(right) + 1)) return undefined;
  const answers = FRAMEWORKS.map(([framework, dialect]) => {
    const { parameters } = look.differentiable;
    const { gradient } = new Differentiable(parameters, look.differentiable.call, dialect).gradient(look.point);
    return `${framework} ${rounded(gradient[place]!)}`;
  });
  const message = l10n.t(
    "{0} has a kink at {1} = {2}: its slope is {3} before and {4} behind.",
    at.definition.name,
    look.labels[place]!,
    floatText(look.point[place]!),
    rounded(left),
    rounded(right),
  );
  const convention = guard
    ? l10n.t("The gradient is that of the branch that is taken: {0}.", rounded(look.gradient().gradient[place]!))
    : l10n.t("The gradient there is a matter of convention: {0}.", answers.join(", "));
  const more =
    node?.op.kind === "nonlinear" ? [l10n.t("PyTorch's max and min along an axis give all of it to one element.")] : [];
  return finding("kink", ownSpan(at, source), [message, convention, ...more].join(" "));
}

interface Side {
  readonly value: number;
  readonly slope: number;
}

const rounded = (x: number): string => String(Number(x.toPrecision(4)));

/** Whether an operation's arguments are where its derivative jumps, or where two of them are equal. */
function mayKink({ op, inputs, attributes, primal }: Node): boolean {
  if (op.kind !== "elementwise") return op.kinked?.(inputs.map(peek), attributes) ?? false;
  if (!op.kinks) return false;
  const numbers = inputs.map((input) => peek(input).data);
  return Array.from(primal.data).some((_, i) => {
    const own = numbers.map((data) => (data.length === 1 ? data[0]! : data[i]));
    const listed = op.kinks!.some((place) => place.every((x, k) => x === own[k]));
    return listed || (own.length === 2 && own[0] === own[1]);
  });
}

/** Whether a test compares two equal numbers: beside them it comes out differently. */
function isEdge({ inputs }: Node): boolean {
  const [a, b] = inputs.map((input) => peek(input).data);
  // Neighbours in an order, or two numbers; what is compared with itself is no edge.
  return a !== undefined && a.length === b?.length && Array.from(a).some((x, k) => x === b[k]);
}

// ── float32 ─────────────────────────────────────────────────────────────────

/** Relative difference between float32 and float64 that is worth telling. */
const LARGE = 1e-2;

function lostDigits(at: Looked, look: Look): Finding | undefined {
  if (look.labels.length > MOST_SCALARS || look.result().values.length !== 1) return undefined;
  if (!look.parameters.some(isSingle)) return undefined;
  const point = look.point.map(Math.fround);
  const scale = Math.min(1, Math.max(...point.map(Math.abs)));
  const single = look.differentiable.arraysAt(point, "float32");
  const double = look.differentiable.arraysAt(point);
  const [a, b] = [single, double].map(({ outputs }) => peek(outputs[0]!).data[0]!);
  const { name } = at.definition;
  // What overflows is another matter.
  const differs = (x: number, y: number) =>
    Number.isFinite(x) && Math.abs(x - y) > LARGE * Math.abs(y) && Math.abs(y) > 1e-3 * scale;
  if (differs(a!, b!)) return lost(at, name, a!, b!, single, double);
  const { gradient } = look.gradientAt(point);
  const singles = look.differentiable.singleGradient(point);
  const place = gradient.findIndex((slope, k) => Math.abs(slope) > 1e-3 && differs(singles[k] ?? slope, slope));
  return place < 0
    ? undefined
    : lost(at, `∂${name}/∂${look.labels[place]}`, singles[place]!, gradient[place]!, single, double);
}

const isSingle = ({ original }: Look["parameters"][number]): boolean => inSingle(original);

function lost(at: Looked, what: string, single: number, double: number, singles: Graph, doubles: Graph): Finding {
  const culprit = cancellation(operationsOf(singles.outputs), operationsOf(doubles.outputs));
  return finding(
    "float32-cancellation",
    ownSpan(at, culprit?.node.source),
    culprit
      ? l10n.t(
          "float32 loses the digits here ({0}): {1} is {2} in float32, {3} in float64.",
          culprit.text,
          what,
          floatText(Number(single.toPrecision(7))),
          floatText(Number(double.toPrecision(7))),
        )
      : l10n.t(
          "float32 loses the digits: {0} is {1} in float32, {2} in float64.",
          what,
          floatText(Number(single.toPrecision(7))),
          floatText(Number(double.toPrecision(7))),
        ),
  );
}

/** The first operation that makes a large relative error of small ones. */
function cancellation(singles: readonly Node[], doubles: readonly Node[]): { node: Node; text: string } | undefined {
  if (singles.length !== doubles.length || singles.some(({ op }, k) => op !== doubles[k]!.op)) return undefined;
  const errors = new Map<Value, number>();
  for (const [k, node] of singles.entries()) {
    const [a, b] = [node.primal, doubles[k]!.primal];
    if (!isFloat(a.dtype)) continue;
    const own = Array.from(b.data, (x, i) => (x === a.data[i] ? 0 : Math.abs((a.data[i]! - x) / x)));
    const error = Math.max(...own);
    errors.set(node, error);
    const before = Math.max(0, ...node.inputs.map((input) => errors.get(input) ?? 0));
    if (error < LARGE / 10 || before > error / 100) continue;
    const place = own.indexOf(error);
    const operands = node.inputs.map(({ shape }, j) => {
      const { data } = peek(node.inputs[j]!);
      return data.length === 1 ? data[0] : shape.join() === node.shape.join() ? data[place] : undefined;
    });
    return { node, text: operationText(node, operands) };
  }
  return undefined;
}
