/** `numpy.testing`: assertions about arrays. */
import { peek, sizeOf } from "../../../../engine";
import { toFloat, toInt } from "../../runtime/arguments";
import { raiseError } from "../../runtime/errors";
import type { PyValue } from "../../runtime/object";
import { call, repr, str } from "../../runtime/protocol";
import { registerModule } from "../registry";
import { asValue, floats } from "./convert";
import { array, define, type Entry, functions } from "./functions";
import { apply2 } from "./ufuncs";

const none = (x: PyValue | undefined): x is undefined | null => x === undefined || x === null;
const function_ = (name: string): PyValue => functions.find(([own]) => own === name)![1];

/** Says how two arrays differ, as NumPy words it. */
function differ(header: string, x: PyValue, y: PyValue, apart: (a: number, b: number) => boolean): void {
  const [a, b] = [asValue(x), asValue(y)];
  const gap = asValue(apply2("subtract", x, y));
  const [p, q] = [
    peek(floats(apply2("add", x, apply2("multiply", y, 0n)))),
    peek(floats(apply2("add", y, apply2("multiply", x, 0n)))),
  ];
  const bad = Array.from(p.data, (n, k) => apart(n, q.data[k]));
  const count = bad.filter(Boolean).length;
  if (count === 0) return;
  const size = sizeOf(gap.shape);
  const gaps = Array.from(peek(gap).data, Math.abs);
  const most = Math.max(...gaps);
  const relative = Math.max(
    ...gaps.map((g, k) => (q.data[k] === 0 ? (g === 0 ? 0 : Number.POSITIVE_INFINITY) : g / Math.abs(q.data[k]))),
  );
  const share = `${count} / ${size} (${((100 * count) / size).toPrecision(3).replace(/\.?0+$/, "")}%)`;
  raiseError(
    "AssertionError",
    [
      "",
      header,
      "",
      `Mismatched elements: ${share}`,
      `Max absolute difference among violations: ${str(array(peek(asValue(most)))).replace(/\.0$/, ".")}`,
      `Max relative difference among violations: ${str(array(peek(asValue(relative)))).replace(/\.0$/, ".")}`,
      ` ACTUAL: ${repr(array(a))}`,
      ` DESIRED: ${repr(array(b))}`,
    ].join("\n"),
  );
}

const same = (a: number, b: number): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b));

const testing: Entry[] = [
  define(
    "assert_allclose",
    ["actual", "desired", "rtol?", "atol?", "equal_nan?", "err_msg?", "verbose?"],
    ([x, y, rtol, atol]) => {
      const [relative, absolute] = [none(rtol) ? 1e-7 : toFloat(rtol), none(atol) ? 0 : toFloat(atol)];
      differ(
        `Not equal to tolerance rtol=${str(relative)}, atol=${none(atol) ? 0 : str(absolute)}`,
        x!,
        y!,
        (a, b) => !(same(a, b) || Math.abs(a - b) <= absolute + relative * Math.abs(b)),
      );
      return null;
    },
  ),
  ...["assert_array_equal", "assert_equal"].map((name) =>
    define(name, ["actual", "desired", "err_msg?", "verbose?"], ([x, y]) => {
      differ("Arrays are not equal", x!, y!, (a, b) => !same(a, b));
      return null;
    }),
  ),
  ...["assert_almost_equal", "assert_array_almost_equal"].map((name) =>
    define(name, ["actual", "desired", "decimal?", "err_msg?", "verbose?"], ([x, y, decimal]) => {
      const places = none(decimal) ? (name === "assert_almost_equal" ? 7 : 6) : Number(toInt(decimal));
      differ(
        `Arrays are not almost equal to ${places} decimals`,
        x!,
        y!,
        (a, b) => !(same(a, b) || Math.abs(a - b) < 1.5 * 10 ** -places),
      );
      return null;
    }),
  ),
  define("assert_array_less", ["x", "y"], ([x, y]) => {
    if (!call(function_("all"), [apply2("less", x!, y!)])) raiseError("AssertionError", "Arrays are not less-ordered");
    return null;
  }),
  define("assert_", ["val", "msg?"], ([test]) => {
    if (!test) raiseError("AssertionError", "");
    return null;
  }),
];

registerModule("numpy.testing", () => new Map(testing));
