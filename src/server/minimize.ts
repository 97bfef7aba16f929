/** `gradlens/minimize`: runs an optimizer in slices, so that it can be cancelled and shows progress. */
import * as l10n from "@vscode/l10n";
import type { CancellationToken } from "vscode-languageserver";
import {
  type Bounds,
  type End,
  endText,
  type LastRow,
  type LearningRate,
  lastOf,
  type MinimizationOptions,
  minimization,
  type Rows,
  rowsAtOnce,
  type Schedule,
  type ScheduleOptions,
  scheduleOf,
} from "../analysis/minimize";
import { type Look, Problem } from "../analysis/subject";
import type { Minimization, MinimizeParams, MinimizeResult } from "../protocol/lsp";
import { defaultOf, misfit, type OptimizerChoice, optimizerTypes, rateOf, schedules } from "../protocol/optimizers";
import { encodeArray, fromJsonNumber, type JsonNumber, toJsonTree } from "../protocol/values";
import type { Session } from "./session";
import { cell } from "./view";

/** Milliseconds of work between two looks at the messages. */
export const SLICE = 20;
const MOST_STEPS = 1_000_000;
/** A history of more rows loses every second one. */
const MOST_ROWS = 4096;
/** A path of more numbers keeps fewer rows. */
const MOST_NUMBERS = 2_000_000;

/** The rows of a run: of a long one every so many-th, and the last. */
class History {
  readonly path: number[] = [];
  readonly values: number[] = [];
  readonly norms: number[] = [];
  readonly rates: number[] = [];
  stride = 1;
  last: LastRow | undefined;
  private readonly most: number;

  constructor(
    private readonly width: number,
    private readonly schedule: Schedule | undefined,
  ) {
    this.most = Math.max(16, Math.min(MOST_ROWS, Math.floor(MOST_NUMBERS / Math.max(width, 1))));
  }

  add(rows: Rows): void {
    const { first, length, parameters, values, gradientNorms } = rows;
    const { width } = this;
    this.last = lastOf(rows, width) ?? this.last;
    const next = () => Math.ceil(first / this.stride) * this.stride;
    for (let step = next(); step < first + length; step += this.stride) {
      if (this.values.length >= this.most) {
        this.stride *= 2;
        for (const [list, own] of [[this.path, width] as const, ...this.lists.map((list) => [list, 1] as const)])
          halve(list, own);
        if (step % this.stride !== 0) continue;
      }
      const row = step - first;
      for (let i = 0; i < width; i++) this.path.push(parameters[row * width + i]!);
      this.push(step, values[row]!, gradientNorms[row]!);
    }
  }

  /** Call once at the end. */
  close(): void {
    if (!this.last || this.last.step % this.stride === 0) return;
    const { step, parameters, value, gradientNorm } = this.last;
    for (const x of parameters) this.path.push(x);
    this.push(step, value, gradientNorm);
  }

  private get lists(): number[][] {
    return this.schedule ? [this.values, this.norms, this.rates] : [this.values, this.norms];
  }

  private push(step: number, value: number, norm: number): void {
    this.values.push(value);
    this.norms.push(norm);
    if (this.schedule) this.rates.push(this.schedule(step));
  }
}

/** Keeps every second row. */
function halve(list: number[], width: number): void {
  const rows = list.length / width;
  let to = 0;
  for (let row = 0; row < rows; row += 2) for (let i = 0; i < width; i++) list[to++] = list[row * width + i]!;
  list.length = to;
}

export async function minimizeSubject(
  session: Session,
  params: MinimizeParams,
  token: CancellationToken,
  report?: (percentage: number, message: string) => void,
): Promise<MinimizeResult> {
  const started = session.now();
  const { command } = session.settingsOf(params.subject.uri ?? "").budget;
  const look = session.look(params.subject, params.start);
  const options = optionsOf(params, look);
  const n = look.labels.length;
  const run = minimization(look, options)(look.point);
  const history = new History(n, typeof options.learningRate === "function" ? options.learningRate : undefined);
  let end: End | { reason: "cancelled" | "budget" } | undefined;
  while (end === undefined) {
    const pause = session.now() + SLICE;
    try {
      end = run.advance(rowsAtOnce(n), () => session.now() >= pause);
    } catch (error) {
      history.add(run.take());
      if (!(error instanceof Problem) || !history.last) throw error;
      end = { reason: "failed", step: history.last.step, message: error.message };
      break;
    }
    history.add(run.take());
    if (end || session.now() < pause) continue;
    const { step } = history.last!;
    report?.(Math.floor((100 * step) / Math.max(1, params.steps)), l10n.t("step {0}", step));
    await new Promise((resume) => setTimeout(resume));
    if (token.isCancellationRequested) end = { reason: "cancelled" };
    else if (session.now() - started > command) end = { reason: "budget" };
  }
  history.close();
  const { path, values, norms, rates, stride } = history;
  const { step, parameters, value } = history.last!;
  return {
    labels: [...look.labels],
    path: encodeArray(path, [values.length, n]),
    values: encodeArray(values),
    gradientNorms: encodeArray(norms),
    ...(rates.length > 0 ? { learningRates: encodeArray(rates) } : {}),
    stride,
    steps: step,
    evaluations: run.evaluations(),
    final: Object.fromEntries(
      Object.entries(look.pointTree(parameters)).map(([name, tree]) => [name, toJsonTree(tree)]),
    ),
    value: cell(value),
    end: end.reason,
    message: message(end, step, look.labels),
    milliseconds: session.now() - started,
  };
}

/** @throws Problem for choices that make no sense */
export function optionsOf(params: Minimization, look: Look): MinimizationOptions {
  const { optimizer, options, steps, tolerance, bounds, squares } = params;
  if (!(Number.isInteger(steps) && steps >= 0 && steps <= MOST_STEPS))
    throw new Problem(l10n.t("the number of steps must be a whole number from 0 to {0}", MOST_STEPS));
  const learningRate = learningRateOf(params);
  const { likes } = optimizerTypes[optimizer] ?? {};
  const like = params.like ?? likes?.[0];
  return {
    optimizer,
    steps,
    options: { ...(options as MinimizationOptions["options"]), ...(like ? { like } : {}) },
    ...(learningRate === undefined ? {} : { learningRate }),
    ...(tolerance === undefined ? {} : { tolerance }),
    ...(bounds && Object.keys(bounds).length > 0 ? { bounds: boundsOf(bounds, look.labels) } : {}),
    ...(squares ? { squares } : {}),
  };
}

function learningRateOf(params: OptimizerChoice & { steps: number }): LearningRate | undefined {
  const { optimizer, like, learningRate, schedule, steps } = params;
  // What is unknown, or none at all, is told in the words that the command line has for it too.
  const type = optimizerTypes[optimizer];
  if (!type || (learningRate !== undefined && type.learningRate === undefined)) return learningRate;
  const rate = learningRate ?? rateOf(optimizer, like);
  const wrong = misfit(params);
  if (wrong === "learningRate") return rate;
  if (wrong !== undefined) throw new Problem(l10n.t("{0} does not take this {1}", type.label, wrong));
  if (!schedule || rate === undefined) return rate;
  const defaults = Object.entries(schedules[schedule.name]).map(([name, option]) => [
    name,
    defaultOf(option, like, steps, rate),
  ]);
  const all = { ...Object.fromEntries(defaults), ...schedule.options } as unknown as ScheduleOptions;
  return scheduleOf(schedule.name, rate, all);
}

/** @throws Problem for a label that there is none of */
function boundsOf(bounds: NonNullable<Minimization["bounds"]>, labels: readonly string[]): Bounds {
  const unknown = Object.keys(bounds).find((label) => !labels.includes(label));
  if (unknown !== undefined) throw new Problem(l10n.t("bounds of {0}: there is no such parameter", unknown));
  const side = (k: 0 | 1) => labels.map((label) => fromJsonNumber((bounds[label] ?? OPEN)[k]));
  return { lower: side(0), upper: side(1) };
}

const OPEN: [JsonNumber, JsonNumber] = ["-Infinity", "Infinity"];

function message(end: End | { reason: "cancelled" | "budget" }, steps: number, labels: readonly string[]): string {
  switch (end.reason) {
    case "cancelled":
      return l10n.t("cancelled after {0} steps", steps);
    case "budget":
      return l10n.t("stopped after {0} steps: the time is up", steps);
    default:
      return endText(end, labels);
  }
}
