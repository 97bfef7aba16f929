/** What the panel uses of plotly.js, which comes without types for its partial bundles. */
declare module "plotly.js/lib/core" {
  export interface Axis {
    _offset: number;
    _length: number;
    range: [number, number];
    l2p(value: number): number;
    p2l(pixel: number): number;
  }
  export interface PlotElement extends HTMLElement {
    _fullLayout?: { xaxis: Axis; yaxis: Axis };
    on(event: string, listener: (data: Record<string, unknown>) => void): void;
    removeAllListeners(event?: string): void;
  }
  type Values = Record<string, unknown>;
  const Plotly: {
    register(modules: unknown[]): void;
    react(element: HTMLElement, data: Values[], layout: Values, config: Values): Promise<PlotElement>;
    relayout(element: HTMLElement, layout: Values): Promise<PlotElement>;
    purge(element: HTMLElement): void;
    Plots: { resize(element: HTMLElement): Promise<void> };
  };
  export default Plotly;
}
declare module "plotly.js/lib/scatter" {
  const trace: unknown;
  export default trace;
}
declare module "plotly.js/lib/contour" {
  const trace: unknown;
  export default trace;
}
declare module "plotly.js/lib/bar" {
  const trace: unknown;
  export default trace;
}
declare module "plotly.js/lib/heatmap" {
  const trace: unknown;
  export default trace;
}
declare module "*.css";
/** What the panel uses of gifenc, which comes without types. */
declare module "gifenc" {
  type Palette = number[][];
  export function quantize(rgba: Uint8ClampedArray, colors: number): Palette;
  export function applyPalette(rgba: Uint8ClampedArray, palette: Palette): Uint8Array;
  export function GIFEncoder(): {
    writeFrame(index: Uint8Array, width: number, height: number, options: { palette: Palette; delay: number }): void;
    finish(): void;
    bytes(): Uint8Array;
  };
}
