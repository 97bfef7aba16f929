/** Python's statistics: https://docs.python.org/3.12/library/statistics.html */
import { isValue } from "../../../engine";
import { bindArguments, toFloat, toInt } from "../runtime/arguments";
import { listOf, PyList, PyTuple } from "../runtime/containers";
import { exceptionTypes, PyException } from "../runtime/errors";
import { makeType, native, type PyValue } from "../runtime/object";
import { binary } from "../runtime/operators";
import { call, equals, repr } from "../runtime/protocol";
import { tracedScalar } from "../runtime/text";
import { vm } from "../runtime/vm";
import { loadModule, registerModule } from "./registry";

const errorType = makeType("StatisticsError", exceptionTypes.get("ValueError")!);
errorType.module = "statistics";

function fail(message: string): never {
  const error = new PyException(errorType, [message]);
  error.span = vm.at;
  throw error;
}

const mathFunction = (name: string, args: PyValue[]): PyValue => call(loadModule("math")!.dict.get(name)!, args);
const traced = (items: readonly PyValue[]): boolean => items.some((x) => isValue(x) || tracedScalar(x) !== undefined);
const whole = (items: readonly PyValue[]): boolean => items.every((x) => typeof x === "bigint");

/** The exact sum over n, rounded once; integers stay integers where they can. */
function ratio(items: PyValue[], n: bigint, what: PyValue = mathSum(items)): PyValue {
  if (typeof what === "bigint" && what % n === 0n) return what / n;
  return binary("/", what, n);
}
function mathSum(items: PyValue[]): PyValue {
  if (items.length > 0 && !traced(items) && !whole(items)) return mathFunction("fsum", [new PyList(items)]);
  return items.reduce((a, b) => binary("+", a, b), 0n as PyValue);
}
const sorted = (items: readonly PyValue[]): PyValue[] => [...items].sort((a, b) => toFloat(a) - toFloat(b));

function squares(items: PyValue[], center?: PyValue): PyValue {
  const middle = center ?? ratio(items, BigInt(items.length));
  return mathSum(
    items.map((x) => {
      const gap = binary("-", x, middle);
      return binary("*", gap, gap);
    }),
  );
}

const entries: Record<string, (args: PyValue[], kwargs: Parameters<typeof bindArguments>[3]) => PyValue> = {
  mean: ([data]) => {
    const items = listOf(data);
    if (items.length === 0) fail("mean requires at least one data point");
    return ratio(items, BigInt(items.length));
  },
  fmean: (args, kwargs) => {
    const [data, weights] = bindArguments("fmean", ["data", "weights?"], args, kwargs);
    const items = listOf(data!);
    if (items.length === 0) fail("fmean requires at least one data point");
    if (weights !== undefined && weights !== null) {
      const by = listOf(weights);
      return binary("/", mathSum(items.map((x, k) => binary("*", x, by[k]))), mathSum(by));
    }
    return binary("/", mathSum(items), BigInt(items.length));
  },
  median: ([data]) => {
    const items = sorted(listOf(data));
    const n = items.length;
    if (n === 0) fail("no median for empty data");
    return n % 2 ? items[(n - 1) / 2] : binary("/", binary("+", items[n / 2 - 1], items[n / 2]), 2n);
  },
  median_low: ([data]) => {
    const items = sorted(listOf(data));
    if (items.length === 0) fail("no median for empty data");
    return items[Math.floor((items.length - 1) / 2)];
  },
  median_high: ([data]) => {
    const items = sorted(listOf(data));
    if (items.length === 0) fail("no median for empty data");
    return items[Math.floor(items.length / 2)];
  },
  mode: ([data]) => {
    const found = modes(listOf(data));
    if (found.length === 0) fail("no mode for empty data");
    return found[0];
  },
  multimode: ([data]) => new PyList(modes(listOf(data))),
  variance: ([data, center]) => {
    const items = listOf(data);
    if (items.length < 2) fail("variance requires at least two data points");
    return ratio(items, BigInt(items.length - 1), squares(items, center));
  },
  pvariance: ([data, center]) => {
    const items = listOf(data);
    if (items.length < 1) fail("pvariance requires at least one data point");
    return ratio(items, BigInt(items.length), squares(items, center));
  },
  stdev: ([data, center]) => {
    const items = listOf(data);
    if (items.length < 2) fail("stdev requires at least two data points");
    return mathFunction("sqrt", [ratio(items, BigInt(items.length - 1), squares(items, center))]);
  },
  pstdev: ([data, center]) => {
    const items = listOf(data);
    if (items.length < 1) fail("pstdev requires at least one data point");
    return mathFunction("sqrt", [ratio(items, BigInt(items.length), squares(items, center))]);
  },
  geometric_mean: ([data]) => {
    const items = listOf(data);
    if (items.length === 0) fail("Must have a non-empty dataset");
    const logs = items.map((x) => mathFunction("log", [x]));
    return mathFunction("exp", [binary("/", mathSum(logs), BigInt(items.length))]);
  },
  harmonic_mean: ([data]) => {
    const items = listOf(data);
    if (items.length === 0) fail("harmonic_mean requires at least one data point");
    return binary("/", BigInt(items.length), mathSum(items.map((x) => binary("/", 1n, x))));
  },
  quantiles: (args, kwargs) => {
    const [data, parts, method] = bindArguments("quantiles", ["data", "*", "n?", "method?"], args, kwargs);
    const n = parts === undefined ? 4 : Number(toInt(parts));
    const items = sorted(listOf(data!));
    if (items.length < 2) fail("must have at least two data points");
    const inclusive = method === "inclusive";
    const m = inclusive ? items.length - 1 : items.length + 1;
    return new PyList(
      Array.from({ length: n - 1 }, (_, k) => {
        const i = k + 1;
        let j = Math.floor((i * m) / n);
        if (!inclusive) j = Math.min(Math.max(j, 1), items.length - 1);
        const delta = BigInt(i * m - j * n);
        const [a, b] = inclusive ? [items[j], items[j + 1]] : [items[j - 1], items[j]];
        return binary("/", binary("+", binary("*", a, BigInt(n) - delta), binary("*", b, delta)), BigInt(n));
      }),
    );
  },
  covariance: ([x, y]) => {
    const [a, b] = [listOf(x), listOf(y)];
    if (a.length !== b.length) fail("covariance requires that both inputs have same number of data points");
    if (a.length < 2) fail("covariance requires at least two data points");
    return binary("/", products(a, b), BigInt(a.length - 1));
  },
  correlation: ([x, y]) => {
    const [a, b] = [listOf(x), listOf(y)];
    if (a.length !== b.length) fail("correlation requires that both inputs have same number of data points");
    if (a.length < 2) fail("correlation requires at least two data points");
    return binary("/", products(a, b), mathFunction("sqrt", [binary("*", products(a, a), products(b, b))]));
  },
  linear_regression: ([x, y]) => {
    const [a, b] = [listOf(x), listOf(y)];
    if (a.length < 2) fail("linear regression requires at least two data points");
    const slope = binary("/", products(a, b), products(a, a));
    const intercept = binary("-", floatMean(b), binary("*", slope, floatMean(a)));
    return new Regression([slope, intercept]);
  },
};

const regressionType = makeType("LinearRegression");
class Regression extends PyTuple {
  constructor(items: PyValue[]) {
    super(items);
    this.dict = new Map([
      ["slope", items[0]],
      ["intercept", items[1]],
    ]);
  }
  override pyRepr(): string {
    const text = (x: PyValue): string => repr(x);
    return `${regressionType.name}(slope=${text(this.items[0])}, intercept=${text(this.items[1])})`;
  }
}

const floatMean = (items: PyValue[]): PyValue => binary("/", mathSum(items), BigInt(items.length));
const products = (a: PyValue[], b: PyValue[]): PyValue => {
  const [p, q] = [floatMean(a), floatMean(b)];
  return mathSum(a.map((x, k) => binary("*", binary("-", x, p), binary("-", b[k], q))));
};

function modes(items: PyValue[]): PyValue[] {
  const counts: [PyValue, number][] = [];
  for (const item of items) {
    const known = counts.find(([other]) => equals(other, item));
    if (known) known[1]++;
    else counts.push([item, 1]);
  }
  const most = Math.max(0, ...counts.map(([, n]) => n));
  return counts.filter(([, n]) => n === most).map(([item]) => item);
}

registerModule("statistics", () => {
  return new Map<string, PyValue>([
    ["StatisticsError", errorType],
    ["NormalDist", loadModule("_normal")!.member("NormalDist")!],
    ...Object.entries(entries).map(([name, run]): [string, PyValue] => [name, native(name, run)]),
  ]);
});
