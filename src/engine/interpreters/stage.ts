/**
 * Staging: running a function once at a point to get its graph. Every node
 * keeps the number it had there, so that code which looks at a value (a branch,
 * a loop bound) can go on; what it saw becomes a guard.
 */
import {
  type Application,
  currentSource,
  type Interpreter,
  isRecording,
  nextLevel,
  type Source,
  type Tracer,
} from "../bind";
import type { DType } from "../dtype";
import { simplify } from "../graph/simplify";
import type { Op, Type } from "../op";
import { type Shape, sizeOf, Tensor, Value } from "../tensor";
import { Batched } from "./batch";
import { setConcretize } from "./concretize";
import { elementwiseShape, evaluate, resultType } from "./eager";
import { Identities } from "./identities";

/** One operation of a graph, or one of its inputs. */
export class Node extends Value implements Tracer, Application {
  readonly dtype: DType;
  readonly shape: Shape;
  private known: Tensor | undefined;

  constructor(
    readonly interpreter: Stage,
    /** Position in the graph: inputs of a node come before it. */
    readonly id: number,
    readonly op: Op,
    readonly inputs: readonly Value[],
    readonly attributes: unknown,
    /** Its value at the point of staging, or what is known without it. */
    value: Tensor | Type,
    readonly source: Source | undefined,
  ) {
    super();
    this.dtype = value.dtype;
    this.shape = value.shape;
    if (value instanceof Tensor) this.known = value;
  }

  /** Its value at the point of staging; of large arrays it is computed when it is first asked for. */
  get primal(): Tensor {
    if (this.known) return this.known;
    // Inputs first, not by recursion: a chain may be longer than the stack is deep.
    const pending: Node[] = [this];
    for (let last = pending.at(-1); last; last = pending.at(-1)) {
      const missing = last.inputs.filter(isWaiting);
      if (missing.length > 0) pending.push(...missing);
      else {
        last.known ??= evaluate(last.op, last.inputs.map(standIn), last.attributes);
        pending.pop();
      }
    }
    return this.known!;
  }

  /** Whether the value has not been asked for. */
  get waits(): boolean {
    return this.known === undefined;
  }

  get out(): Value {
    return this;
  }
}

/** An input of the graph. */
export class Input extends Node {
  constructor(
    stage: Stage,
    id: number,
    readonly name: string,
    primal: Tensor,
  ) {
    super(stage, id, INPUT, [], undefined, primal, undefined);
  }
}

const INPUT: Op = {
  kind: "constant",
  name: "input",
  arity: 0,
  type: () => {
    throw new Error("an input has the type it was given");
  },
  evaluate: () => {
    throw new Error("an input has the value it was given");
  },
  none: "an input",
};

/** A value that control flow looked at: the graph holds wherever it is what it was. */
export interface Guard {
  readonly node: Node;
  readonly source: Source | undefined;
}

/** A graph has grown to its limit. */
export class TooManyOperations extends RangeError {
  constructor(limit: number) {
    super(`more than ${limit} operations`);
  }
}

export class Stage implements Interpreter {
  readonly level = nextLevel();
  readonly nodes: Node[] = [];
  readonly inputs: Input[] = [];
  readonly guards: Guard[] = [];
  private readonly known = new Map<string, Node>();
  private readonly identities = new Identities();
  private readonly guarded = new Set<Node>();
  /** Whether a tape was listening at some time: then it may hold the same operation twice. */
  recorded = false;

  /** @param limit the most nodes it may hold; more throws TooManyOperations, so that no loop fills the memory. */
  constructor(private readonly limit = 200_000) {}

  input(name: string, primal: Tensor): Input {
    const input = new Input(this, this.nodes.length, name, primal);
    this.nodes.push(input);
    this.inputs.push(input);
    return input;
  }

  apply(op: Op, inputs: readonly Value[], attributes: unknown): Value {
    const recording = isRecording();
    if (recording) this.recorded = true;
    const simpler = recording ? undefined : simplify(op, inputs, attributes);
    if (simpler) return simpler;
    // The same operation on the same values is the same node; but a tape tells values apart by identity,
    // and a read is made for nothing but its identity.
    const key = recording || op.name === "read" ? undefined : this.identities.keyOf(op, inputs, attributes);
    const same = key === undefined ? undefined : this.known.get(key);
    if (same) return same;
    if (this.nodes.length >= this.limit) throw new TooManyOperations(this.limit);
    const value = waitingType(op, inputs, attributes) ?? evaluate(op, inputs.map(standIn), attributes);
    const node = new Node(this, this.nodes.length, op, inputs, attributes, value, currentSource());
    this.nodes.push(node);
    if (key !== undefined) this.known.set(key, node);
    return node;
  }

  guard(node: Node): void {
    if (this.guarded.has(node)) return;
    this.guarded.add(node);
    this.guards.push({ node, source: currentSource() });
  }
}

const isWaiting = (value: Value): value is Node => value instanceof Node && value.waits;

/** Arrays of more elements are not computed before they are asked for. */
const MOST_AT_ONCE = 16;

/** The type of a result that is not computed yet; undefined where it is small, or where computing may raise an error. */
function waitingType(op: Op, inputs: readonly Value[], attributes: unknown): Type | undefined {
  const large = inputs.some((input) => isWaiting(input) || sizeOf(input.shape) > MOST_AT_ONCE);
  if (!large || !inputs.every((input) => input instanceof Node || input instanceof Tensor)) return undefined;
  if (op.kind !== "elementwise") return "movement" in op && op.movement ? op.type(inputs, attributes) : undefined;
  return {
    shape: elementwiseShape(inputs.map(({ shape }) => shape)),
    dtype: resultType(
      op,
      inputs.map(({ dtype }) => dtype),
    ),
  };
}

/** The number with which a graph goes on: that of some member, where it is made inside a batch. */
function standIn(value: Value): Tensor {
  if (value instanceof Tensor) return value;
  return standIn(value instanceof Batched ? value.example() : (value as Tracer).primal!);
}

/** The number a value has now, without consequence: for printing and formatting. @throws TypeError for one of a batch. */
export function peek(value: Value): Tensor {
  return value instanceof Tensor ? value : peek(primalOf(value as Tracer, "a batched value has no single number"));
}

/**
 * The number a value has now, for control flow that depends on it: a graph being staged records a guard.
 * @throws TypeError for one of a batch.
 */
export function concretize(value: Value): Tensor {
  if (value instanceof Tensor) return value;
  if (value instanceof Node) value.interpreter.guard(value);
  return concretize(primalOf(value as Tracer, "a branch depends on a batched value; use where"));
}

function primalOf({ primal }: Tracer, reason: string): Value {
  if (!primal) throw new TypeError(reason);
  return primal;
}

setConcretize(concretize, peek);
