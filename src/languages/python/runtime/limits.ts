/** What a JavaScript engine says when it runs out of something. */
export function RangeErrorText(message: string): "stack" | "memory" | "other" {
  if (/call stack|recursion/i.test(message)) return "stack";
  if (/BigInt|invalid (string|array|typed array)|allocation failed|out of memory|string length/i.test(message))
    return "memory";
  return "other";
}
