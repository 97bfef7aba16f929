/** Functions that only move elements, for arrays of complex numbers, text and objects: they move the places instead. */
import { peek, sizeOf, tensor } from "../../../../engine";
import { listOf, PyList, PyTuple } from "../../runtime/containers";
import { type Kwargs, native, type PyValue } from "../../runtime/object";
import { call } from "../../runtime/protocol";
import { arrayType, PyArray } from "./array";
import { ComplexArray, isComplex, toArray } from "./complex";
import { isSequence } from "./convert";
import { ObjectArray } from "./objects";

const MOVING = new Set([
  "append",
  "array_split",
  "atleast_1d",
  "atleast_2d",
  "broadcast_to",
  "column_stack",
  "concatenate",
  "delete",
  "diag",
  "diagonal",
  "dstack",
  "expand_dims",
  "flip",
  "fliplr",
  "flipud",
  "hsplit",
  "hstack",
  "insert",
  "moveaxis",
  "pad",
  "ravel",
  "repeat",
  "reshape",
  "resize",
  "roll",
  "rollaxis",
  "rot90",
  "row_stack",
  "split",
  "squeeze",
  "stack",
  "swapaxes",
  "take",
  "tile",
  "transpose",
  "tril",
  "triu",
  "vsplit",
  "vstack",
]);
/** The arguments of these that hold elements; of the others the first does. */
const BOTH: Record<string, number[]> = { append: [0, 1], insert: [0, 2] };

type Special = ComplexArray | ObjectArray;

const isSpecial = (x: PyValue | undefined): x is Special => x instanceof ComplexArray || x instanceof ObjectArray;
const holdsSpecial = (x: PyValue | undefined): boolean =>
  isSpecial(x) || (x !== undefined && isSequence(x) && listOf(x).some((one) => isSpecial(one) || isComplex(one)));

/** `run`, which also takes arrays of complex numbers and of objects. */
export function movesAnything(name: string, run: PyValue): PyValue {
  if (!MOVING.has(name)) return run;
  return native(name, (args, kwargs) => {
    const held = BOTH[name] ?? [0];
    return held.some((k) => holdsSpecial(args[k])) ? move(run, held, args, kwargs) : call(run, args, kwargs);
  });
}

function move(run: PyValue, held: readonly number[], args: PyValue[], kwargs: Kwargs | undefined): PyValue {
  const complex = held.some((k) => {
    const x = args[k];
    return x !== undefined && (isComplex(x) || (isSequence(x) && listOf(x).some(isComplex)));
  });
  // Place 0 is where fill values come from.
  const pool: Special[] = [
    complex ? new ComplexArray(Float64Array.of(0), Float64Array.of(0), [1]) : new ObjectArray([0n], [1]),
  ];
  let start = 1;
  const places = (x: PyValue): PyValue => {
    if (isSequence(x) && listOf(x).some((one) => isSpecial(one) || one instanceof PyArray || isSequence(one)))
      return new PyList(listOf(x).map(places));
    const own = complex ? toArray(x) : x instanceof ObjectArray ? x : ObjectArray.of(x);
    const size = sizeOf(own.shape);
    const numbers = Array.from({ length: size }, (_, k) => start + k);
    pool.push(own);
    start += size;
    return new PyArray(tensor(numbers, "int64", own.shape), arrayType);
  };
  const moved = call(
    run,
    args.map((x, k) => (held.includes(k) ? places(x) : x)),
    kwargs,
  );
  const whole = joined(pool);
  const back = (x: PyValue): PyValue => {
    if (x instanceof PyList) return new PyList(x.items.map(back));
    if (x instanceof PyTuple) return new PyTuple(x.items.map(back));
    if (!(x instanceof PyArray)) return x;
    const now = peek(x.value);
    return whole.pick(Int32Array.from(now.data), now.shape);
  };
  return back(moved);
}

function joined(pool: readonly Special[]): Special {
  if (pool[0] instanceof ObjectArray)
    return new ObjectArray(
      pool.flatMap((one) => (one as ObjectArray).items),
      [-1],
      pool.length > 1 && pool.slice(1).every((one) => (one as ObjectArray).isText),
    );
  const parts = pool as readonly ComplexArray[];
  const single = parts.slice(1).every((part) => part.dtype === "complex64");
  return new ComplexArray(
    Float64Array.from(parts.flatMap((part) => Array.from(part.re))),
    Float64Array.from(parts.flatMap((part) => Array.from(part.im))),
    [-1],
    single ? "complex64" : "complex128",
  );
}
