/** `tf.GradientTape`. */
import * as engine from "../../../../engine";
import { dialects, type Gradient, isFloat, peek, Tape, type Value, zeros } from "../../../../engine";
import type { GradientReason } from "../../events";
import { bindArguments } from "../../runtime/arguments";
import { PyDict, PyList, PyTuple } from "../../runtime/containers";
import { raiseError } from "../../runtime/errors";
import { type DictKey, makeType, methods, objectType, PyObject, type PyValue } from "../../runtime/object";
import { repr, truth, typeName } from "../../runtime/protocol";
import { type Vm, vm } from "../../runtime/vm";
import type * as ast from "../../syntax/ast";
import { attempt, PyTensorLike, PyTfTensor, PyTfVariable, toTensor } from "./tensor";

/** What records what happens. */
interface Listening {
  /** A Variable is read. */
  accessed(variable: PyTfVariable): void;
  /** Stops listening, whatever happened. */
  release(): void;
}

let openFor: Vm | undefined;
let open: Set<Listening> = new Set();

/** The tapes (and accumulators) that are recording now. */
export function openTapes(): Set<Listening> {
  if (openFor !== vm) {
    let mine = vm.loaded.get("open tapes") as Set<Listening> | undefined;
    if (!mine) {
      mine = new Set();
      vm.loaded.set("open tapes", mine);
    }
    open = mine;
    openFor = vm;
  }
  return open;
}

export const tapeType = makeType("GradientTape");
tapeType.module = "tensorflow.python.eager.backprop";

/** What the leaves of nested lists, tuples and dictionaries are, and how to build the same around others. */
export function flatten(x: PyValue): { leaves: PyValue[]; pack: (leaves: PyValue[]) => PyValue } {
  const leaves: PyValue[] = [];
  type Shape = (take: () => PyValue) => PyValue;
  const walk = (item: PyValue): Shape => {
    if (item instanceof PyList) {
      const parts = item.items.map(walk);
      return (take) => new PyList(parts.map((part) => part(take)));
    }
    if (item instanceof PyTuple && item.type.name !== "TensorShape") {
      const parts = item.items.map(walk);
      return (take) =>
        new PyTuple(
          parts.map((part) => part(take)),
          item.type,
        );
    }
    if (item instanceof PyDict) {
      // TensorFlow goes through dictionaries in the order of their keys.
      const entries = [...item.map.values()].sort((a, b) => (String(a.key) < String(b.key) ? -1 : 1));
      const parts = entries.map((entry) => walk(entry.value));
      return (take) => {
        const values = new Map(entries.map((entry, k) => [entry.key, parts[k](take)]));
        return PyDict.from([...item.map.values()].map(({ key }) => [key, values.get(key)!] as const));
      };
    }
    leaves.push(item);
    return (take) => take();
  };
  const shape = walk(x);
  return {
    leaves,
    pack: (values) => {
      let at = 0;
      return shape(() => values[at++]);
    },
  };
}

const exhausted = "A non-persistent GradientTape can only be used to compute one set of gradients (or jacobians)";

export class PyTape extends PyObject implements Listening {
  private readonly tape = new Tape(dialects.tensorflow);
  private recording = false;
  private entered = false;
  private used = false;
  private opened: ast.Span | undefined;
  private inside = false;
  private readonly variables = new Set<PyTfVariable>();
  private readonly watchedSoFar = new Set<PyValue>();

  constructor(
    readonly persistent: boolean,
    private readonly watches: boolean,
  ) {
    super(tapeType);
  }

  /** Everything that it watches or has watched, in that order. */
  get everyWatched(): readonly PyValue[] {
    return [...this.watchedSoFar];
  }
  /** Whether it has answered and will not answer again. */
  get spent(): boolean {
    return this.used;
  }
  /** What the engine has recorded. */
  get records(): Tape["records"] {
    return this.tape.records;
  }

  override pyKey(): DictKey {
    return this;
  }

  // ── recording ─────────────────────────────────────────────────────────────

  private push(): void {
    if (this.recording) {
      raiseError(
        "ValueError",
        "Tape is still recording, This can happen if you try to re-enter an already-active tape.",
      );
    }
    this.recording = true;
    this.entered = true;
    this.tape.start();
    openTapes().add(this);
  }
  private pop(): void {
    if (!this.recording) raiseError("ValueError", "Tape is not recording.");
    this.release();
  }
  release(): void {
    this.recording = false;
    this.tape.stop();
    openTapes().delete(this);
  }
  private tell(phase: "open" | "close"): void {
    this.inside = phase === "open";
    if (!vm.listener) return;
    const span = { from: vm.at.from, to: vm.at.to };
    if (phase === "open") this.opened = span;
    vm.emit({ kind: "tape", tape: this, phase, persistent: this.persistent, span });
  }
  override pyEnter(): PyValue {
    this.push();
    this.tell("open");
    return this;
  }
  override pyExit(): boolean {
    if (this.recording) this.release();
    this.tell("close");
    return false;
  }
  accessed(variable: PyTfVariable): void {
    if (!this.watches) return;
    this.variables.add(variable);
    this.watchedSoFar.add(variable);
    this.tape.watch(variable.handle);
  }
  watch(x: PyValue): void {
    for (const item of flatten(x).leaves) {
      if (!(item instanceof PyTensorLike)) {
        raiseError(
          "ValueError",
          `Passed in object ${repr(item)} of type '${typeName(item)}', not tf.Tensor or tf.Variable or ExtensionType.`,
        );
      }
      if (!isFloat(item.dtype)) {
        this.warn(
          "watch-integer",
          `The dtype of the watched tensor must be floating (e.g. tf.float32), got tf.${item.dtype}`,
        );
      }
      this.watchedSoFar.add(item);
      if (item instanceof PyTfVariable) {
        this.variables.add(item);
        this.tape.watch(item.handle);
      } else this.tape.watch(item.engineValue());
    }
  }
  private warn(code: string, message: string): void {
    if (vm.listener) vm.emit({ kind: "warning", code, message, span: { from: vm.at.from, to: vm.at.to } });
  }
  watched(): PyValue {
    return new PyTuple([...this.variables]);
  }
  reset(): void {
    this.pop();
    this.tape.reset();
    this.variables.clear();
    this.watchedSoFar.clear();
    this.push();
  }
  pause(): PyValue {
    if (!this.entered || this.used)
      raiseError("RuntimeError", "Trying to stop recording a tape which is not recording.");
    return new Pause(
      () => this.pop(),
      () => this.push(),
    );
  }

  // ── derivatives ───────────────────────────────────────────────────────────

  private begin(): void {
    if (this.used) raiseError("RuntimeError", exhausted);
    if (this.recording && !this.persistent) this.release();
  }
  private end(): void {
    // What it recorded stays readable; it only answers no more.
    if (!this.persistent) this.used = true;
  }

  /** What the tape knows a target or source by. */
  static key(x: PyValue, role: "target" | "source" = "target"): Value {
    if (x instanceof PyTfVariable) return x.handle;
    if (x instanceof PyTensorLike) return x.engineValue();
    const asked = role === "source" && typeName(x) === "float" ? "_id" : "dtype";
    raiseError("AttributeError", `'${typeName(x)}' object has no attribute '${asked}'`);
  }

  /** One pass backward; what goes wrong is worded as TensorFlow does. */
  private sweep(...given: Parameters<Tape["gradient"]>): ReturnType<Tape["gradient"]> {
    return attempt(() => this.tape.gradient(...given));
  }

  gradient(target: PyValue, sources: PyValue, outputs: PyValue, unconnected: PyValue): PyValue {
    const { at } = vm;
    this.begin();
    const rule = unconnectedRule(unconnected);
    const targets = flatten(target).leaves.filter((leaf) => leaf !== null);
    const { leaves, pack } = flatten(sources);
    const keys = targets.map((leaf) => PyTape.key(leaf));
    const wanted = leaves.map((leaf) => PyTape.key(leaf, "source"));
    const seeds =
      outputs === null
        ? []
        : flatten(outputs).leaves.map((seed, k) => (seed === null ? undefined : toTensor(seed, keys[k]?.dtype)));
    const found = this.sweep(keys, wanted, seeds);
    const results = found.map((gradient, k): PyValue => {
      if ("value" in gradient) return new PyTfTensor(gradient.value);
      return rule === "zero" ? new PyTfTensor(zeros(wanted[k])) : null;
    });
    this.end();
    this.answered("gradient", at, targets, leaves, results, found.map(reasonOf));
    return pack(results);
  }

  private answered(
    asked: "gradient" | "jacobian" | "batch_jacobian",
    at: ast.Span,
    targets: PyValue[],
    sources: PyValue[],
    results: PyValue[],
    reasons: (GradientReason | undefined)[],
  ): void {
    if (!vm.listener) return;
    const sourceNames = namesOfSources(at, sources.length);
    const span = { from: at.from, to: at.to };
    const { opened, inside } = this;
    vm.emit({
      kind: "gradient",
      asked,
      tape: this,
      opened,
      inside,
      targets,
      sources,
      sourceNames,
      results,
      reasons,
      span,
    });
  }

  jacobian(target: PyValue, sources: PyValue, unconnected: PyValue): PyValue {
    const { at } = vm;
    this.begin();
    const rule = unconnectedRule(unconnected);
    const { leaves, pack } = flatten(sources);
    if (!(target instanceof PyTensorLike)) {
      raiseError("AttributeError", `'${typeName(target)}' object has no attribute 'shape'`);
    }
    const key = PyTape.key(target);
    const wanted = leaves.map((leaf) => PyTape.key(leaf));
    let reasons: (GradientReason | undefined)[] = [];
    const [blocks] = engine.jacobiansFrom([key], wanted, ([seed]) => {
      const found = this.sweep([key], wanted, [seed!]);
      reasons = found.map(reasonOf);
      return found.map(valueIn);
    });
    const results = wanted.map(({ shape, dtype }, k): PyValue => {
      const block = blocks[k] ?? (rule === "zero" ? zeros({ shape: [...key.shape, ...shape], dtype }) : null);
      return block && new PyTfTensor(block);
    });
    this.end();
    this.answered("jacobian", at, [target], leaves, results, reasons);
    return pack(results);
  }

  batchJacobian(target: PyValue, source: PyValue): PyValue {
    const { at } = vm;
    if (this.used) {
      raiseError(
        "RuntimeError",
        "A non-persistent GradientTape can only be used tocompute one set of gradients (or jacobians)",
      );
    }
    this.begin();
    const y = PyTape.key(target);
    const x = PyTape.key(source);
    if (y.shape.length < 2 || x.shape.length < 2 || y.shape[0] !== x.shape[0]) {
      raiseError(
        "ValueError",
        `Need first dimension of target shape (${y.shape.join(", ")}) and source shape (${x.shape.join(", ")}) to match.`,
      );
    }
    const jacobian =
      engine.batchJacobianFrom(y, x, (seed) => valueIn(this.sweep([y], [x], [seed])[0]!)) ??
      zeros({ shape: [...y.shape, ...x.shape.slice(1)], dtype: x.dtype });
    this.end();
    const result = new PyTfTensor(jacobian);
    this.answered("batch_jacobian", at, [target], [source], [result], [undefined]);
    return result;
  }
}

const valueIn = (gradient: Gradient): Value | null => ("value" in gradient ? gradient.value : null);

function reasonOf(gradient: Gradient): GradientReason | undefined {
  if ("value" in gradient) return undefined;
  const { kind, detail, source } = gradient.missing;
  return { kind, detail, source: source && vm.home({ from: source.from, to: source.to }) };
}

function unconnectedRule(x: PyValue): "none" | "zero" {
  if (x === null || x === "none") return "none";
  if (x === "zero") return "zero";
  raiseError("ValueError", `Unknown value for unconnected_gradients: ${repr(x)}`);
}

/** The plain names in the source argument of the call at `node`. */
function namesOfSources(node: object, count: number): (string | undefined)[] {
  const call = node as Partial<ast.Call>;
  const positional = call.args?.filter((arg) => arg.kind === "positional") ?? [];
  const argument =
    call.args?.find((arg) => arg.kind === "keyword" && arg.name === "sources")?.value ?? positional[1]?.value;
  const items =
    argument && (argument.kind === "list" || argument.kind === "tuple") ? argument.items : argument ? [argument] : [];
  const names = items.map((item) => (item.kind === "name" ? item.id : undefined));
  return names.length === count ? names : new Array(count).fill(undefined);
}

class Pause extends PyObject {
  constructor(
    private readonly before: () => void,
    private readonly after: () => void,
  ) {
    super(objectType);
  }
  override pyEnter(): PyValue {
    this.before();
    return null;
  }
  override pyExit(): boolean {
    this.after();
    return false;
  }
}

tapeType.construct = (_type, args, kwargs) => {
  const [persistent, watches] = bindArguments(
    "GradientTape",
    ["persistent?", "watch_accessed_variables?"],
    args,
    kwargs,
  );
  return new PyTape(truth(persistent ?? false), truth(watches ?? true));
};
methods(tapeType, {
  __enter__: (self: PyTape) => self.pyEnter(),
  __exit__: (self: PyTape) => self.pyExit(),
  watch: (self: PyTape, args, kwargs) => {
    self.watch(bindArguments("watch", ["tensor"], args, kwargs)[0]!);
    return null;
  },
  gradient: (self: PyTape, args, kwargs) => {
    const [target, sources, outputs, unconnected] = bindArguments(
      "gradient",
      ["target", "sources", "output_gradients?", "unconnected_gradients?"],
      args,
      kwargs,
    );
    return self.gradient(target!, sources!, outputs ?? null, unconnected ?? null);
  },
  jacobian: (self: PyTape, args, kwargs) => {
    const [target, sources, unconnected] = bindArguments(
      "jacobian",
      ["target", "sources", "unconnected_gradients?", "parallel_iterations?", "experimental_use_pfor?"],
      args,
      kwargs,
    );
    return self.jacobian(target!, sources!, unconnected ?? null);
  },
  batch_jacobian: (self: PyTape, args, kwargs) => {
    const [target, source] = bindArguments(
      "batch_jacobian",
      ["target", "source", "unconnected_gradients?", "parallel_iterations?", "experimental_use_pfor?"],
      args,
      kwargs,
    );
    return self.batchJacobian(target!, source!);
  },
  watched_variables: (self: PyTape) => self.watched(),
  reset: (self: PyTape) => {
    self.reset();
    return null;
  },
  stop_recording: (self: PyTape) => self.pause(),
});

export { peek };
