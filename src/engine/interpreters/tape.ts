/**
 * The tape: records what happens to watched values, for reverse mode.
 * Behaviour follows TensorFlow's GradientTape (measured on 2.21); frameworks
 * word their own errors on top of {@link TapeError}.
 */
import { type Application, addRecorder, type Recorder, removeRecorder, type Source } from "../bind";
import { currentDialect, type Dialect } from "../dialect";
import { isFloat } from "../dtype";
import { add } from "../ops";
import { full, type Value } from "../tensor";
import { backward, cutAt } from "../transforms/backward";

/** Why a gradient is missing, and where the chain was cut. */
export interface Missing {
  readonly kind: "not-watched" | "not-float" | "cut" | "not-connected" | "target-not-recorded";
  /** The operation's own words, for `cut` and `not-float`. */
  readonly detail?: string;
  readonly source?: Source | undefined;
}

/** Where a chain was cut: `of` is the last value that still had a derivative. */
type Cut = Missing & { readonly of: Value };

/** So that a sum of thousands of cut values stays cheap: a reason is for reading, and one will do. */
const MOST_CUTS = 8;

export type Gradient = { readonly value: Value } | { readonly missing: Missing };

export class Tape implements Recorder {
  private applications: Application[] = [];
  private readonly connected = new Set<Value>();
  /** Values computed from watched ones through something without a derivative: every such cut behind them. */
  private readonly cuts = new Map<Value, readonly Cut[]>();
  recording = false;

  constructor(private readonly dialect: Dialect = currentDialect()) {}

  start(): void {
    if (this.recording) return;
    this.recording = true;
    addRecorder(this);
  }

  stop(): void {
    this.recording = false;
    removeRecorder(this);
  }

  /** Forgets everything. */
  reset(): void {
    this.applications = [];
    this.connected.clear();
    this.cuts.clear();
  }

  watch(value: Value): void {
    if (isFloat(value.dtype)) this.connected.add(value);
  }

  watches(value: Value): boolean {
    return this.connected.has(value);
  }

  /** How many applications stand on the tape. */
  get length(): number {
    return this.applications.length;
  }

  get records(): readonly Application[] {
    return this.applications;
  }

  record(application: Application): void {
    const { op, inputs, out, source } = application;
    if (this.connected.has(out)) return;
    const cuts = new Set<Cut>();
    let passes = false;
    inputs.forEach((input, k) => {
      for (const cut of this.cuts.get(input) ?? []) cuts.add(cut);
      if (!this.connected.has(input)) return;
      const detail = cutAt(op, k, inputs, out, this.dialect);
      if (detail === undefined) passes = true;
      else cuts.add({ of: input, kind: "cut", detail, source });
    });
    if (cuts.size > 0) this.cuts.set(out, [...cuts].slice(0, MOST_CUTS));
    if (!passes) return;
    this.connected.add(out);
    this.applications.push(application);
  }

  /**
   * The gradient of the sum of `targets`, weighted by `seeds` (default: ones), with respect to each source.
   * Applications made by the sweep itself go to whichever tapes are recording, so tapes nest.
   */
  gradient(
    targets: readonly Value[],
    sources: readonly Value[],
    seeds: readonly (Value | undefined)[] = [],
  ): Gradient[] {
    const cotangents = new Map<Value, Value>();
    const needed = this.reaching(sources);
    targets.forEach((target, k) => {
      if (!isFloat(target.dtype)) return;
      const seed = seeds[k] ?? full(target.shape, 1, target.dtype);
      const before = cotangents.get(target);
      cotangents.set(target, before ? add(before, seed) : seed);
    });
    const applications = this.applications.slice();
    backward(applications, cotangents, (value) => needed.has(value), this.dialect);
    return sources.map((source) => {
      // A value that was not watched has none, though recorded operations took it; a lone target is its own source.
      const answers = this.connected.has(source) || (targets.length === 1 && targets[0] === source);
      const value = answers ? cotangents.get(source) : undefined;
      return value && isFloat(source.dtype) ? { value } : { missing: this.missing(source, targets) };
    });
  }

  /** The values that depend on a source (and the sources themselves): the sweep follows no others. */
  private reaching(sources: readonly Value[]): Set<Value> {
    const reached = new Set(sources);
    for (const { inputs, out } of this.applications) if (inputs.some((input) => reached.has(input))) reached.add(out);
    return reached;
  }

  private missing(source: Value, targets: readonly Value[]): Missing {
    if (!isFloat(source.dtype)) return { kind: "not-float", detail: source.dtype };
    if (!this.connected.has(source)) return { kind: "not-watched" };
    const reached = this.reaching([source]);
    for (const target of targets) {
      const cut = this.cuts.get(target)?.find(({ of }) => reached.has(of));
      if (cut) return { kind: cut.kind, detail: cut.detail, source: cut.source };
    }
    const integer = targets.find((target) => !isFloat(target.dtype));
    if (integer) return { kind: "not-float", detail: integer.dtype };
    if (targets.every((target) => !this.connected.has(target) && !this.cuts.has(target)))
      return { kind: "target-not-recorded" };
    return { kind: "not-connected" };
  }
}
