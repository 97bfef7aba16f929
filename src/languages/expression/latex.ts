/**
 * Formulas in LaTeX, read as Python expressions. What has more than one usual reading (`\sin(x)^2`, `a/bc`, `f(x)` of an
 * unknown f, `dx`) is not read at all.
 */
import { ExpressionError } from "./index";

export interface LatexFormula {
  /** `f` of `f(x, y) = …`; undefined where nothing stands before the sign. */
  readonly name?: string;
  /** The names in the parentheses behind it. */
  readonly parameters: readonly string[];
  /** A Python expression over names and the functions of `math`. */
  readonly python: string;
}

type Token = { readonly kind: "number" | "letter" | "command" | "mark"; readonly text: string; readonly at: number };

const GREEK: Readonly<Record<string, string>> = {
  alpha: "α",
  beta: "β",
  gamma: "γ",
  delta: "δ",
  epsilon: "ϵ",
  varepsilon: "ε",
  zeta: "ζ",
  eta: "η",
  theta: "θ",
  vartheta: "ϑ",
  iota: "ι",
  kappa: "κ",
  lambda: "λ",
  mu: "μ",
  nu: "ν",
  xi: "ξ",
  rho: "ρ",
  sigma: "σ",
  tau: "τ",
  upsilon: "υ",
  phi: "ϕ",
  varphi: "φ",
  chi: "χ",
  psi: "ψ",
  omega: "ω",
  ell: "ℓ",
  Gamma: "Γ",
  Delta: "Δ",
  Theta: "Θ",
  Lambda: "Λ",
  Xi: "Ξ",
  Phi: "Φ",
  Psi: "Ψ",
  Omega: "Ω",
};

/** LaTeX's functions of one argument in Python; # stands for it. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  sin: "sin(#)",
  cos: "cos(#)",
  tan: "tan(#)",
  sec: "(1 / cos(#))",
  csc: "(1 / sin(#))",
  cot: "(1 / tan(#))",
  arcsin: "asin(#)",
  arccos: "acos(#)",
  arctan: "atan(#)",
  sinh: "sinh(#)",
  cosh: "cosh(#)",
  tanh: "tanh(#)",
  exp: "exp(#)",
  ln: "log(#)",
  log: "log(#)",
  erf: "erf(#)",
};
const INVERSES: Readonly<Record<string, string>> = { sin: "arcsin", cos: "arccos", tan: "arctan" };

/** Marks for the eye alone. */
const SPACING = /^(?:[,;:!> ]|quad|qquad|displaystyle|textstyle|limits|nonumber|notag|left|right|[bB]igg?[lrm]?)$/;
const CLOSING: Readonly<Record<string, string>> = {
  "(": ")",
  "[": "]",
  "{": "}",
  "\\{": "\\}",
  "|": "|",
  "\\lvert": "\\rvert",
};
/** A sum of more terms is not written out. */
const MOST_TERMS = 1000;
const MOST_CHARACTERS = 2000;
/** Words of letters beside each other; a longer one is a word. */
const MOST_LETTERS = 3;

/** @throws ExpressionError for everything that is no formula, or has no one meaning */
export function parseLatex(text: string): LatexFormula {
  if (text.length > MOST_CHARACTERS) throw new ExpressionError("this is too long for a formula", 0);
  // \frac12 is a half.
  const tokens = tokensOf(text.replace(/(\\[dt]?frac)\s*(\d)\s*(\d)/g, "$1{$2}{$3}"));
  while (tokens.length > 0 && /^[.,;]$/.test(tokens.at(-1)!.text)) tokens.pop();
  const { name, parameters, start } = definition(tokens);
  return {
    ...(name === undefined ? {} : { name }),
    parameters,
    python: new Reader(tokens, start, parameters).formula(),
  };
}

function tokensOf(text: string): Token[] {
  const pattern = /\\(?:label|tag)\s*\{[^{}]*\}|%.*|\s+|[~&]|\\[a-zA-Z]+|\\[^a-zA-Z]|\d+(?:\.\d+)?|\.\d+|\p{L}|[^\s]/gu;
  const tokens: Token[] = [];
  for (const { 0: part, index: at } of text.matchAll(pattern)) {
    if (/^(?:\s|[~&%]|\\(?:label|tag)\s*\{)/.test(part)) continue;
    if (/^[\d.]+$/.test(part) && part !== ".") tokens.push({ kind: "number", text: part, at });
    else if (/^\p{L}$/u.test(part)) tokens.push({ kind: "letter", text: part, at });
    else if (!part.startsWith("\\")) tokens.push({ kind: "mark", text: part, at });
    else if (!SPACING.test(part.slice(1))) tokens.push({ kind: "command", text: part, at });
  }
  return tokens;
}

/** `f(x, y) =`, `z =`, `f(x) :=`, or nothing; where the formula behind it begins. */
function definition(tokens: readonly Token[]): { name?: string; parameters: string[]; start: number } {
  let depth = 0;
  const sign = tokens.findIndex(({ text }) => {
    depth += Number(text === "{") - Number(text === "}");
    return text === "=" && depth === 0;
  });
  if (sign < 0) return { parameters: [], start: 0 };
  const start = sign + 1;
  const left = tokens.slice(0, tokens[sign - 1]?.text === ":" ? sign - 1 : sign);
  if (left.length === 0) return { parameters: [], start };
  const reader = new Reader(left, 0, []);
  const name = reader.symbol();
  const parameters: string[] = [];
  if (reader.take("(")) {
    do parameters.push(reader.symbol());
    while (reader.take(","));
    reader.expect(")");
  }
  reader.end();
  return { name, parameters, start };
}

class Reader {
  /** Of the sums around. */
  private readonly indices: string[] = [];
  /** Letters that are taken for functions where they stand before a parenthesis. */
  private readonly called: Token[] = [];
  private readonly bare = new Set<string>();

  constructor(
    private readonly tokens: readonly Token[],
    private at: number,
    private readonly parameters: readonly string[],
  ) {}

  /** Up to the end, or to a second `=`, behind which the same stands in another form. */
  formula(): string {
    this.checkWords();
    const python = this.sum();
    if (!this.sees("=")) this.end();
    for (const { text, at } of this.called)
      if (!this.bare.has(text) && !this.parameters.includes(text))
        throw new ExpressionError(`${text} may be a function`, at);
    if (/^(?:[\p{L}\p{N}_]+|[^\p{L}]*)$/u.test(python)) throw new ExpressionError("there is nothing to compute", 0);
    return python;
  }

  // ── tokens ────────────────────────────────────────────────────────────────

  private get next(): Token | undefined {
    return this.tokens[this.at];
  }

  private fail(what = "this is not read as a formula"): never {
    throw new ExpressionError(this.next ? `${this.next.text}: ${what}` : what, this.next?.at ?? 0);
  }

  sees(...texts: string[]): boolean {
    return this.next !== undefined && texts.includes(this.next.text);
  }

  take(...texts: string[]): boolean {
    if (!this.sees(...texts)) return false;
    this.at++;
    return true;
  }

  expect(text: string): void {
    if (!this.take(text)) this.fail(`"${text}" is expected`);
  }

  end(): void {
    if (this.next) this.fail();
  }

  /** `loss` would be l·o·s·s; `dx` no product either. */
  private checkWords(): void {
    let run = 0;
    for (let k = 0; k < this.tokens.length; k++) {
      const { kind, text, at } = this.tokens[k]!;
      const joined =
        kind === "letter" && k > 0 && this.tokens[k - 1]!.kind === "letter" && this.tokens[k - 1]!.at === at - 1;
      run = kind === "letter" ? (joined ? run + 1 : 1) : 0;
      if (run > MOST_LETTERS) throw new ExpressionError("these are words, not a formula", at);
      const follows = this.tokens[k + 1];
      if (text === "d" && follows && (follows.kind === "letter" || GREEK[follows.text.slice(1)]))
        throw new ExpressionError("a differential is not read", at);
    }
  }

  // ── names ─────────────────────────────────────────────────────────────────

  /** A letter with its subscript as one name. */
  symbol(): string {
    const token = this.next;
    let name: string | undefined;
    if (token?.kind === "letter") {
      name = token.text;
      this.at++;
    } else if (this.take("\\operatorname", "\\mathrm", "\\mathit")) name = this.word();
    else if (this.take("\\mathbf", "\\boldsymbol", "\\vec", "\\hat", "\\bar", "\\tilde")) this.fail();
    else {
      name = token?.kind === "command" ? GREEK[token.text.slice(1)] : undefined;
      if (name !== undefined) this.at++;
    }
    if (name === undefined) this.fail();
    if (!this.take("_")) return name;
    const below = this.subscript();
    return /^\d/.test(below) && name.length === 1 ? `${name}${below}` : `${name}_${below}`;
  }

  private word(): string {
    this.expect("{");
    let word = "";
    while (this.next?.kind === "letter") word += this.tokens[this.at++]!.text;
    this.expect("}");
    if (word === "") this.fail();
    return word;
  }

  private subscript(): string {
    const braces = this.take("{");
    let text = "";
    do {
      const token = this.next;
      if (token?.kind === "number" && /^\d+$/.test(token.text)) text += token.text;
      else if (token?.kind === "letter" && !this.indices.includes(token.text)) text += token.text;
      else if (token?.text === "\\mathrm" || token?.text === "\\text") {
        this.at++;
        text += this.word();
        continue;
      } else this.fail();
      this.at++;
    } while (braces && !this.sees("}"));
    if (braces) this.expect("}");
    return text;
  }

  // ── the grammar ───────────────────────────────────────────────────────────

  private sum(): string {
    const negative = this.take("-");
    if (!negative) this.take("+");
    let left = (negative ? "-" : "") + this.product();
    for (;;) {
      if (this.take("+")) left = `${left} + ${this.product()}`;
      else if (this.take("-")) left = `${left} - ${this.product()}`;
      else return left;
    }
  }

  private product(): string {
    let left = this.factor();
    let divided = false;
    for (;;) {
      if (this.take("\\cdot", "*", "\\times", "\\ast")) left = `${left} * ${this.signed()}`;
      else if (this.take("/", "\\div")) {
        left = `${left} / ${this.signed()}`;
        divided = true;
      } else if (this.beginsFactor()) {
        // a/bc is a/(bc) to some and (a/b)c to others.
        if (divided) this.fail("a product behind a division can be read in two ways");
        if (this.next!.kind === "number") this.fail();
        left = `${left} * ${this.factor()}`;
      } else return left;
    }
  }

  private signed(): string {
    return this.take("-") ? `(-${this.factor()})` : this.factor();
  }

  /** Whether what follows is multiplied without a sign. */
  private beginsFactor(): boolean {
    const token = this.next;
    if (!token) return false;
    if (token.kind === "letter" || token.kind === "number") return true;
    if (token.kind === "command") return !/^\\(?:rvert|\}|cdot|times|ast|div|le|ge|leq|geq|approx)$/.test(token.text);
    return token.text === "(" || token.text === "[" || token.text === "{";
  }

  private factor(): string {
    const base = this.base();
    return this.powered(base);
  }

  private powered(base: string): string {
    if (this.sees("'", "!")) this.fail();
    if (!this.take("^")) return base;
    const exponent = this.script();
    if (this.sees("^", "'", "!")) this.fail();
    return `${base} ** ${exponent}`;
  }

  /** What stands in braces, or one token. */
  private script(): string {
    if (this.take("{")) {
      const inside = this.sum();
      this.expect("}");
      return grouped(inside);
    }
    const token = this.next;
    if (token?.kind === "number") {
      // x^12 sets only the 1 above.
      this.at++;
      if (token.text.length > 1) this.fail("braces are missing");
      return token.text;
    }
    if (token?.kind === "letter" || (token && GREEK[token.text.slice(1)] !== undefined) || this.sees("\\pi"))
      return this.base();
    if (this.sees("\\frac", "\\dfrac", "\\tfrac")) return this.base();
    return this.fail();
  }

  private base(): string {
    const token = this.next;
    if (!token) return this.fail();
    if (token.kind === "number") {
      this.at++;
      return token.text;
    }
    if (token.text in CLOSING && Object.hasOwn(CLOSING, token.text)) return this.fenced(token.text);
    if (this.take("\\frac", "\\dfrac", "\\tfrac")) return this.fraction();
    if (this.take("\\sqrt")) return this.root();
    if (this.take("\\sum")) return this.series("sum");
    if (this.take("\\prod")) return this.series("prod");
    if (this.take("\\max", "\\min")) return this.extreme(token.text.slice(1));
    if (this.take("\\pi")) return "pi";
    const word = this.functionName();
    return word ? this.call(word) : this.variable();
  }

  private fenced(open: string): string {
    this.at++;
    const inside = this.sum();
    this.expect(CLOSING[open]!);
    return open === "|" || open === "\\lvert" ? `abs(${inside})` : grouped(inside);
  }

  private fraction(): string {
    const above = this.argument();
    return `(${above} / ${this.argument()})`;
  }

  /** What a command takes: a group, or one token. */
  private argument(): string {
    if (this.sees("{")) return this.fenced("{");
    const token = this.next;
    if (token?.kind === "number") {
      if (token.text.length > 1) this.fail("braces are missing");
      this.at++;
      return token.text;
    }
    return token?.kind === "letter" ? this.variable() : this.fail();
  }

  private root(): string {
    if (!this.take("[")) return `sqrt(${this.argument()})`;
    const degree = this.sum();
    this.expect("]");
    return `(${this.argument()} ** (1 / ${grouped(degree)}))`;
  }

  /** A sum or product over whole numbers that are written. */
  private series(name: "sum" | "prod"): string {
    this.expect("_");
    this.expect("{");
    const index = this.symbol();
    this.expect("=");
    const low = this.whole();
    this.expect("}");
    this.expect("^");
    const braces = this.take("{");
    const high = this.whole();
    if (braces) this.expect("}");
    if (high - low >= MOST_TERMS) this.fail("the sum is too long");
    this.indices.push(index);
    const body = this.product();
    this.indices.pop();
    return `${name}([${body} for ${index} in range(${low}, ${high + 1})])`;
  }

  private whole(): number {
    const negative = this.take("-");
    const token = this.next;
    if (token?.kind !== "number" || !/^\d{1,6}$/.test(token.text)) this.fail("a whole number is expected");
    this.at++;
    return (negative ? -1 : 1) * Number(token.text);
  }

  private extreme(name: string): string {
    const close = this.take("(") ? ")" : this.take("\\{") ? "\\}" : this.fail();
    const items: string[] = [];
    do items.push(this.sum());
    while (this.take(","));
    this.expect(close);
    if (items.length < 2) this.fail();
    return `${name}(${items.join(", ")})`;
  }

  private functionName(): string | undefined {
    const token = this.next;
    if (token?.kind !== "command") return undefined;
    const name = token.text.slice(1);
    if (Object.hasOwn(FUNCTIONS, name)) {
      this.at++;
      return name;
    }
    if (name !== "operatorname" && name !== "mathrm") return undefined;
    const before = this.at++;
    const word = this.word();
    if (Object.hasOwn(FUNCTIONS, word)) return word;
    this.at = before;
    return undefined;
  }

  /** `\sin x`, `\sin 2x`, `\sin(x + 1)`, `\sin^2 x`, `\log_2 x`. */
  private call(name: string): string {
    let template = FUNCTIONS[name]!;
    if (name === "log" && this.take("_")) {
      const base = this.sees("{") ? this.fenced("{") : this.argument();
      template = `(log(#) / log(${base}))`;
    }
    let power: string | undefined;
    if (this.take("^")) {
      power = this.script();
      if (power === "(-1)") {
        template = FUNCTIONS[INVERSES[name] ?? this.fail()]!;
        power = undefined;
      }
    }
    const fenced = this.sees("(", "[", "{", "|", "\\lvert", "\\{");
    const inside = fenced ? this.base() : this.juxtaposed();
    if (fenced && this.sees("^", "'", "!")) this.fail("the power can be that of the argument or of the result");
    const value = template.replace("#", inside);
    return power === undefined ? value : `${value} ** ${power}`;
  }

  /** The argument of a function that has no parentheses: numbers and letters up to an operator, a function or a fence. */
  private juxtaposed(): string {
    if (this.take("-")) return `-${this.juxtaposed()}`;
    let left = this.factor();
    for (;;) {
      const token = this.next;
      const letter =
        token?.kind === "letter" || (token?.kind === "command" && GREEK[token.text.slice(1)] !== undefined);
      if (!letter && !this.sees("\\pi")) break;
      left = `${left} * ${this.factor()}`;
    }
    if (this.sees("(", "[", "{", "\\frac", "/")) this.fail("it is not clear where the argument ends");
    return left;
  }

  private variable(): string {
    const token = this.next!;
    const name = this.symbol();
    if (this.indices.includes(name)) return name;
    if (name === "i" && !this.parameters.includes(name)) this.fail("i may be the imaginary unit");
    if (/^.\p{L}/u.test(name) && !name.includes("_")) this.fail();
    if (this.sees("(")) this.called.push({ ...token, text: name });
    else this.bare.add(name);
    return name;
  }
}

/** In parentheses, where it is more than a name or a number. */
const grouped = (python: string): string => (/^[\p{L}\p{N}_.]+$/u.test(python) ? python : `(${python})`);
