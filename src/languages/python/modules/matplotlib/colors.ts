/** Colours, line styles and markers as matplotlib writes them. */
import { listOf } from "../../runtime/containers";
import { pyError, raiseError } from "../../runtime/errors";
import type { PyValue } from "../../runtime/object";
import { repr } from "../../runtime/protocol";
import { numberOf } from "../../runtime/text";
import { PyArray } from "../numpy/array";
import { isSequence } from "../numpy/convert";
import type { Color, Stroke } from "./model";

/** CSS's names, which matplotlib has too. */
const names = new Set(
  `
aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown 
burlywood cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan 
darkgoldenrod darkgray darkgreen darkgrey darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred 
darksalmon darkseagreen darkslateblue darkslategray darkslategrey darkturquoise darkviolet deeppink 
deepskyblue dimgray dimgrey dodgerblue firebrick floralwhite forestgreen fuchsia gainsboro ghostwhite gold 
goldenrod gray green greenyellow grey honeydew hotpink indianred indigo ivory khaki lavender lavenderblush 
lawngreen lemonchiffon lightblue lightcoral lightcyan lightgoldenrodyellow lightgray lightgreen lightgrey 
lightpink lightsalmon lightseagreen lightskyblue lightslategray lightslategrey lightsteelblue lightyellow 
lime limegreen linen magenta maroon mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen 
mediumslateblue mediumspringgreen mediumturquoise mediumvioletred midnightblue mintcream mistyrose moccasin 
navajowhite navy oldlace olive olivedrab orange orangered orchid palegoldenrod palegreen paleturquoise 
palevioletred papayawhip peachpuff peru pink plum powderblue purple rebeccapurple red rosybrown royalblue 
saddlebrown salmon sandybrown seagreen seashell sienna silver skyblue slateblue slategray slategrey snow 
springgreen steelblue tan teal thistle tomato turquoise violet wheat white whitesmoke yellow yellowgreen
`
    .trim()
    .split(/\s+/),
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

const tableau: Record<string, Color> = {
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
