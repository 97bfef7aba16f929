/** Where data lie on the screen. */
import type { PlotElement } from "./plotly";
import type { Range } from "./session";

/** The part of a plot that has data in it, in pixels, and the ranges along its sides. */
export interface Frame {
  left: number;
  top: number;
  width: number;
  height: number;
  x: Range;
  y: Range;
}

export function frameOf({ _fullLayout: layout }: PlotElement): Frame | undefined {
  if (!layout) return undefined;
  const { xaxis, yaxis } = layout;
  return {
    left: xaxis._offset,
    top: yaxis._offset,
    width: xaxis._length,
    height: yaxis._length,
    x: [xaxis.range[0], xaxis.range[1]],
    y: [yaxis.range[0], yaxis.range[1]],
  };
}

export const toX = ({ left, width, x: [low, high] }: Frame, x: number) => left + ((x - low) / (high - low)) * width;
export const toY = ({ top, height, y: [low, high] }: Frame, y: number) =>
  top + height - ((y - low) / (high - low)) * height;

export const fromX = ({ left, width, x: [low, high] }: Frame, px: number) => low + ((px - left) / width) * (high - low);
export const fromY = ({ top, height, y: [low, high] }: Frame, py: number) =>
  high - ((py - top) / height) * (high - low);

/** What a pixel stands for along each side. */
export const perPixel = ({ width, height, x, y }: Frame): [number, number] => [
  (x[1] - x[0]) / width,
  (y[1] - y[0]) / height,
];

/** @param around so many pixels beyond the edges count as inside */
export const isInside = ({ left, top, width, height }: Frame, px: number, py: number, around = 0): boolean =>
  px >= left - around && px <= left + width + around && py >= top - around && py <= top + height + around;

/** The power of ten just below: what a pixel can tell apart. */
export const roundStep = (size: number) =>
  size > 0 && Number.isFinite(size) ? 10 ** Math.floor(Math.log10(size)) : 1e-3;
