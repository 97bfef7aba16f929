/**
 * Compares two printed outputs token by token: white space does not matter,
 * numbers agree within a relative tolerance, `np.float32(1.5)` is `1.5`, and
 * after `numpy=` both ways of writing a float32 agree. `strict` demands equal
 * integers and tells an integer from a float.
 */
export interface Token {
  kind: "number" | "text";
  text: string;
  value: number;
  integer: boolean;
  line: number;
}

export interface CompareOptions {
  rtol?: number;
  strict?: boolean;
}

const real =
  /\bnp\.(?:float16|float32|float64|longdouble|u?int(?:8|16|32|64|p|c)?|u?long(?:long)?|u?short|u?byte|str_|bytes_)\(([^()]*)\)/g;
const complex = /\bnp\.c(?:omplex64|omplex128|longdouble)\(([^()]*)\)/g;

function normalise(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(real, "$1")
    .replace(complex, (_, z: string) => (/^[-+]?[^-+]*(e[-+]?\d+)?j$/.test(z) ? z : `(${z})`))
    .replace(/\bnp\.(True|False)_/g, "$1");
}

const numberPattern = /(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y;
const wordPattern = /[\p{L}_][\p{L}\p{N}_]*/uy;

export function tokenise(source: string): Token[] {
  const text = normalise(source);
  const tokens: Token[] = [];
  let line = 1;
  let at = 0;
  const match = (pattern: RegExp, from: number): string => {
    pattern.lastIndex = from;
    return pattern.exec(text)?.[0] ?? "";
  };
  const word = (found: string): void => {
    tokens.push({ kind: "text", text: found, value: Number.NaN, integer: false, line });
  };
  while (at < text.length) {
    const char = text[at]!;
    if (/\s/.test(char)) {
      if (char === "\n") line++;
      at++;
      continue;
    }
    // A sign belongs to the number unless it directly follows an operand.
    const follows = at > 0 && /[\p{L}\p{N}_.)\]]/u.test(text[at - 1]!);
    const sign = (char === "-" || char === "+") && !follows ? char : "";
    const start = at + sign.length;
    let body = match(numberPattern, start);
    if (!body) {
      const found = match(wordPattern, start);
      if (found === "nan" || found === "inf") body = found;
      else if (!sign && found) {
        word(found);
        at += found.length;
        continue;
      }
    }
    if (body) {
      const raw = sign + body;
      const infinite = sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
      const value = body === "nan" ? Number.NaN : body === "inf" ? infinite : Number(raw.replace(/_/g, ""));
      tokens.push({ kind: "number", text: raw, value, integer: /^[-+]?\d[\d_]*$/.test(raw), line });
      at = start + body.length;
      continue;
    }
    const whole = String.fromCodePoint(text.codePointAt(at)!);
    word(whole);
    at += whole.length;
  }
  return tokens;
}

const digits = (token: Token): bigint => BigInt(token.text.replace(/[_+]/g, ""));

function numbersAgree(a: Token, b: Token, options: { rtol: number; strict: boolean; float32: boolean }): boolean {
  if (options.strict) {
    if (a.integer !== b.integer) return false;
    if (a.integer) return digits(a) === digits(b);
  }
  const [x, y] = [a.value, b.value];
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) && Number.isNaN(y);
  if (x === y) return true;
  if (!Number.isFinite(x) || !Number.isFinite(y)) return false;
  if (x === 0 || y === 0) return Math.abs(x - y) < 1e-6;
  if (Math.abs(x - y) <= options.rtol * Math.max(Math.abs(x), Math.abs(y))) return true;
  return options.float32 && Math.fround(x) === Math.fround(y);
}

/** What differs first, in words; null when the texts agree. */
export function compareTexts(expected: string, actual: string, options: CompareOptions = {}): string | null {
  const { rtol = 1e-5, strict = false } = options;
  const a = tokenise(expected);
  const b = tokenise(actual);
  let inside = false;
  for (let k = 0; k < Math.max(a.length, b.length); k++) {
    const [s, t] = [a[k], b[k]];
    if (s?.text === "=" && k > 0 && a[k - 1]!.text === "numpy") inside = true;
    else if (s?.text === ">") inside = false;
    const same =
      s &&
      t &&
      s.kind === t.kind &&
      (s.kind === "number" ? numbersAgree(s, t, { rtol, strict, float32: inside }) : s.text === t.text);
    if (same) continue;
    const show = (token: Token | undefined): string => (token ? `line ${token.line}: ${token.text}` : "the end");
    const around = (tokens: Token[]): string =>
      tokens
        .slice(Math.max(0, k - 6), k + 4)
        .map((token) => token.text)
        .join(" ");
    return `expected ${show(s)} (… ${around(a)} …), got ${show(t)} (… ${around(b)} …)`;
  }
  return null;
}
