import assert from "node:assert/strict";

/** Throws unless the text is one well-formed element. @returns the names of its elements, in document order */
export function checkXml(text: string): string[] {
  const names: string[] = [];
  const open: string[] = [];
  const token = /<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/y;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    assert.ok(match, `not well-formed at ${at}: ${text.slice(at, at + 80)}`);
    const [, closing, name, attributes, empty, content] = match;
    for (const part of [attributes, content]) {
      assert.doesNotMatch(part ?? "", /&(?!(?:amp|lt|gt|quot|#39);)/, "an ampersand by itself");
    }
    if (content !== undefined) assert.ok(open.length > 0 || !content.trim(), "text outside");
    else if (closing) assert.equal(open.pop(), name);
    else {
      const keys = [...(attributes ?? "").matchAll(/([\w:-]+)=/g)].map(([, key]) => key);
      assert.equal(new Set(keys).size, keys.length, `an attribute twice: ${match[0]}`);
      names.push(name!);
      if (!empty) open.push(name!);
    }
  }
  assert.deepEqual(open, []);
  return names;
}
