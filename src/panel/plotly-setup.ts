/** What Plotly expects of its surroundings. */

// A bundler of its own kind would have written it.
(globalThis as { global?: typeof globalThis }).global ??= globalThis;

// Plotly puts its rules into an element by this id: one whose sheet is adopted needs no permission of the policy.
const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
const host = document.createElement("meta");
host.id = "plotly.js-style-global";
Object.defineProperty(host, "sheet", { value: sheet });
document.head.append(host);

// Plotly also writes whole `style` attributes; the policy wants them set through the style object.
const { setAttribute } = Element.prototype;
Element.prototype.setAttribute = function (
  this: Element & Partial<ElementCSSInlineStyle>,
  name: string,
  value: string,
) {
  if (name === "style" && this.style) this.style.cssText = value;
  else setAttribute.call(this, name, value);
};
