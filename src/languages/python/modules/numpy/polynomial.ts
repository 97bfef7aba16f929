/** Polynomials with coefficients from the highest power down: `polyval`, `polyfit`, `roots`, `poly1d`. */
import * as engine from "../../../../engine";
import { peek, tensor, type Value } from "../../../../engine";
import { toInt } from "../../runtime/arguments";
import { PyTuple } from "../../runtime/containers";
import { raiseError } from "../../runtime/errors";
import { formatFloat } from "../../runtime/format";
import { makeType, native, PyObject, type PyValue } from "../../runtime/object";
import { PyArray } from "./array";
import { ComplexArray, isComplex } from "./complex";
import { asValue, concat, floats, pick, range, wrap } from "./convert";
import { array, define, type Entry } from "./functions";
import { complexOrReal, eigen } from "./linalg";
import { apply2 } from "./ufuncs";

const coefficients = (x: PyValue): Value => {
  const value = x instanceof Poly ? x.value : asValue(x);
  return value.shape.length === 0 ? engine.reshape(value, [1]) : value;
};

export function polyval(c: Value, x: PyValue): PyValue {
  let out: PyValue | undefined;
  for (let k = 0; k < c.shape[0]; k++) {
    const own = wrap(pick(c, [k], 0, true));
    out =
      out === undefined
        ? isComplex(x)
          ? own
          : apply2("add", apply2("multiply", x, 0n), own)
        : apply2("add", apply2("multiply", out, x), own);
  }
  return out ?? 0n;
}

const polymul = (a: Value, b: Value): Value => {
  const [n, m] = [a.shape[0], b.shape[0]];
  const offsets = Int32Array.from({ length: n * m }, (_, k) => Math.floor(k / m) + (k % m));
  return engine.scatterAdd(engine.mul(engine.reshape(a, [n, 1]), engine.reshape(b, [1, m])), offsets, [n + m - 1]);
};

/** The coefficients of the polynomial with these zeros. */
const fromRoots = (zeros: Value): Value =>
  Array.from(peek(zeros).data).reduce((all: Value, zero) => polymul(all, tensor([1, -zero])), tensor([1]));

const padded = (value: Value, length: number): Value =>
  value.shape[0] >= length ? value : concat([engine.full([length - value.shape[0]], 0, value.dtype), value], 0);

const polyder = (c: Value, times: number): Value => {
  let value = c;
  for (let k = 0; k < times; k++) {
    const n = value.shape[0] - 1;
    if (n <= 0) return engine.full([1], 0, value.dtype);
    value = engine.mul(
      pick(value, range(n), 0),
      tensor(
        range(n).map((i) => n - i),
        value.dtype,
      ),
    );
  }
  return value;
};

const polyint = (c: Value): Value => {
  const n = c.shape[0];
  const value = engine.div(engine.cast(c, "float64"), tensor(range(n).map((i) => n - i)));
  return concat([value, tensor([0])], 0);
};

function roots(c: Value): PyValue {
  const all = Array.from(peek(engine.cast(c, "float64")).data);
  const first = all.findIndex((x) => x !== 0);
  if (first < 0) return array(tensor([]));
  let last = all.length - 1;
  while (all[last] === 0) last--;
  const used = all.slice(first, last + 1);
  const zeros = all.length - 1 - last;
  const n = used.length - 1;
  const re: number[] = [];
  const im: number[] = [];
  if (n > 0) {
    const companion = tensor(
      range(n * n).map((k) => {
        const [i, j] = [Math.floor(k / n), k % n];
        return i === 0 ? -used[j + 1] / used[0] : i === j + 1 ? 1 : 0;
      }),
      "float64",
      [n, n],
    );
    const found = eigen(companion);
    re.push(...found.re);
    im.push(...found.im);
  }
  for (let k = 0; k < zeros; k++) {
    re.push(0);
    im.push(0);
  }
  return complexOrReal(Float64Array.from(re), Float64Array.from(im));
}

export function polyfit(x: Value, y: Value, degree: number, weights?: Value): Value {
  if (x.shape[0] !== y.shape[0]) raiseError("TypeError", "expected x and y to have same length");
  const powers = range(degree + 1).map((k) => degree - k);
  const columns = powers.map((k) => (k === 0 ? engine.full(x.shape, 1) : engine.pow(x, k)));
  let a = engine.transpose(engine.stack(columns));
  let b = y;
  if (weights) {
    a = engine.mul(a, engine.reshape(weights, [weights.shape[0], 1]));
    b = engine.mul(b, weights);
  }
  // Columns scaled to length one, as NumPy does.
  const scale = engine.sqrt(engine.sum(engine.square(a), [0]));
  return engine.div(engine.lstsq(engine.div(a, scale), b, x.shape[0] * Number.EPSILON), scale);
}

const polyType = makeType("poly1d");
polyType.module = "numpy";

/** Powers on a line above the terms, which is broken at 70 columns, as `poly1d` has them. */
function raised(line: string): string {
  let [out, upper, lower, from] = [" ", "", "", 0];
  for (const match of line.matchAll(/\*\*([0-9]+)/g)) {
    const part = line.slice(from, match.index);
    from = match.index + match[0].length;
    const above = " ".repeat(part.length - 1) + match[1];
    const below = part + " ".repeat(match[1].length - 1);
    if (lower.length + below.length > 70 || upper.length + above.length > 70) {
      out += `${upper}\n${lower}\n `;
      [upper, lower] = [above, below];
    } else {
      upper += above;
      lower += below;
    }
  }
  return `${out}${upper}\n${lower}${line.slice(from)}`;
}

class Poly extends PyObject {
  constructor(
    readonly value: Value,
    readonly variable = "x",
  ) {
    super(polyType);
  }
  override pyCall(args: PyValue[]): PyValue {
    return polyval(this.value, args[0]);
  }
  override pyBinary(op: string, other: PyValue, reflected: boolean): PyValue | undefined {
    const right = coefficients(other);
    const [a, b] = reflected ? [right, this.value] : [this.value, right];
    const length = Math.max(a.shape[0], b.shape[0]);
    if (op === "+") return new Poly(engine.add(padded(a, length), padded(b, length)));
    if (op === "-") return new Poly(engine.sub(padded(a, length), padded(b, length)));
    if (op === "*") return new Poly(polymul(a, b));
    if (op === "/" && !(other instanceof Poly) && !reflected) return new Poly(engine.div(this.value, right));
    if (op === "**") {
      let out: Value = tensor([1], this.value.dtype);
      for (let k = Number(toInt(other)); k > 0; k--) out = polymul(out, this.value);
      return new Poly(out);
    }
    return undefined;
  }
  override pyUnary(op: string): PyValue | undefined {
    return op === "-" ? new Poly(engine.neg(this.value)) : op === "+" ? this : undefined;
  }
  override pyGetItem(power: PyValue): PyValue {
    const at = this.value.shape[0] - 1 - Number(toInt(power));
    return at >= 0 && at < this.value.shape[0] ? wrap(pick(this.value, [at], 0, true)) : 0n;
  }
  override pyLength(): number {
    return this.value.shape[0] - 1;
  }
  override pyIterate() {
    return array(this.value).pyIterate();
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    switch (name) {
      case "c":
      case "coef":
      case "coeffs":
      case "coefficients":
        return array(this.value);
      case "order":
      case "o":
        return BigInt(this.value.shape[0] - 1);
      case "r":
      case "roots":
        return roots(this.value);
      case "variable":
        return this.variable;
      case "deriv":
        return native(name, ([m = 1n]) => new Poly(polyder(this.value, Number(toInt(m)))));
      case "integ":
        return native(name, () => new Poly(polyint(this.value)));
    }
    return undefined;
  }
  override pyStr(): string {
    const c = Array.from(peek(this.value).data);
    const used = c.slice(
      Math.max(
        c.findIndex((x) => x !== 0),
        0,
      ),
    );
    let line = "";
    used.forEach((x, k) => {
      const power = used.length - 1 - k;
      const number = formatFloat(x, ".4g").replace(/\.0000$/, "");
      if (number === "0" && used.length > 1) return;
      const term =
        power === 0 ? number : power === 1 ? `${number} ${this.variable}` : `${number} ${this.variable}**${power}`;
      line += k === 0 ? term : term.startsWith("-") ? ` - ${term.slice(1)}` : ` + ${term}`;
    });
    return raised(line);
  }
  override pyRepr(): string {
    return `poly1d(${array(this.value).pyRepr().slice(6, -1)})`;
  }
}

export const polynomial: Entry[] = [
  define("polyval", ["p", "x"], ([p, x]) =>
    polyval(
      coefficients(p!),
      x instanceof PyArray || isComplex(x!) ? x : typeof x === "object" && x !== null ? array(asValue(x)) : x!,
    ),
  ),
  define("polyfit", ["x", "y", "deg", "rcond?", "full?", "w?", "cov?"], ([x, y, degree, , , w]) =>
    array(
      polyfit(floats(x!), floats(y!), Number(toInt(degree!)), w === undefined || w === null ? undefined : floats(w)),
    ),
  ),
  define("polymul", ["a1", "a2"], ([a, b]) => array(polymul(coefficients(a!), coefficients(b!)))),
  define("polyadd", ["a1", "a2"], ([a, b]) => {
    const [x, y] = [coefficients(a!), coefficients(b!)];
    const n = Math.max(x.shape[0], y.shape[0]);
    return array(engine.add(padded(x, n), padded(y, n)));
  }),
  define("polysub", ["a1", "a2"], ([a, b]) => {
    const [x, y] = [coefficients(a!), coefficients(b!)];
    const n = Math.max(x.shape[0], y.shape[0]);
    return array(engine.sub(padded(x, n), padded(y, n)));
  }),
  define("polydiv", ["u", "v"], ([a, b]) => {
    const u = Array.from(peek(engine.cast(coefficients(a!), "float64")).data);
    const v = Array.from(peek(engine.cast(coefficients(b!), "float64")).data);
    const q: number[] = [];
    for (let k = 0; k + v.length <= u.length; k++) {
      const d = u[k] / v[0];
      q.push(d);
      v.forEach((x, j) => {
        u[k + j] -= d * x;
      });
    }
    let rest = u.slice(q.length);
    while (rest.length > 1 && Math.abs(rest[0]) < 1e-14) rest = rest.slice(1);
    return new PyTuple([array(tensor(q.length ? q : [0])), array(tensor(rest.length ? rest : [0]))]);
  }),
  define("polyder", ["p", "m?"], ([p, m]) => {
    const out = polyder(coefficients(p!), m === undefined || m === null ? 1 : Number(toInt(m)));
    return p instanceof Poly ? new Poly(out) : array(out);
  }),
  define("polyint", ["p"], ([p]) =>
    p instanceof Poly ? new Poly(polyint(p.value)) : array(polyint(coefficients(p!))),
  ),
  define("roots", ["p"], ([p]) => roots(coefficients(p!))),
  define("poly", ["seq"], ([x]) => {
    return array(fromRoots(floats(x!)));
  }),
  define("poly1d", ["c_or_r", "r?", "variable?"], ([c, roots, variable]) => {
    const given = coefficients(c!);
    const own = roots === true ? fromRoots(given) : given;
    return new Poly(own, typeof variable === "string" ? variable : "x");
  }),
];

export { ComplexArray };
