/**
 * The requests and notifications that Gradlens adds to the Language Server
 * Protocol. `Requests` and `Notifications` are the whole list: client and
 * server derive their types from them.
 */

import type { Hover, Position, Range, WorkspaceEdit } from "vscode-languageserver-types";
import type { Figure } from "./figure";
import type { OptimizerChoice } from "./optimizers";
import type { EncodedArray, JsonNumber, JsonTree } from "./values";

// ── subjects ────────────────────────────────────────────────────────────────

/** What has a derivative: a function of a document, or an expression that the user selected or typed. */
export type Subject =
  | { kind: "function"; uri: string; name: string }
  | { kind: "expression"; text: string; language: ExpressionLanguage; uri?: string };

export type ExpressionLanguage = "python" | "mathjs";

/** A point: parameter name → number or nested arrays. */
export type Point = Record<string, JsonTree>;

/** Where the point at which a subject is looked at came from; `line` is zero-based, `lineName` as in {@link Placed}. */
export interface PointOrigin {
  kind: "given" | "pinned" | "comment" | "call" | "module" | "default" | "ones";
  line?: number;
  lineName?: string;
}

// ── gradlens/subjectAt ──────────────────────────────────────────────────────

export interface SubjectAtParams {
  uri: string;
  /** The selection; empty (start = end) for the cursor alone. */
  range: Range;
  /** The selected text of a document that the server does not have (any but Python): an expression by itself. */
  text?: string;
  /** VS Code's language identifier of that document. */
  languageId?: string;
}

export interface SubjectAtResult {
  subject?: Subject;
  /** The point at which it would be looked at. */
  point?: Point;
  /** Names whose values no place in the document gives: ask for them. */
  unknown?: string[];
  /** `x1=2, x2=3`: the text that prefills the input box. */
  prefill?: string;
  /** One clear line, when there is nothing to look at. */
  problem?: string;
}

// ── gradlens/hover, gradlens/mathHover ──────────────────────────────────────

/** `textDocument/hover` with what is selected in the editor. */
export interface HoverParams {
  uri: string;
  position: Position;
  selection: Range;
}

/** A hover in a document that the server does not have: formulas of Markdown and LaTeX. */
export interface MathHoverParams {
  uri: string;
  text: string;
  languageId: string;
  position: Position;
}

// ── gradlens/view ───────────────────────────────────────────────────────────

/** The number that a function of several results is looked at as: an element of its result, row-major, ‖r‖ or ½‖r‖². */
export type Component = number | "norm" | "squares";

export interface ViewParams {
  subject: Subject;
  /** Values for some or all parameters; the others are chosen by the rule of the design. */
  point?: Point;
  /** Of a function of several results; absent: its first element. */
  component?: Component;
  /** So many times the time that the settings give; absent: 1. */
  effort?: number;
  /** Pixels across which formulas are broken into lines. */
  width?: number;
  /** The `standing` of an earlier view that the asker still has. */
  standing?: string;
}

/** A formula typeset for the current theme, with its sources. */
export interface Formula {
  latex: string;
  /** Plain text a person can read: `6x + 2`. */
  text: string;
  /** A complete `<svg>` document in `currentColor`. */
  svg: string;
}

export interface Cell {
  value: JsonNumber;
  /** The number as it is shown, shortest round-trip. */
  text: string;
}

export interface GradientRow {
  /** `x1`, or `w[0, 1]` for an element. */
  name: string;
  automatic?: Cell;
  /** Central differences, h = 1e-3 as in the document that the project began from. */
  central?: Cell;
  difference?: Cell;
  /** Why there is no gradient. */
  reason?: string;
}

export interface Parameter {
  name: string;
  /** The name as formulas have it: `x_{1}`. */
  latex: string;
  /** [] for a scalar. */
  shape: number[];
  value: JsonTree;
  /** A sensible range for a slider and a plot. */
  range: [number, number];
  /** Why it has no derivative (an integer used as an index, a string, …). */
  reason?: string;
}

/** What the Hessian says of the point. */
export interface Spectrum {
  /** Eigenvalues, ascending, and a vector of length 1 for each. */
  values: Cell[];
  vectors: number[][];
  /** Infinite where an eigenvalue counts as 0. */
  condition: Cell;
  definiteness:
    | "positive definite"
    | "positive semidefinite"
    | "negative definite"
    | "negative semidefinite"
    | "indefinite"
    | "zero";
  kind: "minimum" | "maximum" | "saddle" | "degenerate" | "not stationary";
  /** The gradient's largest component, and up to which size it counts as 0. */
  slope: Cell;
  tolerance: Cell;
}

export interface Jacobian {
  /** `[0, 1]` for each element of the result. */
  rows: string[];
  /** One for each scalar in the order of the arguments. */
  labels: string[];
  /** [rows, labels]. */
  values: EncodedArray;
  /** Which entries can differ from 0 at all: those of row i are `columns[starts[i]]` up to `starts[i + 1]`. */
  pattern: { starts: number[]; columns: number[] };
}

/** What of a view stays while the point moves within a branch. */
export type Standing = Pick<View, "formula" | "derivatives" | "hessianFormula" | "guards" | "paths">;

export interface View {
  subject: Subject;
  /** `g(x1, x2)`. */
  title: string;
  /** What formulas call it, in LaTeX: `g`; of a function of several results the number that is looked at: `g_{1}`. */
  symbol: string;
  /** Where its definition stands. */
  location?: { uri: string; range: Range };
  parameters: Parameter[];
  origin: PointOrigin;
  /** `at (2, 3)`, `at x1 = 2, x2 = 3`: where, in words. */
  where: string;
  formula?: Formula;
  /** One for each scalar parameter, in order: ∂f/∂x. */
  derivatives: { name: string; formula: Formula }[];
  hessianFormula?: Formula;
  /** `x > 0`: the branch conditions under which the formula holds. */
  guards: Formula[];
  value?: Cell;
  gradient: GradientRow[];
  /** Over all scalars in the order of the arguments. */
  hessian?: { labels: string[]; rows: Cell[][]; spectrum?: Spectrum };
  /**
   * Of a function of several results: what it gives, what formulas call it, the labels of its elements, and which number
   * it is looked at as; value, gradient, Hessian and derivatives are those of that number.
   */
  result?: { shape: number[]; text: string; symbol: string; labels: string[]; component: Component };
  jacobian?: Jacobian;
  /** The file gives the function numbers in float32. */
  single?: boolean;
  /** Names of parameters that a plot can show (scalars). */
  plottable: string[];
  /** Paths that the file's own training loops took through this function. */
  paths: LoopPath[];
  /** Names what stays while the point moves; where the question has the same name, that is left out. */
  standing?: string;
  /** One clear line: why something above is missing. */
  problem?: string;
  /** The budget ended before everything was computed. */
  partial?: boolean;
  milliseconds: number;
}

// ── gradlens/check ──────────────────────────────────────────────────────────

/** What the check says of one derivative, in the engine's words. */
export type Verdict = "right" | "wrong" | "not differentiable" | "not trustworthy" | "not finite";

export interface CheckRow {
  /** As in the gradient's rows. */
  name: string;
  verdict: Verdict;
  /** The verdict in words. */
  words: string;
  /** How it was checked, in words. */
  method: string;
  /** What the method gives, and how far it may be off. */
  reference?: Cell;
  error?: Cell;
  /** The derivative in float32, where there is one. */
  single?: Cell;
  /** It visibly differs from that in float64. */
  differs?: boolean;
}

export interface CheckResult {
  rows: CheckRow[];
  /** The value in float32, where there is one. */
  single?: Cell;
  /** One clear line: why there are no rows. */
  problem?: string;
}

// ── gradlens/plot ───────────────────────────────────────────────────────────

export interface PlotParams extends ViewParams {
  point: Point;
  /** One parameter: a curve; two: contours. */
  axes: [string] | [string, string];
  /** Ranges per axis; absent: chosen around the point. */
  window?: [number, number][];
  /** Samples per axis; over a plane fewer where the function takes its time. */
  samples?: number;
  /** Of a curve: second derivatives too. */
  seconds?: boolean;
  /** Over a plane: the gradient on a coarser grid too. */
  field?: boolean;
}

/** `edge`: beyond it the function has no value. */
export interface CurveBreak {
  kind: "pole" | "jump" | "kink" | "edge";
  at: number;
  /** The values that the function tends to from the left and from the right. */
  left: JsonNumber;
  right: JsonNumber;
}

export interface PlotData {
  axes: string[];
  window: [number, number][];
  /** Sample positions along each axis. */
  grid: EncodedArray[];
  /** Values: [n] for a curve, [ny, nx] for contours; NaN where the function has none. */
  values: EncodedArray;
  /** The derivative along a curve, [n], and the second one where asked for. */
  slopes?: EncodedArray;
  seconds?: EncodedArray;
  /** Where a curve breaks. */
  breaks?: CurveBreak[];
  /** [arrows, 4]: x, y and the gradient along the axes there. */
  field?: EncodedArray;
  /** Along a curve, of a function of several results. */
  components?: Components;
  /** Time was up: this is what was sampled by then, over the whole window as far as possible. */
  partial?: boolean;
  point: number[];
  value: JsonNumber;
  /** Gradient at the point along the axes. */
  gradient: JsonNumber[];
}

/** The first few elements of the result along a curve: [labels, n] each. */
export interface Components {
  labels: string[];
  values: EncodedArray;
  slopes: EncodedArray;
}

// ── gradlens/tape ───────────────────────────────────────────────────────────

/** One operation on the way to the result, or an input. */
export interface TapeNode {
  /** `x1`, `v3`. */
  name: string;
  /** `v1·x2`: in the names of other nodes; the name again for an input. */
  formula: string;
  input: boolean;
  shape: number[];
  /** The first few elements. */
  value: JsonNumber[];
  /** ∂result/∂node; absent where the result does not depend on it. */
  adjoint?: JsonNumber[];
  /** What it is computed from, and what the sweep back passes to each. */
  from: { node: number; passed?: JsonNumber[] }[];
  /** Of the subject's document. */
  range?: Range;
}

export interface TapeResult {
  /** In the order in which they are computed; the last is the result. */
  nodes: TapeNode[];
  /** One line: why there are none. */
  problem?: string;
}

// ── gradlens/slices ─────────────────────────────────────────────────────────

/** The function along each of its scalars by itself, the others held at the point. */
export interface SlicesResult {
  /** The first few of all scalars. */
  labels: string[];
  /** How many there are. */
  count: number;
  /** [labels, n]: positions and values. */
  grid: EncodedArray;
  values: EncodedArray;
  /** Of a function of several results, the first few elements: [elements, labels, n]. */
  components?: { labels: string[]; values: EncodedArray };
  /** Time was up: the rest is NaN. */
  partial?: boolean;
  /** One line: why there are none. */
  problem?: string;
}

// ── gradlens/minimize ───────────────────────────────────────────────────────

/** What is minimised, by what, and when it ends. */
export interface Minimization extends OptimizerChoice {
  subject: Subject;
  /** Half the sum of squares of what the function returns takes its place. */
  squares?: boolean;
  steps: number;
  /** Converged when the gradient's norm is at most this; absent: 1e-8, or never where the steps follow a rule. */
  tolerance?: number;
  /** The lowest and the highest value of some of the scalars, by label. */
  bounds?: { [label: string]: [JsonNumber, JsonNumber] };
}

export interface MinimizeParams extends Minimization {
  /** Start; absent parameters by the rule of the design. */
  start?: Point;
  /** Set by the client when it shows progress. */
  workDoneToken?: string | number;
}

export interface MinimizeResult {
  /** One label per scalar: `x1`, `w[0]`. */
  labels: string[];
  /** [rows, labels]: the parameters before the first step, and after each or every `stride`-th; the last row is the end. */
  path: EncodedArray;
  /** [rows], and so the others. */
  values: EncodedArray;
  /** NaN for an optimizer that uses no gradient. */
  gradientNorms: EncodedArray;
  /** Of the step that comes next; absent where it does not change. */
  learningRates?: EncodedArray;
  stride: number;
  /** How many were taken. */
  steps: number;
  /** How often the function was asked for its value, gradient, Hessian or Jacobian. */
  evaluations: number;
  final: Point;
  value: Cell;
  end:
    | "steps"
    | "evaluations"
    | "converged"
    | "diverged"
    | "not-finite"
    | "line-search"
    | "trust-region"
    | "failed"
    | "cancelled"
    | "budget";
  /** One line in the user's language: `100 steps`, `the value is not a finite number at step 12`. */
  message: string;
  milliseconds: number;
}

// ── gradlens/basins ─────────────────────────────────────────────────────────

/** The same from many starts; what counts is where each ends, and how fast. */
export interface BasinParams extends Minimization {
  /** Values of what is not varied. */
  point?: Point;
  /** [starts, labels]. */
  starts: EncodedArray;
}

/** Of the first starts: as many as there was time for. Ask again for the others. */
export interface BasinResult {
  /** [done, labels]. */
  finals: EncodedArray;
  /** [done], and so the others. */
  values: EncodedArray;
  steps: EncodedArray;
  /** 1 where it converged, 0 where the steps were all taken or it failed. */
  converged: EncodedArray;
}

// ── gradlens/plane ──────────────────────────────────────────────────────────

/** Samples along a line or in a plane that need not follow the axes. */
export interface PlaneParams {
  subject: Subject;
  squares?: boolean;
  /** Values of what is not varied. */
  point?: Point;
  /** [labels]. */
  origin: EncodedArray;
  /** [1 or 2, labels]. */
  directions: EncodedArray;
  /** Along each direction, in its lengths. */
  window: [number, number][];
  /** As of {@link PlotParams}. */
  samples?: number;
}

export interface PlaneData {
  window: [number, number][];
  /** Positions along each direction. */
  grid: EncodedArray[];
  /** [n], or [ny, nx]; NaN where the function has none. */
  values: EncodedArray;
}

// ── gradlens/script ─────────────────────────────────────────────────────────

/** A place in a document, and its line in words: `12`, in a notebook `3 of cell 2`. */
export interface Placed {
  range: Range;
  lineName: string;
}

/** What a loop of the file did to its Variables: the path, without any change to the user's code; placed at the statement. */
export interface LoopPath extends Placed {
  uri: string;
  /** The Variables that the loop updated, and the parameter of `function` that each was passed as. */
  variables: { name: string; parameter?: string }[];
  /** The function whose value the loop's tape differentiated, if it is one of the file's. */
  function?: string;
  labels: string[];
  /** [updates + 1, labels]. */
  path: EncodedArray;
  /** The differentiated target at each update; empty if none was seen. */
  losses: EncodedArray;
}

export interface ScriptParams {
  uri: string;
}

/** A figure that the script drew; placed at the call that showed or saved it, or the last that drew in it. */
export interface ScriptFigure extends Placed {
  figure: Figure;
}

/** A loop in which a tape was asked, whatever the size of what it trains. */
export interface Training extends Placed {
  function?: string;
  losses: EncodedArray;
  steps: number;
  /** Every so many-th step has its loss here. */
  stride: number;
}

/** A Variable's values: [rows, labels]; placed where it was last updated. */
export interface VariableHistory extends Placed {
  name: string;
  labels: string[];
  values: EncodedArray;
  updates: number;
  /** Every so many-th update is a row. */
  stride: number;
}

export interface TapeUse extends Placed {
  persistent: boolean;
  /** How many tapes were made there. */
  count: number;
  questions: (Placed & {
    count: number;
    /** A value, or the reason why it is None. */
    answers: { name: string; value?: string; reason?: string }[];
  })[];
}

/** What a file's run did. */
export interface ScriptView {
  /** The file's name. */
  title: string;
  output: string;
  printed: (Placed & { text: string })[];
  /** Pieces of output between the first and the last that are shown. */
  leftOut: number;
  figures: ScriptFigure[];
  trainings: Training[];
  variables: VariableHistory[];
  tapes: TapeUse[];
  loops: LoopPath[];
  /** Errors that nothing caught. */
  errors: (Placed & { message: string })[];
  /** The budget ended before the script did. */
  problem?: string;
  milliseconds: number;
}

// ── gradlens/edit ───────────────────────────────────────────────────────────

export type EditAction = "gradient" | "hessian" | "check" | "value" | "point";

/** A change to the document: what a code action does, for a command. */
export interface EditParams {
  uri: string;
  /** The selection or the cursor. */
  range: Range;
  action: EditAction;
  /** Instead of what stands in the range: a function of the document. */
  name?: string;
  /** For `point`: the point to be written; absent: that at which the function is looked at. */
  point?: Point;
}

export interface EditResult {
  edit?: WorkspaceEdit;
  /** One clear line, when there is nothing to do. */
  problem?: string;
}

// ── gradlens/copy ───────────────────────────────────────────────────────────

export type CopyFormat = "latex" | "mathml" | "python" | "javascript";

export interface CopyParams {
  subject: Subject;
  point?: Point;
  format: CopyFormat;
}

export interface CopyItem {
  /** `g(x1, x2)`, `∂g/∂x1`. */
  label: string;
  text: string;
}

export interface CopyResult {
  items: CopyItem[];
  /** One clear line: why there is nothing, or why not all. */
  problem?: string;
}

// ── gradlens/export ─────────────────────────────────────────────────────────

/** The frameworks of {@link ExportParams} as people write them. */
export const frameworks = { tensorflow: "TensorFlow", torch: "PyTorch", jax: "JAX", scipy: "SciPy" } as const;
export type Framework = keyof typeof frameworks;

export interface ExportParams {
  subject: Subject;
  point?: Point;
  framework: Framework;
  optimizer: string;
  learningRate?: number;
  steps: number;
}

export interface ExportResult {
  /** A Python program. */
  text: string;
}

// ── gradlens/run ────────────────────────────────────────────────────────────

export interface RunParams {
  uri: string;
}

export interface RunResult {
  output: string;
  /** As Python words it, with its lines. */
  error?: { text: string; range?: Range };
  /** Why it ended before its end. */
  stopped?: string;
  milliseconds: number;
}

// ── notifications ───────────────────────────────────────────────────────────

export type ThemeKind = "light" | "dark" | "high-contrast" | "high-contrast-light";

export interface PinParams {
  subject: Subject;
  /** Absent: unpin. */
  point?: Point;
}

/** Sent in `initializationOptions`. */
export interface InitializationOptions {
  theme: ThemeKind;
  /** The l10n bundle of the display language; absent for English. */
  l10n?: Record<string, string>;
  /**
   * An address of docs/findings.md, in which `{code}` stands for the section, `{line}` for its line. The page in the
   * editor's language takes its place where there is one.
   */
  findingsPage?: string;
  /** `push`: the server sends them, after a pause, though the client could ask for them. */
  diagnostics?: "push";
}

export interface DocumentStatus {
  uri: string;
  /** One clear line: why it was not evaluated, or not to its end. */
  problem?: string;
  /** Of the run of the whole file. */
  milliseconds: number;
  /** How many functions it defines, and how many findings there are. */
  functions: number;
  findings: number;
}

export interface Requests {
  "gradlens/subjectAt": [SubjectAtParams, SubjectAtResult];
  "gradlens/hover": [HoverParams, Hover | null];
  "gradlens/mathHover": [MathHoverParams, Hover | null];
  "gradlens/view": [ViewParams, View];
  "gradlens/check": [ViewParams, CheckResult];
  "gradlens/plot": [PlotParams, PlotData];
  "gradlens/tape": [ViewParams, TapeResult];
  "gradlens/slices": [ViewParams, SlicesResult];
  "gradlens/minimize": [MinimizeParams, MinimizeResult];
  "gradlens/basins": [BasinParams, BasinResult];
  "gradlens/plane": [PlaneParams, PlaneData];
  "gradlens/script": [ScriptParams, ScriptView];
  "gradlens/edit": [EditParams, EditResult];
  "gradlens/copy": [CopyParams, CopyResult];
  /** The optimizers that a framework has. */
  "gradlens/exportOptimizers": [{ framework: Framework }, string[]];
  "gradlens/export": [ExportParams, ExportResult];
  "gradlens/run": [RunParams, RunResult];
}

/** What the server asks of the client. */
export interface ClientRequests {
  /** Of a worker only: an address from which it can load dist/mathjax.js. */
  "gradlens/typesetter": [null, string];
  /** Of a worker only: an address of the server's own script. */
  "gradlens/server": [null, string];
}

export interface Notifications {
  /** client → server */
  "gradlens/theme": { theme: ThemeKind };
  /** client → server: a point set in the panel, or unset. */
  "gradlens/pin": PinParams;
  /** server → client: answers about this document are new; panels ask again. */
  "gradlens/changed": { uri: string };
  /** server → client: how the evaluation of a document went. */
  "gradlens/status": DocumentStatus;
}

export type FindingSeverity = "error" | "warning" | "information" | "hint" | "off";

/** Settings under `gradlens.` that the server reads. */
export interface Settings {
  /** Evaluate documents at all. */
  enable: boolean;
  hover: {
    enabled: boolean;
    plot: boolean;
    formulas: boolean;
    functions: boolean;
    expressions: boolean;
    variables: boolean;
    tapes: boolean;
    math: boolean;
  };
  codeLens: { enabled: boolean };
  inlayHints: { values: boolean; gradients: boolean; prints: boolean; variables: boolean; histories: boolean };
  /** `severity`: by the code of a finding, where it is to be another than usual. */
  diagnostics: { enabled: boolean; severity: { readonly [code: string]: FindingSeverity | undefined } };
  /** Milliseconds an evaluation may take before it ends with what it has. */
  budget: { evaluation: number; command: number };
  /** Significant digits in hovers, lenses and hints. */
  digits: number;
}

export const defaultSettings: Settings = {
  enable: true,
  hover: {
    enabled: true,
    plot: true,
    formulas: true,
    functions: true,
    expressions: true,
    variables: true,
    tapes: true,
    math: true,
  },
  codeLens: { enabled: true },
  inlayHints: { values: true, gradients: true, prints: true, variables: true, histories: true },
  diagnostics: { enabled: true, severity: {} },
  budget: { evaluation: 250, command: 10_000 },
  digits: 7,
};

/** The one argument of each command below when a lens or a hover's link calls it; without it: the selection or cursor. */
export interface CommandArgument {
  subject: Subject;
  point?: Point;
}

/** The one argument of `showScript` when a lens calls it; without it: the active file. */
export interface ScriptArgument {
  document: string;
  /** Which figure to bring into view. */
  figure?: number;
}

/** The one argument of a command when the walkthrough calls it: it opens the example and goes to that text in it. */
export interface ExampleArgument {
  example: string;
  /** Selects the text. */
  select?: boolean;
}

/** Commands that the server names in lenses, hovers and code actions; the client registers them. */
export const commands = {
  openPanel: "gradlens.openPanel",
  minimize: "gradlens.minimize",
  showGradient: "gradlens.showGradient",
  showHessian: "gradlens.showHessian",
  showScript: "gradlens.showScript",
  checkGradient: "gradlens.checkGradient",
  insertGradient: "gradlens.insertGradient",
  copyLatex: "gradlens.copyLatex",
  pin: "gradlens.pin",
  unpin: "gradlens.unpin",
} as const;
