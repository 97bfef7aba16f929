/** Loops by the backend that is the fastest for a program of its size: WebAssembly for many operations, else JavaScript. */
import type { Kernel } from "./javascript";
import { operationsOf, type Program } from "./loops";
import { compileLoops } from "./loops-javascript";
import { compileInWasm } from "./wasm/loops";

/** From here on a call in WebAssembly is faster; it takes thousands of calls to make up for compiling. */
const FEWEST_OFTEN = 1_500;
/** From here on some hundred calls do. */
const FEWEST = 50_000;

/**
 * A program compiled; returns the number that it names, or 1.
 * @param otherwise answers at points where a guard does not hold
 * @param often very many calls are to come
 * @returns undefined where neither WebAssembly nor generating code is allowed
 */
export function lowerLoops(program: Program, otherwise: Kernel, often = false): Kernel | undefined {
  const loops = operationsOf(program) >= (often ? FEWEST_OFTEN : FEWEST) ? compileInWasm(program) : undefined;
  if (!loops) return compileLoops(program, otherwise);
  const { run, point, out } = loops;
  const kernel: Kernel = (at, into) => run(at, into) ?? otherwise(at, into);
  return Object.assign(kernel, { own: { point, out } });
}
