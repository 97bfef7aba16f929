/** Text for SVG: escaping, elements, data URIs. */

export const escapeXml = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: XML forbids them, so they are taken out
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
    .replace(/[&<>"']/g, (char) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[char] ?? "&#39;");

export type Attributes = Record<string, string | number | undefined>;

/** `<name a="1">children</name>`; undefined attributes are left out, numbers are rounded to hundredths. */
export function element(name: string, attributes: Attributes, ...children: (string | false | undefined)[]): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? short(value) : escapeXml(String(value))}"`)
    .join("");
  const inner = children.filter(Boolean).join("");
  return inner ? `<${name}${written}>${inner}</${name}>` : `<${name}${written}/>`;
}

/** A coordinate, to hundredths of a pixel. */
export const short = (value: number): string => String(Math.round(value * 100) / 100 || 0);

/** An SVG document as a `data:` URI that may stand in Markdown, in an attribute or in CSS. */
export function svgUri(svg: string): string {
  // Percent-encoded UTF-8 is shorter than base64 for markup, and survives every one of these places.
  const text = svg
    .replace(/\s+/g, " ")
    .replaceAll('"', "'")
    .replace(/[%#{}<>[\]|\\^`()\n\r]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: everything beyond ASCII is encoded
    .replace(/[^\u0000-\u007f]+/g, (run) => encodeURIComponent(run));
  const utf8 = `data:image/svg+xml;utf8,${text.replaceAll(" ", "%20")}`;
  const base64 = `data:image/svg+xml;base64,${base64Of(svg)}`;
  return base64.length <= utf8.length ? base64 : utf8;
}

function base64Of(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let binary = "";
  for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(binary);
}
