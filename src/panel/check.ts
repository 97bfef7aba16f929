/** What comes from outside the page is unknown until it has been looked at. */
import type { Figure, Series } from "../protocol/figure";
import type {
  BasinResult,
  CheckResult,
  MinimizeResult,
  PlaneData,
  PlotData,
  ScriptView,
  SlicesResult,
  TapeResult,
  View,
} from "../protocol/lsp";
import { isChoice } from "../protocol/optimizers";
import { type PanelApi, type PanelState, panelTabs, type ToPage } from "../protocol/panel";
import type { EncodedArray } from "../protocol/values";

type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isString = (value: unknown): value is string => typeof value === "string";
const isList = (value: unknown, item: (it: unknown) => boolean): boolean => Array.isArray(value) && value.every(item);
const isNumber = (value: unknown): boolean =>
  typeof value === "number" || value === "NaN" || value === "Infinity" || value === "-Infinity";
const isFormula = (value: unknown): boolean => isObject(value) && isString(value.svg) && isString(value.text);
const optional = (value: unknown, check: (it: unknown) => boolean): boolean => value === undefined || check(value);
const isCell = (value: unknown): boolean => isObject(value) && isNumber(value.value) && isString(value.text);

const isArray = (value: unknown): value is EncodedArray =>
  isObject(value) &&
  (isString(value.data) || value.data instanceof Float64Array) &&
  isList(value.shape, Number.isInteger);

const isPath = (value: unknown): boolean =>
  isObject(value) &&
  isString(value.uri) &&
  isArray(value.path) &&
  isArray(value.losses) &&
  isList(value.labels, isString);

const isSpectrum = (value: unknown): boolean =>
  isObject(value) &&
  isList(value.values, isCell) &&
  isList(value.vectors, (it) => isList(it, isNumber)) &&
  [value.condition, value.slope, value.tolerance].every(isCell) &&
  isString(value.definiteness) &&
  isString(value.kind);

const isJacobian = (value: unknown): boolean =>
  isObject(value) &&
  isList(value.rows, isString) &&
  isList(value.labels, isString) &&
  isArray(value.values) &&
  isObject(value.pattern) &&
  isList(value.pattern.starts, Number.isInteger) &&
  isList(value.pattern.columns, Number.isInteger);

const isComponent = (value: unknown): boolean => Number.isInteger(value) || value === "norm" || value === "squares";

const isView = (value: unknown): value is View =>
  isObject(value) &&
  isObject(value.subject) &&
  isString(value.title) &&
  isString(value.symbol) &&
  isString(value.where) &&
  isObject(value.origin) &&
  isList(
    value.parameters,
    (it) => isObject(it) && isString(it.name) && isString(it.latex) && isList(it.range, Number.isFinite),
  ) &&
  optional(value.formula, isFormula) &&
  optional(value.hessianFormula, isFormula) &&
  isList(value.derivatives, (it) => isObject(it) && isFormula(it.formula)) &&
  isList(value.guards, isFormula) &&
  optional(value.value, isCell) &&
  isList(value.gradient, (it) => isObject(it) && isString(it.name) && optional(it.automatic, isCell)) &&
  optional(
    value.hessian,
    (it) =>
      isObject(it) &&
      isList(it.labels, isString) &&
      isList(it.rows, (row) => isList(row, isCell)) &&
      optional(it.spectrum, isSpectrum),
  ) &&
  optional(
    value.result,
    (it) =>
      isObject(it) &&
      isString(it.text) &&
      isString(it.symbol) &&
      isList(it.labels, isString) &&
      isComponent(it.component),
  ) &&
  optional(value.jacobian, isJacobian) &&
  isList(value.plottable, isString) &&
  isList(value.paths, isPath);

const verdicts: unknown[] = ["right", "wrong", "not differentiable", "not trustworthy", "not finite"];

const isChecked = (value: unknown): value is CheckResult =>
  isObject(value) &&
  optional(value.problem, isString) &&
  optional(value.single, isCell) &&
  isList(
    value.rows,
    (it) =>
      isObject(it) &&
      isString(it.name) &&
      isString(it.method) &&
      verdicts.includes(it.verdict) &&
      isString(it.words) &&
      [it.reference, it.error, it.single].every((cell) => optional(cell, isCell)),
  );

const isPlot = (value: unknown): value is PlotData =>
  isObject(value) &&
  isList(value.axes, isString) &&
  isList(value.grid, isArray) &&
  isArray(value.values) &&
  isList(value.window, (it) => Array.isArray(it) && it.length === 2) &&
  isList(value.point, isNumber) &&
  isList(value.gradient, isNumber) &&
  [value.slopes, value.seconds, value.field].every((it) => optional(it, isArray)) &&
  optional(
    value.components,
    (it) => isObject(it) && isList(it.labels, isString) && isArray(it.values) && isArray(it.slopes),
  ) &&
  optional(value.breaks, (list) =>
    isList(list, (it) => isObject(it) && isString(it.kind) && [it.at, it.left, it.right].every(isNumber)),
  );

const isTape = (value: unknown): value is TapeResult =>
  isObject(value) &&
  optional(value.problem, isString) &&
  isList(
    value.nodes,
    (it) =>
      isObject(it) &&
      isString(it.name) &&
      isString(it.formula) &&
      isList(it.shape, Number.isInteger) &&
      isList(it.value, isNumber) &&
      optional(it.adjoint, (adjoint) => isList(adjoint, isNumber)) &&
      optional(it.range, isRange) &&
      isList(
        it.from,
        (edge) =>
          isObject(edge) && Number.isInteger(edge.node) && optional(edge.passed, (passed) => isList(passed, isNumber)),
      ),
  );

const isPosition = (value: unknown): boolean =>
  isObject(value) && Number.isInteger(value.line) && Number.isInteger(value.character);
const isRange = (value: unknown): boolean => isObject(value) && isPosition(value.start) && isPosition(value.end);

const isSlices = (value: unknown): value is SlicesResult =>
  isObject(value) &&
  isList(value.labels, isString) &&
  isArray(value.grid) &&
  isArray(value.values) &&
  optional(value.components, (it) => isObject(it) && isList(it.labels, isString) && isArray(it.values)) &&
  optional(value.problem, isString);

const isMinimum = (value: unknown): value is MinimizeResult =>
  isObject(value) &&
  isList(value.labels, isString) &&
  [value.path, value.values, value.gradientNorms].every(isArray) &&
  optional(value.learningRates, isArray) &&
  [value.stride, value.steps, value.evaluations, value.milliseconds].every(Number.isFinite) &&
  isObject(value.final) &&
  isCell(value.value) &&
  isString(value.end) &&
  isString(value.message);

const isBasins = (value: unknown): value is BasinResult =>
  isObject(value) && [value.finals, value.values, value.steps, value.converged].every(isArray);

const isPlane = (value: unknown): value is PlaneData =>
  isObject(value) && isList(value.grid, isArray) && isArray(value.values) && isList(value.window, isPair);

const isPair = (value: unknown): boolean => isList(value, Number.isFinite) && (value as unknown[]).length === 2;

const isStroke = (value: unknown): boolean =>
  isObject(value) && isString(value.color) && isString(value.dash) && Number.isFinite(value.width);

const isMap = (value: unknown): boolean =>
  isObject(value) && isList(value.colors, isString) && isNumber(value.low) && isNumber(value.high);

const isErrors = (value: unknown): boolean => isList(value, isArray) && (value as unknown[]).length === 2;

/** What each kind of series must have. */
const series: { [K in Series["kind"]]: (it: Fields) => boolean } = {
  line: (it) =>
    [it.x, it.y].every(isArray) &&
    optional(it.z, isArray) &&
    isStroke(it.stroke) &&
    [it.marker, it.markerColor, it.step].every(isString) &&
    optional(it.xError, isErrors) &&
    optional(it.yError, isErrors),
  scatter: (it) =>
    [it.x, it.y, it.sizes].every(isArray) &&
    [it.z, it.values].every((array) => optional(array, isArray)) &&
    isString(it.marker) &&
    isList(it.colors, isString) &&
    optional(it.map, isMap),
  bars: (it) =>
    [it.at, it.widths, it.base, it.lengths].every(isArray) &&
    isList(it.colors, isString) &&
    optional(it.error, isErrors),
  area: (it) => [it.x, it.y].every(isArray) && isString(it.color),
  contour: (it) => [it.x, it.y, it.z, it.levels].every(isArray) && optional(it.map, isMap),
  cells: (it) => [it.x, it.y, it.z].every(isArray) && isMap(it.map),
  arrows: (it) => [it.x, it.y, it.toX, it.toY].every(isArray) && isString(it.color),
  rule: (it) => Number.isFinite(it.at) && optional(it.to, Number.isFinite) && isStroke(it.stroke),
  text: (it) => isString(it.text) && isString(it.color) && [it.x, it.y].every(Number.isFinite),
  surface: (it) =>
    [it.x, it.y, it.z].every(isArray) && [it.rows, it.columns].every(Number.isInteger) && optional(it.map, isMap),
};

const isSeries = (value: unknown): boolean =>
  isObject(value) &&
  isString(value.kind) &&
  Object.hasOwn(series, value.kind) &&
  isString(value.label) &&
  Number.isFinite(value.alpha) &&
  series[value.kind as Series["kind"]](value);

const isAxis = (value: unknown): boolean =>
  isObject(value) &&
  isString(value.label) &&
  isPair(value.limits) &&
  isString(value.scale) &&
  optional(value.ticks, (ticks) => isObject(ticks) && isList(ticks.at, isNumber));

const isFigure = (value: unknown): value is Figure =>
  isObject(value) &&
  isString(value.title) &&
  isPair(value.size) &&
  [value.number, value.rows, value.columns].every(Number.isInteger) &&
  isList(
    value.axes,
    (it) =>
      isObject(it) &&
      isString(it.title) &&
      isList(it.cell, Number.isInteger) &&
      [it.x, it.y, it.z].every(isAxis) &&
      isPair(it.view) &&
      isList(it.series, isSeries),
  );

const isScript = (value: unknown): value is ScriptView =>
  isObject(value) &&
  isString(value.title) &&
  isString(value.output) &&
  isList(value.printed, (it) => isObject(it) && isString(it.text) && isRange(it.range)) &&
  isList(value.figures, (it) => isObject(it) && isRange(it.range) && isFigure(it.figure)) &&
  isList(value.trainings, (it) => isObject(it) && isRange(it.range) && isArray(it.losses)) &&
  isList(
    value.variables,
    (it) => isObject(it) && isRange(it.range) && isString(it.name) && isList(it.labels, isString) && isArray(it.values),
  ) &&
  isList(
    value.tapes,
    (it) =>
      isObject(it) &&
      isRange(it.range) &&
      isList(
        it.questions,
        (question) =>
          isObject(question) &&
          isRange(question.range) &&
          isList(question.answers, (answer) => isObject(answer) && isString(answer.name)),
      ),
  ) &&
  isList(value.loops, isPath) &&
  isList(value.errors, (it) => isObject(it) && isString(it.message) && isRange(it.range));

export const results: { [M in keyof PanelApi]: (value: unknown) => boolean } = {
  view: isView,
  check: isChecked,
  plot: isPlot,
  slices: isSlices,
  tape: isTape,
  minimize: isMinimum,
  basins: isBasins,
  plane: isPlane,
  script: isScript,
  pin: () => true,
  reveal: () => true,
  highlight: () => true,
  copy: () => true,
  save: (value) => isObject(value) && typeof value.saved === "boolean",
};

const isSubject = (value: unknown): boolean =>
  isObject(value) && (value.kind === "function" ? isString(value.name) : isString(value.text));

export const isState = (value: unknown): value is PanelState =>
  isObject(value) &&
  (isSubject(value.subject) || isString(value.document)) &&
  optional(value.subject, isSubject) &&
  optional(value.document, isString) &&
  optional(value.axes, (axes) => isList(axes, isString)) &&
  optional(value.window, (window) => isList(window, isPair)) &&
  optional(value.component, isComponent) &&
  optional(value.tab, (tab) => panelTabs.some((known) => known === tab)) &&
  optional(value.optimize, (it) => isObject(it) && Number.isInteger(it.steps) && isList(it.choices, isChoice));

/** Whether this is a message that the extension may send. */
export function isToPage(message: unknown): message is ToPage {
  if (!isObject(message)) return false;
  if (message.type === "reply") return Number.isInteger(message.id) && ("result" in message || isString(message.error));
  if (message.type !== "event" || !isObject(message.data)) return false;
  const { data } = message;
  switch (message.event) {
    case "start":
      return isObject(data.l10n) && (data.state === null || isState(data.state));
    case "show":
      return isState(data);
    case "cursor":
      return isString(data.uri) && isPosition(data);
    case "progress":
      return Number.isInteger(data.id) && Number.isFinite(data.percentage);
    case "changed":
      return isString(data.uri);
    default:
      return false;
  }
}
