/**
 * Messages between the extension and the panel's page. The page knows nothing
 * of VS Code: it calls `PanelApi` and is told events. Both sides derive their
 * types from these two interfaces.
 */
import type { Range } from "vscode-languageserver-types";
import type {
  BasinParams,
  BasinResult,
  CheckResult,
  Component,
  Minimization,
  MinimizeParams,
  MinimizeResult,
  PinParams,
  PlaneData,
  PlaneParams,
  PlotData,
  PlotParams,
  Point,
  ScriptParams,
  ScriptView,
  SlicesResult,
  Subject,
  TapeResult,
  View,
  ViewParams,
} from "./lsp";
import type { OptimizerChoice } from "./optimizers";

/** What the page asks of the extension; each call is answered, or fails with one line. */
export interface PanelApi {
  view(params: ViewParams): View;
  /** Whether the gradient is right. */
  check(params: ViewParams): CheckResult;
  plot(params: PlotParams): PlotData;
  tape(params: ViewParams): TapeResult;
  slices(params: ViewParams): SlicesResult;
  /** Tells its progress by events. */
  minimize(params: MinimizeParams): MinimizeResult;
  basins(params: BasinParams): BasinResult;
  plane(params: PlaneParams): PlaneData;
  script(params: ScriptParams): ScriptView;
  /** Keeps this point for hovers and lenses too (absent point: lets go of it). */
  pin(params: PinParams): null;
  /** Shows a source range in the editor. */
  reveal(params: { uri: string; line: number; character: number }): null;
  /** Marks a source range in the editors that show it; absent: no more. */
  highlight(params: { uri: string; range?: Range }): null;
  copy(params: { text: string }): null;
  /** Asks where to save a file, and writes it; `saved` is false where the user thought better of it. */
  save(params: { name: string; data: string | Uint8Array }): { saved: boolean };
}

/** Along a curve: the first five; over a plane: the others. */
export const plotLayers = [
  "derivative",
  "second",
  "tangent",
  "circle",
  "results",
  "gradient",
  "descent",
  "newton",
  "field",
  "logarithmic",
  "surface",
] as const;

export type PlotLayer = (typeof plotLayers)[number];

export type PanelSection = "function" | "hessian";

/** What the extension tells the page. */
export interface PanelEvents {
  /** The first message after `ready`: strings of the display language ({} for English) and what to show. */
  start: { l10n: Record<string, string>; state: PanelState | null };
  /** Show this subject (the cursor moved, or a command asked). */
  show: PanelState;
  /** Answers about this document are new: ask again. */
  changed: { uri: string };
  /** Where the cursor of the active editor stands, zero-based. */
  cursor: { uri: string; line: number; character: number };
  /** How far the call with this number has come, from 0 to 100. */
  progress: { id: number; percentage: number };
}

/** The views of the page: of a function, of its minimisation, and of what a file's run did. */
export const panelTabs = ["function", "optimize", "script"] as const;
export type PanelTab = (typeof panelTabs)[number];

/** What the Optimize view runs. */
export interface OptimizeSettings extends Pick<Minimization, "steps" | "tolerance" | "bounds"> {
  /** At once. */
  choices: OptimizerChoice[];
  /** Where they start, besides the point. */
  starts?: Point[];
}

/** What the page keeps over a reload of the window (`setState`), and what `show` carries: a subject, a document or both. */
export interface PanelState {
  subject?: Subject;
  /** The file whose run the script view shows. */
  document?: string;
  tab?: PanelTab;
  /** Bring this figure of the script into view. */
  figure?: number;
  point?: Point;
  section?: PanelSection;
  /** In the Optimize view: start at once. */
  run?: boolean;
  /** Follow the cursor no longer. */
  locked?: boolean;
  /** The point is that of hovers and lenses too. */
  pinned?: boolean;
  /** Whether the gradient stands there in float32 too; absent: where the file works in it. */
  single?: boolean;
  /** What a plot shows beside the function. */
  layers?: PlotLayer[];
  /** Along which variables it is drawn, and which part the user zoomed to. */
  axes?: string[];
  window?: [number, number][];
  /** The number that a function of several results is looked at as. */
  component?: Component;
  optimize?: OptimizeSettings;
}

export type ToHost =
  | { type: "ready" }
  | { type: "state"; state: PanelState }
  | { type: "cancel"; id: number }
  | {
      [M in keyof PanelApi]: { type: "call"; id: number; method: M; params: Parameters<PanelApi[M]>[0] };
    }[keyof PanelApi];

export type ToPage =
  | { [E in keyof PanelEvents]: { type: "event"; event: E; data: PanelEvents[E] } }[keyof PanelEvents]
  | { type: "reply"; id: number; result: unknown }
  | { type: "reply"; id: number; error: string };
