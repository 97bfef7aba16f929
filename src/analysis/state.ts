/** The state that a script left, so that a function can be looked at again and again and changes nothing for others. */
import { PyFunction, PyObject, PyTape, PyType, type PyValue } from "../languages/python";

/** A script that holds more objects than this is looked at as it is: a snapshot would cost more than it gives. */
const MOST_OBJECTS = 20_000;
/** Larger arrays are taken for data that functions only read. */
const MOST_ELEMENTS = 4096;

type Restore = () => void;

/** Remembers everything that can be reached from some values, by value. */
export class State {
  private readonly restores: Restore[] = [];

  constructor(cells: Iterable<{ value: PyValue | undefined }>, others: Iterable<PyValue>) {
    const seen = new Set<object>();
    const open: unknown[] = [...cells, ...others];
    while (open.length > 0) {
      const object = open.pop();
      if (typeof object !== "object" || object === null || seen.has(object) || !isMutable(object)) continue;
      seen.add(object);
      if (seen.size > MOST_OBJECTS) {
        this.restores.length = 0;
        return;
      }
      this.remember(object, open);
    }
  }

  /** Puts everything back. */
  restore(): void {
    for (const restore of this.restores) restore();
  }

  private remember(object: object, open: unknown[]): void {
    if (object instanceof Map) {
      const entries = [...object];
      this.restores.push(() => {
        object.clear();
        for (const [key, value] of entries) object.set(key, value);
      });
      for (const entry of entries) open.push(...entry);
    } else if (object instanceof Set) {
      const items = [...object];
      this.restores.push(() => {
        object.clear();
        for (const item of items) object.add(item);
      });
      open.push(...items);
    } else if (Array.isArray(object)) {
      const items = [...object];
      this.restores.push(() => {
        object.splice(0, object.length, ...items);
      });
      open.push(...items);
    } else if (ArrayBuffer.isView(object)) {
      const array = object as Float64Array;
      if (!(array.length <= MOST_ELEMENTS)) return;
      const copy = array.slice();
      this.restores.push(() => array.set(copy));
    } else {
      const fields = Object.entries(object);
      this.restores.push(() => {
        for (const [name, value] of fields)
          if ((object as Record<string, unknown>)[name] !== value) (object as Record<string, unknown>)[name] = value;
      });
      // The code of a function is no state, its captured variables are.
      open.push(
        ...(object instanceof PyFunction ? [object.free, object.dict, object.defaults] : Object.values(object)),
      );
    }
  }
}

/** Objects of the script; not what libraries and the evaluator made for all scripts. */
function isMutable(object: object): boolean {
  if (object instanceof PyTape) return false;
  if (object instanceof PyType) return object.heap;
  if (object instanceof PyObject) return object.type.name !== "module";
  return true;
}
