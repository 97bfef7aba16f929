/** A loop of gradient descent whose steps are too long: the loss grows, and the Hessian says which rate would do. */
import * as l10n from "@vscode/l10n";
import { type Span, visit } from "../../languages/python";
import { floatText } from "../display";
import type { DocumentAnalysis, PointTree } from "../document";
import type { Loop } from "../script";
import { followed, type Look, Problem } from "../subject";
import { wordsIn } from "../words";
import { type Finding, type Fix, finding } from "./finding";

/** The loss at the end is so many times that at the start. */
const GROWTH = 10;

export function rateFindings(analysis: DocumentAnalysis, loops: readonly Loop[]): Finding[] {
  return loops.flatMap((loop) => (diverges(loop.losses) ? (rateFinding(analysis, loop) ?? []) : []));
}

/** It ends without a number, or higher than it began and rising. */
export function diverges(losses: readonly number[]): boolean {
  if (losses.length < 3) return false;
  const [first, last] = [losses[0]!, losses.at(-1)!];
  if (!Number.isFinite(first)) return false;
  if (!Number.isFinite(last)) return losses.filter(Number.isFinite).length > 1;
  const late = losses.slice(-Math.max(3, Math.floor(losses.length / 4)));
  return (
    last > first + GROWTH * Math.max(Math.abs(first), 1e-300) && late.every((x, k) => k === 0 || x >= late[k - 1]!)
  );
}

function rateFinding(analysis: DocumentAnalysis, loop: Loop): Finding | undefined {
  if (loop.function === undefined || loop.path.length < 3) return undefined;
  try {
    const look = analysis.look(loop.function, pointOf(loop, 0));
    const rate = rateOf(look, loop);
    const curvature = rate === undefined ? undefined : largestCurvature(analysis, loop);
    // Where it curves down, or hardly, no rate follows from the Hessian.
    if (rate === undefined || curvature === undefined || rate <= 2 / curvature) return undefined;
    const place = placeOf(analysis, loop.span, rate);
    const stable = 2 / curvature;
    const last = loop.losses.findLast(Number.isFinite)!;
    return finding(
      "learning-rate",
      place ?? loop.span,
      l10n.t(
        "The learning rate {0} is too large: the loss grows from {1} to {2}. Gradient descent is stable here up to {3}, 2 divided by the largest eigenvalue of the Hessian.",
        shortest(rate),
        shortest(loop.losses[0]!),
        Number.isFinite(loop.losses.at(-1)!) ? shortest(last) : floatText(loop.losses.at(-1)!),
        shortest(stable),
      ),
      {
        fixes: place ? [rateFix(place, stable / 2)] : [],
        related: [{ span: loop.span, message: l10n.t("the loop that diverges") }],
      },
    );
  } catch (error) {
    if (error instanceof Problem || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The point of a row of the path, for the function that was differentiated. */
function pointOf({ variables, labels, path }: Loop, row: number): PointTree {
  const numbers = path[row]!;
  return Object.fromEntries(
    variables.flatMap(({ name, parameter }): [string, PointTree[string]][] => {
      const own = labels.flatMap((label, i) => (label === name || label.startsWith(`${name}[`) ? [numbers[i]!] : []));
      return parameter === undefined ? [] : [[parameter, labels.includes(name) ? own[0]! : own]];
    }),
  );
}

/** The numbers of a row in the order of the look's scalars; undefined where it has others. */
function inOrder(look: Look, loop: Loop, row: number): readonly number[] | undefined {
  const point = pointOf(loop, row);
  const names = followed(look.parameters).map(({ name }) => name);
  if (names.length === 0 || names.some((name) => !Object.hasOwn(point, name))) return undefined;
  const numbers = names.flatMap((name) => point[name] as number | number[]);
  return numbers.length === look.labels.length ? numbers : undefined;
}

/** The rate at which the first steps follow the gradient; undefined where they do not, as those of Adam. */
function rateOf(look: Look, loop: Loop): number | undefined {
  const rates: number[] = [];
  for (const row of [0, 1]) {
    const [from, to] = [inOrder(look, loop, row), inOrder(look, loop, row + 1)];
    if (!from || !to) return undefined;
    const { gradient } = look.gradientAt(from);
    gradient.forEach((slope, i) => {
      if (slope !== 0) rates.push((from[i]! - to[i]!) / slope);
    });
  }
  const [rate] = rates;
  return rate !== undefined && rate > 0 && rates.every((other) => Math.abs(other - rate) < 1e-3 * rate)
    ? rate
    : undefined;
}

/** Over the first steps, while all is finite. */
function largestCurvature(analysis: DocumentAnalysis, loop: Loop): number | undefined {
  const look = analysis.look(loop.function!, pointOf(loop, 0));
  const largest = look.spectrum()?.values.at(-1);
  return largest !== undefined && largest > 0 ? largest : undefined;
}

/** The literal that is the rate: in the loop, in the optimizer's call, or where the name is assigned that they speak of. */
function placeOf({ syntax }: DocumentAnalysis, loop: Span, rate: number): Span | undefined {
  const candidates: (Span & { nearness: number })[] = [];
  const speaks = syntax.text.slice(loop.from, loop.to);
  const names = new Set(wordsIn(speaks));
  const rates = (node: object): Span[] => {
    const found: Span[] = [];
    visit([node as Parameters<typeof visit>[0][number]], (part) => {
      if (part.kind === "number" && Math.abs(Number(part.value) - rate) <= 1e-3 * rate) found.push(part);
    });
    return found;
  };
  for (const statement of syntax.body) {
    if (statement.from <= loop.from && loop.to <= statement.to) {
      for (const span of rates(statement)) if (span.from >= loop.from) candidates.push({ ...span, nearness: 0 });
    } else if (
      statement.kind === "assign" &&
      statement.targets.some((target) => target.kind === "name" && names.has(target.id))
    ) {
      const spans = rates(statement.value);
      // `rate = 0.5` itself, or `optimizer = SGD(0.5)`.
      const kind = statement.value.kind;
      if (spans.length === 1 && (kind === "number" || kind === "call")) candidates.push({ ...spans[0]!, nearness: 1 });
    }
  }
  // Two numbers that are the same: nobody knows which one it is.
  const nearest = candidates.filter(({ nearness }) => nearness === candidates[0]!.nearness);
  const [only] = nearest;
  return nearest.length === 1 && only ? { from: only.from, to: only.to } : undefined;
}

/** One digit, rounded down. */
export function rateFix(place: Span, rate: number): Fix {
  const step = 10 ** Math.floor(Math.log10(rate));
  const text = floatText(Number((Math.floor(rate / step) * step).toPrecision(1)));
  return { title: l10n.t("Use the learning rate {0}", text), edits: [{ ...place, text }] };
}

export const shortest = (x: number): string => floatText(Number(x.toPrecision(4)));
