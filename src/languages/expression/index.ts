/** Plain expressions in mathjs's syntax (`x^2 * sin(y)`, `2x`), read by mathjs and evaluated by the engine. */
import { create, type MathNode, parseDependencies } from "mathjs/number";
import * as engine from "../../engine";

/** Why a text is no expression; `offset` is zero-based. */
export class ExpressionError extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

export interface MathExpression {
  /** Free names, in order of first use. */
  readonly names: readonly string[];
  /** @throws ExpressionError for something that has no meaning here. */
  evaluate(scope: ReadonlyMap<string, engine.Value>): engine.Value;
}

/** mathjs is set up with the first expression: most documents have none. */
let parser: ((text: string) => MathNode) | undefined;
function mathjsParse(text: string): MathNode {
  parser ??= create(parseDependencies).parse as (text: string) => MathNode;
  return parser(text);
}

type Operand = engine.Value | number;
type Implementation = (...inputs: Operand[]) => engine.Value;

const unary = (f: (x: Operand) => engine.Value): Implementation => f as Implementation;
const binary = (f: (x: Operand, y: Operand) => engine.Value): Implementation => f as Implementation;

/** Functions of one argument that go by the same name in the engine. */
const ELEMENTWISE: { readonly [name: string]: (x: Operand) => engine.Value } = {
  abs: engine.abs,
  acos: engine.acos,
  acosh: engine.acosh,
  asin: engine.asin,
  asinh: engine.asinh,
  atan: engine.atan,
  atanh: engine.atanh,
  cbrt: engine.cbrt,
  ceil: engine.ceil,
  cos: engine.cos,
  cosh: engine.cosh,
  exp: engine.exp,
  expm1: engine.expm1,
  floor: engine.floor,
  log10: engine.log10,
  log1p: engine.log1p,
  log2: engine.log2,
  relu: engine.relu,
  round: engine.round,
  sigmoid: engine.sigmoid,
  sign: engine.sign,
  sin: engine.sin,
  sinh: engine.sinh,
  softplus: engine.softplus,
  sqrt: engine.sqrt,
  square: engine.square,
  tan: engine.tan,
  tanh: engine.tanh,
};

/** mathjs's names for functions and operators, and how many arguments they take. */
const FUNCTIONS = new Map<string, [arity: number | "many", apply: Implementation]>([
  ["add", [2, binary(engine.add)]],
  ["subtract", [2, binary(engine.sub)]],
  ["multiply", [2, binary(engine.mul)]],
  ["divide", [2, binary(engine.div)]],
  ["pow", [2, binary(engine.pow)]],
  ["mod", [2, binary(engine.mod)]],
  ["unaryMinus", [1, unary(engine.neg)]],
  ["unaryPlus", [1, (x) => (typeof x === "number" ? engine.scalar(x) : x!)]],
  ["atan2", [2, binary(engine.atan2)]],
  ["hypot", [2, binary(engine.hypot)]],
  ["max", ["many", (...xs) => xs.slice(1).reduce<Operand>((a, b) => engine.maximum(a, b), xs[0]!) as engine.Value]],
  ["min", ["many", (...xs) => xs.slice(1).reduce<Operand>((a, b) => engine.minimum(a, b), xs[0]!) as engine.Value]],
  ["larger", [2, binary(engine.greater)]],
  ["largerEq", [2, binary(engine.greaterEqual)]],
  ["smaller", [2, binary(engine.less)]],
  ["smallerEq", [2, binary(engine.lessEqual)]],
  ["equal", [2, binary(engine.equal)]],
  ["unequal", [2, binary(engine.notEqual)]],
  ...Object.entries(ELEMENTWISE).map(([name, f]): [string, [1, Implementation]] => [name, [1, unary(f)]]),
  ["ln", [1, unary(engine.log)]],
  ["arcsin", [1, unary(engine.asin)]],
  ["arccos", [1, unary(engine.acos)]],
  ["arctan", [1, unary(engine.atan)]],
]);

const CONSTANTS = new Map<string, number>([
  ["pi", Math.PI],
  ["PI", Math.PI],
  ["e", Math.E],
  ["E", Math.E],
  ["tau", 2 * Math.PI],
  ["LN2", Math.LN2],
  ["LN10", Math.LN10],
  ["LOG2E", Math.LOG2E],
  ["LOG10E", Math.LOG10E],
  ["SQRT1_2", Math.SQRT1_2],
  ["SQRT2", Math.SQRT2],
  ["phi", (1 + Math.sqrt(5)) / 2],
]);

/** Whether a text is JavaScript: `Math.PI * r ** 2`. */
export const isJavascript = (text: string): boolean => /\bMath\s*\.\s*[A-Za-z]/.test(text);

/** JavaScript as mathjs reads it; everything stays at its place. @throws ExpressionError for what means something else there. */
function fromJavascript(text: string): string {
  if (!isJavascript(text)) return text;
  // Its remainder has the sign of what is divided.
  if (text.includes("%")) throw new ExpressionError("% is not supported in JavaScript", text.indexOf("%"));
  return text.replace(/\bMath\s*\.\s*(?=[A-Za-z])/g, (prefix) => " ".repeat(prefix.length)).replace(/\*\*/g, "^ ");
}

/**
 * @param text in mathjs's syntax, or JavaScript with functions and constants of `Math`
 * @throws ExpressionError with the place of the first thing that is not an expression.
 */
export function parseExpression(text: string): MathExpression {
  let root: MathNode;
  try {
    root = mathjsParse(fromJavascript(text));
  } catch (error) {
    if (error instanceof RangeError || error instanceof ExpressionError) throw error;
    const at = (error as { char?: number }).char;
    const words = (error as Error).message.replace(/ \(char \d+\)$/, "");
    throw new ExpressionError(words, at === undefined ? 0 : at - 1);
  }
  const names: string[] = [];
  const collect = (node: MathNode, path: string, parent: MathNode | null) => {
    const { name } = node as { name?: string };
    if (node.type !== "SymbolNode" || name === undefined) return;
    const called = parent?.type === "FunctionNode" && path === "fn";
    if (!called) checkName(name, text);
    if (!called && !CONSTANTS.has(name) && !names.includes(name)) names.push(name);
  };
  collect(root, "", null);
  root.traverse(collect);
  if (names.length === 0 && !/\d/.test(text)) throw new ExpressionError("there is nothing to compute", 0);
  check(root, text);
  return {
    names,
    evaluate: (scope) => {
      const out = evaluate(root, scope, text);
      return typeof out === "number" ? engine.scalar(out) : out;
    },
  };
}

/** Words that mathjs reads as names, and a person does not: of Python, and of functions without their arguments. */
const WORDS = new Set(
  "and as class def else False for from if import in is lambda None not or return True while".split(" "),
);

function checkName(name: string, text: string): void {
  const offset = Math.max(0, text.indexOf(name));
  if (WORDS.has(name)) throw new ExpressionError(`${name} is a word of a language, not a name`, offset);
  if (Object.hasOwn(ELEMENTWISE, name) || name === "ln" || name === "log")
    throw new ExpressionError(`${name} is a function: write ${name}(x)`, offset);
  // mathjs takes marks such as ÷ and √ for letters, and 1_000 for 1 · _000.
  if (!/^[\p{L}_][\p{L}\p{N}\p{M}_]*$/u.test(name) || /^_\d/.test(name))
    throw new ExpressionError(`${name} is not a name`, offset);
}

/** Walks the whole tree once, so that what is not supported is said before any value is asked for. */
function check(root: MathNode, text: string): void {
  root.traverse((node) => {
    switch (node.type) {
      case "ConstantNode":
        if (typeof (node as unknown as { value: unknown }).value === "number") return;
        break;
      case "SymbolNode":
      case "ParenthesisNode":
      case "ConditionalNode":
        return;
      case "OperatorNode":
        if (isProse(node)) throw new ExpressionError("these are words, not an expression", 0);
        implementation(node, text);
        return;
      case "FunctionNode":
        implementation(node, text);
        return;
    }
    throw unsupported(node, text);
  });
}

/** `hello world`: mathjs reads a product, a person reads words. */
function isProse(node: MathNode): boolean {
  const { implicit, args } = node as unknown as { implicit: boolean; args: MathNode[] };
  return (
    implicit &&
    args.every((side) => side.type === "SymbolNode" && (side as unknown as { name: string }).name.length > 2)
  );
}

function unsupported(node: MathNode, text: string): ExpressionError {
  const written = node.toString();
  return new ExpressionError(`${written} is not supported in an expression`, Math.max(0, text.indexOf(written)));
}

function implementation(node: MathNode, text: string): Implementation {
  const { fn, args } = node as unknown as { fn: string | { name: string }; args: MathNode[] };
  const name = typeof fn === "string" ? fn : fn.name;
  // log(x, base) is mathjs's.
  if (name === "log" && args.length === 2) return (x, base) => engine.div(engine.log(x!), engine.log(base!));
  const [arity, apply] = FUNCTIONS.get(name === "log" ? "ln" : name) ?? [];
  if (!apply) throw new ExpressionError(`${name} is not a function known here`, Math.max(0, text.indexOf(name)));
  if (arity === "many" ? args.length === 0 : args.length !== arity)
    throw new ExpressionError(
      `${name} takes ${arity === "many" ? "at least one argument" : `${arity} argument${arity === 1 ? "" : "s"}`}, not ${args.length}`,
      Math.max(0, text.indexOf(name)),
    );
  return apply;
}

function evaluate(node: MathNode, scope: ReadonlyMap<string, engine.Value>, text: string): Operand {
  const inner = node as unknown as {
    value: number;
    name: string;
    args: MathNode[];
    content: MathNode;
    condition: MathNode;
    trueExpr: MathNode;
    falseExpr: MathNode;
  };
  switch (node.type) {
    case "ConstantNode":
      return inner.value;
    case "SymbolNode": {
      const value = scope.get(inner.name) ?? CONSTANTS.get(inner.name);
      if (value === undefined)
        throw new ExpressionError(`${inner.name} has no value`, Math.max(0, text.indexOf(inner.name)));
      return value;
    }
    case "ParenthesisNode":
      return evaluate(inner.content, scope, text);
    case "ConditionalNode": {
      const condition = evaluate(inner.condition, scope, text);
      const holds = typeof condition === "number" ? condition : engine.concretize(condition).item();
      return evaluate(holds !== 0 ? inner.trueExpr : inner.falseExpr, scope, text);
    }
    default:
      return implementation(node, text)(...inner.args.map((argument) => evaluate(argument, scope, text)));
  }
}
