/** Operators: numbers first, then traced floats, then whatever the operands' types say. */
import * as engine from "../../../engine";
import { concretize, peek, type Value } from "../../../engine";
import { indexOf } from "./containers";
import { allocateCheck, raiseError } from "./errors";
import {
  floatFloorDivide,
  floatModulo,
  floatPower,
  floorDivide,
  intModulo,
  intMultiply,
  intPower,
  intToFloat,
  trueDivide,
} from "./numbers";
import { notImplemented, PyObject, type PyValue } from "./object";
import { invoke, isNumber, setCompareHook, setHooks, special, typeName } from "./protocol";
import { formatValue, percentFormat } from "./text";

const names: Record<string, string> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "truediv",
  "//": "floordiv",
  "%": "mod",
  "**": "pow",
  "@": "matmul",
  "&": "and",
  "|": "or",
  "^": "xor",
  "<<": "lshift",
  ">>": "rshift",
};

export function binary(op: string, a: PyValue, b: PyValue, shown = op): PyValue {
  if (isNumber(a) && isNumber(b)) {
    const result = arithmetic(op, a, b);
    if (result !== undefined) return result;
    return unsupported(shown, a, b);
  }
  const left = a instanceof PyObject;
  const right = b instanceof PyObject;
  if (!left && !right) {
    if (typeof a === "string" || typeof b === "string") return stringOperator(op, a, b, shown);
    if (a !== null && b !== null) return traced(op, a as Value | number, b as Value | number);
    return unsupported(shown, a, b);
  }
  // A subclass on the right answers before its base on the left.
  const rightFirst = left && right && a.type !== b.type && b.type.isSubtype(a.type);
  if (rightFirst) {
    const early = half(b, `__r${names[op]}__`, op, a, true);
    if (early !== undefined) return early;
  }
  if (left) {
    const result = half(a, `__${names[op]}__`, op, b, false);
    if (result !== undefined) return result;
  } else if (typeof a === "string" && op === "%") return percentFormat(a, b);
  if (right && !rightFirst) {
    const result = half(b, `__r${names[op]}__`, op, a, true);
    if (result !== undefined) return result;
  }
  if (op === "*" && typeof a === "string" && indexOf(b) !== undefined) return repeatText(a, b);
  if (op === "*" && typeof b === "string" && indexOf(a) !== undefined) return repeatText(b, a);
  if (typeof a === "string" && op === "+") {
    raiseError("TypeError", `can only concatenate str (not "${typeName(b)}") to str`);
  }
  if (op === "*" && (left ? a.pyGetItem && a.pyIterate : b instanceof PyObject && b.pyGetItem && b.pyIterate)) {
    const other = left ? b : a;
    if (indexOf(other) === undefined && (left ? a : (b as PyObject)).pyLength && !special(left ? a : b, "__mul__")) {
      raiseError("TypeError", `can't multiply sequence by non-int of type '${typeName(other)}'`);
    }
  }
  return unsupported(shown, a, b);
}

function half(x: PyObject, name: string, op: string, other: PyValue, reflected: boolean): PyValue | undefined {
  if (x.type.heap) {
    const own = invoke(x, name, [other]);
    if (own !== undefined && own !== notImplemented) return own;
  }
  return x.pyBinary?.(op, other, reflected);
}

function unsupported(op: string, a: PyValue, b: PyValue): never {
  const shown = op === "**" ? "** or pow()" : op;
  raiseError("TypeError", `unsupported operand type(s) for ${shown}: '${typeName(a)}' and '${typeName(b)}'`);
}

/** `a op= b`. */
export function inPlace(op: string, a: PyValue, b: PyValue): PyValue {
  if (a instanceof PyObject) {
    const own = invoke(a, `__i${names[op]}__`, [b]);
    if (own !== undefined && own !== notImplemented) return own;
    const changed = inPlaceHook(op, a, b);
    if (changed !== undefined) return changed;
  }
  return binary(op, a, b, `${op}=`);
}

let inPlaceHook: (op: string, a: PyObject, b: PyValue) => PyValue | undefined = () => undefined;
export function setInPlaceHook(hook: typeof inPlaceHook): void {
  inPlaceHook = hook;
}

function arithmetic(op: string, a: number | bigint | boolean, b: number | bigint | boolean): PyValue | undefined {
  const bools = typeof a === "boolean" && typeof b === "boolean";
  const x = typeof a === "boolean" ? (a ? 1n : 0n) : a;
  const y = typeof b === "boolean" ? (b ? 1n : 0n) : b;
  if (typeof x === "bigint" && typeof y === "bigint") {
    switch (op) {
      case "+":
        return x + y;
      case "-":
        return x - y;
      case "*":
        return intMultiply(x, y);
      case "/":
        return trueDivide(x, y);
      case "//":
        return floorDivide(x, y);
      case "%":
        return intModulo(x, y);
      case "**":
        return intPower(x, y);
      case "&":
        return bools ? (x & y) === 1n : x & y;
      case "|":
        return bools ? (x | y) === 1n : x | y;
      case "^":
        return bools ? (x ^ y) === 1n : x ^ y;
      case "<<":
        if (y < 0n) raiseError("ValueError", "negative shift count");
        if (x !== 0n) allocateCheck(y > 1n << 25n ? Number.POSITIVE_INFINITY : Number(y) / 8);
        return x << y;
      case ">>":
        if (y < 0n) raiseError("ValueError", "negative shift count");
        return x >> y;
      default:
        return undefined;
    }
  }
  const p = typeof x === "bigint" ? intToFloat(x) : x;
  const q = typeof y === "bigint" ? intToFloat(y) : y;
  switch (op) {
    case "+":
      return p + q;
    case "-":
      return p - q;
    case "*":
      return p * q;
    case "/":
      if (q === 0)
        raiseError(
          "ZeroDivisionError",
          typeof x === "bigint" && typeof y === "bigint" ? "division by zero" : "float division by zero",
        );
      return p / q;
    case "//":
      return floatFloorDivide(p, q);
    case "%":
      return floatModulo(p, q);
    case "**":
      return floatPower(p, q);
    default:
      return undefined;
  }
}

function stringOperator(op: string, a: PyValue, b: PyValue, shown: string): PyValue {
  if (typeof a === "string") {
    if (op === "+") {
      if (typeof b === "string") {
        allocateCheck((a.length + b.length) * 2);
        return a + b;
      }
      raiseError("TypeError", `can only concatenate str (not "${typeName(b)}") to str`);
    }
    if (op === "%") return percentFormat(a, b);
    if (op === "*") return repeatText(a, b);
  } else if (op === "*" && typeof b === "string") return repeatText(b, a);
  return unsupported(shown, a, b);
}

function repeatText(text: string, times: PyValue): string {
  const count = indexOf(times);
  if (count === undefined) raiseError("TypeError", `can't multiply sequence by non-int of type '${typeName(times)}'`);
  if (count <= 0) return "";
  allocateCheck(text.length * count * 2);
  return text.repeat(count);
}

// ── traced floats ───────────────────────────────────────────────────────────

/** A Python number, or a traced one, as the engine takes it. */
export function operand(x: PyValue): Value | number | undefined {
  if (typeof x === "number") return x;
  if (typeof x === "bigint") return intToFloat(x);
  if (typeof x === "boolean") return x ? 1 : 0;
  return x !== null && typeof x === "object" && !(x instanceof PyObject) ? x : undefined;
}

function traced(op: string, a: PyValue, b: PyValue): PyValue {
  const x = operand(a)!;
  const y = operand(b)!;
  const zero = (value: Value | number): boolean => {
    if (typeof value === "number") return value === 0;
    const now = peek(value);
    return now.shape.length === 0 && now.data[0] === 0;
  };
  switch (op) {
    case "+":
      return engine.add(x, y);
    case "-":
      return engine.sub(x, y);
    case "*":
      return engine.mul(x, y);
    case "/":
      if (zero(y)) raiseError("ZeroDivisionError", "float division by zero");
      return engine.div(x, y);
    case "//":
      if (zero(y)) raiseError("ZeroDivisionError", "float floor division by zero");
      return engine.floordiv(x, y);
    case "%":
      if (zero(y)) raiseError("ZeroDivisionError", "float modulo");
      return engine.mod(x, y);
    case "**":
      if (zero(x) && (typeof y === "number" ? y : peek(y).data[0]) < 0) {
        raiseError("ZeroDivisionError", "0.0 cannot be raised to a negative power");
      }
      return engine.pow(x, y);
    case "@":
      if (typeof x !== "number" && typeof y !== "number") return engine.matmul(x, y);
  }
  return unsupported(op, a, b);
}

// ── unary ───────────────────────────────────────────────────────────────────

export function unary(op: string, x: PyValue): PyValue {
  if (typeof x === "number") {
    if (op === "-") return -x;
    if (op === "+") return x;
  } else if (typeof x === "bigint" || typeof x === "boolean") {
    const n = typeof x === "boolean" ? (x ? 1n : 0n) : x;
    return op === "-" ? -n : op === "+" ? n : ~n;
  } else if (x instanceof PyObject) {
    const own = invoke(x, op === "-" ? "__neg__" : op === "+" ? "__pos__" : "__invert__", []);
    if (own !== undefined) return own;
    const native = x.pyUnary?.(op);
    if (native !== undefined) return native;
  } else if (x !== null && typeof x === "object") {
    if (op === "-") return engine.neg(x);
    if (op === "+") return x;
  }
  raiseError("TypeError", `bad operand type for unary ${op}: '${typeName(x)}'`);
}

// ── comparison ──────────────────────────────────────────────────────────────

const compareNames: Record<string, string> = {
  "==": "__eq__",
  "!=": "__ne__",
  "<": "__lt__",
  "<=": "__le__",
  ">": "__gt__",
  ">=": "__ge__",
};
const mirrored: Record<string, string> = { "==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<=" };

export function compare(op: string, a: PyValue, b: PyValue): PyValue {
  if (isNumber(a) && isNumber(b)) {
    const x = typeof a === "boolean" ? (a ? 1n : 0n) : a;
    const y = typeof b === "boolean" ? (b ? 1n : 0n) : b;
    switch (op) {
      case "==":
        // biome-ignore lint/suspicious/noDoubleEquals: compares a bigint with a number by value
        return x == y;
      case "!=":
        // biome-ignore lint/suspicious/noDoubleEquals: compares a bigint with a number by value
        return x != y;
      case "<":
        return x < y;
      case "<=":
        return x <= y;
      case ">":
        return x > y;
      default:
        return x >= y;
    }
  }
  if (typeof a === "string" && typeof b === "string") {
    switch (op) {
      case "==":
        return a === b;
      case "!=":
        return a !== b;
      case "<":
        return a < b;
      case "<=":
        return a <= b;
      case ">":
        return a > b;
      default:
        return a >= b;
    }
  }
  const left = a instanceof PyObject;
  const right = b instanceof PyObject;
  if (!left && !right) {
    const x = operand(a);
    const y = operand(b);
    if (x !== undefined && y !== undefined) return tracedCompare(op, x, y);
  }
  if (left && right && a.type !== b.type && b.type.isSubtype(a.type)) {
    const early = compareHalf(mirrored[op], b, a);
    if (early !== undefined) return early;
  }
  if (left) {
    const result = compareHalf(op, a, b);
    if (result !== undefined) return result;
  }
  if (right) {
    const result = compareHalf(mirrored[op], b, a);
    if (result !== undefined) return result;
  }
  if (op === "==") return a === b;
  if (op === "!=") return a !== b;
  raiseError("TypeError", `'${op}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`);
}

function compareHalf(op: string, x: PyObject, other: PyValue): PyValue | undefined {
  if (x.type.heap) {
    const own = invoke(x, compareNames[op], [other]);
    if (own !== undefined && own !== notImplemented) return own;
    if (op === "!=") {
      const same = invoke(x, "__eq__", [other]);
      if (same !== undefined && same !== notImplemented) return !(same as boolean);
    }
  }
  return x.pyCompare?.(op, other);
}

const comparisons: Record<string, (x: Value | number, y: Value | number) => Value> = {
  "==": engine.equal,
  "!=": engine.notEqual,
  "<": engine.less,
  "<=": engine.lessEqual,
  ">": engine.greater,
  ">=": engine.greaterEqual,
};

function tracedCompare(op: string, x: Value | number, y: Value | number): boolean {
  return concretize(comparisons[op](x, y)).item() !== 0;
}

setCompareHook(compare);
setHooks(formatValue, (op, x, other, reflected) => {
  if (x instanceof PyObject) return x.pyBinary?.(op, other, reflected) ?? notImplemented;
  return reflected ? binary(op, other, x) : binary(op, x, other);
});
