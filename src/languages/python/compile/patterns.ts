/** The patterns of `match`. */
import { listOf, PyDict, PyList, PyRange, PyTuple } from "../runtime/containers";
import { raiseError } from "../runtime/errors";
import type { Frame } from "../runtime/function";
import { PyObject, PyType, type PyValue } from "../runtime/object";
import { equals, findAttribute, isInstance } from "../runtime/protocol";
import type * as ast from "../syntax/ast";
import type { ExpressionCompiler } from "./expressions";

export type Matches = (frame: Frame, value: PyValue) => boolean;

const selfMatching = new Set(["bool", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"]);

export function compilePattern(compiler: ExpressionCompiler, pattern: ast.Pattern): Matches {
  const bind = (name: string | null): ((frame: Frame, value: PyValue) => void) =>
    name === null ? () => {} : compiler.target({ kind: "name", id: name, from: pattern.from, to: pattern.to });
  switch (pattern.kind) {
    case "capture":
    case "star": {
      const store = bind(pattern.name);
      return (frame, value) => {
        store(frame, value);
        return true;
      };
    }
    case "value": {
      const wanted = compiler.expr(pattern.value);
      return (frame, value) => {
        const other = wanted(frame);
        if (other === null || typeof other === "boolean") return value === other;
        return equals(value, other);
      };
    }
    case "as": {
      const inner = compilePattern(compiler, pattern.pattern);
      const store = bind(pattern.name);
      return (frame, value) => {
        if (!inner(frame, value)) return false;
        store(frame, value);
        return true;
      };
    }
    case "or": {
      const options = pattern.options.map((option) => compilePattern(compiler, option));
      return (frame, value) => options.some((option) => option(frame, value));
    }
    case "sequence": {
      const items = pattern.items.map((item) => compilePattern(compiler, item));
      const star = pattern.items.findIndex((item) => item.kind === "star");
      return (frame, value) => {
        if (!(value instanceof PyList || value instanceof PyTuple || value instanceof PyRange)) return false;
        const all = listOf(value);
        if (star < 0) return all.length === items.length && items.every((item, k) => item(frame, all[k]));
        const after = items.length - star - 1;
        if (all.length < items.length - 1) return false;
        for (let k = 0; k < star; k++) if (!items[k](frame, all[k])) return false;
        items[star](frame, new PyList(all.slice(star, all.length - after)));
        for (let k = 0; k < after; k++) if (!items[star + 1 + k](frame, all[all.length - after + k])) return false;
        return true;
      };
    }
    case "mapping": {
      const entries = pattern.entries.map(({ key, value }) => ({
        key: compiler.expr(key),
        value: compilePattern(compiler, value),
      }));
      const rest = bind(pattern.rest);
      return (frame, value) => {
        if (!(value instanceof PyDict)) return false;
        const left = new Map(value.map);
        for (const entry of entries) {
          const key = entry.key(frame);
          const item = value.get(key);
          if (item === undefined || !entry.value(frame, item)) return false;
          for (const [place, other] of left) if (equals(other.key, key)) left.delete(place);
        }
        rest(frame, PyDict.from([...left.values()].map((entry) => [entry.key, entry.value] as const)));
        return true;
      };
    }
    case "classpattern": {
      const type = compiler.expr(pattern.type);
      const positional = pattern.positional.map((item) => compilePattern(compiler, item));
      const keywords = pattern.keywords.map(({ name, pattern: item }) => ({
        name,
        item: compilePattern(compiler, item),
      }));
      return (frame, value) => {
        const cls = type(frame);
        if (!(cls instanceof PyType)) raiseError("TypeError", "called match pattern must be a class");
        if (!isInstance(value, cls)) return false;
        if (positional.length > 0) {
          if (selfMatching.has(cls.name) && !cls.heap) {
            if (positional.length > 1 || !positional[0](frame, value)) return false;
          } else {
            const names = cls.lookup("__match_args__");
            const list = names instanceof PyObject ? listOf(names) : [];
            if (list.length < positional.length) {
              raiseError(
                "TypeError",
                `${cls.name}() accepts ${list.length} positional sub-patterns (${positional.length} given)`,
              );
            }
            for (let k = 0; k < positional.length; k++) {
              const attribute = findAttribute(value, String(list[k]));
              if (attribute === undefined || !positional[k](frame, attribute)) return false;
            }
          }
        }
        return keywords.every(({ name, item }) => {
          const attribute = findAttribute(value, name);
          return attribute !== undefined && item(frame, attribute);
        });
      };
    }
  }
}
