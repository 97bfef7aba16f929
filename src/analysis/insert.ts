/** Derivatives of a file's functions as functions of the file, and tests of them. */
import * as l10n from "@vscode/l10n";
import { sizeOf } from "../engine";
import { type FunctionDef, reprOf, type Span } from "../languages/python";
import { argumentOf } from "./arguments";
import { selectionUnder } from "./cursor/expression";
import { shortText } from "./display";
import type { DocumentAnalysis } from "./document";
import type { Edit } from "./findings";
import { argumentTexts, bodyOf } from "./program";
import { type FileStyle, freeName, importEdits, newName, styleOf } from "./style";
import { followed, type Look, Problem } from "./subject";
import { freeNames } from "./values";

/** The definition of `name`, where it can be looked at. */
function definitionOf(
  analysis: DocumentAnalysis,
  name: string,
): { definition: FunctionDef; look: Look; style: FileStyle } {
  const look = analysis.look(name);
  if (!analysis.canInsert(name))
    throw new Problem(l10n.t("{0} depends on what is around it: only functions of the module are written out", name));
  const definition = analysis.functionNamed(name)!;
  return { definition, look, style: styleOf(analysis, definition) };
}

/** A new function `g_gradient` or `g_hessian` after `g`, in the file's own library. @throws Problem where it cannot be written */
export function insertDerivative(analysis: DocumentAnalysis, name: string, what: "gradient" | "hessian"): Edit[] {
  const { definition, look, style } = definitionOf(analysis, name);
  const lines = derivativeLines(analysis, definition, look, style, what, newName(name, what, style));
  return [...importEdits(analysis, style, lines), inserted(analysis, definition, style, lines)];
}

/**
 * A new function `z_gradient` of a selected expression's names, beside the statement in which it stands.
 * @throws Problem where what is selected is no expression, or cannot be written
 */
export function insertExpressionDerivative(
  analysis: DocumentAnalysis,
  selected: Span,
  what: "gradient" | "hessian",
): Edit[] {
  const { look } = selectionUnder(analysis, selected);
  const names = followed(look.parameters).map((parameter) => parameter.name);
  if (names.length === 0) throw new Problem(l10n.t("{0} has no parameter to differentiate by.", look.title));
  const statement = analysis.syntax.body.find(({ from, to }) => from <= selected.from && selected.to <= to);
  const style = styleOf(analysis);
  const target = statement?.kind === "assign" && statement.targets.length === 1 ? statement.targets[0] : undefined;
  const name = newName(target?.kind === "name" ? target.id : "expression", what, style);
  const title = what === "gradient" ? "Gradient" : "Hessian";
  const lines = [
    `def ${name}(${names.join(", ")}):`,
    ...[
      `"""${title} of ${look.title} with respect to ${names.join(", ")}."""`,
      ...fixedNumbers(analysis, look),
      ...bodyOf(look, what, style, name),
    ].map((line) => style.indent + line),
  ];
  const around = statement ?? selected;
  const definition = statement?.kind === "function" || statement?.kind === "class";
  const edit = definition ? inserted(analysis, around, style, lines) : insertedBefore(analysis, around, style, lines);
  return [...importEdits(analysis, style, lines), edit];
}

/** The module's numbers that went into an expression's derivative as they are now. */
function fixedNumbers({ script, constants }: DocumentAnalysis, { title, parameters }: Look): string[] {
  const free = freeNames(title);
  const numbers = ("names" in free ? free.names : []).flatMap((name) => {
    const value = script.globals.get(name);
    const varies = parameters.some((parameter) => parameter.name === name) || constants.has(name);
    return value === undefined || varies || argumentOf(name, value).shape?.length !== 0
      ? []
      : [`${name} = ${shortText(value)}`];
  });
  return numbers.length > 0 ? [`# Written for ${numbers.join(", ")}.`] : [];
}

function derivativeLines(
  analysis: DocumentAnalysis,
  definition: FunctionDef,
  look: Look,
  style: FileStyle,
  what: "gradient" | "hessian",
  newName: string,
): string[] {
  const { name } = definition;
  const names = followed(look.parameters).map((parameter) => parameter.name);
  const title = what === "gradient" ? "Gradient" : "Hessian";
  const code = bodyOf(look, what, style, newName);
  const body = [
    `"""${title} of ${name} with respect to ${names.join(", ")}."""`,
    ...conditions(look, newName),
    ...given(analysis, definition, style, code),
    ...code,
  ];
  // The tests of what is held are indented as the rest.
  return [
    `def ${newName}${signature(analysis, definition)}:`,
    ...body.map((line) => style.indent + line.replace(/^\t/, style.indent)),
  ];
}

/** Parameters that are no numbers to vary, as literals. */
function held(look: Look): { readonly name: string; readonly value: string; readonly identity: boolean }[] {
  return look.parameters
    .filter(({ shape }) => !shape)
    .map(({ name, original }) => {
      if (!["bigint", "string", "boolean"].includes(typeof original) && original !== null)
        throw new Problem(l10n.t("{0} depends on {1}, which is not a number", look.title, name));
      return { name, value: reprOf(original), identity: typeof original === "boolean" || original === null };
    });
}

/** Parameters that stay as they are have to be what they were: the derivative was made for these values. */
function conditions(look: Look, newName: string): string[] {
  return held(look).flatMap(({ name, value, identity }) => [
    `if ${name} ${identity ? "is not" : "!="} ${value}:`,
    `\traise ValueError(${JSON.stringify(`${newName} is written for ${name} = ${value}`)})`,
  ]);
}

/** Numbers of the module that went into the derivative as they are now. */
function given(
  analysis: DocumentAnalysis,
  definition: FunctionDef,
  style: FileStyle,
  body: readonly string[],
): string[] {
  const numbers = analysis.numbersReadBy(definition).map(([name, value]) => `${name} = ${value}`);
  const written = body.join("\n");
  const gone = [...(style.arrays?.keys() ?? [])].filter((name) => !new RegExp(`\\b${name}\\b`).test(written));
  if (gone.length > 0) numbers.push(`${gone.join(", ")} as the file has ${gone.length > 1 ? "them" : "it"}`);
  return numbers.length === 0 ? [] : [`# Written for ${numbers.join(", ")}.`];
}

function signature({ text }: DocumentAnalysis, { paramSpan }: FunctionDef): string {
  const written = text.slice(paramSpan.from, paramSpan.to);
  // Those of a lambda have no parentheses.
  return (written.startsWith("(") ? written : `(${written})`)
    .replace(/#.*$/gm, "")
    .replace(/\s*\n\s*/g, " ")
    .replace(/\( /, "(")
    .replace(/,? \)$/, ")");
}

/** The lines after a definition, with the blank lines that the file has between functions. */
function inserted(
  { text }: DocumentAnalysis,
  definition: Span,
  { eol, blank }: FileStyle,
  ...functions: readonly (readonly string[])[]
): Edit {
  const body = text.slice(0, definition.to).trimEnd().length;
  const end = text.indexOf("\n", body);
  const at = end < 0 ? text.length : end - (text[end - 1] === "\r" ? 1 : 0);
  const gap = eol.repeat(blank + 1);
  const rest = text.slice(at);
  // What follows without a blank line is no part of the function.
  const after = rest.trim() === "" ? (rest === "" ? eol : "") : /^(?:\r?\n){2}/.test(rest) ? "" : eol.repeat(blank);
  return { from: at, to: at, text: functions.map((lines) => gap + lines.join(eol)).join("") + after };
}

/** Lines before a statement, with the blank lines that the file has between functions. */
function insertedBefore(
  { text }: DocumentAnalysis,
  statement: Span,
  { eol, blank }: FileStyle,
  lines: readonly string[],
): Edit {
  const at = text.lastIndexOf("\n", statement.from - 1) + 1;
  const before = text.slice(0, at);
  const apart =
    before.trim() === ""
      ? ""
      : eol.repeat(Math.max(0, blank - (/(?:\r?\n)*$/.exec(before)![0].split("\n").length - 2)));
  return { from: at, to: at, text: apart + lines.join(eol) + eol.repeat(blank + 1) };
}

// ── a test ──────────────────────────────────────────────────────────────────

/**
 * A pytest function that compares the gradient with central differences at the present point; the gradient itself is
 * inserted where the file has none.
 */
export function insertCheck(analysis: DocumentAnalysis, name: string): Edit[] {
  const { definition, look, style } = definitionOf(analysis, name);
  const existing = analysis.functionNamed(`${name}_gradient`) ?? analysis.functionNamed(`${name}Gradient`);
  const gradient = existing?.name ?? newName(name, "gradient", style);
  const test = testLines(look, style, name, gradient, freeName(`test_${gradient}`, style));
  const own = existing ? [] : [derivativeLines(analysis, definition, look, style, "gradient", gradient)];
  const lines = [...own.flat(), ...test];
  return [...importEdits(analysis, style, lines), inserted(analysis, existing ?? definition, style, ...own, test)];
}

function testLines(look: Look, style: FileStyle, name: string, gradient: string, testName: string): string[] {
  const { target, prefix, indent } = style;
  const parameters = followed(look.parameters);
  const names = parameters.map((parameter) => parameter.name);
  const values = argumentTexts(look, style);
  const others = held(look)
    .map(({ name, value }) => `, ${name}=${value}`)
    .join("");
  // JAX computes in float32 unless it is told otherwise.
  const [step, tolerance] = target === "jax" ? ["1e-2", "1e-2"] : ["1e-6", "1e-5"];
  const lines: string[] = [];
  const add = (depth: number, line: string) => lines.push(indent.repeat(depth) + line);
  lines.push(`def ${testName}():`);
  add(1, `"""${gradient} agrees with central differences of ${name}."""`);
  names.forEach((own, k) => {
    add(1, `${own} = ${values[k]}`);
  });
  add(1, `gradient = ${gradient}(${names.join(", ")}${others})`);
  add(1, `h = ${step}`);
  parameters.forEach(({ name: own, shape }, k) => {
    const partial = parameters.length === 1 ? "gradient" : `gradient[${k}]`;
    const called = (changed: string) =>
      `${name}(${names.map((other) => (other === own ? changed : other)).join(", ")}${others})`;
    const compare = (depth: number, above: string, below: string, entry: string) => {
      add(depth, `central = (${called(above)} - ${called(below)}) / (2 * h)`);
      add(depth, `assert abs(${entry} - central) < ${tolerance} * max(1, abs(central))`);
    };
    if (shape.length === 0) {
      compare(1, `${own} + h`, `${own} - h`, partial);
      return;
    }
    if (target === "math") {
      if (shape.length > 1) throw new Problem(l10n.t("a list in a list is not followed into a test: use NumPy"));
      add(1, `for i in range(${shape[0]}):`);
      const moved = (sign: string) => `${own}[:i] + [${own}[i] ${sign} h] + ${own}[i + 1:]`;
      compare(2, moved("+"), moved("-"), `${partial}[i]`);
      return;
    }
    const size = sizeOf(shape);
    const tuple = `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
    add(1, `for i in range(${size}):`);
    switch (target) {
      case "tensorflow":
        add(2, `step = h * ${prefix}reshape(${prefix}one_hot(i, ${size}, dtype=${prefix}float64), ${tuple})`);
        compare(2, `${own} + step`, `${own} - step`, `${prefix}reshape(${partial}, (-1,))[i]`);
        break;
      case "torch":
        add(2, `step = h * ${prefix}eye(${size}, dtype=${prefix}float64)[i].reshape(${tuple})`);
        compare(2, `${own} + step`, `${own} - step`, `${partial}.reshape(-1)[i]`);
        break;
      default:
        add(2, `step = h * ${prefix}eye(${size})[i].reshape(${tuple})`);
        compare(2, `${own} + step`, `${own} - step`, `${prefix}ravel(${partial})[i]`);
    }
  });
  return lines;
}

// ── a derivative that is there ──────────────────────────────────────────────

/** The body of `name`, written by hand, as the derivative of `of`. @throws Problem where it cannot be written */
export function rewriteDerivative(analysis: DocumentAnalysis, name: string, of: string, order: 1 | 2): Edit[] {
  const { look, style } = definitionOf(analysis, of);
  const derivative = analysis.functionNamed(name)!;
  const { indent } = styleOf(analysis, derivative);
  const { list } = derivative.params;
  const own = look.parameters.map((parameter) => parameter.name);
  const byName = own.every((one) => list.some((parameter) => parameter.name === one));
  const renamed = new Map(own.map((one, k) => [one, byName ? one : (list[k]?.name ?? one)]));
  const code = bodyOf(look, order === 1 ? "gradient" : "hessian", { ...style, indent }, name).map((line) =>
    line.replace(/(?<![\w.])[^\W\d]\w*/gu, (word) => renamed.get(word) ?? word),
  );
  const lines = [...code.slice(0, -1), inFormOf(derivative, analysis, code.at(-1)!)];
  const { body, docstring } = derivative;
  const first = body[docstring !== null && body.length > 1 ? 1 : 0]!;
  const before = analysis.text.slice(analysis.text.lastIndexOf("\n", first.from - 1) + 1, first.from);
  const ownLine = before.trim() === "";
  const text =
    ownLine || lines.length === 1
      ? lines.join(style.eol + (ownLine ? before : ""))
      : lines.map((line) => style.eol + indent + line).join("");
  return [...importEdits(analysis, style, lines), { from: first.from, to: body.at(-1)!.to, text }];
}

/** A `return [a, b]` as the function returned until now: as a tuple, or an array. */
function inFormOf({ body }: FunctionDef, { text }: DocumentAnalysis, line: string): string {
  const last = body.at(-1);
  const list = /^return (\[.*\])$/.exec(line)?.[1];
  if (list === undefined || last?.kind !== "return" || !last.value) return line;
  if (last.value.kind === "tuple") return `return (${list.slice(1, -1)})`;
  const maker = last.value.kind === "call" ? text.slice(last.value.callee.from, last.value.callee.to) : "";
  return /(?:^|\.)(?:array|asarray)$/.test(maker) ? `return ${maker}(${list})` : line;
}
