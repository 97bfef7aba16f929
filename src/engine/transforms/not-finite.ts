/** Where numbers stop being finite: on the way forward, or on the way back. */
import { type Application, withoutRecorders } from "../bind";
import { type Dialect, withDialect } from "../dialect";
import { isFloat } from "../dtype";
import { peek } from "../interpreters/stage";
import { add } from "../ops";
import { full, type Tensor, type Value } from "../tensor";
import { vjp } from "./backward";

/** The first number that is not finite though all that it was made of is. */
export interface NotFinite {
  readonly phase: "forward" | "backward";
  readonly application: Application;
  /** Which input the sweep passes it to; 0 forward. */
  readonly input: number;
  /** ±∞ or NaN. */
  readonly result: number;
  /** What the operation's arguments are at that element; undefined where they have no such element. */
  readonly operands: readonly (number | undefined)[];
  /** Backward: nothing arrived (0), and the operation's infinite derivative made NaN of it: 0 · ∞. */
  readonly masked: boolean;
}

/** Applications of more elements than this in all are not searched. */
const MOST_ELEMENTS = 4_000_000;

/**
 * Searches one sweep, forward and back.
 * @param applications in the order in which they happened
 * @param sources those whose gradients are asked for
 * @returns undefined where all is finite, or where what was given was not
 */
export function firstNotFinite(
  applications: readonly Application[],
  targets: readonly Value[],
  sources: readonly Value[],
  dialect: Dialect,
): NotFinite | undefined {
  if (applications.reduce((total, { out }) => total + peek(out).data.length, 0) > MOST_ELEMENTS) return undefined;
  return targets.every((target) => badPlace(peek(target)) < 0)
    ? backwards(applications, targets, sources, dialect)
    : forwards(applications, targets);
}

function forwards(applications: readonly Application[], targets: readonly Value[]): NotFinite | undefined {
  const behind = new Set<Value>(targets.filter((target) => badPlace(peek(target)) >= 0));
  for (const { out, inputs } of applications.toReversed())
    if (behind.has(out)) for (const input of inputs) behind.add(input);
  for (const application of applications) {
    const { out, inputs } = application;
    if (!behind.has(out)) continue;
    const place = badPlace(peek(out));
    if (place < 0 || inputs.some((input) => badPlace(peek(input)) >= 0)) continue;
    const result = peek(out).data[place]!;
    return {
      phase: "forward",
      application,
      input: 0,
      result,
      operands: operandsAt(application, place),
      masked: false,
    };
  }
  return undefined;
}

function backwards(
  applications: readonly Application[],
  targets: readonly Value[],
  sources: readonly Value[],
  dialect: Dialect,
): NotFinite | undefined {
  const reached = new Set<Value>(sources);
  for (const { inputs, out } of applications) if (inputs.some((input) => reached.has(input))) reached.add(out);
  const adjoints = new Map<Value, Value>();
  for (const target of targets)
    if (reached.has(target) && isFloat(target.dtype)) adjoints.set(target, full(target.shape, 1, target.dtype));
  const search = (): NotFinite | undefined => {
    for (const application of applications.toReversed()) {
      const { op, inputs, attributes, out } = application;
      const adjoint = adjoints.get(out);
      if (!adjoint) continue;
      const follows = inputs.map((input) => reached.has(input) && isFloat(input.dtype));
      const passed = vjp(op, inputs.map(peek), attributes, peek(out), adjoint, follows, dialect);
      for (const [input, value] of passed.entries()) {
        if (!value || !follows[input]) continue;
        const place = badPlace(peek(value));
        if (place >= 0)
          return {
            phase: "backward",
            application,
            input,
            result: peek(value).data[place]!,
            operands: operandsAt(application, place),
            masked: elementAt(peek(adjoint), peek(value), place) === 0,
          };
        const sum = adjoints.get(inputs[input]!);
        adjoints.set(inputs[input]!, sum ? add(sum, value) : value);
      }
    }
    return undefined;
  };
  return withDialect(dialect, () => withoutRecorders(search));
}

/** The first element that is not finite; -1 where there is none. */
function badPlace({ data, dtype }: Tensor): number {
  if (!isFloat(dtype)) return -1;
  return Array.prototype.findIndex.call(data, (x: number) => !Number.isFinite(x));
}

const operandsAt = ({ inputs, out }: Application, place: number): (number | undefined)[] =>
  inputs.map((input) => elementAt(peek(input), peek(out), place));

/** The element of `x` that belongs to an element of `like`, where both have as many, or `x` has one. */
function elementAt(x: Tensor, like: Tensor, place: number): number | undefined {
  return x.data.length === 1 ? x.data[0] : x.data.length === like.data.length ? x.data[place] : undefined;
}
