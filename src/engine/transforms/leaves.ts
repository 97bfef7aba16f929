/** Results with structure: one value, or lists and records of them, nested as one likes. */
import { Value } from "../tensor";

export type Structure = Value | readonly Structure[] | { readonly [name: string]: Structure };

/** `R` with a `T` for each of its values. */
export type Mapped<R, T> = R extends Value ? T : { readonly [K in keyof R]: Mapped<R[K], T> };

/** The same structure around what `f` makes of each value. */
export function mapLeaves<R extends Structure>(structure: R, f: (leaf: Value, index: number) => Value): R;
export function mapLeaves<R extends Structure, T>(structure: R, f: (leaf: Value, index: number) => T): Mapped<R, T>;
export function mapLeaves(structure: Structure, f: (leaf: Value, index: number) => unknown): unknown {
  let index = 0;
  const walk = (part: Structure): unknown => {
    if (part instanceof Value) return f(part, index++);
    if (Array.isArray(part)) return part.map(walk);
    return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, walk(inner)]));
  };
  return walk(structure);
}

/** The values of a structure, in order. */
export function leavesOf(structure: Structure): readonly Value[] {
  if (structure instanceof Value) return [structure];
  return Object.values(structure as { readonly [name: string]: Structure }).flatMap(leavesOf);
}
