/** The plotting functions: each reads its arguments as matplotlib does, and adds what is drawn to the axes. */

import { between, fill, pie, stackplot } from "./areas";
import { bars, hist, hist2d } from "./bars";
import type { Plot } from "./common";
import { arrow, clabel, contour, imshow, matshow, pcolormesh, quiver } from "./grids";
import { plot, scaled, scatter, step } from "./lines";
import { axisLine, axisSpan, axline, boxplot, errorbar, eventplot, lines, stem } from "./marks";
import { surface } from "./space";
import { addPatch, annotate, barLabel, legend, text } from "./words";

export const plots: Record<string, Plot> = {
  plot,
  plot3D: plot,
  scatter,
  scatter3D: scatter,
  bar: bars(false),
  barh: bars(true),
  bar_label: barLabel,
  hist,
  hist2d,
  fill_between: between(false),
  fill_betweenx: between(true),
  fill,
  stackplot,
  pie,
  errorbar,
  step,
  stem,
  semilogx: scaled(true, false),
  semilogy: scaled(false, true),
  loglog: scaled(true, true),
  vlines: lines(true),
  hlines: lines(false),
  axhline: axisLine(false),
  axvline: axisLine(true),
  axhspan: axisSpan(false),
  axvspan: axisSpan(true),
  axline,
  boxplot,
  eventplot,
  contour: contour(false),
  contourf: contour(true),
  contour3D: contour(false),
  contourf3D: contour(true),
  clabel,
  imshow,
  matshow,
  spy: imshow,
  pcolormesh,
  pcolor: pcolormesh,
  quiver,
  arrow,
  plot_surface: surface(false),
  plot_wireframe: surface(true),
  text,
  text2D: text,
  annotate,
  legend,
  add_patch: addPatch,
  add_line: addPatch,
};
