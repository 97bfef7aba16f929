/** A script's figures as they travel: the evaluator's model of a matplotlib figure, with its numbers encoded. */
import type { EncodedArray } from "./values";

/** `C0` … `C9` (the colour cycle), a CSS colour's name, or `#rrggbb`. */
export type Color = string;

export interface Figure {
  number: number;
  title: string;
  /** Inches. */
  size: [number, number];
  /** The grid that the cells of the axes lie in. */
  rows: number;
  columns: number;
  axes: FigureAxes[];
}

export interface FigureAxis {
  label: string;
  /** The larger one first for an axis that runs backwards. */
  limits: [number, number];
  scale: "linear" | "log" | "symlog";
  ticks?: { at: number[]; labels?: string[] };
}

export interface FigureAxes {
  /** Row, column, rows and columns covered. */
  cell: [number, number, number, number];
  projection: "plane" | "polar" | "space";
  /** Degrees, for `space`. */
  view: [elevation: number, azimuth: number];
  title: string;
  x: FigureAxis;
  y: FigureAxis;
  z: FigureAxis;
  /** Lies over the axes of this index, with the other side's axis of its own (`twinx`, `twiny`). */
  over?: { index: number; own: "x" | "y" };
  legend?: { title: string };
  grid: boolean;
  /** One unit is as long on both axes. */
  equal: boolean;
  /** Whether axes and frame are drawn. */
  frame: boolean;
  colorbar?: { label: string };
  series: Series[];
}

interface Common {
  /** For the legend; "" for none. */
  label: string;
  alpha: number;
  /** Only every so many-th point is here, of very many; absent: all. */
  stride?: number;
}

export interface Stroke {
  color: Color;
  width: number;
  dash: "solid" | "dash" | "dot" | "dashdot" | "none";
}

/** How numbers become colours: evenly spaced colours (`#rrggbb`) from `low` to `high`. */
export interface ColorMap {
  name: string;
  colors: Color[];
  low: number;
  high: number;
  log: boolean;
}

export interface LineSeries extends Common {
  kind: "line";
  x: EncodedArray;
  y: EncodedArray;
  z?: EncodedArray;
  stroke: Stroke;
  step: "none" | "pre" | "mid" | "post";
  /** matplotlib's marker, "" for none. */
  marker: string;
  markerSize: number;
  markerColor: Color;
  /** Lengths downwards and upwards. */
  xError?: [EncodedArray, EncodedArray];
  yError?: [EncodedArray, EncodedArray];
}

export interface ScatterSeries extends Common {
  kind: "scatter";
  x: EncodedArray;
  y: EncodedArray;
  z?: EncodedArray;
  marker: string;
  /** Diameters in points: one, or one for each. */
  sizes: EncodedArray;
  /** One, or one for each; where there are `values`, they decide. */
  colors: Color[];
  values?: EncodedArray;
  map?: ColorMap;
}

export interface BarsSeries extends Common {
  kind: "bars";
  horizontal: boolean;
  /** The middles. */
  at: EncodedArray;
  widths: EncodedArray;
  base: EncodedArray;
  lengths: EncodedArray;
  colors: Color[];
  error?: [EncodedArray, EncodedArray];
}

/** Filled polygons, separated by NaN. */
export interface AreaSeries extends Common {
  kind: "area";
  x: EncodedArray;
  y: EncodedArray;
  color: Color;
  edge?: Color;
}

export interface ContourSeries extends Common {
  kind: "contour";
  x: EncodedArray;
  y: EncodedArray;
  /** Row-major: y by x. */
  z: EncodedArray;
  levels: EncodedArray;
  filled: boolean;
  map?: ColorMap;
  /** Instead of a map. */
  color?: Color;
  labels: boolean;
}

/** Cells with colours: `imshow`, `pcolormesh`, `hist2d`. */
export interface CellsSeries extends Common {
  kind: "cells";
  /** Edges: one more than there are columns. */
  x: EncodedArray;
  y: EncodedArray;
  /** Row-major; with `rgb`, three numbers from 0 to 1 for each cell. */
  z: EncodedArray;
  rgb: boolean;
  map: ColorMap;
}

export interface ArrowsSeries extends Common {
  kind: "arrows";
  x: EncodedArray;
  y: EncodedArray;
  /** Where the arrows end. */
  toX: EncodedArray;
  toY: EncodedArray;
  color: Color;
}

/** Lines across the whole plot, and a band between two where there is `to`. */
export interface RuleSeries extends Common {
  kind: "rule";
  vertical: boolean;
  at: number;
  to?: number;
  stroke: Stroke;
}

export interface TextSeries extends Common {
  kind: "text";
  text: string;
  x: number;
  y: number;
  z?: number;
  /** `x` and `y` are shares of the plot's width and height. */
  relative: boolean;
  /** Where an arrow leads. */
  target?: [number, number];
  color: Color;
  horizontal: "left" | "center" | "right";
  vertical: "bottom" | "middle" | "top";
}

export interface SurfaceSeries extends Common {
  kind: "surface";
  rows: number;
  columns: number;
  x: EncodedArray;
  y: EncodedArray;
  z: EncodedArray;
  wire: boolean;
  color: Color;
  map?: ColorMap;
}

export type Series =
  | LineSeries
  | ScatterSeries
  | BarsSeries
  | AreaSeries
  | ContourSeries
  | CellsSeries
  | ArrowsSeries
  | RuleSeries
  | TextSeries
  | SurfaceSeries;
