/** A typeset formula in the theme's colour. */
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Formula as FormulaData } from "../protocol/lsp";

const elements = new Set(["svg", "g", "defs", "path", "use", "rect", "line", "polyline", "ellipse", "text", "title"]);
const attributes = new Set(
  ["id", "d", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "viewBox", "transform", "fill", "stroke"].concat(
    ["stroke-width", "stroke-dasharray", "font-size", "font-family", "font-style", "text-anchor", "points", "rx", "ry"],
    ["preserveAspectRatio"],
  ),
);

let count = 0;

/** A copy of the picture that holds nothing but shapes and text, its names its own. */
function copyOf(source: Element, prefix: string): SVGElement | undefined {
  if (!elements.has(source.localName)) return undefined;
  const copy = document.createElementNS("http://www.w3.org/2000/svg", source.localName);
  for (const { name, value } of source.attributes) {
    const local = name === "xlink:href" ? "href" : name;
    if (local === "id") copy.setAttribute("id", prefix + value);
    else if (local === "href" && value.startsWith("#")) copy.setAttribute("href", `#${prefix}${value.slice(1)}`);
    else if (attributes.has(local) && !/url\(/i.test(value)) copy.setAttribute(local, value);
  }
  for (const child of source.childNodes) {
    if (child instanceof Element) {
      const inner = copyOf(child, prefix);
      if (inner) copy.append(inner);
    } else if (child.nodeType === Node.TEXT_NODE) copy.append(child.textContent ?? "");
  }
  return copy;
}

function pictureOf(formula: FormulaData): SVGElement | undefined {
  const root = new DOMParser().parseFromString(formula.svg, "image/svg+xml").documentElement;
  const picture = root.localName === "svg" ? copyOf(root, `f${++count}-`) : undefined;
  if (!picture) return undefined;
  // Pixels at 16 to an em: from here on it grows with the text around it.
  for (const side of ["width", "height"] as const) {
    const size = Number.parseFloat(picture.getAttribute(side) ?? "");
    if (Number.isFinite(size)) picture.style[side] = `${size / 16}em`;
    picture.removeAttribute(side);
  }
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", formula.text);
  return picture;
}

/** Pixels of an em of a displayed formula. */
const SIZE = 16;
const SMALLEST = 0.82;

export function Formula({ formula, display = false }: { formula: FormulaData; display?: boolean }) {
  const place = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const picture = pictureOf(formula);
    place.current?.replaceChildren(picture ?? formula.text);
    const room = place.current?.parentElement;
    if (!picture || !room || !display) return;
    const natural = Number.parseFloat(picture.style.width) * SIZE;
    // Rather a little smaller than a little to scroll.
    const fit = () => {
      const share = room.clientWidth / natural;
      picture.style.fontSize = share < 1 && share > SMALLEST ? `${SIZE * share}px` : "";
    };
    const observer = new ResizeObserver(fit);
    observer.observe(room);
    return () => observer.disconnect();
  }, [formula.svg, formula.text, display]);
  return <span ref={place} class={display ? "formula display" : "formula"} />;
}
