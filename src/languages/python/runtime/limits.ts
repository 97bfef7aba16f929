const MEMORY = [
  "BigInt",
  "Invalid string",
  "Invalid array",
  "Invalid typed array",
  "allocation failed",
  "out of memory",
  "string length",
];

/**
 * What a JavaScript engine ran out of, by the words of its error. No regular expression: where the stack has ended
 * even one of those fails, with a SyntaxError that says so.
 */
export function ranOutOf(error: unknown): "stack" | "memory" | undefined {
  if (!(error instanceof Error)) return undefined;
  const { message } = error;
  if (message.includes("call stack") || message.includes("too much recursion")) return "stack";
  return error instanceof RangeError && MEMORY.some((words) => message.includes(words)) ? "memory" : undefined;
}
