import assert from "node:assert/strict";
import { formulaImage, loadTypesetter, typeset } from "../../src/render";
import { checkXml } from "./xml";

describe("render: formulas", () => {
  before(() => loadTypesetter());

  const glyphs = (svg: string) => svg.match(/<use/g)?.length ?? 0;

  it("sets a derivative", () => {
    const { svg, width, height, depth } = typeset(String.raw`\frac{\partial f}{\partial x_1}`);
    checkXml(svg);
    assert.equal(glyphs(svg), 5);
    assert.match(svg, /<rect/);
    assert.match(svg, /currentColor/);
    assert.doesNotMatch(svg, /data-|style=/);
    assert.ok(width > 25 && width < 45 && height > 30 && height < 45 && depth > 5 && depth < height);
    const double = typeset(String.raw`\frac{\partial f}{\partial x_1}`, { scale: 2 });
    assert.ok(Math.abs(double.width - 2 * width) < 0.05);
  });

  it("sets a matrix, cases and double-struck letters", () => {
    assert.equal(glyphs(checked(String.raw`\begin{pmatrix}1 & 2\\ 3 & 4\end{pmatrix}`)), 6);
    checked(String.raw`\begin{cases}x^2 & x > 0\\ 0 & \text{otherwise}\end{cases}`);
    assert.match(checked(String.raw`x \in \mathbb{R}^n`), /211D/);
    checked(
      String.raw`\operatorname{softmax}(x)_i = \frac{e^{x_i}}{\sum_j e^{x_j}},\ \left\lVert w\right\rVert_2,\ \hat{y}`,
    );
  });

  it("sets names in other scripts as text", () => {
    assert.match(checked(String.raw`\text{学习率} \cdot \mathrm{é}`), /学习率/);
  });

  it("shows the source of what it cannot set, and never throws", () => {
    for (const latex of [
      String.raw`\frac{`,
      String.raw`\unknown{x}`,
      "x_1_2",
      "}",
      String.raw`\require{html}`,
      "<&>\u0000",
    ]) {
      const { svg, width } = typeset(latex);
      checkXml(svg);
      assert.ok(width > 0);
    }
    assert.match(typeset(String.raw`\frac{`).svg, /\\frac\{<\/text>/);
    checkXml(typeset("").svg);
  });

  it("breaks long formulas", () => {
    const sum = Array.from({ length: 30 }, (_, i) => `x_{${i}}^2`).join(" + ");
    const { width, height } = typeset(sum);
    const broken = typeset(sum, { maxWidth: 300 });
    assert.ok(width > 500 && broken.width <= 300 && broken.height > 2 * height);
  });

  it("answers the same formula from its cache", () => {
    assert.equal(typeset("a + b"), typeset("a + b"));
  });

  it("writes the colour into an image", () => {
    const uri = formulaImage(typeset("x^2").svg, "#abcdef");
    assert.match(uri, /^data:image\/svg\+xml;(base64|utf8),[\w%+/=.,:;'!~*@$&?-]+$/);
    const text = uri.includes(";base64,")
      ? Buffer.from(uri.slice(uri.indexOf(",") + 1), "base64").toString()
      : decodeURIComponent(uri.slice(uri.indexOf(",") + 1));
    assert.match(text, /fill=["']#abcdef/);
    assert.doesNotMatch(text, /currentColor/);
    assert.ok(uri.length < 3000);
  });

  function checked(latex: string): string {
    const { svg } = typeset(latex);
    checkXml(svg);
    assert.doesNotMatch(svg, /monospace/, "shows its source");
    return svg;
  }
});
