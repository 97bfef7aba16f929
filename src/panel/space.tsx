/** A plot in space, drawn on a canvas from back to front; it turns by dragging and by the arrow keys. */
import * as l10n from "@vscode/l10n";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { FigureAxes } from "../protocol/figure";
import { decodeArray } from "../protocol/values";
import { formatNumber } from "../render/numbers";
import { axisTicks } from "../render/sampling";
import { colorIn, shareOf } from "./figure-traces";
import { plain } from "./figure-words";
import { drawings, type Pen } from "./svg-pen";
import { type Colors, named } from "./theme";

type Point = [number, number, number];

/** Something that is drawn at once: a facet, a piece of a line, a mark or a word. */
interface Piece {
  points: Point[];
  fill?: string;
  stroke?: string;
  width?: number;
  radius?: number;
  text?: string;
  alpha: number;
}

/** Pieces in a cube from −1 to 1; z upwards. */
function piecesOf(axes: FigureAxes, colors: Colors): Piece[] {
  const ends = [axes.x.limits, axes.y.limits, axes.z.limits];
  const scaled = (value: number, k: number) => {
    const [low, high] = ends[k]!;
    return high === low ? 0 : (2 * (value - low)) / (high - low) - 1;
  };
  const at = (x: number, y: number, z: number): Point => [scaled(x, 0), scaled(y, 1), scaled(z, 2)];
  const pieces: Piece[] = [];
  for (const series of axes.series) {
    const { alpha } = series;
    if (series.kind === "surface") {
      const [x, y, z] = [series.x, series.y, series.z].map(decodeArray) as [Float64Array, Float64Array, Float64Array];
      const base = named(colors.legible(series.color));
      const corner = (row: number, column: number) => row * series.columns + column;
      for (let row = 0; row + 1 < series.rows; row++) {
        for (let column = 0; column + 1 < series.columns; column++) {
          const corners = [
            corner(row, column),
            corner(row, column + 1),
            corner(row + 1, column + 1),
            corner(row + 1, column),
          ];
          const points = corners.map((k) => at(x[k]!, y[k]!, z[k]!));
          if (!points.flat().every(Number.isFinite)) continue;
          const height = corners.reduce((sum, k) => sum + z[k]! / 4, 0);
          const light = shade(points);
          const color = series.map ? colorIn(series.map, shareOf(series.map, height)) : base;
          const fill = `rgb(${color.map((part) => Math.round(part * (series.map ? 0.85 + 0.15 * light : 0.55 + 0.45 * light))).join(", ")})`;
          if (series.wire)
            pieces.push({ points: [...points, points[0]!], stroke: colors.legible(series.color), width: 1, alpha });
          else pieces.push({ points, fill, stroke: fill, width: 0.6, alpha });
        }
      }
    } else if (series.kind === "line" || series.kind === "scatter") {
      const [x, y] = [decodeArray(series.x), decodeArray(series.y)];
      const z = series.z ? decodeArray(series.z) : new Float64Array(x.length);
      const points = Array.from(x, (_, k) => at(x[k]!, y[k]!, z[k]!));
      const whole = (point: Point | undefined) => point?.every(Number.isFinite) ?? false;
      if (series.kind === "line" && series.stroke.dash !== "none") {
        points.forEach((point, k) => {
          const next = points[k + 1];
          if (next && whole(point) && whole(next))
            pieces.push({
              points: [point, next],
              stroke: colors.legible(series.stroke.color),
              width: series.stroke.width * 1.3,
              alpha,
            });
        });
      }
      if (series.kind === "scatter" || series.marker) {
        const sizes = series.kind === "scatter" ? decodeArray(series.sizes) : Float64Array.of(series.markerSize);
        const values = series.kind === "scatter" && series.values ? decodeArray(series.values) : undefined;
        const own = series.kind === "scatter" ? series.colors : [series.markerColor];
        const map = series.kind === "scatter" && values ? series.map : undefined;
        points.forEach((point, k) => {
          if (!whole(point)) return;
          const fill = map
            ? `rgb(${colorIn(map, shareOf(map, values![k]!)).join(", ")})`
            : colors.legible(own[k % own.length] ?? "C0");
          pieces.push({ points: [point], fill, radius: (sizes[k % sizes.length]! * 2) / 3, alpha });
        });
      }
    } else if (series.kind === "text" && series.z !== undefined) {
      pieces.push({
        points: [at(series.x, series.y, series.z)],
        text: plain(series.text),
        fill: colors.legible(series.color),
        alpha,
      });
    }
  }
  return pieces;
}

/** How directly a facet faces the light. */
function shade([a, b, , d]: Point[]): number {
  const u = a!.map((value, k) => b![k]! - value);
  const v = a!.map((value, k) => d![k]! - value);
  const n = [u[1]! * v[2]! - u[2]! * v[1]!, u[2]! * v[0]! - u[0]! * v[2]!, u[0]! * v[1]! - u[1]! * v[0]!];
  const length = Math.hypot(...n) || 1;
  return Math.abs(n[0]! * 0.3 + n[1]! * -0.4 + n[2]! * 0.87) / length;
}

interface Camera {
  elevation: number;
  azimuth: number;
}

/** Seen from far away, as matplotlib's angles say: [right, up, towards the eye]. */
function projector({ elevation, azimuth }: Camera): (point: Point) => Point {
  const [e, a] = [(elevation * Math.PI) / 180, (azimuth * Math.PI) / 180];
  const [se, ce, sa, ca] = [Math.sin(e), Math.cos(e), Math.sin(a), Math.cos(a)];
  return ([x, y, z]) => [
    -x * sa + y * ca,
    -x * ca * se - y * sa * se + z * ce * 0.8,
    x * ca * ce + y * sa * ce + z * se,
  ];
}

interface Scene {
  pieces: Piece[];
  axes: FigureAxes;
  camera: Camera;
  colors: Colors;
}

function draw(canvas: HTMLCanvasElement, scene: Scene): void {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const ratio = window.devicePixelRatio || 1;
  [canvas.width, canvas.height] = [width * ratio, height * ratio];
  const pen = canvas.getContext("2d");
  if (!pen || width === 0) return;
  pen.scale(ratio, ratio);
  paint(pen, width, height, scene);
}

function paint(pen: Pen, width: number, height: number, { pieces, axes, camera, colors }: Scene): void {
  const project = projector(camera);
  const size = Math.min(width / 3.5, height / 3.1);
  const screen = (point: Point): Point => {
    const [right, up, near] = project(point);
    return [width / 2 + right * size, height / 2 - up * size, near];
  };
  // The three faces of the cube that lie behind.
  const [ca, sa] = [Math.cos((camera.azimuth * Math.PI) / 180), Math.sin((camera.azimuth * Math.PI) / 180)];
  const [backX, backY, floor] = [ca > 0 ? -1 : 1, sa > 0 ? -1 : 1, camera.elevation >= 0 ? -1 : 1];
  const ends: readonly (readonly [number, number])[] = [axes.x.limits, axes.y.limits, axes.z.limits];
  const ticks = ends.map((range) => axisTicks(Math.min(...range), Math.max(...range), 4));
  const line = (a: Point, b: Point, color: string) => {
    const [from, to] = [screen(a), screen(b)];
    pen.strokeStyle = color;
    pen.lineWidth = 1;
    pen.beginPath();
    pen.moveTo(from[0], from[1]);
    pen.lineTo(to[0], to[1]);
    pen.stroke();
  };
  const place = (k: number, value: number) => {
    const [low, high] = ends[k]!;
    return (2 * (value - low)) / (high - low || 1) - 1;
  };
  for (const value of ticks[0]!) {
    const x = place(0, value);
    line([x, -1, floor], [x, 1, floor], colors.grid);
    line([x, backY, -1], [x, backY, 1], colors.grid);
  }
  for (const value of ticks[1]!) {
    const y = place(1, value);
    line([-1, y, floor], [1, y, floor], colors.grid);
    line([backX, y, -1], [backX, y, 1], colors.grid);
  }
  for (const value of ticks[2]!) {
    const z = place(2, value);
    line([-1, backY, z], [1, backY, z], colors.grid);
    line([backX, -1, z], [backX, 1, z], colors.grid);
  }
  line([-1, -backY, floor], [1, -backY, floor], colors.axis);
  line([-backX, -1, floor], [-backX, 1, floor], colors.axis);
  // The upright axis stands where it hides nothing.
  const upright: [number, number] =
    screen([-backX, backY, 0])[0] < screen([backX, -backY, 0])[0] ? [-backX, backY] : [backX, -backY];
  line([...upright, -1], [...upright, 1], colors.axis);

  const sorted = pieces
    .map((piece) => {
      const points = piece.points.map(screen);
      return { piece, points, near: points.reduce((sum, [, , depth]) => sum + depth, 0) / points.length };
    })
    .sort((a, b) => a.near - b.near);
  for (const { piece, points } of sorted) {
    pen.globalAlpha = piece.alpha;
    pen.beginPath();
    if (piece.text !== undefined) {
      pen.fillStyle = piece.fill!;
      pen.font = `12px ${colors.font}`;
      pen.textAlign = "left";
      pen.fillText(piece.text, points[0]![0], points[0]![1]);
      continue;
    }
    if (piece.radius !== undefined) pen.arc(points[0]![0], points[0]![1], Math.max(piece.radius, 1.2), 0, 2 * Math.PI);
    else for (const [x, y] of points) pen.lineTo(x, y);
    if (piece.fill) {
      pen.fillStyle = piece.fill;
      pen.fill();
    }
    if (piece.stroke) {
      pen.strokeStyle = piece.stroke;
      pen.lineWidth = piece.width ?? 1;
      pen.stroke();
    }
  }
  pen.globalAlpha = 1;

  const centre = screen([0, 0, 0]);
  const write = (text: string, at: Point, away: number, color: string, font: number) => {
    const [x, y] = screen(at);
    const [dx, dy] = [x - centre[0], y - centre[1]];
    const length = Math.hypot(dx, dy) || 1;
    pen.fillStyle = color;
    pen.font = `${font}px ${colors.font}`;
    pen.textAlign = dx / length > 0.3 ? "left" : dx / length < -0.3 ? "right" : "center";
    pen.textBaseline = "middle";
    pen.fillText(text, x + (dx / length) * away, y + (dy / length) * away);
  };
  for (const value of ticks[0]!) write(formatNumber(value, 4), [place(0, value), -backY, floor], 10, colors.muted, 11);
  for (const value of ticks[1]!) write(formatNumber(value, 4), [-backX, place(1, value), floor], 10, colors.muted, 11);
  for (const value of ticks[2]!) {
    // At its foot stand the labels of the other axes.
    if (place(2, value) * floor < 0.9)
      write(formatNumber(value, 4), [...upright, place(2, value)], 8, colors.muted, 11);
  }
  write(plain(axes.x.label) || "x", [0, -backY, floor], 36, colors.foreground, 12);
  write(plain(axes.y.label) || "y", [-backX, 0, floor], 36, colors.foreground, 12);
  write(plain(axes.z.label) || "z", [...upright, 1.15], 8, colors.foreground, 12);
}

export function Space({ axes, colors, label }: { axes: FigureAxes; colors: Colors; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [camera, setCamera] = useState<Camera>({ elevation: axes.view[0], azimuth: axes.view[1] });
  const pieces = useMemo(() => piecesOf(axes, colors), [axes, colors]);
  const again = useRef(() => {});
  again.current = () => {
    const element = canvas.current;
    if (!element) return;
    const scene = { pieces, axes, camera, colors };
    draw(element, scene);
    drawings.set(element, (pen, turned) =>
      paint(pen, element.clientWidth, element.clientHeight, {
        ...scene,
        camera: { ...camera, azimuth: camera.azimuth + turned },
      }),
    );
  };
  useLayoutEffect(() => again.current(), [pieces, camera]);
  useEffect(() => {
    const observer = new ResizeObserver(() => again.current());
    if (canvas.current) observer.observe(canvas.current);
    return () => observer.disconnect();
  }, []);
  const turn = (right: number, up: number) =>
    setCamera(({ elevation, azimuth }) => ({
      elevation: Math.max(-90, Math.min(90, elevation + up)),
      azimuth: azimuth - right,
    }));
  return (
    <canvas
      ref={canvas}
      class="chart space"
      role="img"
      aria-label={`${label} ${l10n.t("Turn it with the arrow keys.")}`}
      tabIndex={0}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) turn(event.movementX * 0.5, event.movementY * 0.5);
      }}
      onKeyDown={(event) => {
        const step = { ArrowLeft: [-5, 0], ArrowRight: [5, 0], ArrowUp: [0, 5], ArrowDown: [0, -5] }[event.key];
        if (!step) return;
        event.preventDefault();
        turn(step[0]!, step[1]!);
      }}
    />
  );
}
