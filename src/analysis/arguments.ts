/** Arguments of a function as it is differentiated: which are numbers to follow, and which stay as they are. */
import * as l10n from "@vscode/l10n";
import { peek, type Shape, sizeOf, type Value } from "../engine";
import { type PyValue, tensorOf, toValue } from "../languages/python";
import type { Tree } from "./point";
import { rebuild, sequenceItems } from "./values";

/** One parameter's argument. */
export interface Argument {
  readonly name: string;
  /** Absent: not a number; it is passed as it is. */
  readonly shape?: Shape;
  /** Row-major, [] if not a number. */
  readonly numbers: readonly number[];
  /** Makes the Python value from a value of `shape`. */
  readonly make: (value: Value) => PyValue;
  /** The value itself, for a second try: as an integer, a tensor, … */
  readonly original: PyValue;
  /** Why it is not followed. */
  readonly reason?: string;
}

/** Array parameters larger than this are taken for data, and passed as they are, unless their numbers are given. */
const MOST_ELEMENTS = 256;
export const MOST_GIVEN = 10_000;

/** How an argument with this value would be followed; an array of more than `most` numbers is not. */
export function argumentOf(name: string, value: PyValue, most = MOST_ELEMENTS): Argument {
  const fixed = (reason: string): Argument => ({ name, numbers: [], make: () => value, original: value, reason });
  if (typeof value === "boolean") return fixed(l10n.t("True or False is not a number to vary"));
  if (typeof value === "string") return fixed(l10n.t("a text has no derivative"));
  if (value === null) return fixed(l10n.t("None has no derivative"));
  const items = sequenceItems(value);
  if (items) {
    const shape = shapeOf(value);
    if (!shape || sizeOf(shape) === 0) return fixed(l10n.t("this list is not an array of numbers"));
    if (sizeOf(shape) > most) return fixed(l10n.t("more than {0} numbers", most));
    return { name, shape, numbers: flatten(value), make: (traced) => rebuild(value, traced), original: value };
  }
  const number = toValue(value);
  if (!number) return fixed(l10n.t("this is not a number"));
  const { shape, data } = peek(number);
  if (sizeOf(shape) > most) return fixed(l10n.t("more than {0} numbers", most));
  if (shape.length === 0) return { name, shape, numbers: Array.from(data), make: (traced) => traced, original: value };
  return { name, shape, numbers: Array.from(data), make: (traced) => rebuild(value, traced), original: value };
}

/** The same argument, not followed. */
export function held(argument: Argument, reason: string): Argument {
  return { name: argument.name, numbers: [], make: () => argument.original, original: argument.original, reason };
}

/** The same argument in the form in which it was found (a Variable as a tensor), rather than as a plain float. */
export function asFound(argument: Argument): Argument {
  const { original } = argument;
  return typeof original === "object" && original !== null && argument.shape?.length === 0
    ? { ...argument, make: (traced) => rebuild(original, traced) }
    : argument;
}

/** A followed argument as TensorFlow's constant. */
export function asTensor(argument: Argument): Argument {
  return argument.shape ? { ...argument, make: tensorOf } : argument;
}

function shapeOf(value: PyValue): Shape | undefined {
  const items = sequenceItems(value);
  if (items) {
    const shapes = items.values.map(shapeOf);
    const first = shapes[0];
    if (!first || shapes.some((shape) => shape?.join() !== first.join())) return undefined;
    return [items.values.length, ...first];
  }
  if (typeof value === "boolean" || typeof value === "string" || value === null) return undefined;
  return toValue(value)?.shape.length === 0 ? [] : undefined;
}

function flatten(value: PyValue): number[] {
  const items = sequenceItems(value);
  return items ? items.values.flatMap(flatten) : [peek(toValue(value)!).item()];
}

/** Nested lists of numbers from a flat row-major array. */
export function nest(numbers: ArrayLike<number>, shape: Shape, start = 0): Tree {
  if (shape.length === 0) return numbers[start]!;
  const inner = shape.slice(1);
  const step = sizeOf(inner);
  return Array.from({ length: shape[0]! }, (_, i) => nest(numbers, inner, start + i * step));
}
