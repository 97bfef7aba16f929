/** Figures as plain data: what a script plotted, without any drawing. Lengths are as matplotlib has them: points and inches. */
import type { Span } from "../../syntax/ast";

/** `C0` … `C9` (the colour cycle), a CSS colour's name, or `#rrggbb`. */
export type Color = string;

export interface Figure {
  readonly number: number;
  readonly title: string;
  /** Inches. */
  readonly size: readonly [number, number];
  /** The grid that the cells of the axes lie in. */
  readonly rows: number;
  readonly columns: number;
  readonly axes: readonly Axes[];
  /** The last call that drew something. */
  readonly drawnAt: Span;
}

export interface Axis {
  readonly label: string;
  /** The larger one first for an axis that runs backwards. */
  readonly limits: readonly [number, number];
  readonly scale: "linear" | "log" | "symlog";
  readonly ticks: { readonly at: readonly number[]; readonly labels?: readonly string[] } | undefined;
}

export interface Axes {
  /** Row, column, rows and columns covered. */
  readonly cell: readonly [number, number, number, number];
  readonly projection: "plane" | "polar" | "space";
  /** Degrees, for `space`. */
  readonly view: readonly [elevation: number, azimuth: number];
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly z: Axis;
  /** Lies over the axes of this index, with the other side's axis of its own (`twinx`, `twiny`). */
  readonly over: { readonly index: number; readonly own: "x" | "y" } | undefined;
  readonly legend: { readonly title: string } | undefined;
  readonly grid: boolean;
  /** One unit is as long on both axes. */
  readonly equal: boolean;
  /** Whether axes and frame are drawn. */
  readonly frame: boolean;
  readonly colorbar: { readonly label: string } | undefined;
  readonly series: readonly Series[];
}

interface Common {
  /** For the legend; "" for none. */
  readonly label: string;
  readonly alpha: number;
  /** Only every so many-th point is here, of very many; absent: all. */
  readonly stride?: number;
}

export interface Stroke {
  readonly color: Color;
  readonly width: number;
  readonly dash: "solid" | "dash" | "dot" | "dashdot" | "none";
}

/** How numbers become colours: evenly spaced colours (`#rrggbb`) from `low` to `high`. */
export interface ColorMap {
  readonly name: string;
  readonly colors: readonly Color[];
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
}

export interface Line extends Common {
  readonly kind: "line";
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array | undefined;
  readonly stroke: Stroke;
  readonly step: "none" | "pre" | "mid" | "post";
  /** matplotlib's marker, "" for none. */
  readonly marker: string;
  readonly markerSize: number;
  readonly markerColor: Color;
  /** Lengths downwards and upwards. */
  readonly xError: readonly [Float64Array, Float64Array] | undefined;
  readonly yError: readonly [Float64Array, Float64Array] | undefined;
}

export interface Scatter extends Common {
  readonly kind: "scatter";
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array | undefined;
  readonly marker: string;
  /** Diameters in points: one, or one for each. */
  readonly sizes: Float64Array;
  /** One, or one for each; where there are `values`, they decide. */
  readonly colors: readonly Color[];
  readonly values: Float64Array | undefined;
  readonly map: ColorMap | undefined;
}

export interface Bars extends Common {
  readonly kind: "bars";
  readonly horizontal: boolean;
  /** The middles. */
  readonly at: Float64Array;
  readonly widths: Float64Array;
  readonly base: Float64Array;
  readonly lengths: Float64Array;
  readonly colors: readonly Color[];
  readonly error: readonly [Float64Array, Float64Array] | undefined;
}

/** Filled polygons, separated by NaN. */
export interface Area extends Common {
  readonly kind: "area";
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly color: Color;
  readonly edge: Color | undefined;
}

export interface Contour extends Common {
  readonly kind: "contour";
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Row-major: y by x. */
  readonly z: Float64Array;
  readonly levels: Float64Array;
  readonly filled: boolean;
  readonly map: ColorMap | undefined;
  /** Instead of a map. */
  readonly color: Color | undefined;
  readonly labels: boolean;
}

/** Cells with colours: `imshow`, `pcolormesh`, `hist2d`. */
export interface Cells extends Common {
  readonly kind: "cells";
  /** Edges: one more than there are columns. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Row-major; with `rgb`, three numbers from 0 to 1 for each cell. */
  readonly z: Float64Array;
  readonly rgb: boolean;
  readonly map: ColorMap;
}

export interface Arrows extends Common {
  readonly kind: "arrows";
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Where the arrows end. */
  readonly toX: Float64Array;
  readonly toY: Float64Array;
  readonly color: Color;
}

/** Lines across the whole plot, and a band between two where there is `to`. */
export interface Rule extends Common {
  readonly kind: "rule";
  readonly vertical: boolean;
  readonly at: number;
  readonly to: number | undefined;
  readonly stroke: Stroke;
}

export interface Text extends Common {
  readonly kind: "text";
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly z: number | undefined;
  /** `x` and `y` are shares of the plot's width and height. */
  readonly relative: boolean;
  /** Where an arrow leads. */
  readonly target: readonly [number, number] | undefined;
  readonly color: Color;
  readonly horizontal: "left" | "center" | "right";
  readonly vertical: "bottom" | "middle" | "top";
}

export interface Surface extends Common {
  readonly kind: "surface";
  readonly rows: number;
  readonly columns: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  readonly wire: boolean;
  readonly color: Color;
  readonly map: ColorMap | undefined;
}

export type Series = Line | Scatter | Bars | Area | Contour | Cells | Arrows | Rule | Text | Surface;
