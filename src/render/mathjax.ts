/**
 * MathJax, for formulas as SVG. This module takes 1.3 MB and tens of milliseconds to start: only `typeset.ts` imports
 * it, and only when the first formula is wanted. The build makes it a file of its own, dist/mathjax.js.
 */
import { liteAdaptor } from "@mathjax/src/js/adaptors/liteAdaptor.js";
import { STATE } from "@mathjax/src/js/core/MathItem.js";
import type { MmlNode } from "@mathjax/src/js/core/MmlTree/MmlNode.js";
import { SerializedMmlVisitor } from "@mathjax/src/js/core/MmlTree/SerializedMmlVisitor.js";
import { RegisterHTMLHandler } from "@mathjax/src/js/handlers/html.js";
import { TeX } from "@mathjax/src/js/input/tex.js";
import "@mathjax/src/js/input/tex/ams/AmsConfiguration.js";
import "@mathjax/src/js/input/tex/base/BaseConfiguration.js";
import { MathJaxNewcmFont } from "@mathjax/mathjax-newcm-font/js/svg.js";
import { mathjax } from "@mathjax/src/js/mathjax.js";
import { SVG } from "@mathjax/src/js/output/svg.js";
// The parts of the font beyond its base that formulas of derivatives can need: ℝ, 𝒪, and bold or wide accents.
import "@mathjax/mathjax-newcm-font/js/svg/dynamic/accents.js";
import "@mathjax/mathjax-newcm-font/js/svg/dynamic/calligraphic.js";
import "@mathjax/mathjax-newcm-font/js/svg/dynamic/double-struck.js";

/** Pixels of an em at scale 1. */
export const EM = 16;

const bundled = new Set(["accents", "calligraphic", "double-struck"]);
/** What is not bundled must not be looked for: characters that the font lacks are set as text. */
class BundledFont extends MathJaxNewcmFont {
  static {
    for (const name of Object.keys(BundledFont.dynamicFiles)) {
      if (!bundled.has(name)) delete BundledFont.dynamicFiles[name];
    }
  }
}
mathjax.asyncLoad = (name: string) => {
  if (!bundled.has(name.replace(/^.*\/|\.js$/g, ""))) throw new Error(`${name} is not bundled`);
};
mathjax.asyncIsSynchronous = true;

const adaptor = liteAdaptor();
RegisterHTMLHandler(adaptor);
type LiteNode = ReturnType<typeof adaptor.node>;

const newDocument = (overflow: "overflow" | "linebreak") =>
  mathjax.document("", {
    InputJax: new TeX({
      packages: ["base", "ams"],
      maxMacros: 1000,
      formatError: (_: unknown, error: Error) => {
        throw error;
      },
    }),
    OutputJax: new SVG({
      fontData: BundledFont,
      fontCache: "local",
      useXlink: false,
      displayOverflow: overflow,
      displayAlign: "left",
      linebreaks: { inline: false },
      mathmlSpacing: false,
    }),
  });

const documents = { overflow: newDocument("overflow"), linebreak: newDocument("linebreak") };

export interface Raw {
  svg: string;
  /** In em. */
  width: number;
  height: number;
  /** How far it reaches below the base line, in em. */
  depth: number;
}

/** @throws if it is no LaTeX that base and ams know. */
export function convert(latex: string, display: boolean, maxWidth?: number): Raw {
  const document = documents[maxWidth === undefined ? "overflow" : "linebreak"];
  const container = document.convert(latex, {
    display,
    em: EM,
    ex: EM * 0.442,
    containerWidth: maxWidth ?? 1e6,
  }) as LiteNode;
  const svg = adaptor.tags(container, "svg")[0];
  if (!svg) throw new Error("no svg");
  strip(svg);
  const [, top = 0, width = 0, height = 0] = (adaptor.getAttribute(svg, "viewBox") ?? "").split(" ").map(Number);
  if (!(width > 0 && height > 0)) throw new Error("no size");
  const text = adaptor.outerHTML(svg).replace(/><\/(?:path|use|rect|line|defs)>/g, "/>");
  return { svg: text, width: width / 1000, height: height / 1000, depth: (height + top) / 1000 };
}

const visitor = new SerializedMmlVisitor();

/** As MathML, displayed. @throws if it is no LaTeX that base and ams know. */
export function toMathml(latex: string): string {
  const tree = documents.overflow.convert(latex, { display: true, end: STATE.CONVERT }) as unknown as MmlNode;
  return visitor
    .visitTree(tree)
    .replace(/ data-[\w-]+="[^"]*"/g, "")
    .replace(/<math(?=[ >])/, '<math xmlns="http://www.w3.org/1998/Math/MathML"')
    .replace(/( xmlns="[^"]*")\1/, "$1");
}

/** Takes out what serves MathJax's own page only, so that a formula is as short as it can be. */
function strip(node: LiteNode): void {
  for (const { name } of adaptor.allAttributes(node)) {
    if (name.startsWith("data-") || name === "focusable" || name === "style") adaptor.removeAttribute(node, name);
  }
  for (const child of adaptor.childNodes(node)) if (adaptor.kind(child) !== "#text") strip(child as LiteNode);
}
