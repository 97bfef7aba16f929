/** A canvas's pen that writes SVG: what the panel's own drawings use of it. */

export type Pen = Pick<
  CanvasRenderingContext2D,
  | "globalAlpha"
  | "strokeStyle"
  | "fillStyle"
  | "lineWidth"
  | "font"
  | "textAlign"
  | "textBaseline"
  | "beginPath"
  | "moveTo"
  | "lineTo"
  | "arc"
  | "stroke"
  | "fill"
  | "fillText"
>;

/** What draws a canvas once more, with another pen and turned by some degrees. */
export const drawings = new WeakMap<HTMLCanvasElement, (pen: Pen, turned: number) => void>();

const anchors: Partial<Record<CanvasTextAlign, string>> = { center: "middle", right: "end", end: "end" };

/** Adds what it draws to `group`. */
export class SvgPen implements Pen {
  globalAlpha = 1;
  strokeStyle: Pen["strokeStyle"] = "black";
  fillStyle: Pen["fillStyle"] = "black";
  lineWidth = 1;
  font = "";
  textAlign: CanvasTextAlign = "start";
  textBaseline: CanvasTextBaseline = "alphabetic";
  private path = "";

  constructor(private readonly group: SVGElement) {}

  beginPath(): void {
    this.path = "";
  }

  moveTo(x: number, y: number): void {
    this.path += `M${place(x)} ${place(y)}`;
  }

  lineTo(x: number, y: number): void {
    this.path += `${this.path ? "L" : "M"}${place(x)} ${place(y)}`;
  }

  /** Whole circles only. */
  arc(x: number, y: number, radius: number): void {
    const r = place(radius);
    this.path += `M${place(x - radius)} ${place(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;
  }

  stroke(): void {
    this.add("path", {
      d: this.path,
      fill: "none",
      stroke: String(this.strokeStyle),
      "stroke-width": this.lineWidth,
      "stroke-opacity": this.globalAlpha,
    });
  }

  fill(): void {
    this.add("path", { d: this.path, fill: String(this.fillStyle), "fill-opacity": this.globalAlpha });
  }

  fillText(text: string, x: number, y: number): void {
    const [, size = "12", family = "sans-serif"] = /^([\d.]+)px (.*)$/.exec(this.font) ?? [];
    this.add("text", {
      x: place(x),
      y: place(y),
      fill: String(this.fillStyle),
      "font-size": size,
      "font-family": family,
      "text-anchor": anchors[this.textAlign] ?? "start",
      "dominant-baseline": this.textBaseline === "middle" ? "central" : "auto",
    }).textContent = text;
  }

  private add(name: string, attributes: { [name: string]: string | number }): SVGElement {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    this.group.append(element);
    return element;
  }
}

const place = (pixels: number) => Math.round(pixels * 100) / 100;
