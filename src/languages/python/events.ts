/** What a run tells while it goes on; every event knows its place in the text. */
import type { Tensor } from "../../engine";
import type { Figure } from "./modules/matplotlib/model";
import type { PyObject, PyValue } from "./runtime/object";
import type { Span } from "./syntax/ast";

export type PyEvent =
  /** `values`: the positional arguments of the call, for showing them more shortly than the text does. */
  | { kind: "print"; text: string; values: PyValue[]; span: Span; stream?: "stderr" }
  /** After an assignment or a bare expression of the module's own statements. `names` is empty for an expression. */
  | { kind: "value"; names: string[]; value: PyValue; span: Span }
  /** A call of a function written in the file. */
  | { kind: "call"; fn: PyObject; name: string; args: Map<string, PyValue>; result: PyValue; span: Span }
  | { kind: "loop"; phase: "enter" | "exit"; iterations: number; span: Span }
  /** `before`: the value that the assignment replaced. */
  | { kind: "update"; variable: PyObject; before: Tensor; value: Tensor; span: Span }
  | {
      kind: "gradient";
      asked: "gradient" | "jacobian" | "batch_jacobian";
      tape: PyObject;
      /** Where the tape was opened; undefined where it was not. */
      opened: Span | undefined;
      /** Whether it was asked inside the block of the tape. */
      inside: boolean;
      targets: PyValue[];
      /** Flattened, as `results` and `reasons` are. */
      sources: PyValue[];
      /** The plain names that the call's source argument consists of (`[x1, x2]`); undefined where it is anything else. */
      sourceNames: (string | undefined)[];
      results: PyValue[];
      /** Why a result is None; undefined where it is not. */
      reasons: (GradientReason | undefined)[];
      span: Span;
    }
  | { kind: "tape"; tape: PyObject; phase: "open" | "close" | "del"; persistent: boolean; span: Span }
  /** A figure is finished: shown, saved and closed, or left open at the end. `span`: that call, or the last that drew in it. */
  | { kind: "figure"; figure: Figure; span: Span }
  | { kind: "raise"; error: PyObject; type: string; message: string; caught: boolean; span: Span }
  | { kind: "warning"; code: string; message: string; span: Span };

/** Why a gradient is missing, and where the chain was cut. */
export interface GradientReason {
  kind: "not-watched" | "not-float" | "cut" | "not-connected" | "target-not-recorded";
  detail?: string;
  source?: Span;
}

export type PyEventKind = PyEvent["kind"];
