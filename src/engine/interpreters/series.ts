/**
 * Taylor series: values as power series c₀ + c₁t + c₂t² + …, whose coefficients are computed when they are asked for
 * (McIlroy, "Power series, power serious", 1999). An operation needs no rule of its own: out′ = Σ ∂out/∂x · x′ holds
 * for series as it does for numbers, and being lazy it may speak of `out` itself.
 */
import { bind, type Interpreter, nextLevel, type Tracer } from "../bind";
import { type DType, isFloat } from "../dtype";
import type { Op } from "../op";
import { add, div, mul, zeros } from "../ops";
import { type Shape, Value } from "../tensor";
import { pushforward } from "./forward";
import { Identities } from "./identities";

/** A coefficient; null: zero, without the work. */
type Coefficient = Value | null;

export class Series extends Value implements Tracer {
  readonly dtype: DType;
  readonly shape: Shape;
  /** Its place in the order in which they were made. */
  readonly id: number;
  private readonly known: Coefficient[];
  private slope: Series | undefined;

  constructor(
    readonly interpreter: Expansion,
    /** c₀. */
    readonly primal: Value,
    /** The later coefficients from those before them; null: a constant. */
    private readonly rule: ((k: number) => Coefficient) | null,
    /** The series that `rule` speaks of, but for the series itself. */
    readonly from: readonly Series[],
  ) {
    super();
    this.dtype = primal.dtype;
    this.shape = primal.shape;
    this.id = interpreter.count++;
    this.known = [primal];
  }

  get constant(): boolean {
    return this.rule === null;
  }

  coefficient(k: number): Coefficient {
    while (this.rule && this.known.length <= k) this.known.push(this.interpreter.expand(this.rule, this.known.length));
    return this.known[k] ?? null;
  }

  /** The series of the derivative in t. */
  derivative(): Series {
    this.slope ??= new Series(
      this.interpreter,
      this.coefficient(1) ?? zeros(this),
      (k) => times(this.coefficient(k + 1), k + 1),
      [this],
    );
    return this.slope;
  }
}

const times = (coefficient: Coefficient, k: number) => coefficient && mul(coefficient, k);

export class Expansion implements Interpreter {
  readonly level = nextLevel();
  /** How many series there are. */
  count = 0;
  private readonly orders = new Map<Series, readonly Series[]>();
  private readonly identities = new Identities();
  private readonly shared = new Map<string, Value>();
  private expanding = 0;

  /** The input whose first coefficients are given; the others are zero. */
  input(coefficients: readonly [Value, ...Coefficient[]]): Series {
    return new Series(this, coefficients[0], (k) => coefficients[k] ?? null, []);
  }

  own(value: Value): Series | null {
    return value instanceof Series && value.interpreter === this ? value : null;
  }

  /** Coefficient `k` by a rule. Partials that a rule is made of are the same for all operations that need them. */
  expand(rule: (k: number) => Coefficient, k: number): Coefficient {
    this.expanding++;
    try {
      return rule(k);
    } finally {
      this.expanding--;
    }
  }

  apply(op: Op, inputs: readonly Value[], attributes: unknown): Value {
    // What the expanded function does itself keeps its identity, by which tapes know it.
    const key = this.expanding > 0 && attributes === undefined ? this.identities.keyOf(op, inputs) : undefined;
    const same = key === undefined ? undefined : this.shared.get(key);
    if (same) return same;
    const out = this.series(op, inputs, attributes);
    if (key !== undefined) this.shared.set(key, out);
    return out;
  }

  private series(op: Op, inputs: readonly Value[], attributes: unknown): Series {
    const series = inputs.map((input) => this.own(input));
    const primals = inputs.map((input, k) => series[k]?.primal ?? input);
    const first = bind(op, primals, attributes);
    const moving = series.map((input) => (input?.constant ? null : input));
    const from = moving.filter((input) => input !== null);
    if (from.length === 0 || op.kind === "constant" || !isFloat(first.dtype)) return new Series(this, first, null, []);
    const algebra = op.kind === "elementwise" ? op.algebra : op.kind;
    let slope: Coefficient | undefined;
    const rules = {
      linear: (k: number) => {
        const own = moving.map((input) => input?.coefficient(k) ?? null);
        return own.every((coefficient) => coefficient === null)
          ? null
          : pushforward(op, primals, own, attributes, first);
      },
      /** Cauchy's product. */
      bilinear: (k: number) => {
        const at = (side: number, i: number) => (i === 0 ? primals[side]! : (moving[side]?.coefficient(i) ?? null));
        let total: Coefficient = null;
        for (let i = 0; i <= k; i++) {
          const [a, b] = [at(0, i), at(1, k - i)];
          if (!a || !b) continue;
          const product = bind(op, [a, b], attributes);
          total = total ? add(total, product) : product;
        }
        return total;
      },
      other: (k: number) => {
        if (slope === undefined) {
          const slopes = moving.map((input) => input?.derivative() ?? null);
          slope = pushforward(op, inputs, slopes, attributes, out);
        }
        const before = slope && this.own(slope) ? this.own(slope)!.coefficient(k - 1) : k === 1 ? slope : null;
        return before && k > 1 ? div(before, k) : before;
      },
    };
    const out: Series = new Series(
      this,
      first,
      rules[algebra === "linear" || algebra === "bilinear" ? algebra : "other"],
      from,
    );
    return out;
  }

  /**
   * Coefficient `k` of what a function made of this expansion's inputs. Those behind it are computed in their order:
   * asked for from the end, a chain of thousands of operations would go as deep.
   */
  coefficientOf(value: Value, k: number): Value {
    const series = this.own(value);
    if (!series) return k === 0 ? value : zeros(value);
    if (k > 0) for (const before of this.behind(series)) before.coefficient(k);
    return series.coefficient(k) ?? zeros(series);
  }

  /** `series` and what it was made from, in order. Kept: each order asks again. */
  private behind(series: Series): readonly Series[] {
    const known = this.orders.get(series);
    if (known) return known;
    const found = new Set<Series>();
    const pending = [series];
    for (let next = pending.pop(); next; next = pending.pop()) {
      if (found.has(next)) continue;
      found.add(next);
      pending.push(...next.from);
    }
    const order = [...found].sort((a, b) => a.id - b.id);
    this.orders.set(series, order);
    return order;
  }
}
