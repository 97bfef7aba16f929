/**
 * Sparsity by tracing: every element carries the inputs on which its derivative may depend. After Griewank and Walther,
 * "Evaluating Derivatives" (2nd edition 2008), section 7.1 (index domains).
 */
import { type Interpreter, nextLevel, type Tracer } from "../bind";
import { currentDialect, type Dialect } from "../dialect";
import { type DType, isFloat } from "../dtype";
import type { Elementwise, Op } from "../op";
import { broadcastOffsets, full, type Shape, sameShape, type Tensor, Value } from "../tensor";
import { elementwisePartial } from "../transforms/backward";
import { evaluate } from "./eager";

/** Numbers of inputs: ascending, or a union that is not written out before it is asked for. */
type Inputs = ArrayLike<number> | Union;

/** Of a sum of n elements every partial sum would else be written out: n²/2 numbers. */
class Union {
  constructor(
    readonly left: Inputs,
    readonly right: Inputs,
    /** At most so many inputs. */
    readonly length: number,
  ) {}
}

/** Of an element that is the same whatever the inputs are. */
const NONE: Inputs = [];
/** Of an element that varies with the inputs but without a derivative: a comparison, a step. */
const CUT: Inputs = [];

/** Unions of fewer inputs are written out at once. */
const FEW = 32;

/** Elements that one operation may make before it is taken for dense. */
const MOST_ELEMENTS = 2_000_000;

class TooManyElements extends Error {}

/** A value with the inputs behind each of its elements. */
export class Dependent extends Value implements Tracer {
  readonly dtype: DType;
  readonly shape: Shape;

  constructor(
    readonly interpreter: Pattern,
    readonly primal: Tensor,
    /** One for each element, row-major. */
    readonly inputs: readonly Inputs[],
  ) {
    super();
    this.dtype = primal.dtype;
    this.shape = primal.shape;
  }
}

/**
 * Follows dependence element by element. Elementwise operations unite the inputs of those arguments whose partial is not
 * a constant zero; others fall apart by their `scalars` rule; one without that rule, or with too many elements, counts as
 * dense between its arguments and its result. So the pattern is never too small.
 */
export class Pattern implements Interpreter {
  readonly level = nextLevel();
  private readonly everything: Inputs;
  /** While partials are looked at: it only matters whether an element varies. */
  private probing = false;
  private elements = 0;

  /** @param count of the scalars among which inputs are numbered */
  constructor(private readonly count: number) {
    this.everything = Int32Array.from({ length: count }, (_, i) => i);
  }

  /** An input whose elements are numbered from `first`. */
  input(primal: Tensor, first: number): Dependent {
    return new Dependent(
      this,
      primal,
      Array.from(primal.data, (_, i) => [first + i]),
    );
  }

  /** The inputs of each element of `value`, ascending. */
  inputsOf(value: Value): ArrayLike<number>[] {
    if (!this.owns(value)) return Array.from((value as Tensor).data, () => []);
    // A number spread over an array has one union for all its elements.
    const known = new Map<Union, ArrayLike<number>>();
    return value.inputs.map((own) => {
      if (!(own instanceof Union)) return own;
      const list = known.get(own) ?? this.written(own);
      known.set(own, list);
      return list;
    });
  }

  apply(op: Op, inputs: readonly Value[], attributes: unknown): Value {
    if (++this.elements > MOST_ELEMENTS) throw new TooManyElements();
    const primals = inputs.map((input) => (this.owns(input) ? input.primal : (input as Tensor)));
    const out = evaluate(op, primals, attributes);
    if (op.kind === "elementwise") return new Dependent(this, out, this.elementwise(op, inputs, out));
    const scalar = out.shape.length === 0 && inputs.every(({ shape }) => shape.length === 0);
    if (this.probing || scalar || op.kind === "constant" || !op.scalars) return this.dense(op, inputs, out);
    const before = this.elements;
    try {
      const elements = op.scalars(
        inputs.map((input) => this.scalarsOf(input)),
        inputs,
        attributes,
      );
      if (!elements) return this.dense(op, inputs, out);
      return new Dependent(
        this,
        out,
        elements.map((element) => (this.owns(element) ? element.inputs[0]! : NONE)),
      );
    } catch (error) {
      if (!(error instanceof TooManyElements)) throw error;
      return this.dense(op, inputs, out);
    } finally {
      this.elements = before;
    }
  }

  private owns(value: Value): value is Dependent {
    return value instanceof Dependent && value.interpreter === this;
  }

  private scalarsOf(value: Value): Value[] {
    const { data } = this.owns(value) ? value.primal : (value as Tensor);
    return Array.from(data, (number, i) => {
      const primal = full([], number, value.dtype);
      return this.owns(value) && value.inputs[i] !== NONE ? new Dependent(this, primal, [value.inputs[i]!]) : primal;
    });
  }

  private elementwise(op: Elementwise, inputs: readonly Value[], out: Tensor): readonly Inputs[] {
    const spread = inputs.map((input) => (this.owns(input) ? broadcast(input, out.shape) : undefined));
    const varying = spread.reduce(
      (all, own) => (all && own ? all.map((a, i) => (a === NONE ? own[i]! : a)) : (own ?? all)),
      undefined,
    )!;
    if (this.probing) return varying;
    const result = new Dependent(this, out, varying);
    const dialect = currentDialect();
    return spread.reduce<readonly Inputs[] | undefined>((all, own, k) => {
      if (!own) return all;
      const passing = this.passing(op, k, inputs, own, result, dialect);
      return all ? all.map((a, i) => this.unite(a, passing[i]!)) : passing;
    }, undefined)!;
  }

  /** What passes from argument `k`, whose elements depend on `own`, to each element of `out`. */
  private passing(
    op: Elementwise,
    k: number,
    inputs: readonly Value[],
    own: readonly Inputs[],
    out: Dependent,
    dialect: Dialect,
  ): readonly Inputs[] {
    const cut = (inputs: Inputs) => (inputs === NONE ? NONE : CUT);
    const partial = isFloat(out.dtype) ? this.probe(() => elementwisePartial(op, k, inputs, out, dialect)) : null;
    if (partial === null || partial === 0) return own.map(cut);
    if (typeof partial === "number") return own;
    const { data } = this.owns(partial) ? partial.primal : (partial as Tensor);
    if (!Array.prototype.includes.call(data, 0)) return own;
    const varying = this.owns(partial) ? broadcast(partial, out.shape) : undefined;
    const offsets = broadcastOffsets(partial.shape, out.shape);
    return own.map((inputs, i) => (data[offsets[i]!] === 0 && (varying?.[i] ?? NONE) === NONE ? cut(inputs) : inputs));
  }

  private probe<T>(body: () => T): T {
    this.probing = true;
    try {
      return body();
    } finally {
      this.probing = false;
    }
  }

  private dense(op: Op, inputs: readonly Value[], out: Tensor): Value {
    let all: Inputs = NONE;
    for (const input of inputs)
      if (this.owns(input))
        for (const own of input.inputs) all = all === NONE && this.probing ? own : this.unite(all, own);
    const own = all !== NONE && (op.kind === "constant" || !isFloat(out.dtype)) ? CUT : all;
    return new Dependent(this, out, new Array<Inputs>(out.data.length).fill(own));
  }

  private unite(a: Inputs, b: Inputs): Inputs {
    if (a === b || b === NONE || (b === CUT && a !== NONE)) return a;
    if (a === NONE || a === CUT || b === this.everything) return b;
    if (a === this.everything) return a;
    const length = a.length + b.length;
    if (length <= FEW && !(a instanceof Union) && !(b instanceof Union)) return merge(a, b);
    const union = new Union(a, b, length);
    return length > 2 * this.count ? this.written(union) : union;
  }

  private written(union: Union): ArrayLike<number> {
    const found = new Set<number>();
    const seen = new Set<Union>();
    const pending: Inputs[] = [union];
    for (let next = pending.pop(); next; next = pending.pop()) {
      if (next instanceof Union) {
        if (seen.has(next)) continue;
        seen.add(next);
        pending.push(next.left, next.right);
      } else for (let i = 0; i < next.length; i++) found.add(next[i]!);
    }
    if (found.size === this.count) return this.everything as ArrayLike<number>;
    return Int32Array.from(found).sort();
  }
}

function broadcast({ inputs, shape }: Dependent, to: Shape): readonly Inputs[] {
  if (sameShape(shape, to)) return inputs;
  return Array.from(broadcastOffsets(shape, to), (offset) => inputs[offset]!);
}

/** The union of two ascending lists; the first itself where it has all of the second. */
function merge(a: ArrayLike<number>, b: ArrayLike<number>): ArrayLike<number> {
  const all: number[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const x = i < a.length ? a[i]! : Infinity;
    const y = j < b.length ? b[j]! : Infinity;
    all.push(Math.min(x, y));
    if (x <= y) i++;
    if (y <= x) j++;
  }
  return all.length === a.length ? a : all.length === b.length ? b : all;
}
