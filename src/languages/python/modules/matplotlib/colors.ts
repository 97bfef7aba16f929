/** Colours, line styles and markers as matplotlib writes them. */
import { listOf } from "../../runtime/containers";
import { pyError, raiseError } from "../../runtime/errors";
import type { PyValue } from "../../runtime/object";
import { repr } from "../../runtime/protocol";
import { numberOf } from "../../runtime/text";
import { PyArray } from "../numpy/array";
import { isSequence } from "../numpy/convert";
import type { Color, Stroke } from "./model";

/** CSS's names, which matplotlib has too, and their digits. */
export const names = new Map(
  `
aliceblue#f0f8ff antiquewhite#faebd7 aqua#00ffff aquamarine#7fffd4 azure#f0ffff beige#f5f5dc bisque#ffe4c4
black#000000 blanchedalmond#ffebcd blue#0000ff blueviolet#8a2be2 brown#a52a2a burlywood#deb887 cadetblue#5f9ea0
chartreuse#7fff00 chocolate#d2691e coral#ff7f50 cornflowerblue#6495ed cornsilk#fff8dc crimson#dc143c cyan#00ffff
darkblue#00008b darkcyan#008b8b darkgoldenrod#b8860b darkgray#a9a9a9 darkgreen#006400 darkgrey#a9a9a9
darkkhaki#bdb76b darkmagenta#8b008b darkolivegreen#556b2f darkorange#ff8c00 darkorchid#9932cc darkred#8b0000
darksalmon#e9967a darkseagreen#8fbc8f darkslateblue#483d8b darkslategray#2f4f4f darkslategrey#2f4f4f
darkturquoise#00ced1 darkviolet#9400d3 deeppink#ff1493 deepskyblue#00bfff dimgray#696969 dimgrey#696969
dodgerblue#1e90ff firebrick#b22222 floralwhite#fffaf0 forestgreen#228b22 fuchsia#ff00ff gainsboro#dcdcdc
ghostwhite#f8f8ff gold#ffd700 goldenrod#daa520 gray#808080 green#008000 greenyellow#adff2f grey#808080
honeydew#f0fff0 hotpink#ff69b4 indianred#cd5c5c indigo#4b0082 ivory#fffff0 khaki#f0e68c lavender#e6e6fa
lavenderblush#fff0f5 lawngreen#7cfc00 lemonchiffon#fffacd lightblue#add8e6 lightcoral#f08080 lightcyan#e0ffff
lightgoldenrodyellow#fafad2 lightgray#d3d3d3 lightgreen#90ee90 lightgrey#d3d3d3 lightpink#ffb6c1
lightsalmon#ffa07a lightseagreen#20b2aa lightskyblue#87cefa lightslategray#778899 lightslategrey#778899
lightsteelblue#b0c4de lightyellow#ffffe0 lime#00ff00 limegreen#32cd32 linen#faf0e6 magenta#ff00ff maroon#800000
mediumaquamarine#66cdaa mediumblue#0000cd mediumorchid#ba55d3 mediumpurple#9370db mediumseagreen#3cb371
mediumslateblue#7b68ee mediumspringgreen#00fa9a mediumturquoise#48d1cc mediumvioletred#c71585
midnightblue#191970 mintcream#f5fffa mistyrose#ffe4e1 moccasin#ffe4b5 navajowhite#ffdead navy#000080
oldlace#fdf5e6 olive#808000 olivedrab#6b8e23 orange#ffa500 orangered#ff4500 orchid#da70d6 palegoldenrod#eee8aa
palegreen#98fb98 paleturquoise#afeeee palevioletred#db7093 papayawhip#ffefd5 peachpuff#ffdab9 peru#cd853f
pink#ffc0cb plum#dda0dd powderblue#b0e0e6 purple#800080 rebeccapurple#663399 red#ff0000 rosybrown#bc8f8f
royalblue#4169e1 saddlebrown#8b4513 salmon#fa8072 sandybrown#f4a460 seagreen#2e8b57 seashell#fff5ee
sienna#a0522d silver#c0c0c0 skyblue#87ceeb slateblue#6a5acd slategray#708090 slategrey#708090 snow#fffafa
springgreen#00ff7f steelblue#4682b4 tan#d2b48c teal#008080 thistle#d8bfd8 tomato#ff6347 turquoise#40e0d0
violet#ee82ee wheat#f5deb3 white#ffffff whitesmoke#f5f5f5 yellow#ffff00 yellowgreen#9acd32
`
    .trim()
    .split(/\s+/)
    .map((entry) => entry.split("#") as [string, string]),
);

/** matplotlib's one-letter colours; g, c, m and y are darker than CSS's. */
const letters: Record<string, Color> = {
  b: "blue",
  g: "green",
  r: "red",
  c: "#00bfbf",
  m: "#bf00bf",
  y: "#bfbf00",
  k: "black",
  w: "white",
};

export const tableau: Readonly<Record<string, Color>> = {
  blue: "#1f77b4",
  orange: "#ff7f0e",
  green: "#2ca02c",
  red: "#d62728",
  purple: "#9467bd",
  brown: "#8c564b",
  pink: "#e377c2",
  gray: "#7f7f7f",
  grey: "#7f7f7f",
  olive: "#bcbd22",
  cyan: "#17becf",
};
/** C0 … C9 of matplotlib's own theme. */
const cycle: readonly Color[] = Object.entries(tableau).flatMap(([name, hex]) => (name === "grey" ? [] : [hex]));

/** A colour of the cycle as matplotlib's own theme has it; any other as it is. */
export const cycleColor = (color: Color): Color => (color.startsWith("C") ? cycle[Number(color.slice(1))] : color);

/** The same colour in digits. */
export const hexOf = (color: Color): Color => {
  const digits = names.get(color);
  return digits ? `#${digits}` : cycleColor(color);
};

const hex = (parts: readonly number[]): Color =>
  `#${parts
    .slice(0, 3)
    .map((part) =>
      Math.round(Math.min(Math.max(part, 0), 1) * 255)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;

/** A colour in words; undefined where the text names none. `none` is the empty text. */
function named(text: string): Color | undefined {
  const lower = text.toLowerCase();
  if (lower === "none") return "";
  if (letters[text]) return letters[text];
  if (/^C\d+$/.test(text)) return `C${Number(text.slice(1)) % 10}`;
  if (/^#[0-9a-f]{6}([0-9a-f]{2})?$/.test(lower)) return lower.slice(0, 7);
  if (/^#[0-9a-f]{3,4}$/.test(lower)) return `#${[...lower.slice(1, 4)].map((digit) => digit + digit).join("")}`;
  if (lower.startsWith("tab:")) return tableau[lower.slice(4)];
  if (names.has(lower)) return lower;
  const gray = text.trim() === "" ? Number.NaN : Number(text);
  return gray >= 0 && gray <= 1 ? hex([gray, gray, gray]) : undefined;
}

const partsOf = (x: PyValue): number[] | undefined => {
  if (!isSequence(x) && !(x instanceof PyArray && x.shape.length === 1)) return undefined;
  const parts = listOf(x).map(numberOf);
  return parts.every((part): part is number => part !== undefined) ? parts : undefined;
};

/** Whether this is one colour, not several. */
export function isColor(x: PyValue): boolean {
  if (typeof x === "string") return named(x) !== undefined;
  const parts = partsOf(x);
  return parts !== undefined && (parts.length === 3 || parts.length === 4) && parts.every((p) => p >= 0 && p <= 1);
}

/** @throws ValueError where this is no colour */
export function colorOf(x: PyValue): Color {
  if (x === null) return "";
  if (isColor(x)) return typeof x === "string" ? named(x)! : hex(partsOf(x)!);
  // A colour and its alpha.
  if (isSequence(x)) {
    const [color, alpha] = listOf(x);
    if (typeof color === "string" && numberOf(alpha ?? null) !== undefined) return colorOf(color);
  }
  raiseError(
    "ValueError",
    `${repr(x)} is not a valid value for color: supported inputs are (r, g, b) and (r, g, b, a) 0-1 float tuples; '#rrggbb', '#rrggbbaa', '#rgb', '#rgba' strings; named color strings; string reprs of 0-1 floats for grayscale values; 'C0', 'C1', ... strings for colors of the color cycle; and pairs combining one of the above with an alpha value`,
  );
}

/** The colours of an argument that has one, or one for each element. */
export function colorsOf(x: PyValue): Color[] {
  return isColor(x) || !(isSequence(x) || x instanceof PyArray) ? [colorOf(x)] : listOf(x).map(colorOf);
}

const dashes: Record<string, Stroke["dash"]> = {
  "-": "solid",
  solid: "solid",
  "--": "dash",
  dashed: "dash",
  "-.": "dashdot",
  dashdot: "dashdot",
  ":": "dot",
  dotted: "dot",
  none: "none",
  None: "none",
  " ": "none",
  "": "none",
};

export function dashOf(x: PyValue): Stroke["dash"] {
  // (offset, (on, off, …))
  if (isSequence(x)) return "dash";
  const dash = typeof x === "string" && Object.hasOwn(dashes, x) ? dashes[x] : undefined;
  if (!dash) raiseError("ValueError", `${repr(x)} is not a valid value for ls.`);
  return dash;
}

const MARKERS = [...".,ov^<>12348spP*hH+xXDd|_"];

export function markerOf(x: PyValue): string {
  if (x === null || x === "" || x === " " || x === "none" || x === "None") return "";
  if (typeof x === "string" && (MARKERS.includes(x) || /^\$.+\$$/.test(x))) return x;
  // Carets and ticks by number, polygons by a tuple.
  if (typeof x !== "string") return "o";
  raiseError("ValueError", `Unrecognized marker style '${x}'`);
}

export interface Format {
  readonly color?: Color;
  readonly dash?: Stroke["dash"];
  readonly marker?: string;
}

/**
 * Reads `r--o` (matplotlib's `_process_plot_format`): a colour, a line style and a marker in any order; a single colour's
 * name by itself. A marker without a line style has no line.
 * @throws ValueError as matplotlib words it
 */
export function parseFormat(text: string): Format {
  const whole = /^[0-9.]+$/.test(text) && MARKERS.includes(text) ? undefined : named(text);
  if (whole !== undefined && text.length > 0) return { color: whole };
  const out: { color?: Color; dash?: Stroke["dash"]; marker?: string } = {};
  const fail = (reason: string): never => {
    throw pyError("ValueError", `${repr(text)} is not a valid format string (${reason})`);
  };
  for (let at = 0; at < text.length; ) {
    const two = text.slice(at, at + 2);
    const one = text[at];
    if (two === "--" || two === "-.") {
      if (out.dash) fail("two linestyle symbols");
      out.dash = dashes[two];
      at += 2;
    } else if (one === "-" || one === ":" || one === " ") {
      if (out.dash) fail("two linestyle symbols");
      out.dash = dashes[one];
      at++;
    } else if (MARKERS.includes(one)) {
      if (out.marker) fail("two marker symbols");
      out.marker = one;
      at++;
    } else if (letters[one]) {
      if (out.color) fail("two color symbols");
      out.color = letters[one];
      at++;
    } else if (/^C\d/.test(two)) {
      if (out.color) fail("two color symbols");
      const digits = /^C(\d+)/.exec(text.slice(at))!;
      out.color = named(digits[0]);
      at += digits[0].length;
    } else fail(`unrecognized character '${one}'`);
  }
  if (!out.dash) out.dash = out.marker ? "none" : "solid";
  return out;
}
