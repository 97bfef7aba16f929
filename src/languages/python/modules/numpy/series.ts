/**
 * `numpy.polynomial`: power series and the classical orthogonal ones, coefficients from the lowest degree up.
 * Each family is told by its three-term recurrence (Abramowitz and Stegun, 22.7).
 */
import * as engine from "../../../../engine";
import { peek, scalarText, tensor, type Value } from "../../../../engine";
import { bindArguments, toFloat, toInt } from "../../runtime/arguments";
import { PyList, PyTuple } from "../../runtime/containers";
import { raiseError } from "../../runtime/errors";
import { makeType, native, PyClassMethod, PyNative, PyObject, type PyType, type PyValue } from "../../runtime/object";
import { call } from "../../runtime/protocol";
import { registerModule } from "../registry";
import { PyArray } from "./array";
import { ComplexArray } from "./complex";
import { asValue, floats, pick, range, wrap } from "./convert";
import { array, define, type Entry } from "./functions";
import { polyfit, polynomial } from "./polynomial";
import { apply2 } from "./ufuncs";

interface Family {
  readonly name: string;
  /** The module's name and the prefix of its functions. */
  readonly module: string;
  readonly prefix: string;
  readonly letter: string;
  readonly domain: readonly [number, number];
  /** p(k+1) = (a·x + b)·p(k) + c·p(k−1). */
  readonly next: (k: number) => readonly [a: number, b: number, c: number];
  /** Nodes and weights of Gauss's rule with n points. */
  readonly gauss?: (n: number) => { nodes: number[]; weights: number[] };
}

/** Gauss's rule from the symmetric tridiagonal matrix of a family (Golub and Welsch 1969), by bisection and Newton's steps. */
function gaussRule(
  n: number,
  start: (k: number) => number,
  at: (x: number) => { p: number; slope: number; before: number },
  weight: (x: number, slope: number, before: number) => number,
): { nodes: number[]; weights: number[] } {
  const nodes: number[] = [];
  const weights: number[] = [];
  for (let k = 0; k < n; k++) {
    let x = start(k);
    for (let step = 0; step < 100; step++) {
      const { p, slope } = at(x);
      // Zeros that are known are divided out.
      const pull = nodes.reduce((sum, node) => sum + 1 / (x - node), 0);
      const move = p / (slope - p * pull);
      x -= move;
      if (Math.abs(move) <= 1e-15 * (1 + Math.abs(x))) break;
    }
    nodes.push(x);
  }
  nodes.sort((a, b) => a - b);
  for (const x of nodes) {
    const { slope, before } = at(x);
    weights.push(weight(x, slope, before));
  }
  return { nodes, weights };
}

const symmetric = ({ nodes, weights }: { nodes: number[]; weights: number[] }) => {
  const n = nodes.length;
  return {
    nodes: nodes.map((x, k) => (x - nodes[n - 1 - k]) / 2),
    weights: weights.map((w, k) => (w + weights[n - 1 - k]) / 2),
  };
};

const legendre = (n: number, x: number) => {
  let [before, p] = [1, x];
  if (n === 0) return { p: 1, slope: 0, before: 0 };
  for (let k = 1; k < n; k++) [before, p] = [p, ((2 * k + 1) * x * p - k * before) / (k + 1)];
  return { p, slope: (n * (before - x * p)) / (1 - x * x), before };
};
/** Hermite's functions normalized, so that they do not overflow. */
const hermite = (n: number, x: number) => {
  let [before, p] = [0, Math.PI ** -0.25];
  for (let k = 0; k < n; k++) [before, p] = [p, x * Math.sqrt(2 / (k + 1)) * p - Math.sqrt(k / (k + 1)) * before];
  return { p, slope: Math.sqrt(2 * n) * before, before };
};
const laguerre = (n: number, x: number) => {
  let [before, p] = [0, 1];
  for (let k = 0; k < n; k++) [before, p] = [p, ((2 * k + 1 - x) * p - k * before) / (k + 1)];
  return { p, slope: (n * (p - before)) / x, before };
};

const FAMILIES: readonly Family[] = [
  {
    name: "Polynomial",
    module: "polynomial",
    prefix: "poly",
    letter: "x",
    domain: [-1, 1],
    next: () => [1, 0, 0],
  },
  {
    name: "Chebyshev",
    module: "chebyshev",
    prefix: "cheb",
    letter: "T",
    domain: [-1, 1],
    next: (k) => (k === 0 ? [1, 0, 0] : [2, 0, -1]),
    gauss: (n) => ({
      nodes: range(n).map((k) => Math.cos((Math.PI * (2 * k + 1)) / (2 * n))),
      weights: range(n).map(() => Math.PI / n),
    }),
  },
  {
    name: "Legendre",
    module: "legendre",
    prefix: "leg",
    letter: "P",
    domain: [-1, 1],
    next: (k) => [(2 * k + 1) / (k + 1), 0, -k / (k + 1)],
    gauss: (n) =>
      symmetric(
        gaussRule(
          n,
          (k) => Math.cos((Math.PI * (k + 0.75)) / (n + 0.5)),
          (x) => legendre(n, x),
          (x, slope) => 2 / ((1 - x * x) * slope * slope),
        ),
      ),
  },
  {
    name: "Hermite",
    module: "hermite",
    prefix: "herm",
    letter: "H",
    domain: [-1, 1],
    next: (k) => [2, 0, -2 * k],
    gauss: (n) =>
      symmetric(
        gaussRule(
          n,
          (k) => Math.sqrt(2 * n + 1) * Math.cos((Math.PI * (k + 0.75)) / (n + 0.5)),
          (x) => hermite(n, x),
          (_x, _slope, before) => 1 / (n * before * before),
        ),
      ),
  },
  {
    name: "HermiteE",
    module: "hermite_e",
    prefix: "herme",
    letter: "He",
    domain: [-1, 1],
    next: (k) => [1, 0, -k],
    gauss: (n) => {
      const { nodes, weights } = FAMILIES[3].gauss!(n);
      return { nodes: nodes.map((x) => x * Math.SQRT2), weights: weights.map((w) => w * Math.SQRT2) };
    },
  },
  {
    name: "Laguerre",
    module: "laguerre",
    prefix: "lag",
    letter: "L",
    domain: [0, 1],
    next: (k) => [-1 / (k + 1), (2 * k + 1) / (k + 1), -k / (k + 1)],
    gauss: (n) =>
      gaussRule(
        n,
        (k) => (((k + 1) * Math.PI) ** 2 / (4 * n + 2)) * 0.6,
        (x) => laguerre(n, x),
        (x, slope) => 1 / (x * slope * slope),
      ),
  },
];

// ── coefficients as numbers ─────────────────────────────────────────────────

const addTo = (a: readonly number[], b: readonly number[], scale = 1): number[] =>
  range(Math.max(a.length, b.length)).map((k) => (a[k] ?? 0) + scale * (b[k] ?? 0));
const times = (a: readonly number[], b: readonly number[]): number[] => {
  const out = new Array<number>(Math.max(a.length + b.length - 1, 1)).fill(0);
  a.forEach((x, i) => {
    b.forEach((y, j) => {
      out[i + j] += x * y;
    });
  });
  return out;
};
const trimmed = (c: readonly number[]): number[] => {
  let n = c.length;
  while (n > 1 && c[n - 1] === 0) n--;
  return c.slice(0, n);
};

/** The powers of x in each basis polynomial up to degree n − 1. */
function basis(family: Family, n: number): number[][] {
  const out: number[][] = [[1]];
  for (let k = 0; k + 1 < n; k++) {
    const [a, b, c] = family.next(k);
    const p = addTo(times([b, a], out[k]), out[k - 1] ?? [], c);
    out.push(p.slice(0, k + 2));
  }
  return out;
}
const toPowers = (family: Family, c: readonly number[]): number[] =>
  basis(family, c.length).reduce<number[]>((sum, p, k) => addTo(sum, p, c[k]), [0]);
function fromPowers(family: Family, powers: readonly number[]): number[] {
  const all = basis(family, powers.length);
  const rest = [...powers];
  const out = new Array<number>(powers.length).fill(0);
  for (let k = powers.length - 1; k >= 0; k--) {
    out[k] = rest[k] / all[k][k];
    for (let j = 0; j <= k; j++) rest[j] -= out[k] * all[k][j];
  }
  return out;
}
/** What is done to the powers of x, done to coefficients in a family. */
const through = (family: Family, c: readonly number[], run: (powers: number[]) => number[]): number[] =>
  family.prefix === "poly" ? run([...c]) : fromPowers(family, run(toPowers(family, c)));

const derivative = (c: readonly number[], times_ = 1): number[] => {
  let out = [...c];
  for (let k = 0; k < times_; k++) out = out.length > 1 ? out.slice(1).map((x, i) => x * (i + 1)) : [0];
  return out;
};
const integral = (c: readonly number[], constant = 0): number[] => [constant, ...c.map((x, k) => x / (k + 1))];

function divide(u: readonly number[], v: readonly number[]): { quotient: number[]; rest: number[] } {
  const rest = [...u];
  const d = trimmed(v);
  if (u.length < d.length) return { quotient: [0], rest };
  const quotient = new Array<number>(u.length - d.length + 1).fill(0);
  for (let k = quotient.length - 1; k >= 0; k--) {
    quotient[k] = rest[k + d.length - 1] / d[d.length - 1];
    d.forEach((x, j) => {
      rest[k + j] -= quotient[k] * x;
    });
  }
  return { quotient, rest: trimmed(rest.slice(0, Math.max(d.length - 1, 1))) };
}

const numbersOf = (x: PyValue): number[] => (x instanceof Series ? x.numbers() : Array.from(peek(floats(x)).data));
const coefficientsOf = (x: PyValue): Value => {
  const value = x instanceof Series ? x.coef : floats(x);
  return value.shape.length === 0 ? engine.reshape(value, [1]) : value;
};
const vector = (numbers: readonly number[]): PyArray => array(tensor(numbers));

/** The sum of the series at x, by the recurrence. */
function evaluate(family: Family, c: Value, x: PyValue): PyValue {
  const own = (k: number): PyValue => wrap(pick(c, [k], 0, true));
  const n = c.shape[0];
  const point = x instanceof PyObject && !(x instanceof PyArray) && !(x instanceof ComplexArray) ? listed(x) : x;
  if (family.prefix === "poly") {
    let out = apply2("add", own(n - 1), apply2("multiply", point, 0n));
    for (let k = n - 2; k >= 0; k--) out = apply2("add", own(k), apply2("multiply", out, point));
    return out;
  }
  let before: PyValue = 0n;
  let p: PyValue = apply2("add", apply2("multiply", point, 0n), 1n);
  let total = apply2("multiply", own(0), p);
  for (let k = 0; k + 1 < n; k++) {
    const [a, b, c_] = family.next(k);
    const next = apply2(
      "add",
      apply2("multiply", apply2("add", apply2("multiply", point, a), b), p),
      apply2("multiply", before, c_),
    );
    [before, p] = [p, next];
    total = apply2("add", total, apply2("multiply", own(k + 1), p));
  }
  return total;
}
const listed = (x: PyValue): PyValue => (x instanceof PyList || x instanceof PyTuple ? array(asValue(x)) : x);

/** Least squares in a family: in powers, then turned. */
function fitted(family: Family, x: PyValue, y: PyValue, degree: number, weights?: PyValue): number[] {
  const by = weights === undefined || weights === null ? undefined : floats(weights);
  const powers = Array.from(peek(polyfit(floats(x), floats(y), degree, by)).data).reverse();
  return family.prefix === "poly" ? powers : fromPowers(family, powers);
}

const rootsOfPowers = polynomial.find(([name]) => name === "roots")![1];
function roots(family: Family, c: readonly number[]): PyValue {
  const found = call(rootsOfPowers, [vector(toPowersOf(family, c).reverse())]);
  if (found instanceof PyArray) return vector(Array.from(peek(found.value).data).sort((a, b) => a - b));
  const z = found as ComplexArray;
  const order = range(z.re.length).sort((i, j) => z.re[i] - z.re[j] || z.im[i] - z.im[j]);
  return z.pick(Int32Array.from(order), z.shape);
}
const toPowersOf = (family: Family, c: readonly number[]): number[] =>
  family.prefix === "poly" ? [...c] : toPowers(family, c);

// ── the classes ─────────────────────────────────────────────────────────────

const classes = new Map<string, PyType>();

class Series extends PyObject {
  constructor(
    readonly family: Family,
    readonly coef: Value,
    readonly domain: readonly number[] = family.domain,
    readonly window: readonly number[] = family.domain,
    readonly symbol = "x",
  ) {
    super(classes.get(family.name)!);
  }
  numbers(): number[] {
    return Array.from(peek(this.coef).data);
  }
  private like(numbers: readonly number[]): Series {
    return new Series(this.family, tensor(numbers), this.domain, this.window, this.symbol);
  }
  /** offset + scale·x takes the domain to the window. */
  private map(): { offset: number; scale: number } {
    const [[a, b], [p, q]] = [this.domain, this.window];
    return { offset: (b * p - a * q) / (b - a), scale: (q - p) / (b - a) };
  }
  override pyCall([x]: PyValue[]): PyValue {
    const { offset, scale } = this.map();
    if (x instanceof Series)
      return x.like(this.numbers().reduceRight<number[]>((all, c) => addTo(times(all, x.numbers()), [c]), [0]));
    const inside =
      offset === 0 && scale === 1 ? listed(x) : apply2("add", offset, apply2("multiply", scale, listed(x)));
    return evaluate(this.family, this.coef, inside);
  }
  override pyBinary(op: string, other: PyValue, reflected: boolean): PyValue | undefined {
    if (!(other instanceof Series) && typeof other === "string") return undefined;
    const own = this.numbers();
    if (op === "**") {
      let out: number[] = [1];
      const base = toPowersOf(this.family, own);
      for (let k = 0; k < Number(toInt(other)); k++) out = times(out, base);
      return this.like(this.family.prefix === "poly" ? out : fromPowers(this.family, out));
    }
    const right = numbersOf(other);
    const [a, b] = reflected ? [right, own] : [own, right];
    switch (op) {
      case "+":
        return this.like(trimmed(addTo(a, b)));
      case "-":
        return this.like(trimmed(addTo(a, b, -1)));
      case "*":
        return this.like(
          this.family.prefix === "poly"
            ? times(a, b)
            : fromPowers(this.family, times(toPowers(this.family, a), toPowers(this.family, b))),
        );
      case "/":
        return other instanceof Series ? undefined : this.like(own.map((x) => x / toFloat(other)));
      case "//":
      case "%":
      case "divmod": {
        const { quotient, rest } = divide(toPowersOf(this.family, a), toPowersOf(this.family, b));
        const [q, r] = [quotient, rest].map((c) =>
          this.like(this.family.prefix === "poly" ? c : fromPowers(this.family, c)),
        );
        return op === "//" ? q : op === "%" ? r : new PyTuple([q, r]);
      }
    }
    return undefined;
  }
  override pyUnary(op: string): PyValue | undefined {
    return op === "-" ? this.like(this.numbers().map((x) => -x)) : op === "+" ? this : undefined;
  }
  override pyCompare(op: string, other: PyValue): PyValue | undefined {
    const same =
      other instanceof Series && other.family === this.family && other.numbers().join() === this.numbers().join();
    return op === "==" ? same : op === "!=" ? !same : undefined;
  }
  override pyLength(): number {
    return this.coef.shape[0];
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    const { family } = this;
    const whole = (x: PyValue | undefined): number => (x === undefined || x === null ? 1 : Number(toInt(x)));
    switch (name) {
      case "coef":
        return array(this.coef);
      case "domain":
        return vector(this.domain);
      case "window":
        return vector(this.window);
      case "symbol":
        return this.symbol;
      case "degree":
        return native(name, () => BigInt(this.coef.shape[0] - 1));
      case "copy":
        return native(name, () => this.like(this.numbers()));
      case "trim":
        return native(name, () => this.like(trimmed(this.numbers())));
      case "deriv":
        return native(name, ([m]) => {
          const { scale } = this.map();
          const times_ = whole(m);
          return this.like(
            through(family, this.numbers(), (p) => derivative(p, times_)).map((x) => x * scale ** times_),
          );
        });
      case "integ":
        return native(name, (args, kwargs) => {
          const [m, k] = bindArguments("integ", ["m?", "k?", "lbnd?"], args, kwargs);
          const { scale } = this.map();
          let c = this.numbers();
          for (let time = 0; time < whole(m); time++)
            c = through(family, c, (p) =>
              integral(p, k === undefined || k === null ? 0 : (numbersOf(k)[time] ?? 0)),
            ).map((x, at) => (at === 0 ? x : x / scale));
          return this.like(c);
        });
      case "roots":
        return native(name, () => {
          const { offset, scale } = this.map();
          const found = roots(family, this.numbers());
          return offset === 0 && scale === 1 ? found : apply2("divide", apply2("subtract", found, offset), scale);
        });
      case "linspace":
        return native(name, (args, kwargs) => {
          const [n] = bindArguments("linspace", ["n?", "domain?"], args, kwargs);
          const count = n === undefined || n === null ? 100 : Number(toInt(n));
          const [a, b] = this.domain;
          const x = vector(range(count).map((k) => a + ((b - a) * k) / (count - 1)));
          return new PyTuple([x, this.pyCall([x])]);
        });
      case "convert":
        return native(name, (args, kwargs) => {
          const [, kind] = bindArguments("convert", ["domain?", "kind?", "window?"], args, kwargs);
          const { offset, scale } = this.map();
          const target = FAMILIES.find((one) => classes.get(one.name) === kind) ?? family;
          const line = [offset, scale];
          const powers = toPowersOf(family, this.numbers()).reduceRight<number[]>(
            (all, c) => addTo(times(all, line), [c]),
            [0],
          );
          const c = powers.slice(0, this.coef.shape[0]);
          return new Series(target, tensor(target.prefix === "poly" ? c : fromPowers(target, c)));
        });
    }
    return undefined;
  }
  override pyRepr(): string {
    const inside = [array(this.coef), vector(this.domain), vector(this.window)].map((x) => x.pyRepr().slice(6, -1));
    return `${this.family.name}(${inside[0]}, domain=${inside[1]}, window=${inside[2]}, symbol='${this.symbol}')`;
  }
  override pyStr(): string {
    const { offset, scale } = this.map();
    const number = (x: number): string => scalarText(x, "float64");
    const inner =
      offset === 0 && scale === 1
        ? this.symbol
        : offset === 0
          ? `(${number(scale)}${this.symbol})`
          : `(${number(offset)} + ${number(scale)}${this.symbol})`;
    const digits = (k: number, from: string): string => [...String(k)].map((d) => from[Number(d)]).join("");
    const term = (k: number): string =>
      this.family.prefix === "poly"
        ? `·${inner}${k === 1 ? "" : digits(k, "⁰¹²³⁴⁵⁶⁷⁸⁹")}`
        : `·${this.family.letter}${digits(k, "₀₁₂₃₄₅₆₇₈₉")}(${inner.replace(/^\(|\)$/g, "")})`;
    return this.numbers()
      .map((c, k) => (k === 0 ? number(c) : `${c < 0 ? "- " : "+ "}${number(Math.abs(c))}${term(k)}`))
      .join(" ");
  }
}

for (const family of FAMILIES) {
  const type = makeType(family.name);
  type.module = `numpy.polynomial.${family.module}`;
  const limits = (x: PyValue | undefined): number[] | undefined =>
    x === undefined || x === null ? undefined : numbersOf(x);
  type.construct = (_type, args, kwargs) => {
    const [coef, domain, window, symbol] = bindArguments(
      family.name,
      ["coef", "domain?", "window?", "symbol?"],
      args,
      kwargs,
    );
    return new Series(family, coefficientsOf(coef!), limits(domain), limits(window), (symbol as string) ?? "x");
  };
  const method = (name: string, run: (args: PyValue[], kwargs: Map<string, PyValue> | undefined) => PyValue): void => {
    type.attributes.set(name, new PyClassMethod(new PyNative(name, ([, ...args], kwargs) => run(args, kwargs))));
  };
  method("fit", (args, kwargs) => {
    const [x, y, degree, domain, , , w] = bindArguments(
      "fit",
      ["x", "y", "deg", "domain?", "rcond?", "full?", "w?", "window?"],
      args,
      kwargs,
    );
    const xs = numbersOf(x!);
    const own = domain instanceof PyList && domain.items.length === 0 ? [...family.domain] : limits(domain);
    const [a, b] = own ?? [Math.min(...xs), Math.max(...xs)];
    const [p, q] = family.domain;
    const scaled = vector(xs.map((v) => (b * p - a * q) / (b - a) + ((q - p) / (b - a)) * v));
    return new Series(family, tensor(fitted(family, scaled, y!, Number(toInt(degree!)), w)), [a, b]);
  });
  method("fromroots", ([zeros]) => {
    const powers = numbersOf(zeros).reduce<number[]>((all, zero) => times(all, [-zero, 1]), [1]);
    return new Series(family, tensor(family.prefix === "poly" ? powers : fromPowers(family, powers)));
  });
  method("basis", ([degree]) => new Series(family, tensor([...new Array<number>(Number(toInt(degree))).fill(0), 1])));
  method("identity", () => new Series(family, tensor(family.prefix === "poly" ? [0, 1] : fromPowers(family, [0, 1]))));
  classes.set(family.name, type);
}

// ── the modules ─────────────────────────────────────────────────────────────

const functionsOf = (family: Family): Entry[] => {
  const { prefix } = family;
  const whole = (x: PyValue | undefined, otherwise: number): number =>
    x === undefined || x === null ? otherwise : Number(toInt(x));
  const product = (a: readonly number[], b: readonly number[]): number[] =>
    prefix === "poly" ? times(a, b) : fromPowers(family, times(toPowers(family, a), toPowers(family, b)));
  const { gauss } = family;
  return [
    [family.name, classes.get(family.name)!],
    define(`${prefix}val`, ["x", "c", "tensor?"], ([x, c]) => evaluate(family, coefficientsOf(c!), listed(x!))),
    define(`${prefix}fit`, ["x", "y", "deg", "rcond?", "full?", "w?"], ([x, y, degree, , , w]) =>
      vector(fitted(family, x!, y!, Number(toInt(degree!)), w)),
    ),
    define(`${prefix}roots`, ["c"], ([c]) => roots(family, numbersOf(c!))),
    define(`${prefix}add`, ["c1", "c2"], ([a, b]) => vector(trimmed(addTo(numbersOf(a!), numbersOf(b!))))),
    define(`${prefix}sub`, ["c1", "c2"], ([a, b]) => vector(trimmed(addTo(numbersOf(a!), numbersOf(b!), -1)))),
    define(`${prefix}mul`, ["c1", "c2"], ([a, b]) => vector(trimmed(product(numbersOf(a!), numbersOf(b!))))),
    define(`${prefix}der`, ["c", "m?"], ([c, m]) =>
      vector(through(family, numbersOf(c!), (p) => derivative(p, whole(m, 1)))),
    ),
    define(`${prefix}int`, ["c", "m?", "k?"], ([c, , k]) =>
      vector(
        through(family, numbersOf(c!), (p) => integral(p, k === undefined || k === null ? 0 : (numbersOf(k)[0] ?? 0))),
      ),
    ),
    define(`${prefix}fromroots`, ["roots"], ([zeros]) => {
      const powers = numbersOf(zeros!).reduce<number[]>((all, zero) => times(all, [-zero, 1]), [1]);
      return vector(prefix === "poly" ? powers : fromPowers(family, powers));
    }),
    define(`${prefix}vander`, ["x", "deg"], ([x, degree]) => {
      const rows = range(Number(toInt(degree!)) + 1).map((k) =>
        asValue(evaluate(family, tensor([...new Array<number>(k).fill(0), 1]), listed(x!))),
      );
      return array(engine.transpose(engine.stack(rows)));
    }),
    ...(prefix === "poly"
      ? [
          define("polydiv", ["c1", "c2"], ([a, b]) => {
            const { quotient, rest } = divide(numbersOf(a!), numbersOf(b!));
            return new PyTuple([vector(quotient), vector(rest)]);
          }),
        ]
      : [
          define(`${prefix}2poly`, ["c"], ([c]) => vector(toPowers(family, numbersOf(c!)))),
          define(`poly2${prefix}`, ["pol"], ([c]) => vector(fromPowers(family, numbersOf(c!)))),
        ]),
    ...(gauss
      ? [
          define(`${prefix}gauss`, ["deg"], ([degree]) => {
            const n = Number(toInt(degree!));
            if (n < 1) raiseError("ValueError", "deg must be a positive integer");
            const { nodes, weights } = gauss(n);
            return new PyTuple([vector(nodes), vector(weights)]);
          }),
        ]
      : []),
  ];
};

registerModule("numpy.polynomial", () => new Map<string, PyValue>(classes));
for (const family of FAMILIES)
  registerModule(`numpy.polynomial.${family.module}`, () => new Map<string, PyValue>(functionsOf(family)));
