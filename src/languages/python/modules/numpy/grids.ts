/** What is made by indexing: `r_`, `c_`, `mgrid`, `ogrid`, `s_`. */
import * as engine from "../../../../engine";
import { isFloat, sizeOf, tensor, type Value } from "../../../../engine";
import { toFloat } from "../../runtime/arguments";
import { PySlice, PyTuple } from "../../runtime/containers";
import { raiseError } from "../../runtime/errors";
import { PyComplex } from "../../runtime/numbers";
import { makeType, PyObject, type PyValue } from "../../runtime/object";
import { call } from "../../runtime/protocol";
import { holding } from "../../runtime/watch";
import { PyArray } from "./array";
import { asValue, range } from "./convert";
import { array, concatenate, type Entry, functions, linspace } from "./functions";

class ByIndex extends PyObject {
  constructor(
    name: string,
    private readonly make: (key: PyValue) => PyValue,
  ) {
    super(makeType(name));
    holding(make);
  }
  override pyGetItem(key: PyValue): PyValue {
    return this.make(key);
  }
}

const partsOf = (key: PyValue): readonly PyValue[] => (key instanceof PyTuple ? key.items : [key]);

/** `1:5` as arange, `0:1:5j` as linspace. */
function line({ lower: start, upper: stop, step }: PySlice): Value {
  const low = start ?? 0n;
  if (step instanceof PyComplex)
    return linspace(asValue(low), asValue(stop), Math.abs(Math.trunc(step.im)), true).value;
  const by = step ?? 1n;
  const whole = [low, stop, by].every((x) => !(typeof x === "number" || (x instanceof PyArray && isFloat(x.dtype))));
  const [a, b, c] = [toFloat(low), toFloat(stop), toFloat(by)];
  const count = Math.max(0, Math.ceil((b - a) / c));
  return tensor(
    range(count).map((k) => a + k * c),
    whole ? "int64" : "float64",
  );
}

function rows(key: PyValue): PyValue {
  const [first, ...others] = partsOf(key);
  const axis = typeof first === "string" ? Number(first.split(",")[0]) : 0;
  if (Number.isNaN(axis)) raiseError("NotImplementedError", `numpy.r_['${String(first)}'] is not supported`);
  const values = (typeof first === "string" ? others : [first, ...others]).map((part) => {
    if (part instanceof PySlice) return line(part);
    const value = asValue(part);
    return value.shape.length === 0 ? engine.reshape(value, [1]) : value;
  });
  return array(concatenate(values, axis < 0 ? axis + values[0].shape.length : axis));
}

const columnStack = functions.find(([name]) => name === "column_stack")![1];

const columns = (key: PyValue): PyValue =>
  call(columnStack, [new PyTuple(partsOf(key).map((part) => (part instanceof PySlice ? array(line(part)) : part)))]);

function grid(key: PyValue, open: boolean): PyValue {
  const lines = partsOf(key).map((part) => line(part as PySlice));
  if (!(key instanceof PyTuple)) return array(lines[0]);
  const shape = lines.map(({ shape: [length] }) => length);
  const dtype = lines.some((one) => isFloat(one.dtype)) ? "float64" : "int64";
  const spread = lines.map((one, axis) =>
    engine.reshape(
      open ? one : engine.cast(one, dtype),
      shape.map((length, k) => (k === axis ? length : 1)),
    ),
  );
  if (open) return new PyTuple(spread.map(array));
  if (sizeOf(shape) === 0) return array(engine.full([shape.length, ...shape], 0, dtype));
  return array(engine.stack(spread.map((one) => engine.broadcastTo(one, shape))));
}

export const grids: Entry[] = [
  ["r_", new ByIndex("RClass", rows)],
  ["c_", new ByIndex("CClass", columns)],
  ["mgrid", new ByIndex("MGridClass", (key) => grid(key, false))],
  ["ogrid", new ByIndex("OGridClass", (key) => grid(key, true))],
  ["s_", new ByIndex("IndexExpression", (key) => key)],
  ["index_exp", new ByIndex("IndexExpression", (key) => (key instanceof PyTuple ? key : new PyTuple([key])))],
];
