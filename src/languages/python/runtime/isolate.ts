/**
 * A function that is only looked at must not change what the run left: before the call, everything that it can reach
 * (globals, captured variables, lists, dictionaries, instances, arrays, Variables, random generators) is noted; after
 * it, put back.
 */
import { PyDict, PyList, PySet, PyTuple } from "./containers";
import { PyFunction } from "./function";
import {
  PyBound,
  PyClassMethod,
  PyInstance,
  PyModule,
  PyObject,
  PyProperty,
  PyStaticMethod,
  PyType,
  type PyValue,
} from "./object";

/** Objects that keep their state to themselves: arrays, Variables, optimizers, generators. */
interface Stateful {
  snapshot?: () => () => void;
}

/** Containers with more items are put back, but what is inside the items is not. */
const MOST_ITEMS = 50_000;
/** Modules keep their random generators under these names. */
const MODULE_STATE = ["_inst", "_rand", "random"];

/** Notes what `roots` reach; the result puts it all back. */
export function snapshot(roots: readonly PyValue[]): () => void {
  const restore: (() => void)[] = [];
  const seen = new Set<object>();
  const open: (PyValue | undefined)[] = [...roots];
  const cells = (list: Iterable<{ value: PyValue | undefined }>): void => {
    for (const cell of list) {
      if (seen.has(cell)) continue;
      seen.add(cell);
      const { value } = cell;
      restore.push(() => {
        cell.value = value;
      });
      open.push(value);
    }
  };
  const map = <K, V>(own: Map<K, V>): void => {
    const before = [...own];
    restore.push(() => {
      // A map that still holds the same is left alone, entries and order.
      let same = own.size === before.length;
      let k = 0;
      if (same)
        for (const [key, value] of own) {
          const [oldKey, oldValue] = before[k++];
          if (key !== oldKey || value !== oldValue) {
            same = false;
            break;
          }
        }
      if (same) return;
      own.clear();
      for (const [key, value] of before) own.set(key, value);
    });
  };
  while (open.length > 0) {
    const x = open.pop();
    if (!(x instanceof PyObject) || seen.has(x)) continue;
    seen.add(x);
    const own = (x as Stateful).snapshot;
    if (own) restore.push(own.call(x));
    if (x instanceof PyModule) {
      for (const name of MODULE_STATE) open.push(x.dict.get(name));
      continue;
    }
    if (x instanceof PyFunction) {
      cells(x.free);
      open.push(...x.defaults);
      if (x.globals && !seen.has(x.globals)) {
        seen.add(x.globals);
        cells(x.globals.values());
      }
    } else if (x instanceof PyBound) open.push(x.self, x.fn);
    else if (x instanceof PyStaticMethod || x instanceof PyClassMethod) open.push(x.fn);
    else if (x instanceof PyProperty) open.push(x.getter, x.setter, x.deleter);
    else if (x instanceof PyList) {
      const items = [...x.items];
      restore.push(() => {
        if (items.length !== x.items.length || items.some((item, k) => item !== x.items[k])) x.items = items;
      });
      if (items.length <= MOST_ITEMS) for (const item of items) open.push(item);
    } else if (x instanceof PyTuple) {
      if (x.items.length <= MOST_ITEMS) for (const item of x.items) open.push(item);
    } else if (x instanceof PyDict) {
      const values = [...x.map.values()].map((entry) => [entry, entry.value] as const);
      map(x.map);
      restore.push(() => {
        for (const [entry, value] of values) entry.value = value;
      });
      if (values.length <= MOST_ITEMS) for (const [, value] of values) open.push(value);
    } else if (x instanceof PySet) map(x.map);
    else if (x instanceof PyType && x.heap) {
      map(x.attributes);
      restore.push(() => {
        PyType.changes++;
      });
      open.push(...x.attributes.values());
    }
    if (x instanceof PyInstance) open.push(x.type);
    if (x.dict) {
      map(x.dict);
      open.push(...x.dict.values());
    }
  }
  return () => {
    for (let k = restore.length - 1; k >= 0; k--) restore[k]();
  };
}
