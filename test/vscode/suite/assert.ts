// Assertions for suites that also run in the browser, where there is no node:assert.

export class AssertionError extends Error {
  override name = "AssertionError";
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (value === null || typeof value !== "object") return String(value);
  return JSON.stringify(value, null, 1) ?? String(value);
}

/** Fails with the message unless the value is truthy. */
export function ok(value: unknown, message = `expected a truthy value, got ${show(value)}`): asserts value {
  if (!value) throw new AssertionError(message);
}

export function equal<T>(actual: T, expected: T, message = "not equal"): void {
  if (!Object.is(actual, expected)) {
    throw new AssertionError(`${message}\n  actual:   ${show(actual)}\n  expected: ${show(expected)}`);
  }
}

/** Compares what JSON sees of both. */
export function deepEqual<T>(actual: T, expected: T, message = "not equal"): void {
  equal(JSON.stringify(actual), JSON.stringify(expected), message);
}

export function match(text: string, pattern: RegExp, message = `does not match ${pattern}`): void {
  if (!pattern.test(text)) throw new AssertionError(`${message}:\n${text}`);
}

export function close(actual: number, expected: number, tolerance = 1e-9): void {
  if (!(Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)))) {
    throw new AssertionError(`${actual} is not close to ${expected}`);
  }
}
