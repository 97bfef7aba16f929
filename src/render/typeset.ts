/** Formulas as SVG. */
import type { Raw } from "./mathjax";
import { element, escapeXml, svgUri } from "./svg";

export interface TypesetOptions {
  /** Displayed (large fractions and limits) rather than inline. Default: true. */
  display?: boolean;
  /** 1 sets an em to 16 pixels. */
  scale?: number;
  /** Breaks a longer formula into lines of at most this width in pixels. */
  maxWidth?: number;
}

export interface Typeset {
  /** A complete `<svg>` in `currentColor`, its size in pixels. */
  svg: string;
  width: number;
  height: number;
  /** Pixels below the base line, for `vertical-align`. */
  depth: number;
}

export type Typesetter = typeof import("./mathjax");

let engine: Typesetter | undefined;
let loading: Promise<void> | undefined;
let load = (): Promise<Typesetter> => import("./mathjax");

/** Where a module cannot be imported by its name, as in a worker without an address: says how to get it. */
export function loadTypesetterBy(loader: () => Promise<Typesetter>): void {
  load = loader;
}

/** Loads the typesetter; `typeset` sets formulas from then on. Never rejects: without it, formulas show as their source. */
export function loadTypesetter(): Promise<void> {
  loading ??= load().then(
    (module) => {
      engine = module;
      cache.clear();
    },
    () => {
      loading = undefined; // the next formula tries again
    },
  );
  return loading;
}

export const isTypesetterLoaded = (): boolean => engine !== undefined;

/** The least recently used go first. */
const cache = new Map<string, Typeset>();
const CACHE_SIZE = 500;

/** Never throws: LaTeX that cannot be set, or is asked for before {@link loadTypesetter}, shows as its source. */
export function typeset(latex: string, options: TypesetOptions = {}): Typeset {
  const { display = true, scale = 1, maxWidth } = options;
  const key = `${display} ${scale} ${maxWidth} ${latex}`;
  let found = cache.get(key);
  if (found) {
    cache.delete(key);
  } else {
    found = set(latex, display, scale, maxWidth);
    if (cache.size >= CACHE_SIZE) cache.delete(cache.keys().next().value as string);
  }
  cache.set(key, found);
  return found;
}

/** A formula in MathML. @throws before {@link loadTypesetter}, and for LaTeX that cannot be set */
export function mathml(latex: string): string {
  if (!engine) throw new Error("the typesetter is not loaded");
  return engine.toMathml(latex);
}

function set(latex: string, display: boolean, scale: number, maxWidth: number | undefined): Typeset {
  if (!engine) return unset(latex, scale);
  const px = engine.EM * scale;
  const pixels = (em: number) => Math.round(em * px * 100) / 100;
  try {
    let raw = engine.convert(latex, display);
    if (maxWidth !== undefined) raw = fitted(engine, latex, display, maxWidth / px, raw);
    const width = pixels(raw.width);
    const height = pixels(raw.height);
    const svg = raw.svg.replace(/^<svg[^>]*>/, (open) =>
      open.replace(/ width="[^"]*"/, ` width="${width}"`).replace(/ height="[^"]*"/, ` height="${height}"`),
    );
    return { svg, width, height, depth: pixels(raw.depth) };
  } catch {
    return unset(latex, scale);
  }
}

/** Broken into lines of at most `width` em, if it can be. */
function fitted(from: Typesetter, latex: string, display: boolean, width: number, whole: Raw): Raw {
  // A matrix is torn by breaks within its cells: it stays whole.
  if (/\\begin\{[bp]matrix\}/.test(latex)) return whole;
  const source = equation(from, latex, width);
  let raw = whole;
  // The line breaker lets lines stand out a little: the room that it is told shrinks until they fit.
  for (let room = width, tries = 0; raw.width > width && tries < 4; tries++) {
    raw = from.convert(source, display, room * from.EM);
    room -= raw.width - width + 0.1;
    if (room < width / 2) break;
  }
  return raw;
}

/** The left side of an equation may take this part of a line; a longer one has a line of its own. */
const LEFT = 0.4;

/** An equation so that what goes on in further lines begins below its right side, and its left side is never broken. */
function equation(from: Typesetter, latex: string, width: number): string {
  const [, left, right] = /^(.*?) = (.*)$/s.exec(latex) ?? [];
  if (left === undefined || right === undefined) return latex;
  const count = (part: RegExp) => left.match(part)?.length ?? 0;
  const isWhole =
    !left.includes("\\begin") && count(/\{/g) === count(/\}/g) && count(/\\left\b/g) === count(/\\right\b/g);
  if (!isWhole) return latex;
  // Lines are not broken within a smashed part, which has no height of its own.
  const kept = `\\smash{${left}} \\vphantom{${left}}`;
  return from.convert(left, true).width <= LEFT * width
    ? `\\begin{aligned} ${kept} & = ${right} \\end{aligned}`
    : `\\begin{aligned} & ${kept} \\\\ & \\quad = ${right} \\end{aligned}`;
}

const LINE = 80;

/** The source as monospaced lines. */
function unset(latex: string, scale: number): Typeset {
  const size = 13 * scale;
  const lines = latex.trim().match(new RegExp(`[^\\n]{1,${LINE}}`, "gu")) ?? [""];
  const width = Math.ceil(Math.max(...lines.map(columns)) * size * 0.62) + 2;
  const height = Math.ceil(lines.length * size * 1.4);
  const svg = element(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}`, role: "img" },
    element(
      "g",
      { fill: "currentColor", "font-family": "ui-monospace, Menlo, Consolas, monospace", "font-size": size },
      ...lines.map((line, i) => element("text", { x: 0, y: size * (1.05 + 1.4 * i) }, escapeXml(line))),
    ),
  );
  return { svg, width, height, depth: size * 0.35 };
}

/** How many columns a text takes: East Asian characters take two. */
const columns = (text: string): number =>
  Array.from(text).reduce((sum, char) => sum + ((char.codePointAt(0) ?? 0) >= 0x1100 ? 2 : 1), 0);

/**
 * A formula as a `data:` URI. An `<img>` does not inherit its colour, so it is written in; `name` is read by screen
 * readers.
 */
export function formulaImage(svg: string, color: string): string {
  return svgUri(svg.replaceAll("currentColor", escapeXml(color)));
}
