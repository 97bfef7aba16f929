/** Colours of the small plots in hovers, per kind of theme. */

export type ThemeKind = "light" | "dark" | "high-contrast" | "high-contrast-light";

export interface PlotTheme {
  kind: ThemeKind;
  /** What the plot stands on; for halos around marks. */
  background: string;
  foreground: string;
  /** Axis labels. */
  muted: string;
  grid: string;
  axis: string;
  curve: string;
  tangent: string;
  point: string;
  gradient: string;
  paths: readonly string[];
  /** From low values to high ones; none in high contrast, where contours are lines. */
  ramp?: readonly string[];
  contour: string;
}

const light: PlotTheme = {
  kind: "light",
  background: "#ffffff",
  foreground: "#1f2328",
  muted: "#59636e",
  grid: "#e4e8ec",
  axis: "#9aa4ae",
  curve: "#0b62c4",
  tangent: "#c4420b",
  point: "#c4420b",
  gradient: "#c4320b",
  paths: ["#7a2bbf", "#0f7b4f", "#a3006d"],
  ramp: ["#2f6fb0", "#5b96c9", "#8bb9dd", "#b8d6ea", "#d8e9f4", "#edf5fb"],
  contour: "#ffffff",
};

const dark: PlotTheme = {
  kind: "dark",
  background: "#1f1f1f",
  foreground: "#e6e6e6",
  muted: "#a8b0b8",
  grid: "#34383d",
  axis: "#6b737b",
  curve: "#5fb0ff",
  tangent: "#ffae57",
  point: "#ffae57",
  gradient: "#ffb86b",
  paths: ["#e58cff", "#6fe3a5", "#ff8fb3"],
  ramp: ["#14283f", "#1b3d5f", "#24557f", "#2f709f", "#4390bb", "#6bb3d3"],
  contour: "#0d1826",
};

const highContrast: PlotTheme = {
  kind: "high-contrast",
  background: "#000000",
  foreground: "#ffffff",
  muted: "#ffffff",
  grid: "#3a3a3a",
  axis: "#ffffff",
  curve: "#4fc3ff",
  tangent: "#ffd400",
  point: "#ffd400",
  gradient: "#ffd400",
  paths: ["#ff8cff", "#5dff9b", "#ff9d6b"],
  contour: "#4fc3ff",
};

const highContrastLight: PlotTheme = {
  kind: "high-contrast-light",
  background: "#ffffff",
  foreground: "#000000",
  muted: "#000000",
  grid: "#d0d0d0",
  axis: "#000000",
  curve: "#00418f",
  tangent: "#a80000",
  point: "#a80000",
  gradient: "#a80000",
  paths: ["#6b00a8", "#005a2b", "#8a0057"],
  contour: "#00418f",
};

export const plotThemes: Readonly<Record<ThemeKind, PlotTheme>> = {
  light,
  dark,
  "high-contrast": highContrast,
  "high-contrast-light": highContrastLight,
};
