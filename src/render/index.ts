/** Formulas, small plots and numbers as text: strings and SVG only. */
export {
  formatMatrix,
  formatNumber,
  formatSingle,
  formatTree,
  formatVector,
  type Numbers,
  roundToStep,
} from "./numbers";
export {
  contourPlot,
  curvePlot,
  type Plot,
  type PlotInput,
  type PlotOptions,
  type PlotPath,
  sparkline,
} from "./plots";
export { axisTicks, contourLevels, segments, visibleRange } from "./sampling";
export { escapeXml, svgUri } from "./svg";
export { type PlotTheme, plotThemes, type ThemeKind } from "./theme";
export {
  formulaImage,
  isTypesetterLoaded,
  loadTypesetter,
  loadTypesetterBy,
  mathml,
  type Typeset,
  type TypesetOptions,
  type Typesetter,
  typeset,
} from "./typeset";
