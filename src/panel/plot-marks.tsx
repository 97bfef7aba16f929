/** What is drawn over a plot at the point, and the numbers behind it. */
import type { View } from "../protocol/lsp";
import { fromJsonNumber } from "../protocol/values";
import { type Frame, toX, toY } from "./frame";

/** ∂²f/∂a∂b at the view's point. */
export function secondOf(view: View, a: string, b: string): number | undefined {
  const { labels, rows } = view.hessian ?? { labels: [], rows: [] };
  const cell = rows[labels.indexOf(a)]?.[labels.indexOf(b)];
  return cell && fromJsonNumber(cell.value);
}

/** −H⁻¹∇f over two of the variables, the rest held; undefined where H is singular. */
export function newtonStep(view: View, [a = "", b = ""]: readonly string[]): [number, number] | undefined {
  const slope = (name: string) => {
    const row = view.gradient.find((each) => each.name === name);
    return row?.automatic ? fromJsonNumber(row.automatic.value) : 0;
  };
  const [p, q, r] = [secondOf(view, a, a), secondOf(view, a, b), secondOf(view, b, b)];
  if (p === undefined || q === undefined || r === undefined) return undefined;
  const determinant = p * r - q * q;
  if (!(Math.abs(determinant) > 1e-12 * Math.max(p * p, q * q, r * r))) return undefined;
  const [u, v] = [slope(a), slope(b)];
  const step: [number, number] = [(q * v - r * u) / determinant, (q * u - p * v) / determinant];
  return step.every(Number.isFinite) ? step : undefined;
}

/** A step that ends where it says, in a ring. */
export function Step({ from: [x, y], to: [u, v] }: { from: [number, number]; to: [number, number] }) {
  const size = Math.hypot(u - x, v - y);
  if (!Number.isFinite(size)) return null;
  // Far outside of the picture the direction is all that counts.
  const share = Math.min(1, 4000 / Math.max(size, 1));
  const [endX, endY] = [x + (u - x) * share, y + (v - y) * share];
  return (
    <g class="newton">
      <path class="halo" d={`M${x} ${y}L${endX} ${endY}`} />
      <path d={`M${x} ${y}L${endX} ${endY}`} />
      <circle cx={endX} cy={endY} r={6} />
    </g>
  );
}

/** The osculating circle; axes of different scales make it an ellipse. */
export function Circle(props: {
  x: number;
  y: number;
  slope: number;
  curvature: number;
  perPixel: readonly [number, number];
}) {
  const { x, y, slope, curvature, perPixel } = props;
  const square = 1 + slope * slope;
  const radius = square ** 1.5 / Math.abs(curvature);
  const [rx, ry] = [radius / perPixel[0], radius / perPixel[1]];
  // What is as good as a line is not drawn as a circle.
  if (!(rx < 1e5 && ry < 1e5)) return null;
  const cx = x - (slope * square) / curvature / perPixel[0];
  const cy = y - square / curvature / perPixel[1];
  return (
    <g class="circle">
      <ellipse cx={cx} cy={cy} rx={rx} ry={ry} />
      <path d={`M${x} ${y}L${cx} ${cy}`} />
    </g>
  );
}

/** Arrows up the slope, the longer the steeper. */
export function Field({ field, frame }: { field: Float64Array; frame: Frame }) {
  const scale = [frame.width / (frame.x[1] - frame.x[0]), frame.height / (frame.y[1] - frame.y[0])] as const;
  const arrows = Array.from({ length: field.length / 4 }, (_, k) => {
    const [x, y, u, v] = field.subarray(4 * k, 4 * k + 4);
    return { x: toX(frame, x!), y: toY(frame, y!), u: u! * scale[0], v: -v! * scale[1] };
  }).filter(({ u, v }) => Number.isFinite(u) && Number.isFinite(v));
  const most = Math.max(...arrows.map(({ u, v }) => Math.hypot(u, v)), Number.MIN_VALUE);
  const longest = Math.min(frame.width, frame.height) / 15;
  return (
    <g class="field">
      {arrows.map(({ x, y, u, v }) => {
        const size = Math.hypot(u, v);
        // Slopes differ by orders of magnitude: their fourth roots can be told apart.
        const length = longest * (size / most) ** 0.25;
        if (!(length > 1)) return null;
        const [dx, dy] = [(u / size) * length, (v / size) * length];
        const [endX, endY] = [x + dx / 2, y + dy / 2];
        const head = `L${endX - dx * 0.32 - dy * 0.2} ${endY - dy * 0.32 + dx * 0.2}M${endX} ${endY}L${endX - dx * 0.32 + dy * 0.2} ${endY - dy * 0.32 - dx * 0.2}`;
        return <path key={`${x} ${y}`} d={`M${x - dx / 2} ${y - dy / 2}L${endX} ${endY}${head}`} />;
      })}
    </g>
  );
}
