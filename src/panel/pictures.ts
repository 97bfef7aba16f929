/** Pictures for saving: what the page shows as SVG, and that as PNG or, several of them, as an animated GIF. */
import { applyPalette, GIFEncoder, quantize } from "gifenc";
import { drawings, SvgPen } from "./svg-pen";
import type { Colors } from "./theme";

/** A picture that stands by itself. */
export interface Picture {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** What the page's style sheet says of a drawing, and a file by itself must say. */
const styles = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-opacity",
  "stroke-dasharray",
  "stroke-linecap",
  "stroke-linejoin",
  "paint-order",
  "opacity",
  "visibility",
  "display",
  "font-family",
  "font-size",
  "font-weight",
  "font-style",
  "text-anchor",
  "dominant-baseline",
];

/** Parts of a drawing that only serve the pointer. */
const unseen = ".hoverlayer, .draglayer, .hit, title";

/** Around a picture, in pixels. */
const MARGIN = 8;

const namespace = "http://www.w3.org/2000/svg";

/** What a colour of a picture stands for; without a colour only words. */
export interface LegendEntry {
  readonly text: string;
  readonly color?: string;
  /** As `stroke-dasharray` takes it. */
  readonly dash?: string;
  /** It is the colour of an area, not of a line. */
  readonly area?: boolean;
}

interface PictureOptions {
  /** By how many degrees what is drawn in space turns on from where it stands. */
  readonly turned?: number;
  /** What the page says elsewhere of the colours: it stands below. */
  readonly legend?: readonly LegendEntry[];
}

/** The drawings within `root` with their titles and legends, on the theme's background; `.handle` is a point on a plot. */
export function pictureOf(root: Element, colors: Colors, { turned = 0, legend = [] }: PictureOptions = {}): Picture {
  const shown = root.getBoundingClientRect();
  const origin = new DOMRect(shown.x - MARGIN, shown.y - MARGIN, shown.width + 2 * MARGIN, shown.height + 2 * MARGIN);
  const { entries, height: below } = legendOf(legend, origin.width, origin.height, colors);
  const [width, height] = [Math.ceil(origin.width), Math.ceil(origin.height + below)];
  const picture = emptyPicture(width, height, colors.background);
  if (root instanceof SVGSVGElement) picture.append(placed(root, root.getBoundingClientRect(), origin));
  // In the order in which the page paints them.
  for (const drawing of root.querySelectorAll<SVGSVGElement | HTMLCanvasElement>("svg, canvas")) {
    if (drawing.parentElement?.closest("svg")) continue;
    const box = drawing.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    if (drawing instanceof SVGSVGElement) picture.append(placed(drawing, box, origin));
    else picture.append(painting(drawing, box, origin, turned));
  }
  for (const words of root.querySelectorAll("h4, .legend li, .caption")) picture.append(writing(words, origin));
  for (const handle of root.querySelectorAll(".handle")) picture.append(pointOf(handle, origin, colors));
  picture.append(...entries);
  return { svg: new XMLSerializer().serializeToString(picture), width, height };
}

function placed(drawing: SVGSVGElement, box: DOMRect, origin: DOMRect): SVGElement {
  const copy = styledCopy(drawing);
  for (const side of ["x", "y"] as const) copy.setAttribute(side, String(box[side] - origin[side]));
  copy.setAttribute("width", String(box.width));
  copy.setAttribute("height", String(box.height));
  return copy;
}

/** What is painted on a canvas, as far as its parent shows it. */
function painting(canvas: HTMLCanvasElement, box: DOMRect, origin: DOMRect, turned: number): SVGElement {
  const clip = canvas.parentElement?.getBoundingClientRect() ?? box;
  const outer = made("svg", {
    x: clip.x - origin.x,
    y: clip.y - origin.y,
    width: clip.width,
    height: clip.height,
  });
  const group = made("g", { transform: `translate(${box.x - clip.x} ${box.y - clip.y})` });
  const drawn = drawings.get(canvas);
  if (drawn) drawn(new SvgPen(group), turned);
  else
    group.append(
      made("image", {
        width: box.width,
        height: box.height,
        preserveAspectRatio: "none",
        href: canvas.toDataURL(),
        "image-rendering": "pixelated",
      }),
    );
  outer.append(group);
  return outer;
}

/** A point on a plot, with the number that it may have. */
function pointOf(handle: Element, origin: DOMRect, colors: Colors): SVGElement {
  const box = handle.getBoundingClientRect();
  const { top, backgroundColor } = getComputedStyle(handle, "::before");
  const [x, y] = [box.x + box.width / 2 - origin.x, box.y + box.height / 2 - origin.y];
  const group = made("g", {});
  const disc = { cx: x, cy: y, r: box.width / 2 - Number.parseFloat(top) - 1 };
  group.append(made("circle", { ...disc, fill: backgroundColor, stroke: colors.background, "stroke-width": 2 }));
  if (handle.textContent) {
    const look = { fill: colors.background, "font-family": colors.font, "font-size": 10.5, "font-weight": 700 };
    group.append(line(handle.textContent, x, y, { ...look, "text-anchor": "middle" }));
  }
  return group;
}

const LINE = 18;
const SWATCH = 34;

/** Entries in columns of one width, below a picture. */
function legendOf(legend: readonly LegendEntry[], width: number, top: number, colors: Colors) {
  const pen = document.createElement("canvas").getContext("2d");
  if (pen) pen.font = `12px ${colors.font}`;
  const lengths = legend.map(({ text, color }) => (pen?.measureText(text).width ?? 0) + (color ? SWATCH + 6 : 0));
  const column = Math.max(0, ...lengths) + 16;
  const columns = Math.max(1, Math.floor((width - 2 * MARGIN) / column));
  const rows = Math.ceil(legend.length / columns);
  const entries = legend.flatMap(({ text, color, dash, area = false }, k) => {
    const x = 2 * MARGIN + (k % columns) * column;
    const y = top + (Math.floor(k / columns) + 0.5) * LINE;
    const look = { fill: colors.foreground, "font-family": colors.font, "font-size": 12 };
    if (!color) return line(text, x, y, look);
    const swatch = made("path", { d: `M${x} ${y}h${SWATCH}`, stroke: color, "stroke-width": area ? 11 : 2.5 });
    if (dash) swatch.setAttribute("stroke-dasharray", dash);
    return [swatch, line(text, x + SWATCH + 6, y, look)];
  });
  return { entries, height: rows > 0 ? rows * LINE + MARGIN : 0 };
}

type Attributes = { readonly [name: string]: string | number };

function made<K extends keyof SVGElementTagNameMap>(name: K, attributes: Attributes): SVGElementTagNameMap[K] {
  const element = document.createElementNS(namespace, name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, String(value));
  return element;
}

/** A line of words, in the middle of whose height `y` lies. */
function line(words: string, x: number, y: number, look: Attributes): SVGElement {
  const text = made("text", { x, y, "dominant-baseline": "central", ...look });
  text.textContent = words;
  return text;
}

/** Words that stand beside a drawing, on one line. */
function writing(words: Element, origin: DOMRect): SVGElement {
  const range = document.createRange();
  range.selectNodeContents(words);
  // A swatch before them is a drawing of its own.
  const last = words.lastChild;
  if (last instanceof Text) range.selectNode(last);
  const box = range.getBoundingClientRect();
  const style = getComputedStyle(words);
  return line(words.textContent ?? "", box.x - origin.x, box.y - origin.y + box.height / 2, {
    fill: style.color,
    "font-family": style.fontFamily,
    "font-size": style.fontSize,
    "font-weight": style.fontWeight,
  });
}

function emptyPicture(width: number, height: number, background: string): SVGSVGElement {
  const picture = made("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
  picture.append(made("rect", { width, height, fill: background }));
  return picture;
}

/** A copy whose look is written in attributes of its own: classes mean nothing in a file, and the policy forbids styles. */
function styledCopy(source: SVGElement): SVGElement {
  const copy = document.createElementNS(namespace, source.localName);
  for (const { name, value } of source.attributes)
    if (!/^(class|style|tabindex|role|aria-.*|data-.*)$/.test(name)) copy.setAttribute(name, value);
  const computed = getComputedStyle(source);
  for (const name of styles) {
    const value = computed.getPropertyValue(name);
    if (value && !initial.has(`${name}: ${value}`)) copy.setAttribute(name, value);
  }
  for (const child of source.childNodes) {
    if (child instanceof SVGElement) {
      if (!child.matches(unseen)) copy.append(styledCopy(child));
    } else if (child instanceof Text) copy.append(child.data);
  }
  return copy;
}

/** What a file has without saying so. */
const initial = new Set([
  "fill-opacity: 1",
  "stroke: none",
  "stroke-width: 1px",
  "stroke-opacity: 1",
  "stroke-dasharray: none",
  "stroke-linecap: butt",
  "stroke-linejoin: miter",
  "paint-order: normal",
  "opacity: 1",
  "visibility: visible",
  "display: inline",
  "font-style: normal",
  "text-anchor: start",
  "dominant-baseline: auto",
]);

/** Twice as fine as the page, so that it can be printed. */
const FINE = 2;

/** @throws Error where the picture is larger than the browser draws */
export async function pngOf(picture: Picture): Promise<Uint8Array> {
  const canvas = await painted(picture, FINE);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error(`${canvas.width} × ${canvas.height}`);
  return new Uint8Array(await blob.arrayBuffer());
}

/**
 * Pictures of one size one after the other, in 256 colours that are the same for all of them.
 * @param hold how long each picture stays, in milliseconds; the last stays four times as long
 */
export async function gifOf(pictures: readonly Picture[], hold: number): Promise<Uint8Array> {
  const images: ImageData[] = [];
  for (const picture of pictures) images.push(await pixels(picture));
  const gif = GIFEncoder();
  const palette = quantize(everyFew(images), 256);
  for (const [k, { width, height, data }] of images.entries()) {
    const delay = k === images.length - 1 ? 4 * hold : hold;
    gif.writeFrame(applyPalette(data, palette), width, height, { palette, delay });
  }
  gif.finish();
  return gif.bytes();
}

/** About a million pixels from all of them. */
function everyFew(images: readonly ImageData[]): Uint8ClampedArray {
  const count = images.reduce((sum, { data }) => sum + data.length / 4, 0);
  const stride = Math.max(1, Math.round(count / 1_000_000));
  const chosen = new Uint32Array(Math.ceil(count / stride) + images.length);
  let length = 0;
  for (const { data } of images) {
    const pixels = new Uint32Array(data.buffer);
    for (let i = 0; i < pixels.length; i += stride) chosen[length++] = pixels[i]!;
  }
  return new Uint8ClampedArray(chosen.buffer, 0, 4 * length);
}

async function pixels(picture: Picture): Promise<ImageData> {
  const canvas = await painted(picture, 1);
  return canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
}

async function painted({ svg, width, height }: Picture, scale: number): Promise<HTMLCanvasElement> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width * scale, height * scale];
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}
