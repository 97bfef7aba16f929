/** The values of string and number literals. */

const simpleEscapes: Record<string, string> = {
  "\n": "",
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** Resolves the backslash escapes of a string literal's body. */
export function resolveEscapes(text: string, bytes = false): string {
  if (!text.includes("\\")) return text;
  return text.replace(
    /\\(\r\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|[\s\S])/g,
    (whole, code: string) => {
      const simple = simpleEscapes[code];
      if (simple !== undefined) return simple;
      if (code === "\r\n" || code === "\r") return "";
      if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8));
      if (code[0] === "x" && code.length === 3) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
      if (bytes) return whole;
      if ((code[0] === "u" || code[0] === "U") && code.length > 1) {
        const point = Number.parseInt(code.slice(1), 16);
        return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
      }
      return whole;
    },
  );
}

export interface StringShape {
  raw: boolean;
  bytes: boolean;
  /** Length of prefix and opening quotes. */
  open: number;
  quote: string;
  /** Whether the closing quotes are there. */
  closed: boolean;
}

/** Reads the prefix and the quotes of a string literal. */
export function stringShape(text: string): StringShape {
  const prefix = /^[a-zA-Z]*/.exec(text)![0];
  const rest = text.slice(prefix.length);
  const quote = rest.startsWith('"""') || rest.startsWith("'''") ? rest.slice(0, 3) : rest.slice(0, 1);
  const lower = prefix.toLowerCase();
  const body = rest.slice(quote.length);
  let backslashes = 0;
  while (body[body.length - quote.length - 1 - backslashes] === "\\") backslashes++;
  const closed = body.endsWith(quote) && backslashes % 2 === 0;
  return {
    raw: lower.includes("r"),
    bytes: lower.includes("b"),
    open: prefix.length + quote.length,
    quote,
    closed,
  };
}

/** The value of a number literal: an int is a bigint. */
export function readNumber(text: string): { value: number | bigint; imaginary: boolean } | undefined {
  let plain = text.replace(/_/g, "");
  const imaginary = /[jJ]$/.test(plain) && !/^0[xX]/.test(plain);
  if (imaginary) plain = plain.slice(0, -1);
  try {
    if (/^0[xXbBoO]/.test(plain)) return { value: BigInt(plain.toLowerCase()), imaginary: false };
    if (/^\d+$/.test(plain) && !imaginary) {
      if (/^0\d*[1-9]/.test(plain)) return undefined;
      return { value: BigInt(plain), imaginary };
    }
    const value = Number(plain);
    return Number.isNaN(value) ? undefined : { value, imaginary };
  } catch {
    return undefined;
  }
}
