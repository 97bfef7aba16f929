/** How an optimizer's paths and lines look: a colour and a dash of its own, so that no one need tell colours apart. */
import { useColors } from "./theme";

/** In pixels, one for each optimizer that runs at once. */
export const dashes = ["", "9 4", "2.5 3.5", "11 4 2.5 4", "16 5", "5 2.5"] as const;

/** The same for Plotly. */
export const plotlyDash = (method: number): string =>
  dashes[method] ? dashes[method].replace(/(\S+)( ?)/g, (_, size, gap) => `${size}px${gap ? "," : ""}`) : "solid";

export function Swatch({ method }: { method: number }) {
  const colors = useColors();
  return (
    <svg class="swatch-line" width="34" height="10" aria-hidden="true">
      <line
        x1="0"
        y1="5"
        x2="34"
        y2="5"
        stroke={colors.runs[method]}
        stroke-width="2.5"
        stroke-dasharray={dashes[method]}
      />
    </svg>
  );
}
