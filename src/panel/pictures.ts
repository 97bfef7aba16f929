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

/**
 * The drawings within `root` with their titles and legends, on the theme's background; `.handle` is the point on a plot.
 * @param turned by how many degrees what is drawn in space turns on from where it stands
 */
export function pictureOf(root: Element, colors: Colors, turned = 0): Picture {
  const shown = root.getBoundingClientRect();
  const origin = new DOMRect(shown.x - MARGIN, shown.y - MARGIN, shown.width + 2 * MARGIN, shown.height + 2 * MARGIN);
  const [width, height] = [Math.ceil(origin.width), Math.ceil(origin.height)];
  const picture = emptyPicture(width, height, colors.background);
  const all = root instanceof SVGSVGElement ? [root] : [...root.querySelectorAll<SVGSVGElement>("svg")];
  for (const drawing of all) {
    if (drawing.parentElement?.closest("svg")) continue;
    const box = drawing.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    const copy = styledCopy(drawing);
    for (const side of ["x", "y"] as const) copy.setAttribute(side, String(box[side] - origin[side]));
    copy.setAttribute("width", String(box.width));
    copy.setAttribute("height", String(box.height));
    picture.append(copy);
  }
  for (const canvas of root.querySelectorAll("canvas")) {
    const box = canvas.getBoundingClientRect();
    const group = document.createElementNS(namespace, "g");
    group.setAttribute("transform", `translate(${box.x - origin.x} ${box.y - origin.y})`);
    const drawn = drawings.get(canvas);
    if (drawn) drawn(new SvgPen(group), turned);
    else group.append(imageOf(canvas, box));
    picture.append(group);
  }
  for (const words of root.querySelectorAll("h4, .legend li, .caption")) picture.append(writing(words, origin));
  for (const handle of root.querySelectorAll(".handle")) {
    const box = handle.getBoundingClientRect();
    const point = document.createElementNS(namespace, "circle");
    point.setAttribute("cx", String(box.x + box.width / 2 - origin.x));
    point.setAttribute("cy", String(box.y + box.height / 2 - origin.y));
    point.setAttribute("r", "5");
    point.setAttribute("fill", colors.point);
    point.setAttribute("stroke", colors.background);
    point.setAttribute("stroke-width", "2");
    picture.append(point);
  }
  return { svg: new XMLSerializer().serializeToString(picture), width, height };
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
  const text = document.createElementNS(namespace, "text");
  text.setAttribute("x", String(box.x - origin.x));
  text.setAttribute("y", String(box.y - origin.y + box.height / 2));
  text.setAttribute("dominant-baseline", "central");
  text.setAttribute("fill", style.color);
  text.setAttribute("font-family", style.fontFamily);
  text.setAttribute("font-size", style.fontSize);
  text.setAttribute("font-weight", style.fontWeight);
  text.textContent = words.textContent;
  return text;
}

function imageOf(canvas: HTMLCanvasElement, { width, height }: DOMRect): SVGElement {
  const image = document.createElementNS(namespace, "image");
  image.setAttribute("width", String(width));
  image.setAttribute("height", String(height));
  image.setAttribute("preserveAspectRatio", "none");
  image.setAttribute("href", canvas.toDataURL());
  image.setAttribute("image-rendering", "pixelated");
  return image;
}

function emptyPicture(width: number, height: number, background: string): SVGSVGElement {
  const picture = document.createElementNS(namespace, "svg");
  for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` }))
    picture.setAttribute(name, String(value));
  const ground = document.createElementNS(namespace, "rect");
  ground.setAttribute("width", String(width));
  ground.setAttribute("height", String(height));
  ground.setAttribute("fill", background);
  picture.append(ground);
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
