/** Random edits of a text, as a person or a cat on the keyboard makes them. */
const PIECES = [
  ..."()[]{}:,.=+-*/@\\\"'#\n\t ",
  '"""',
  "    ",
  "def f(",
  "lambda x: ",
  "for i in range(3):\n",
  "while True:\n",
  "return ",
  "yield ",
  "import nowhere\n",
  "async ",
  "**",
  "1e999",
  "0",
  "x",
  "f(f(x))",
  "# gradlens: x=",
  "é𝑥😀",
  "\r\n",
  "\0",
];

/** A small generator of its own, so that a failure can be repeated. */
export function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export function edited(text: string, random: (below: number) => number): string {
  const from = random(text.length + 1);
  const tokens = /[\p{L}_]\w*|\d+(?:\.\d*)?|[^\s\w]/gu;
  tokens.lastIndex = from;
  const token = tokens.exec(text);
  const lines = text.split("\n");
  const line = random(lines.length);
  const piece = PIECES[random(PIECES.length)]!;
  switch (random(7)) {
    case 0:
      return text.slice(0, from) + piece + text.slice(from);
    case 1:
      return text.slice(0, from) + text.slice(from + 1 + random(5));
    case 2:
      return token ? text.slice(0, token.index) + text.slice(token.index + token[0].length) : text;
    case 3:
      return token ? text.slice(0, token.index) + piece + text.slice(token.index + token[0].length) : text;
    case 4:
      return lines.toSpliced(line, 1).join("\n");
    case 5:
      return lines.toSpliced(line, 0, lines[random(lines.length)]!).join("\n");
    default:
      return text.slice(0, from);
  }
}
