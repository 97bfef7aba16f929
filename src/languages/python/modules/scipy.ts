/** The part of `scipy` that formulas use: special functions, the normal distribution, constants, roots, integrals. */

import type { Value } from "../../../engine";
import * as engine from "../../../engine";
import { toInt } from "../runtime/arguments";
import type { PyValue } from "../runtime/object";
import { axisOf, floats, wrap } from "./numpy/convert";
import { define, type Entry } from "./numpy/functions";
import { sum } from "./numpy/reductions";
import { loadModule, registerMembers, registerModule } from "./registry";

const none = (x: PyValue | undefined): x is undefined | null => x === undefined || x === null;
const one = (name: string, run: (x: Value) => Value): Entry =>
  define(name, ["x", "out?"], ([x]) => wrap(run(floats(x!))));
const two = (name: string, run: (x: Value, y: Value) => Value): Entry =>
  define(name, ["x", "y", "out?"], ([x, y]) => wrap(run(floats(x!), floats(y!))));

/** exp(x − max) along an axis, and the sum. */
function shifted(x: Value, axis: PyValue | undefined): { parts: Value; total: Value; most: Value; axes: number[] } {
  const axes = none(axis) ? x.shape.map((_, k) => k) : [axisOf(axis, x.shape.length)];
  const most = engine.stopGradient(engine.max(x, axes, true));
  const parts = engine.exp(engine.sub(x, most));
  return { parts, total: sum(parts, axes, true), most, axes };
}

const special: Entry[] = [
  one("erf", engine.erf),
  one("erfc", engine.erfc),
  one("erfinv", engine.erfinv),
  one("gamma", engine.gamma),
  one("gammaln", engine.lgamma),
  one("loggamma", engine.lgamma),
  one("psi", engine.digamma),
  one("digamma", engine.digamma),
  one("expit", engine.sigmoid),
  one("logit", (x) => engine.log(engine.div(x, engine.sub(1, x)))),
  one("log1p", engine.log1p),
  one("expm1", engine.expm1),
  one("ndtr", (x) => engine.mul(0.5, engine.erfc(engine.div(engine.neg(x), Math.SQRT2)))),
  one("ndtri", (p) => engine.mul(Math.SQRT2, engine.erfinv(engine.sub(engine.mul(2, p), 1)))),
  one("log_expit", engine.logsigmoid),
  two("beta", engine.beta),
  two("betaln", (x, y) => engine.sub(engine.add(engine.lgamma(x), engine.lgamma(y)), engine.lgamma(engine.add(x, y)))),
  two("xlogy", engine.xlogy),
  two("polygamma", engine.polygamma),
  define("softmax", ["x", "axis?"], ([x, axis]) => {
    const { parts, total } = shifted(floats(x!), axis);
    return wrap(engine.div(parts, total));
  }),
  define("log_softmax", ["x", "axis?"], ([x, axis]) => {
    const value = floats(x!);
    const { total, most } = shifted(value, axis);
    return wrap(engine.sub(engine.sub(value, most), engine.log(total)));
  }),
  define("logsumexp", ["a", "axis?", "b?", "keepdims?"], ([x, axis, , keep]) => {
    const { total, most, axes } = shifted(floats(x!), axis);
    const out = engine.add(engine.log(total), most);
    return wrap(
      keep === true
        ? out
        : engine.reshape(
            out,
            out.shape.filter((_, k) => !axes.includes(k)),
          ),
    );
  }),
  define("comb", ["N", "k", "exact?", "repetition?"], ([n, k, exact]) => {
    if (exact === true) {
      const [a, b] = [toInt(n!), toInt(k!)];
      let out = b < 0n || b > a ? 0n : 1n;
      for (let j = 1n; j <= b && out > 0n; j++) out = (out * (a - b + j)) / j;
      return out;
    }
    const [a, b] = [floats(n!), floats(k!)];
    const log = (x: Value): Value => engine.lgamma(engine.add(x, 1));
    return wrap(engine.round(engine.exp(engine.sub(engine.sub(log(a), log(b)), log(engine.sub(a, b))))));
  }),
  define("factorial", ["n", "exact?"], ([n, exact]) => {
    if (exact === true) {
      let out = 1n;
      for (let j = 2n; j <= toInt(n!); j++) out *= j;
      return out;
    }
    return wrap(engine.gamma(engine.add(floats(n!), 1)));
  }),
];
registerModule("scipy", () => new Map([["__version__", "1.17.0"]]));
registerModule("scipy.special", () => new Map(special));
registerMembers(
  "scipy.special",
  new Map(
    ["gammainc", "gammaincc", "betainc", "stdtr"].map((name) => [
      name,
      () => loadModule("scipy._incomplete")!.member(name)!,
    ]),
  ),
);

const CONSTANTS: Record<string, number> = {
  pi: Math.PI,
  golden: (1 + Math.sqrt(5)) / 2,
  c: 299792458,
  speed_of_light: 299792458,
  h: 6.62607015e-34,
  Planck: 6.62607015e-34,
  hbar: 1.0545718176461565e-34,
  G: 6.6743e-11,
  gravitational_constant: 6.6743e-11,
  g: 9.80665,
  e: 1.602176634e-19,
  elementary_charge: 1.602176634e-19,
  R: 8.314462618153241,
  gas_constant: 8.314462618153241,
  N_A: 6.02214076e23,
  Avogadro: 6.02214076e23,
  k: 1.380649e-23,
  Boltzmann: 1.380649e-23,
  sigma: 5.6703744191844314e-8,
  Stefan_Boltzmann: 5.6703744191844314e-8,
  m_e: 9.1093837139e-31,
  m_p: 1.67262192595e-27,
  epsilon_0: 8.8541878188e-12,
  mu_0: 1.25663706127e-6,
  au: 149597870700,
  degree: Math.PI / 180,
  minute: 60,
  hour: 3600,
  day: 86400,
  year: 31536000,
  mile: 1609.344,
  inch: 0.0254,
  zero_Celsius: 273.15,
};
registerModule("scipy.constants", () => new Map<string, PyValue>(Object.entries(CONSTANTS)));

/** Simpson's rule, with Cartwright's correction for an even number of points. */
function simpson(y: Value, x: Value | undefined, dx: number): Value {
  const n = y.shape[y.shape.length - 1];
  const line = y.shape.length === 1 ? y : engine.reshape(y, [n]);
  const at = (v: Value, k: number): Value => engine.take(v, Int32Array.of(k), []);
  const gap = (k: number): Value => (x ? engine.sub(at(x, k + 1), at(x, k)) : engine.scalar(dx));
  const parts: Value[] = [];
  const panel = (k: number): void => {
    const [h0, h1] = [gap(k), gap(k + 1)];
    const both = engine.add(h0, h1);
    const ratio = engine.div(h0, h1);
    const left = engine.mul(at(line, k), engine.sub(2, engine.div(1, ratio)));
    const middle = engine.mul(at(line, k + 1), engine.div(engine.square(both), engine.mul(h0, h1)));
    const right = engine.mul(at(line, k + 2), engine.sub(2, ratio));
    parts.push(engine.mul(engine.div(both, 6), engine.add(engine.add(left, middle), right)));
  };
  for (let k = 0; k + 2 < n; k += 2) panel(k);
  if (n % 2 === 0) {
    if (n === 2) return engine.mul(engine.mul(0.5, gap(0)), engine.add(at(line, 0), at(line, 1)));
    const [h0, h1] = [gap(n - 3), gap(n - 2)];
    const [sq, product] = [engine.square(h1), engine.mul(h0, h1)];
    const a = engine.div(engine.add(engine.mul(2, sq), engine.mul(3, product)), engine.mul(6, engine.add(h1, h0)));
    const b = engine.div(engine.add(sq, engine.mul(3, product)), engine.mul(6, h0));
    const c = engine.div(engine.mul(sq, h1), engine.mul(engine.mul(6, h0), engine.add(h0, h1)));
    parts.push(
      engine.sub(
        engine.add(engine.mul(a, at(line, n - 1)), engine.mul(b, at(line, n - 2))),
        engine.mul(c, at(line, n - 3)),
      ),
    );
  }
  return parts.reduce((total, part) => engine.add(total, part));
}

// What the rest of scipy.integrate, which is written in Python, takes from here.
registerModule(
  "scipy._simpson",
  () =>
    new Map<string, PyValue>([
      define("simpson", ["y", "x?", "dx?", "axis?"], ([y, x, dx]) =>
        wrap(simpson(floats(y!), none(x) ? undefined : floats(x), none(dx) ? 1 : Number(dx))),
      ),
    ]),
);
