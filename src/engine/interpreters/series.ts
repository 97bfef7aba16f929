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

/** How a series goes on after c₀. */
interface Rule {
  /** Coefficient k from those before it. */
  readonly coefficient: (k: number) => Coefficient;
  /** Whether it turns out to be constant, as that of a step function is. */
  readonly flat: () => boolean;
}

const moves = () => false;

export class Series extends Value implements Tracer {
  readonly dtype: DType;
  readonly shape: Shape;
  /** Its place in the order in which they were made. */
  readonly id: number;
  private readonly known: Coefficient[];
  private isFlat: boolean | undefined;
  private slope: Series | undefined;

  constructor(
    readonly interpreter: Expansion,
    /** c₀. */
    readonly primal: Value,
    /** null: a constant. */
    private readonly rule: Rule | null,
    /** The series that the rule speaks of, but for the series itself. */
    readonly from: readonly Series[],
  ) {
    super();
    this.dtype = primal.dtype;
    this.shape = primal.shape;
    this.id = interpreter.count++;
    this.known = [primal];
  }

  coefficient(k: number): Coefficient {
    if (this.rule && k >= this.known.length && !this.flat)
      for (let next = this.known.length; next <= k; next++)
        this.known.push(this.interpreter.expand(() => this.rule!.coefficient(next)));
    return this.known[k] ?? null;
  }

  get flat(): boolean {
    this.isFlat ??= !this.rule || this.interpreter.expand(this.rule.flat);
    return this.isFlat;
  }

  /** The series of the derivative in t; null: zero. */
  derivative(): Series | null {
    if (this.flat) return null;
    this.slope ??= new Series(
      this.interpreter,
      this.coefficient(1) ?? zeros(this),
      { coefficient: (k) => times(this.coefficient(k + 1), k + 1), flat: moves },
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
    return new Series(this, coefficients[0], { coefficient: (k) => coefficients[k] ?? null, flat: moves }, []);
  }

  own(value: Value): Series | null {
    return value instanceof Series && value.interpreter === this ? value : null;
  }

  /** Runs a rule. Partials that rules are made of are the same for all operations that need them. */
  expand<T>(body: () => T): T {
    this.expanding++;
    try {
      return body();
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
    if (op.kind === "constant" || !isFloat(first.dtype)) return new Series(this, first, null, []);
    const from = series.filter((input) => input !== null);
    const flat = () => from.every((input) => input.flat);
    const at = (side: number, k: number) => (k === 0 ? primals[side]! : (series[side]?.coefficient(k) ?? null));
    switch (op.kind === "elementwise" ? op.algebra : op.kind) {
      case "linear": {
        const coefficient = (k: number) => {
          const own = inputs.map((_, side) => at(side, k));
          return own.some((part) => part) ? pushforward(op, primals, own, attributes, first) : null;
        };
        return new Series(this, first, { coefficient, flat }, from);
      }
      case "bilinear": {
        const coefficient = (k: number) => product(op, attributes, k, at);
        return new Series(this, first, { coefficient, flat }, from);
      }
    }
    let slope: Coefficient | undefined;
    const derivative = () => {
      if (slope !== undefined) return slope;
      const slopes = series.map((input) => input?.derivative() ?? null);
      slope = slopes.some((part) => part) ? pushforward(op, inputs, slopes, attributes, out) : null;
      return slope;
    };
    const coefficient = (k: number) => {
      const whole = derivative();
      const before = whole && this.own(whole)?.coefficient(k - 1);
      return before && k > 1 ? div(before, k) : (before ?? null);
    };
    const out: Series = new Series(this, first, { coefficient, flat: () => derivative() === null }, from);
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

/** Coefficient `k` of a product (Cauchy's), of which `at` gives the coefficients of each side. */
function product(op: Op, attributes: unknown, k: number, at: (side: number, k: number) => Coefficient): Coefficient {
  let total: Coefficient = null;
  for (let i = 0; i <= k; i++) {
    const [a, b] = [at(0, i), at(1, k - i)];
    if (!a || !b) continue;
    const term = bind(op, [a, b], attributes);
    total = total ? add(total, term) : term;
  }
  return total;
}
