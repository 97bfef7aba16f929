/** What the names of an expression hold where it stands: in the module, or in a function that runs at its point. */
import * as l10n from "@vscode/l10n";
import { sizeOf, Tape, type Value } from "../../engine";
import { type Expr, type FunctionDef, freeNames, type PyValue, toValue } from "../../languages/python";
import { argumentOf } from "../arguments";
import type { DocumentAnalysis } from "../document";
import { type Look, Problem } from "../subject";

export interface Surroundings {
  /** Of the names that were asked for, those that had a value. */
  readonly values: ReadonlyMap<string, PyValue>;
  /** The function around, as it was run. */
  readonly within?: {
    readonly name: string;
    readonly look: Look;
    /** How often the expression was evaluated; the values are those of the last time. */
    readonly times: number;
    /** What it gave the last time; and the numbers each time, where they are few. */
    readonly result: PyValue;
    readonly results: readonly (readonly number[])[];
    /** The derivative of the function's one result with respect to what a name holds here; undefined where there is none. */
    readonly derivative: (name: string) => Value | undefined;
  };
}

/** So many results of an expression in a loop are kept, of so many numbers. */
const MOST_RESULTS = 2000;
const MOST_NUMBERS = 12;

/**
 * @param also names that are asked for besides those in the expression
 * @throws Problem where the function around does not come by
 */
export function surroundings(analysis: DocumentAnalysis, expression: Expr, also: readonly string[] = []): Surroundings {
  const names = [...new Set([...freeNames(expression), ...also])];
  const definition = analysis.definitionAround(expression.from);
  if (!definition || inHeader(definition, expression)) return { values: bindings(analysis, names, expression) };
  const look = analysis.look(definition.name);
  const inputs = look.inputs();
  let times = 0;
  let held: readonly (PyValue | undefined)[] = [];
  let last: PyValue = null;
  const results: (readonly number[])[] = [];
  const tape = new Tape(analysis.dialect);
  for (const input of inputs) tape.watch(input);
  tape.start();
  let given: Value;
  try {
    given = analysis.watch(definition.name, look, inputs, expression, {
      names,
      see: (values, result) => {
        times++;
        held = values;
        last = result;
        const { shape, numbers } = argumentOf("", result, MOST_NUMBERS);
        if (shape && results.length < MOST_RESULTS) results.push(numbers);
      },
    });
  } finally {
    tape.stop();
  }
  if (times === 0) throw new Problem(l10n.t("this line is not reached at the point"));
  const values = new Map(names.flatMap((name, k) => (held[k] === undefined ? [] : [[name, held[k]]])));
  const derivative = (name: string) => {
    const value = values.get(name);
    const source = value === undefined || sizeOf(given.shape) !== 1 ? undefined : toValue(value);
    const [gradient] = source ? tape.gradient([given], [source]) : [];
    return gradient && "value" in gradient ? gradient.value : undefined;
  };
  return { values, within: { name: definition.name, look, times, result: last, results, derivative } };
}

/** Defaults, annotations and decorators are evaluated outside of the function. */
const inHeader = ({ bodySpan }: FunctionDef, { from }: Expr): boolean => from < bodySpan.from;

/** What the module's names were bound to before a place. */
function bindings(analysis: DocumentAnalysis, names: readonly string[], { from }: Expr): Map<string, PyValue> {
  const { globals } = analysis.script;
  return new Map(
    names.flatMap((name): [string, PyValue][] => {
      const value = boundBefore(analysis, name, from) ?? globals.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** The value of a module's name by the last statement before a place that bound it. */
export function boundBefore({ script }: DocumentAnalysis, name: string, place: number): PyValue | undefined {
  return script.bindings.findLast((one) => one.name === name && one.span.to <= place)?.value;
}

/** Whether a value is a number, or an array of them, that can vary. */
export const isNumber = (value: PyValue | undefined): boolean =>
  value !== undefined && argumentOf("", value).shape !== undefined;
