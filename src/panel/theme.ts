/** The colours of VS Code's theme, resolved for Plotly, which knows no CSS variables. */
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import type { ThemeKind } from "../render/theme";

export interface Colors {
  kind: ThemeKind;
  background: string;
  foreground: string;
  muted: string;
  grid: string;
  axis: string;
  curve: string;
  point: string;
  /** The same for words. */
  pointText: string;
  /** The curve of the first derivative. */
  first: string;
  /** Words that say that all is well. */
  good: string;
  /** Words that say that something is wrong. */
  bad: string;
  /** The paths of the file's loops. */
  paths: string[];
  /** The paths of optimizers, as many as run at once. */
  runs: string[];
  /** From low values to high ones. */
  ramp: [number, string][];
  /** For a share from −1 to 1 the background of a cell, and a text that can be read on it. */
  diverging: (share: number) => { background: string; text: string };
  /** matplotlib's C0 … C9 in the theme's colours. */
  cycle: string[];
  /** A colour of a script (`C3`, `crimson`, `#08f`) so that it stands out from this background. */
  legible: (color: string) => string;
  font: string;
}

type Rgb = [number, number, number];

export function readColors(): Colors {
  const probe = document.createElement("span");
  document.body.append(probe);
  // Some themes give a chart's colour as a tint for highlighting: its hue is wanted, at full strength.
  const variable = (name: string, ...others: string[]): Rgb => {
    for (const candidate of [name, ...others]) {
      probe.style.color = "";
      probe.style.color = `var(--vscode-${candidate}, rgba(1, 2, 3, 0))`;
      const parts =
        getComputedStyle(probe)
          .color.match(/[\d.]+/g)
          ?.map(Number) ?? [];
      if (parts.length >= 3 && parts[3] !== 0) return [parts[0]!, parts[1]!, parts[2]!];
    }
    return [128, 128, 128];
  };
  const { classList } = document.body;
  const kind: ThemeKind = classList.contains("vscode-high-contrast-light")
    ? "high-contrast-light"
    : classList.contains("vscode-high-contrast")
      ? "high-contrast"
      : classList.contains("vscode-dark")
        ? "dark"
        : "light";
  const background = variable("editor-background");
  const foreground = variable("editor-foreground", "foreground");
  const contrast = kind.startsWith("high");
  const blue = variable("charts-blue", "editorInfo-foreground");
  const red = variable("charts-red", "errorForeground");
  const dark = kind === "dark";
  /** A colour for lines and marks: drawn towards the text's until it stands out. */
  const least = contrast ? 4.5 : 3;
  const mark = (name: string, ...others: string[]): string => strengthened(variable(name, ...others));
  const standsOut = (ratio: number, name: string, ...others: string[]): string =>
    strengthened(variable(name, ...others), ratio);
  const strengthened = (color: Rgb, ratio = least): string => {
    for (let share = 0; share < 1; share += 0.1) {
      const drawn = mix(color, foreground, share);
      if (contrastOf(drawn, background) >= ratio) return text(drawn);
    }
    return text(foreground);
  };
  const cycle = [
    ...["charts-blue", "charts-orange", "charts-green", "charts-red", "charts-purple"].map((name) => mark(name)),
    // The last five of matplotlib's cycle have no counterpart in themes.
    ...["#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf"].map((color) => strengthened(named(color))),
  ];
  // Low values are the darker ones in every theme.
  const ramp: [number, Rgb][] = dark
    ? [
        [0, mix(background, blue, 0.16)],
        [0.55, mix(background, blue, 0.55)],
        [1, mix(blue, foreground, 0.3)],
      ]
    : [
        [0, mix(blue, foreground, 0.08)],
        [0.45, mix(blue, background, 0.5)],
        [1, mix(blue, background, 0.93)],
      ];
  const colors: Colors = {
    kind,
    background: text(background),
    foreground: text(foreground),
    muted: text(contrast ? foreground : variable("descriptionForeground", "foreground")),
    grid: text(mix(background, foreground, contrast ? 0.25 : 0.12)),
    axis: text(contrast ? foreground : mix(background, foreground, 0.45)),
    curve: text(blue),
    point: mark(dark ? "charts-orange" : "charts-red", "charts-orange", "foreground"),
    pointText: standsOut(4.5, dark ? "charts-orange" : "charts-red", "charts-orange", "foreground"),
    first: mark("charts-green", "foreground"),
    good: standsOut(4.5, "charts-green", "foreground"),
    bad: standsOut(4.5, "errorForeground", "charts-red", "foreground"),
    paths: ["charts-purple", "charts-yellow", "foreground"].map((name) => mark(name, "foreground")),
    // Not the point's own colour, and blue, which the contours have, last.
    runs: [
      ...["charts-green", dark || contrast ? "charts-red" : "charts-orange", "charts-purple", "charts-yellow"],
      ...["foreground", "charts-blue"],
    ].map((name) => mark(name, "foreground")),
    ramp: contrast
      ? [
          [0, text(mix(blue, foreground, 0.55))],
          [1, text(blue)],
        ]
      : ramp.map(([at, color]) => [at, text(color)]),
    diverging: (share) => {
      const end = share < 0 ? red : blue;
      for (let part = Math.min(Math.abs(share), 1); ; part -= 0.02) {
        const cell = mix(background, end, Math.max(part, 0) * 0.85);
        const dark = contrastOf(foreground, cell) >= contrastOf(background, cell);
        const words = dark ? foreground : background;
        // A little more than WCAG asks for: the colours are rounded.
        if (part <= 0 || contrastOf(words, cell) >= 4.6) return { background: text(cell), text: text(words) };
      }
    },
    cycle,
    legible: (color) => {
      if (/^C\d$/.test(color)) return cycle[Number(color[1])]!;
      // Black on white is the text's colour on the page's.
      if (/^(black|#000000)$/i.test(color)) return text(foreground);
      return strengthened(named(color));
    },
    font: getComputedStyle(document.body).fontFamily,
  };
  probe.remove();
  return colors;
}

const known = new Map<string, Rgb>();
/** Red, green and blue of a colour as CSS writes it. */
export function named(color: string): Rgb {
  const before = known.get(color);
  if (before) return before;
  const probe = document.createElement("span");
  probe.style.color = color;
  document.body.append(probe);
  const [r = 128, g = 128, b = 128] =
    getComputedStyle(probe)
      .color.match(/[\d.]+/g)
      ?.map(Number) ?? [];
  probe.remove();
  known.set(color, [r, g, b]);
  return [r, g, b];
}

const mix = (a: Rgb, b: Rgb, share: number): Rgb => a.map((value, i) => value * (1 - share) + b[i]! * share) as Rgb;
const text = (color: Rgb): string => `rgb(${color.map(Math.round).join(", ")})`;

/** WCAG 2.2, "contrast ratio". */
function contrastOf(a: Rgb, b: Rgb): number {
  const [high = 0, low = 0] = [a, b].map(luminance).sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

function luminance(color: Rgb): number {
  const [r = 0, g = 0, b = 0] = color.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Gives the style sheet the colours that it cannot work out. */
export function useStyleColors(): void {
  const { point, paths, good, bad, curve, first, pointText } = useColors();
  useLayoutEffect(() => {
    const { style } = document.body;
    style.setProperty("--mark", point);
    style.setProperty("--good", good);
    style.setProperty("--bad", bad);
    style.setProperty("--curve", curve);
    style.setProperty("--mark-text", pointText);
    style.setProperty("--first", first);
    for (const [i, color] of paths.entries()) style.setProperty(`--path-${i}`, color);
  }, [point, paths, good, bad, curve, first, pointText]);
}

/** The colours, and again when the theme changes. */
export function useColors(): Colors {
  const [colors, setColors] = useState(readColors);
  useEffect(() => {
    const observer = new MutationObserver(() => setColors(readColors()));
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ["style", "class"] });
    observer.observe(document.body, { attributes: true, attributeFilter: ["class", "data-vscode-theme-id"] });
    return () => observer.disconnect();
  }, []);
  return colors;
}
