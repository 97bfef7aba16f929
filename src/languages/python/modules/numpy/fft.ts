/** `numpy.fft`: discrete Fourier transforms of any length. */
import { peek, sizeOf, tensor } from "../../../../engine";
import { toInt } from "../../runtime/arguments";
import { listOf } from "../../runtime/containers";
import { raiseError } from "../../runtime/errors";
import type { PyValue } from "../../runtime/object";
import { call } from "../../runtime/protocol";
import { ComplexArray, toArray } from "./complex";
import { asValue, axesOf, axisOf, range } from "./convert";
import { array, define, type Entry, functions } from "./functions";

interface Signal {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** cos and sin of 2πk/n, exact at quarter turns. */
function root(k: number, n: number): [number, number] {
  const eighths = (8 * k) / n;
  if (eighths > 4) {
    const [c, s] = root(n - k, n);
    return [c, -s];
  }
  if (eighths > 2) {
    const [c, s] = root(n / 2 - k, n);
    return [-c, s];
  }
  if (eighths > 1) {
    const [c, s] = root(n / 4 - k, n);
    return [s, c];
  }
  const angle = (2 * Math.PI * k) / n;
  return [Math.cos(angle), Math.sin(angle)];
}

/** Cooley and Tukey's transform for any factors, Bluestein's for large prime lengths. */
function transform({ re, im }: Signal, sign: number): Signal {
  const n = re.length;
  if (n <= 1) return { re: re.slice(), im: im.slice() };
  let factor = 2;
  while (factor * factor <= n && n % factor !== 0) factor++;
  if (n % factor !== 0) factor = n;
  if (factor > 64) return bluestein({ re, im }, sign);
  const m = n / factor;
  const parts = range(factor).map((r) =>
    transform(
      {
        re: Float64Array.from({ length: m }, (_, k) => re[k * factor + r]),
        im: Float64Array.from({ length: m }, (_, k) => im[k * factor + r]),
      },
      sign,
    ),
  );
  const turns = range(n).map((k) => root(k, n));
  const out = { re: new Float64Array(n), im: new Float64Array(n) };
  for (let k = 0; k < n; k++)
    for (let r = 0; r < factor; r++) {
      const [c, s] = turns[(r * k) % n];
      const [a, b] = [parts[r].re[k % m], parts[r].im[k % m]];
      out.re[k] += a * c - sign * b * s;
      out.im[k] += b * c + sign * a * s;
    }
  return out;
}

function bluestein({ re, im }: Signal, sign: number): Signal {
  const n = re.length;
  let size = 1;
  while (size < 2 * n - 1) size *= 2;
  const chirp = range(n).map((k) => root((k * k) % (2 * n), 2 * n));
  const a = { re: new Float64Array(size), im: new Float64Array(size) };
  const b = { re: new Float64Array(size), im: new Float64Array(size) };
  for (let k = 0; k < n; k++) {
    const [c, s] = chirp[k];
    a.re[k] = re[k] * c - sign * im[k] * s;
    a.im[k] = im[k] * c + sign * re[k] * s;
    for (const at of [k, (size - k) % size]) {
      b.re[at] = c;
      b.im[at] = -sign * s;
    }
  }
  const [p, q] = [transform(a, -1), transform(b, -1)];
  const product = {
    re: p.re.map((x, k) => x * q.re[k] - p.im[k] * q.im[k]),
    im: p.re.map((x, k) => x * q.im[k] + p.im[k] * q.re[k]),
  };
  const all = transform(product, 1);
  const out = { re: new Float64Array(n), im: new Float64Array(n) };
  for (let k = 0; k < n; k++) {
    const [c, s] = chirp[k];
    out.re[k] = (all.re[k] * c - sign * all.im[k] * s) / size;
    out.im[k] = (all.im[k] * c + sign * all.re[k] * s) / size;
  }
  return out;
}

/** Applies `run` to every line along an axis; lines are cut or filled with zeros to `length`. */
function along(x: ComplexArray, axis: number, length: number, run: (line: Signal) => Signal): ComplexArray {
  const inner = sizeOf(x.shape.slice(axis + 1));
  const outer = sizeOf(x.shape.slice(0, axis));
  const own = x.shape[axis];
  const lines: Signal[] = [];
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < inner; i++) {
      const at = (k: number): number => (o * own + k) * inner + i;
      lines.push(
        run({
          re: Float64Array.from({ length }, (_, k) => (k < own ? x.re[at(k)] : 0)),
          im: Float64Array.from({ length }, (_, k) => (k < own ? x.im[at(k)] : 0)),
        }),
      );
    }
  const size = lines[0]?.re.length ?? length;
  const re = new Float64Array(outer * size * inner);
  const im = new Float64Array(outer * size * inner);
  lines.forEach((line, number) => {
    const [o, i] = [Math.floor(number / inner), number % inner];
    for (let k = 0; k < size; k++) {
      re[(o * size + k) * inner + i] = line.re[k];
      im[(o * size + k) * inner + i] = line.im[k];
    }
  });
  return new ComplexArray(
    re,
    im,
    x.shape.map((had, k) => (k === axis ? size : had)),
  );
}

const scaled = (signal: Signal, by: number): Signal =>
  by === 1 ? signal : { re: signal.re.map((x) => x * by), im: signal.im.map((x) => x * by) };

function factorOf(norm: PyValue | undefined, n: number, inverse: boolean): number {
  if (norm === "ortho") return 1 / Math.sqrt(n);
  return (norm === "forward") !== inverse ? 1 / n : 1;
}

const given = (x: PyValue | undefined): x is PyValue => x !== undefined && x !== null;

/** One of the one-dimensional transforms over an axis. */
function one(
  kind: string,
  x: ComplexArray,
  n: number | undefined,
  axis: number,
  norm: PyValue | undefined,
): ComplexArray {
  const inverse = kind.startsWith("i");
  const length = n ?? (kind === "irfft" ? 2 * (x.shape[axis] - 1) : x.shape[axis]);
  if (length < 1) raiseError("ValueError", `Invalid number of FFT data points (${length}) specified.`);
  const factor = factorOf(norm, length, inverse);
  const half = Math.floor(length / 2) + 1;
  return along(x, axis, kind === "irfft" ? half : length, (line) => {
    if (kind !== "irfft") {
      const { re, im } = scaled(transform(line, inverse ? 1 : -1), factor);
      return kind === "rfft" ? { re: re.slice(0, half), im: im.slice(0, half) } : { re, im };
    }
    // The second half mirrors the first.
    const full = { re: new Float64Array(length), im: new Float64Array(length) };
    for (let k = 0; k < length; k++) {
      const from = k < half ? k : length - k;
      full.re[k] = line.re[from];
      full.im[k] = from === 0 || 2 * from === length ? 0 : (k < half ? 1 : -1) * line.im[from];
    }
    return scaled(transform(full, 1), factor);
  });
}

const roll = functions.find(([name]) => name === "roll")![1];

const shift = (name: string, toFront: boolean): Entry =>
  define(name, ["x", "axes?"], ([x, axes]) => {
    const { shape } = x instanceof ComplexArray ? x : asValue(x!);
    return axesOf(axes, shape.length).reduce<PyValue>((moved, axis) => {
      const half = Math.floor(shape[axis] / 2);
      return call(roll, [moved, BigInt(toFront ? -half : half), BigInt(axis)]);
    }, x!);
  });

const frequencies = (name: string): Entry =>
  define(name, ["n", "d?"], ([n, d]) => {
    const count = Number(toInt(n!));
    const step = given(d) ? peek(asValue(d)).item() : 1;
    const places =
      name === "rfftfreq"
        ? range(Math.floor(count / 2) + 1)
        : range(count).map((k) => (k < (count + 1) / 2 ? k : k - count));
    return array(tensor(places.map((k) => k * (1 / (count * step)))));
  });

export const fft: Entry[] = [
  ...["fft", "ifft", "rfft", "irfft"].map((kind) =>
    define(kind, ["a", "n?", "axis?", "norm?", "out?"], ([x, n, axis, norm]) => {
      const z = toArray(x!);
      const at = axisOf(given(axis) ? axis : -1n, z.shape.length);
      const out = one(kind, z, given(n) ? Number(toInt(n)) : undefined, at, norm);
      return kind === "irfft" ? out.real() : out;
    }),
  ),
  ...["fft2", "ifft2", "fftn", "ifftn"].map((kind) =>
    define(kind, ["a", "s?", "axes?", "norm?", "out?"], ([x, s, axes, norm]) => {
      const z = toArray(x!);
      const rank = z.shape.length;
      const chosen = given(axes) ? axesOf(axes, rank) : kind.endsWith("2") ? [rank - 2, rank - 1] : range(rank);
      const lengths = given(s) ? listOf(s).map((n) => Number(toInt(n))) : [];
      return chosen.reduce((out, axis, k) => one(kind.slice(0, -1), out, lengths[k], axis, norm), z);
    }),
  ),
  frequencies("fftfreq"),
  frequencies("rfftfreq"),
  shift("fftshift", false),
  shift("ifftshift", true),
];
