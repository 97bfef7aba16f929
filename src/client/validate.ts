/**
 * What comes from the page, from a saved state or from a command's argument is
 * unknown until it has been looked at. Nothing here knows VS Code.
 */
import type {
  CommandArgument,
  Component,
  ExampleArgument,
  PinParams,
  Point,
  ScriptArgument,
  Subject,
} from "../protocol/lsp";
import { isChoice } from "../protocol/optimizers";
import {
  type OptimizeSettings,
  type PanelApi,
  type PanelState,
  type PanelTab,
  type PlotLayer,
  panelTabs,
  plotLayers,
  type ToHost,
} from "../protocol/panel";
import type { EncodedArray, JsonTree } from "../protocol/values";

type Check<T> = (value: unknown) => value is T;
type Fields = Record<string, unknown>;

const isObject: Check<Fields> = (value): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isString: Check<string> = (value) => typeof value === "string";
const isNumber: Check<number> = (value): value is number => Number.isFinite(value);
const isBoolean: Check<boolean> = (value): value is boolean => typeof value === "boolean";
const isIndex: Check<number> = (value): value is number => Number.isInteger(value) && (value as number) >= 0;
const optional = (value: unknown, check: Check<unknown>): boolean => value === undefined || check(value);
const listOf = (value: unknown, check: Check<unknown>): boolean => Array.isArray(value) && value.every(check);

const isTree: Check<JsonTree> = (value): value is JsonTree =>
  typeof value === "number" ||
  value === "NaN" ||
  value === "Infinity" ||
  value === "-Infinity" ||
  (Array.isArray(value) && value.every(isTree));

const isPoint: Check<Point> = (value): value is Point => isObject(value) && Object.values(value).every(isTree);

export const isSubject: Check<Subject> = (value): value is Subject =>
  isObject(value) &&
  (value.kind === "function"
    ? isString(value.uri) && isString(value.name)
    : value.kind === "expression" &&
      isString(value.text) &&
      (value.language === "python" || value.language === "mathjs") &&
      optional(value.uri, isString));

const isArray: Check<EncodedArray> = (value): value is EncodedArray =>
  isObject(value) && isString(value.data) && listOf(value.shape, isIndex);

const isBounds: Check<NonNullable<OptimizeSettings["bounds"]>> = (
  value,
): value is NonNullable<OptimizeSettings["bounds"]> =>
  isObject(value) &&
  Object.values(value).every(
    (sides) =>
      Array.isArray(sides) && sides.length === 2 && sides.every((side) => isTree(side) && !Array.isArray(side)),
  );

/** When a minimisation ends, and where it may go. */
const isStopping = (value: Fields): boolean =>
  isIndex(value.steps) &&
  optional(value.tolerance, (it): it is number => isNumber(it) && it >= 0) &&
  optional(value.bounds, isBounds);

const isMinimization = (value: Fields): boolean =>
  isSubject(value.subject) && optional(value.squares, isBoolean) && isStopping(value) && isChoice(value);

/** More at once than these nobody can tell apart. */
const MOST_CHOICES = 6;
const MOST_STARTS = 32;

const isOptimizeSettings: Check<OptimizeSettings> = (value): value is OptimizeSettings =>
  isObject(value) &&
  isStopping(value) &&
  Array.isArray(value.choices) &&
  value.choices.length > 0 &&
  value.choices.length <= MOST_CHOICES &&
  value.choices.every(isChoice) &&
  optional(
    value.starts,
    (starts): starts is Point[] => listOf(starts, isPoint) && (starts as []).length <= MOST_STARTS,
  );

const isRange: Check<[number, number]> = (value): value is [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every(isNumber);

const isPosition: Check<Fields> = (value): value is Fields =>
  isObject(value) && isIndex(value.line) && isIndex(value.character);

const isTextRange: Check<Fields> = (value): value is Fields =>
  isObject(value) && isPosition(value.start) && isPosition(value.end);

const isComponent: Check<Component> = (value): value is Component =>
  isIndex(value) || value === "norm" || value === "squares";

const isBetween =
  (low: number, high: number): Check<number> =>
  (value): value is number =>
    isNumber(value) && value >= low && value <= high;

/** More patience or a wider page than this is a mistake. */
const isEffort = isBetween(1, 100);
const isWidth = isBetween(1, 10_000);

/** A subject at a point. */
const isViewParams = (it: Fields): boolean =>
  isSubject(it.subject) &&
  optional(it.point, isPoint) &&
  optional(it.component, isComponent) &&
  optional(it.effort, isEffort) &&
  optional(it.width, isWidth) &&
  optional(it.standing, isString);

export const isCommandArgument: Check<CommandArgument> = (value): value is CommandArgument =>
  isObject(value) && isSubject(value.subject) && optional(value.point, isPoint);

export const isPinParams: Check<PinParams> = (value): value is PinParams => isCommandArgument(value);

export const isExampleArgument: Check<ExampleArgument> = (value): value is ExampleArgument =>
  isObject(value) && isString(value.example) && optional(value.select, isBoolean);

export const isScriptArgument: Check<ScriptArgument> = (value): value is ScriptArgument =>
  isObject(value) && isString(value.document) && optional(value.figure, isIndex);

export const isPanelState: Check<PanelState> = (value): value is PanelState =>
  isObject(value) &&
  (isSubject(value.subject) || isString(value.document)) &&
  optional(value.subject, isSubject) &&
  optional(value.document, isString) &&
  optional(value.tab, (tab): tab is PanelTab => panelTabs.includes(tab as PanelTab)) &&
  optional(value.figure, isIndex) &&
  optional(value.point, isPoint) &&
  optional(value.section, (section): section is string => ["function", "hessian"].includes(String(section))) &&
  optional(value.run, (run): run is boolean => typeof run === "boolean") &&
  optional(value.locked, (locked): locked is boolean => typeof locked === "boolean") &&
  optional(value.layers, (layers): layers is unknown[] =>
    listOf(layers, (layer): layer is PlotLayer => plotLayers.includes(layer as PlotLayer)),
  ) &&
  optional(value.pinned, isBoolean) &&
  optional(value.single, isBoolean) &&
  optional(value.axes, (axes): axes is unknown[] => listOf(axes, isString)) &&
  optional(value.window, (window): window is unknown[] => listOf(window, isRange)) &&
  optional(value.component, isComponent) &&
  optional(value.optimize, isOptimizeSettings);

/** What each method of the panel's page may be called with. */
const calls: { [M in keyof PanelApi]: (params: Fields) => boolean } = {
  view: isViewParams,
  check: isViewParams,
  plot: (it) =>
    isViewParams(it) &&
    isPoint(it.point) &&
    listOf(it.axes, isString) &&
    optional(it.window, (window): window is unknown[] => listOf(window, isRange)) &&
    optional(it.samples, isIndex) &&
    optional(it.seconds, isBoolean) &&
    optional(it.field, isBoolean),
  tape: isViewParams,
  highlight: (it) => isString(it.uri) && optional(it.range, isTextRange),
  slices: isViewParams,
  minimize: (it) => isMinimization(it) && optional(it.start, isPoint),
  basins: (it) => isMinimization(it) && optional(it.point, isPoint) && isArray(it.starts),
  plane: (it) =>
    isSubject(it.subject) &&
    optional(it.squares, isBoolean) &&
    optional(it.point, isPoint) &&
    isArray(it.origin) &&
    isArray(it.directions) &&
    listOf(it.window, isRange) &&
    optional(it.samples, isIndex),
  script: (it) => isString(it.uri),
  pin: (it) => isSubject(it.subject) && optional(it.point, isPoint),
  reveal: (it) => isString(it.uri) && isIndex(it.line) && isIndex(it.character),
  copy: (it) => isString(it.text),
  save: (it) => isString(it.name) && !/[\\/]/.test(it.name) && (isString(it.data) || it.data instanceof Uint8Array),
};

/** Whether this is a message that the page may send. */
export const isToHost: Check<ToHost> = (value): value is ToHost => {
  if (!isObject(value)) return false;
  switch (value.type) {
    case "ready":
      return true;
    case "state":
      return isPanelState(value.state);
    case "cancel":
      return isIndex(value.id);
    case "call":
      return (
        isIndex(value.id) &&
        isString(value.method) &&
        Object.hasOwn(calls, value.method) &&
        isObject(value.params) &&
        calls[value.method as keyof PanelApi](value.params)
      );
    default:
      return false;
  }
};

export function sameSubject(a: Subject | undefined, b: Subject | undefined): boolean {
  if (!a || !b || a.kind !== b.kind || a.uri !== b.uri) return false;
  return a.kind === "function"
    ? a.name === (b as typeof a).name
    : a.text === (b as typeof a).text && a.language === (b as typeof a).language;
}
