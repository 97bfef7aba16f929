/** Numbers out of whatever a script plots: arrays, tensors, Variables, lists, ranges, names of categories. */
import { isValue, peek } from "../../../../engine";
import { listOf } from "../../runtime/containers";
import { pyError, raiseError } from "../../runtime/errors";
import { PyIterator, PyObject, type PyValue } from "../../runtime/object";
import { isNumber, iterate, typeName } from "../../runtime/protocol";
import { numberOf } from "../../runtime/text";
import { PyArray, valueIn } from "../numpy/array";
import { asValue, isSequence, nestOf } from "../numpy/convert";
import { ObjectArray } from "../numpy/objects";

export interface Data {
  readonly data: Float64Array;
  readonly shape: readonly number[];
}

/** The names along an axis, in the order in which they came. */
export type Categories = Map<string, number>;

const isIterable = (x: PyValue): x is PyObject =>
  x instanceof PyObject && !(x instanceof PyIterator && !x.pyIterate) && x.pyIterate !== undefined;

/**
 * @param categories takes names; without it they are an error
 * @throws TypeError, ValueError where these are no numbers
 */
export function dataOf(x: PyValue, categories?: Categories): Data {
  if (isNumber(x)) return { data: Float64Array.of(Number(x)), shape: [] };
  if (x === null) return { data: Float64Array.of(Number.NaN), shape: [] };
  if (typeof x === "string") return { data: Float64Array.of(placeOf(x, categories)), shape: [] };
  if (isValue(x) || x instanceof PyArray || valueIn(x)) {
    const value = peek(asValue(x));
    return { data: Float64Array.from(value.data), shape: value.shape };
  }
  if (x instanceof ObjectArray)
    return { data: Float64Array.from(x.items, (item) => one(item, categories)), shape: x.shape };
  if (isSequence(x)) {
    const { leaves, shape } = nestOf(x);
    if (leaves.every((leaf) => isNumber(leaf) || leaf === null || typeof leaf === "string"))
      return { data: Float64Array.from(leaves, (leaf) => one(leaf, categories)), shape };
    const value = peek(asValue(x));
    return { data: Float64Array.from(value.data), shape: value.shape };
  }
  if (isIterable(x)) {
    const items = listOf(iterate(x));
    return { data: Float64Array.from(items, (item) => one(item, categories)), shape: [items.length] };
  }
  raiseError("TypeError", `float() argument must be a string or a real number, not '${typeName(x)}'`);
}

function one(x: PyValue, categories: Categories | undefined): number {
  if (x === null) return Number.NaN;
  if (typeof x === "string") return placeOf(x, categories);
  const number = numberOf(x);
  if (number === undefined)
    raiseError("TypeError", `float() argument must be a string or a real number, not '${typeName(x)}'`);
  return number;
}

function placeOf(name: string, categories: Categories | undefined): number {
  if (!categories) throw pyError("ValueError", `could not convert string to float: '${name}'`);
  let place = categories.get(name);
  if (place === undefined) {
    place = categories.size;
    categories.set(name, place);
  }
  return place;
}

/** A vector; a number is one of length 1. */
export function vectorOf(x: PyValue, categories?: Categories): Float64Array {
  return dataOf(x, categories).data;
}

export const range = (length: number): Float64Array => Float64Array.from({ length }, (_, k) => k);

/** The k-th column of a matrix; a vector is its only column. */
export function column({ data, shape }: Data, k: number): Float64Array {
  if (shape.length < 2) return data;
  const width = shape[1];
  return Float64Array.from({ length: shape[0] }, (_, row) => data[row * width + k]);
}
export const columns = ({ shape }: Data): number => (shape.length < 2 ? 1 : shape[1]);
export const rows = ({ shape, data }: Data): number => (shape.length === 0 ? data.length : shape[0]);

/** As long as `length`, repeating a single number. */
export function spread(values: Float64Array, length: number): Float64Array {
  return values.length === length ? values : new Float64Array(length).fill(values[0] ?? Number.NaN);
}

/** @throws ValueError in NumPy's words, where lengths are neither equal nor 1 */
export function broadcast(parts: readonly (readonly [string, Float64Array])[]): Float64Array[] {
  const [first, ...others] = parts.filter(([, values]) => values.length !== 1);
  for (const [name, values] of others) {
    if (values.length !== first[1].length)
      raiseError(
        "ValueError",
        `shape mismatch: objects cannot be broadcast to a single shape.  Mismatch is between '${first[0]}' with shape (${first[1].length},) and '${name}' with shape (${values.length},).`,
      );
  }
  const length = first ? first[1].length : 1;
  return parts.map(([, values]) => spread(values, length));
}

/** `(2, 3)`, `(4,)`. */
export const shapeText = (shape: readonly number[]): string => `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
