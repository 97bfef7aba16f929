/**
 * How numbers travel between the language server, the extension and the panel.
 * JSON has no NaN and no infinities, so single numbers carry them as words and
 * arrays travel as base64 of little-endian float64.
 */
export type JsonNumber = number | "NaN" | "Infinity" | "-Infinity";

/** A scalar, or nested arrays of scalars: the value of one parameter. */
export type JsonTree = JsonNumber | JsonTree[];

/**
 * An n-dimensional float64 array: row-major bytes (little-endian) in base64, or the numbers themselves where messages
 * carry those (from the extension to the panel).
 */
export interface EncodedArray {
  shape: number[];
  data: string | Float64Array;
}

export function toJsonNumber(value: number): JsonNumber {
  return Number.isFinite(value) ? value : (String(value) as JsonNumber);
}

export function fromJsonNumber(value: JsonNumber): number {
  return typeof value === "number" ? value : Number(value);
}

export function toJsonTree(tree: NumberTree): JsonTree {
  return Array.isArray(tree) ? tree.map(toJsonTree) : toJsonNumber(tree);
}

export function fromJsonTree(tree: JsonTree): NumberTree {
  return Array.isArray(tree) ? tree.map(fromJsonTree) : fromJsonNumber(tree);
}

export type NumberTree = number | NumberTree[];

/** Node's, thirty times as fast as what every browser has too. */
const node = (globalThis as { Buffer?: typeof Buffer }).Buffer;

/** Encodes numbers of any length; `shape` defaults to a vector. */
export function encodeArray(values: ArrayLike<number>, shape: number[] = [values.length]): EncodedArray {
  const { buffer, byteOffset, byteLength } = values instanceof Float64Array ? values : Float64Array.from(values);
  if (node) return { shape, data: node.from(buffer, byteOffset, byteLength).toString("base64") };
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  let binary = "";
  // It takes its bytes as arguments, of which engines allow a limited number.
  for (let i = 0; i < bytes.length; i += 8192)
    binary += String.fromCharCode.apply(null, bytes.subarray(i, i + 8192) as unknown as number[]);
  return { shape, data: btoa(binary) };
}

export function decodeArray({ data }: EncodedArray): Float64Array {
  if (typeof data !== "string") return data;
  if (node) {
    const { buffer, byteOffset, byteLength } = node.from(data, "base64");
    return new Float64Array(buffer.slice(byteOffset, byteOffset + byteLength));
  }
  const binary = atob(data);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return new Float64Array(bytes.buffer);
}

/** A copy of an answer whose arrays hold their numbers: a message to the panel carries them as they are. */
export function withNumbers<T>(value: T): T {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(withNumbers) as T;
  if ("shape" in value && "data" in value && typeof value.data === "string")
    return { ...value, data: decodeArray(value as unknown as EncodedArray) };
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withNumbers(part)])) as T;
}
