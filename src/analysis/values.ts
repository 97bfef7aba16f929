/** Python values seen from outside: lists of numbers, functions, and the same value with other numbers in it. */
import * as l10n from "@vscode/l10n";
import { sizeOf, take, type Value } from "../engine";
import {
  builtins,
  freeNames as namesReadBy,
  PyBound,
  PyFunction,
  PyList,
  PyObject,
  PyTuple,
  type PyValue,
  parseExpression,
  toValue,
  visit,
} from "../languages/python";
import type { Tree } from "./point";

export function sequenceItems(value: PyValue): { kind: "list" | "tuple"; values: readonly PyValue[] } | undefined {
  if (value instanceof PyList) return { kind: "list", values: value.items };
  if (value instanceof PyTuple) return { kind: "tuple", values: value.items };
  return undefined;
}

export function fromTree(tree: Tree): PyValue {
  return Array.isArray(tree) ? new PyList(tree.map(fromTree)) : tree;
}

/** Whether a value is a function of the file: plain, decorated, or an object that can be called. */
export function isFunction(value: PyValue): boolean {
  if (value instanceof PyFunction || value instanceof PyBound) return true;
  return (
    value instanceof PyObject &&
    (value.pyGetAttribute?.("__wrapped__") !== undefined ||
      (value.type.heap && value.type.find("__call__") !== undefined))
  );
}

/** Whether it is a number, an array or a Variable in float32. */
export const inSingle = (value: PyValue): boolean =>
  typeof value === "object" && value !== null && toValue(value)?.dtype === "float32";

/** A value of the same kind as `model` that holds `numbers`, which may be traced. */
export function rebuild(model: PyValue, numbers: Value): PyValue {
  const items = sequenceItems(model);
  if (items) {
    const inner = numbers.shape.slice(1);
    const size = sizeOf(inner);
    const parts = items.values.map((item, i) =>
      rebuild(
        item,
        take(
          numbers,
          Int32Array.from({ length: size }, (_, k) => i * size + k),
          inner,
        ),
      ),
    );
    return items.kind === "list" ? new PyList(parts) : new PyTuple(parts);
  }
  // Arrays and tensors of frameworks make their own like.
  const { like } = Object(model) as { like?: (numbers: Value) => PyValue };
  return like ? like.call(model, numbers) : numbers;
}

/** `lambda x: x**2`: its body, in which the parameters are free; any other text as it is. */
export function bodyOf(text: string): string {
  if (!/^\s*lambda\b/.test(text)) return text;
  const { expr, errors } = parseExpression(text);
  if (errors.length > 0 || expr.kind !== "lambda") return text;
  const plain = expr.params.list.every(({ kind, default: otherwise }) => kind === "normal" && !otherwise);
  // The parser reads the text within parentheses of its own.
  return plain ? text.slice(expr.body.from - 1, expr.body.to - 1) : text;
}

/** The names that an expression reads from around it, in order of first use; or why it is none. */
export function freeNames(text: string): { names: readonly string[] } | { problem: string } {
  const { expr, errors } = parseExpression(text);
  if (errors.length > 0) return { problem: errors[0]!.message };
  const names = [...namesReadBy(expr)];
  let computes = false;
  visit([expr], (node) => {
    computes ||= node.kind === "number" || node.kind === "name";
  });
  // The parser takes marks such as √ for letters.
  const odd = names.find((name) => !/^[\p{L}_][\p{L}\p{N}\p{M}_]*$/u.test(name));
  if (odd !== undefined) return { problem: l10n.t("{0} is not a name", odd) };
  if (!computes) return { problem: l10n.t("there is nothing to compute") };
  return { names: names.filter((name) => !builtins.has(name)) };
}
