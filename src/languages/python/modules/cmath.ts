/** Python's cmath: https://docs.python.org/3.12/library/cmath.html */
import { bindArguments, toFloat } from "../runtime/arguments";
import { PyTuple } from "../runtime/containers";
import { raiseError } from "../runtime/errors";
import { PyComplex, toComplex } from "../runtime/numbers";
import { native, type PyValue } from "../runtime/object";
import { binary } from "../runtime/operators";
import { isNumber, typeName } from "../runtime/protocol";
import { complexFunctions } from "./numpy/complex";
import { ALIASES } from "./numpy/ufuncs";
import { registerModule } from "./registry";

const complexOf = (x: PyValue): PyComplex => {
  const z = toComplex(x) ?? (isNumber(x) ? undefined : toComplex(toFloat(x)));
  if (!z) raiseError("TypeError", `must be real number, not ${typeName(x)}`);
  return z;
};

const FUNCTIONS = "exp sqrt sin cos tan sinh cosh tanh asin acos atan asinh acosh atanh".split(" ");

registerModule("cmath", () => {
  const out = new Map<string, PyValue>([
    ["pi", Math.PI],
    ["e", Math.E],
    ["tau", 2 * Math.PI],
    ["inf", Number.POSITIVE_INFINITY],
    ["nan", Number.NaN],
    ["infj", new PyComplex(0, Number.POSITIVE_INFINITY)],
    ["nanj", new PyComplex(0, Number.NaN)],
  ]);
  const define = (name: string, run: (z: PyComplex, args: PyValue[]) => PyValue): void => {
    out.set(
      name,
      native(name, (args) => run(complexOf(args[0]), args)),
    );
  };
  for (const name of FUNCTIONS) define(name, (z) => complexFunctions[ALIASES[name] ?? name](z));
  define("log", (z, args) => {
    if (z.re === 0 && z.im === 0) raiseError("ValueError", "math domain error");
    const value = complexFunctions.log(z);
    return args.length > 1 ? binary("/", value, complexFunctions.log(complexOf(args[1]))) : value;
  });
  define("log10", (z) => complexFunctions.log10(z));
  define("phase", (z) => Math.atan2(z.im, z.re));
  define("polar", (z) => new PyTuple([Math.hypot(z.re, z.im), Math.atan2(z.im, z.re)]));
  define("isnan", (z) => Number.isNaN(z.re) || Number.isNaN(z.im));
  define("isinf", (z) => Math.abs(z.re) === Number.POSITIVE_INFINITY || Math.abs(z.im) === Number.POSITIVE_INFINITY);
  define("isfinite", (z) => Number.isFinite(z.re) && Number.isFinite(z.im));
  out.set(
    "rect",
    native("rect", ([r, phi]) => {
      const [size, angle] = [toFloat(r), toFloat(phi)];
      return new PyComplex(size * Math.cos(angle), size * Math.sin(angle));
    }),
  );
  out.set(
    "isclose",
    native("isclose", (args, kwargs) => {
      const [a, b, rel, abs] = bindArguments("isclose", ["a", "b", "*", "rel_tol?", "abs_tol?"], args, kwargs);
      const [x, y] = [complexOf(a!), complexOf(b!)];
      const gap = Math.hypot(x.re - y.re, x.im - y.im);
      const size = Math.max(Math.hypot(x.re, x.im), Math.hypot(y.re, y.im));
      return gap <= Math.max((rel === undefined ? 1e-9 : toFloat(rel)) * size, abs === undefined ? 0 : toFloat(abs));
    }),
  );
  return out;
});
