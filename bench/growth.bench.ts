/** How cost grows with the number of variables, from 1 to 10⁶, as a picture: bench/growth.svg. */
import { writeFileSync } from "node:fs";
import { Differentiable, gradientNodes, sparseHessian, stage, tensor } from "../src/engine";
import { nanoseconds } from "./measure";
import { gradientByHand, rosenbrock } from "./rosenbrock";

interface Curve {
  readonly name: string;
  readonly colour: string;
  readonly points: [n: number, time: number][];
}

/** The least time of one call, of at least three, within about 0.7 s, so that it has been compiled. */
function least(body: () => unknown): number {
  let best = Infinity;
  const end = performance.now() + 700;
  for (let count = 0; count < 3 || performance.now() < end; count++) {
    const start = performance.now();
    body();
    best = Math.min(best, (performance.now() - start) * 1e6);
    if (count > 20_000) break;
  }
  return best;
}

const gradient: Curve = { name: "gradient, prepared", colour: "#0072b2", points: [] };
const byHand: Curve = { name: "gradient by hand in JavaScript", colour: "#767676", points: [] };
const hessian: Curve = { name: "sparse Hessian, prepared", colour: "#d55e00", points: [] };
const building: Curve = { name: "graph of value and gradient", colour: "#009e73", points: [] };

const curves = [gradient, byHand, hessian, building];

for (let power = 0; power <= 6; power += 0.5) {
  const n = Math.round(10 ** power);
  const x = Float64Array.from({ length: n }, (_, i) => Math.sin(i));
  const at = tensor(x);
  const out = new Float64Array(n);
  const f = new Differentiable([{ name: "x", shape: [n] }], ([own]) => rosenbrock(own!)).prepare(x);
  const { gradient: run } = f;
  const batch = Math.max(1, Math.round(3000 / n));
  gradient.points.push([
    n,
    least(() => {
      for (let i = 0; i < batch; i++) run(x, out);
    }) / batch,
  ]);
  byHand.points.push([
    n,
    least(() => {
      for (let i = 0; i < batch; i++) gradientByHand(x, out);
    }) / batch,
  ]);
  const prepared = sparseHessian(rosenbrock, at);
  const { values } = prepared.at(at);
  prepared.at(at);
  hessian.points.push([n, least(() => prepared.at(at, values))]);
  building.points.push([
    n,
    least(() => {
      const graph = stage([{ name: "x", primal: at }], ([own]) => [rosenbrock(own!)]);
      return gradientNodes(graph.outputs[0]!, graph.inputs);
    }),
  ]);
  console.log(
    `n = ${String(n).padEnd(8)} ${curves
      .map(({ name, points }) => `${name} ${nanoseconds(points.at(-1)![1])}`)
      .join(" · ")}`,
  );
}

for (const { name, points } of curves) {
  const [from, to] = [points.at(-5)!, points.at(-1)!];
  const exponent = Math.log(to[1] / from[1]) / Math.log(to[0] / from[0]);
  console.log(`${name}: grows as n^${exponent.toFixed(2)} from n = ${from[0]} on`);
}

writeFileSync("bench/growth.svg", picture(curves));

/** Both axes logarithmic. */
function picture(curves: readonly Curve[]): string {
  const [width, height, left, bottom, top, right] = [660, 420, 70, 50, 20, 40];
  const x = (n: number) => left + (Math.log10(n) / 6) * (width - left - right);
  const y = (time: number) => height - bottom - (Math.log10(Math.max(time, 1)) / 10) * (height - bottom - top);
  const grid = [
    ...[0, 1, 2, 3, 4, 5, 6].map(
      (power) =>
        `<line x1="${x(10 ** power)}" x2="${x(10 ** power)}" y1="${top}" y2="${height - bottom}"/><text x="${x(10 ** power)}" y="${height - bottom + 18}" text-anchor="middle">${(10 ** power).toLocaleString("en")}</text>`,
    ),
    ...["1 ns", "10 ns", "100 ns", "1 µs", "10 µs", "100 µs", "1 ms", "10 ms", "100 ms", "1 s", "10 s"].map(
      (label, power) =>
        `<line x1="${left}" x2="${width - right}" y1="${y(10 ** power)}" y2="${y(10 ** power)}"/><text x="${left - 8}" y="${y(10 ** power) + 4}" text-anchor="end">${label}</text>`,
    ),
  ];
  const lines = curves.map(({ name, colour, points }, k) => {
    const path = points.map(([n, time]) => `${x(n).toFixed(1)},${y(time).toFixed(1)}`).join(" ");
    const dots = points
      .map(([n, time]) => `<circle cx="${x(n).toFixed(1)}" cy="${y(time).toFixed(1)}" r="3"/>`)
      .join("");
    return `<g fill="${colour}" stroke="none"><polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${dots}<text x="${left + 14}" y="${top + 20 + 18 * k}" font-weight="bold">${name}</text></g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<title>Time against the number of variables, both logarithmic</title>
<rect width="${width}" height="${height}" fill="#fff"/>
<g stroke="#ddd" fill="#555"><style>text { stroke: none }</style>
${grid.join("\n")}
</g>
<text x="${(left + width - right) / 2}" y="${height - 12}" text-anchor="middle" fill="#333">variables of the extended Rosenbrock function</text>
${lines.join("\n")}
</svg>
`;
}
