/**
 * Graphs as programs: parts that are used more than once become local names, the rest one expression. Every operation
 * says itself how it is written (`code`, or a `definition` in other operations); nothing here knows one by its name
 * but the arithmetic that is tidied up.
 */
import { bind, withoutRecorders } from "../bind";
import { isFloat } from "../dtype";
import { nodesOf } from "../graph/graph";
import { Input, type Node } from "../interpreters/stage";
import type { Op, ProgramTarget } from "../op";
import { add, div, matmul, mul, neg, reshape, sub, sum, where } from "../ops";
import { broadcastShapes, full, type Shape, sameShape, scalar, Tensor, tensor, type Value } from "../tensor";

/** An operation, or a constant, has no form in this language or library; the message says which. */
export class NotWritable extends RangeError {}

export interface CodeOptions {
  readonly target: ProgramTarget;
  /** What stands before the library's functions: `math.`, `np.`; "" in JavaScript. */
  readonly prefix: string;
  /** Names that locals must not have. */
  readonly taken: ReadonlySet<string>;
  /** Inputs, and constants that have a name of their own. */
  readonly nameOf: (value: Value) => string | undefined;
  /** Constant arrays of floats are of this type, whatever they were. */
  readonly floats?: "float64";
  /** One expression, with no locals, however often a part of it is written. */
  readonly inline?: boolean;
}

export interface Code {
  /** `[name, expression]`, in the order in which they are computed. */
  readonly locals: readonly (readonly [name: string, expression: string])[];
  readonly results: readonly string[];
}

/** A longer expression gets a name. */
const LONG = 60;
/** Constants are written out up to this many elements. */
const MOST_ELEMENTS = 1000;
/** A text beyond this is no program for people. */
const MOST_CHARACTERS = 20_000;
/** The same of what has to be one expression. */
const MOST_INLINE = 200;

// ── how strongly a text binds ───────────────────────────────────────────────

const ATOM = 20;
const POWER = 15;
const SIGN = 14;
const COMPARISON = 6;
const NOT = 5;
const CHOICE = 1;

/** Of the operators between two arguments; Python's order, which is JavaScript's where programs here could differ. */
const STRENGTH: { readonly [operator: string]: number } = {
  "**": POWER,
  "*": 13,
  "/": 13,
  // Below `*`, so that a * (b // c) keeps its parentheses, as a * (b / c) need not.
  "//": 12.5,
  "%": 12.5,
  "@": 12.5,
  "+": 12,
  "-": 12,
  "<<": 11,
  ">>": 11,
  "&": 10,
  "^": 9,
  "|": 8,
  "<": COMPARISON,
  "<=": COMPARISON,
  ">": COMPARISON,
  ">=": COMPARISON,
  "==": COMPARISON,
  "!=": COMPARISON,
  "===": COMPARISON,
  "!==": COMPARISON,
  and: 4,
  "&&": 4,
  or: 3,
  "||": 3,
};

interface Written {
  readonly text: string;
  readonly strength: number;
}

const at = ({ text, strength }: Written, least: number) => (strength < least ? `(${text})` : text);

/** The arguments in a template, each in parentheses where its place asks for them. */
function fill(template: string, inputs: readonly Written[], target: ProgramTarget): Written {
  const input = (mark: string) => inputs[Number(mark) - 1]!;
  const between = /^#(\d) (\S+) #(\d)$/.exec(template);
  const operator = between?.[2];
  if (between && operator && operator in STRENGTH) {
    const strength = STRENGTH[operator]!;
    // Comparisons in a row mean something else; ** binds to the right, and a sign may stand behind it.
    const left = operator === "**" ? ATOM : strength === COMPARISON ? strength + 1 : strength;
    const right = operator === "**" ? SIGN : operator === "+" || operator === "*" ? strength : strength + 1;
    return { text: `${at(input(between[1]!), left)} ${operator} ${at(input(between[3]!), right)}`, strength };
  }
  const alone = /^#(\d)$/.exec(template);
  if (alone) return input(alone[1]!);
  const sign = /^(-|~|not |!)#1$/.exec(template);
  if (sign) {
    const strength = sign[1] === "not " ? NOT : SIGN;
    // -x ** 2 is an error in JavaScript.
    const least = strength === NOT ? NOT : target === "javascript" ? ATOM : POWER;
    return { text: sign[1] + at(input("1"), least), strength };
  }
  if (/^#2 if #1 else #3$|^#1 \? #2 : #3$/.test(template)) {
    const text = template.replace(/#(\d)/g, (_, k: string) => at(input(k), CHOICE + 1));
    return { text, strength: CHOICE };
  }
  // `2 ** #1`, `1 / #1`: an operator beside a number.
  const beside = /^([\d.]+) (\S+) #1$|^#1 (\S+) ([\d.]+)$/.exec(template);
  if (beside) {
    const [, left, before, behind, right] = beside;
    const parts = left ? [{ text: left, strength: ATOM }, input("1")] : [input("1"), { text: right!, strength: ATOM }];
    return fill(`#1 ${before ?? behind} #2`, parts, target);
  }
  // Within a call's parentheses or a list's brackets nothing needs more of them; what an attribute is asked of does.
  const text = template.replace(/#(\d)(?=([.[])?)/g, (_, k: string, asked?: string) => at(input(k), asked ? ATOM : 0));
  return { text, strength: /^[\w.#]+[([].*[)\]]$/.test(template) ? ATOM : 0 };
}

// ── templates ───────────────────────────────────────────────────────────────

/** The operation's template in this target; null: there is none and no other way; undefined: its definition stands in. */
export function templateOf(
  { op, inputs, attributes }: Pick<Node, "op" | "inputs" | "attributes">,
  target: ProgramTarget,
): string | null | undefined {
  if (op.kind !== "elementwise") return op.code?.(attributes, inputs, target) ?? null;
  const { code } = op;
  const own =
    typeof code === "string"
      ? target === "javascript"
        ? undefined
        : code
      : code && (code[target] !== undefined || target === "javascript" ? code[target] : code.python);
  if (own !== undefined) return own;
  if (target === "javascript") {
    const plain = op.javascript.replace(/^\((.*)\)$/, "$1");
    // What calls a function of ours is no program by itself.
    if (!/(?<![\w.])(?!Math\.)[a-zA-Z_]\w*(?=[(.])/.test(plain)) return plain;
  }
  return op.definition ? undefined : null;
}

const LIBRARIES: { readonly [T in ProgramTarget]: string } = {
  math: "Python",
  numpy: "NumPy",
  tensorflow: "TensorFlow",
  torch: "PyTorch",
  jax: "JAX",
  javascript: "JavaScript",
};

/** The same values made of operations that the target has, and tidied for reading. */
function express(outputs: readonly Value[], { target, nameOf }: CodeOptions): Value[] {
  const done = new Map<Value, Value>();
  const known = (value: Value) => done.get(value) ?? value;
  const visit = (roots: readonly Value[]): void => {
    for (const node of nodesOf(roots)) {
      if (done.has(node)) continue;
      let inputs = withoutStretching(node, node.inputs.map(known), nameOf);
      const template = node instanceof Input ? "" : templateOf({ ...node, inputs }, target);
      if (template === null) throw new NotWritable(`${node.op.name} has no counterpart in ${LIBRARIES[target]}`);
      if (template !== undefined) {
        if (target === "tensorflow" && node.op.name === "where") inputs = withType(inputs);
        done.set(node, node instanceof Input ? node : tidy(node.op, inputs, node.attributes));
        continue;
      }
      const made = (node.op as { definition: (args: readonly Value[]) => Value }).definition(inputs);
      visit([made]);
      done.set(node, known(made));
    }
  };
  visit(outputs);
  return outputs.map(known);
}

const isNode = (value: Value | undefined): value is Node => value !== undefined && !(value instanceof Tensor);
const made = (value: Value | undefined, name: string): value is Node => isNode(value) && value.op.name === name;
const constant = (value: Value | undefined): number | undefined =>
  value instanceof Tensor && value.shape.length === 0 ? value.data[0]! : undefined;

/** Operands of an elementwise operation that its other operands stretch anyway. */
function withoutStretching(node: Node, inputs: readonly Value[], nameOf: CodeOptions["nameOf"]): readonly Value[] {
  if (node.op.kind !== "elementwise") return inputs;
  const slim = inputs.map((input) => {
    if (made(input, "broadcast_to")) return input.inputs[0]!;
    const uniform = input instanceof Tensor && input.data.every((x) => Object.is(x, input.data[0]));
    if (uniform && input.shape.length > 0 && nameOf(input) === undefined) return scalar(input.data[0]!, input.dtype);
    return input;
  });
  // The first that can be spared is, then the next.
  const kept = [...inputs];
  slim.forEach((input, k) => {
    const others = kept.filter((_, i) => i !== k).map((other) => other.shape);
    if (sameShape([input.shape, ...others].reduce(broadcastShapes), node.shape)) kept[k] = input;
  });
  return kept;
}

const onesLike: Op<undefined> = {
  kind: "constant",
  name: "ones_like",
  arity: 1,
  type: ([x]) => x!,
  evaluate: ([x]) => full(x!.shape, 1, x!.dtype),
  none: "a constant",
  code: () => "@ones_like(#1)",
};

/** A choice between two numbers is float32 in TensorFlow, and does not go with float64: it takes the type of what is tested. */
function withType(inputs: readonly Value[]): readonly Value[] {
  const [condition, x, y] = inputs;
  if (constant(x) === undefined || constant(y) === undefined || !isNode(condition)) return inputs;
  const tested = condition.inputs.find((input) => isNode(input) && isFloat(input.dtype));
  return tested ? [condition, tidy(mul.op as Op, [x!, bind(onesLike, [tested], undefined)], undefined), y!] : inputs;
}

/** A constant, in the form that {@link withType} gives it too. */
function numberOf(value: Value): number | undefined {
  if (made(value, "ones_like")) return 1;
  if (made(value, "mul") && made(value.inputs[1], "ones_like")) return constant(value.inputs[0]);
  return constant(value);
}

/** Factors and signs in front, as one writes them; equal up to rounding, at regular points. */
function tidy(op: Op, inputs: readonly Value[], attributes: unknown): Value {
  const [x, y, z] = inputs;
  const again = (next: { op: Op }, ...args: Value[]) => tidy(next.op, args, undefined);
  switch (op.name) {
    case "mul": {
      if (constant(x) === undefined && constant(y) !== undefined) return again(mul, y!, x!);
      if (constant(x) === 1 && isFloat(y!.dtype)) return y!;
      if (constant(x) === 0 && y!.shape.length === 0) return x!;
      if (constant(x) === -1) return again(neg, y!);
      if (made(x, "neg")) return again(neg, again(mul, x.inputs[0]!, y!));
      if (made(y, "neg")) return again(neg, again(mul, x!, y.inputs[0]!));
      if (made(y, "mul") && constant(y.inputs[0]) !== undefined)
        return constant(x) === undefined
          ? again(mul, y.inputs[0]!, again(mul, x!, y.inputs[1]!))
          : again(mul, scalar(constant(x)! * constant(y.inputs[0])!, y.dtype), y.inputs[1]!);
      if (constant(x) === undefined && made(x, "mul") && constant(x.inputs[0]) !== undefined)
        return again(mul, x.inputs[0]!, again(mul, x.inputs[1]!, y!));
      for (const [quotient, factor] of [
        [y, x],
        [x, y],
      ]) {
        if (!made(quotient, "div")) continue;
        const [above, below] = quotient.inputs;
        if (constant(factor) !== undefined || constant(above) !== undefined)
          return again(div, again(mul, factor!, above!), below!);
      }
      for (const [choice, factor] of [
        [x, y],
        [y, x],
      ]) {
        if (!made(choice, "where")) continue;
        const [condition, ...branches] = choice.inputs;
        const numbers = branches.map(numberOf);
        if (numbers.some((number) => number === undefined)) continue;
        const scaled = numbers.map((number) =>
          number === 0 ? scalar(0, factor!.dtype) : again(mul, scalar(number!, factor!.dtype), factor!),
        );
        return again(where, condition!, ...scaled);
      }
      break;
    }
    case "neg":
      if (made(x, "neg")) return x.inputs[0]!;
      if (constant(x) !== undefined) return scalar(-constant(x)!, x!.dtype);
      if (made(x, "mul") && constant(x.inputs[0]) !== undefined)
        return again(mul, scalar(-constant(x.inputs[0])!, x.dtype), x.inputs[1]!);
      break;
    case "add":
      if (constant(x) !== undefined && constant(y) === undefined) return again(add, y!, x!);
      if (constant(y) === 0 && isFloat(x!.dtype)) return x!;
      if (made(y, "neg")) return again(sub, x!, y.inputs[0]!);
      if (made(x, "neg")) return again(sub, y!, x.inputs[0]!);
      {
        const together = sumOfLike(x!, y!);
        if (together) return together;
        const behind = made(x, "add") && sumOfLike(x.inputs[1]!, y!);
        if (behind) return again(add, (x as Node).inputs[0]!, behind);
      }
      if (made(y, "mul") && (constant(y.inputs[0]) ?? 0) < 0)
        return again(sub, x!, again(mul, scalar(-constant(y.inputs[0])!, y.dtype), y.inputs[1]!));
      break;
    case "sub":
      if (made(y, "neg")) return again(add, x!, y.inputs[0]!);
      if (constant(x) === 0) return again(neg, y!);
      break;
    case "matmul": {
      const one = inputs.findIndex((input) => input instanceof Tensor && input.data.length === 1);
      if (one >= 0 && x!.shape.length === 2)
        return again(mul, scalar((inputs[one] as Tensor).data[0]!, y!.dtype), inputs[1 - one]!);
      break;
    }
    case "where": {
      const chosen = constant(x) === undefined ? undefined : constant(x) ? y : z;
      if (chosen && sameShape(chosen.shape, [x!, y!, z!].map(({ shape }) => shape).reduce(broadcastShapes)))
        return chosen;
      break;
    }
    case "reshape": {
      const simpler = tidyReshape(x!, attributes as Shape);
      if (simpler) return simpler;
      break;
    }
    case "div":
      if (made(x, "neg")) return again(neg, again(div, x.inputs[0]!, y!));
      break;
  }
  if (op.kind === "elementwise" && inputs.every((input) => constant(input) !== undefined)) {
    const [a, b, c] = inputs.map((input) => constant(input)!) as [number, number, number];
    return scalar(op.evaluate(a, b, c), bind(op as Op, inputs, attributes).dtype);
  }
  return bind(op, inputs, attributes);
}

/** 2x + 3x = 5x, where the two are such. */
function sumOfLike(x: Value, y: Value): Value | undefined {
  const parts = (value: Value): [number, Value] =>
    made(value, "mul") && constant(value.inputs[0]) !== undefined
      ? [constant(value.inputs[0])!, value.inputs[1]!]
      : [1, value];
  const [a, like] = parts(x);
  const [b, other] = parts(y);
  return like === other && isNode(like) ? tidy(mul.op as Op, [scalar(a + b, like.dtype), like], undefined) : undefined;
}

/** A product with a vector, which the engine makes of one with a matrix; a sum over axes that then go. */
function tidyReshape(x: Value, shape: Shape): Value | undefined {
  if (made(x, "reshape")) return reshape(x.inputs[0]!, shape);
  if (made(x, "sum")) {
    const { axes, keepdims } = x.attributes as { axes: readonly number[]; keepdims: boolean };
    const rest = x.inputs[0]!.shape.filter((_, axis) => !axes.includes(axis));
    return keepdims && sameShape(rest, shape) ? sum(x.inputs[0]!, axes) : undefined;
  }
  if (!made(x, "matmul")) return undefined;
  const operands = [flat(x.inputs[0]!, 1) ?? x.inputs[0]!, flat(x.inputs[1]!, 0) ?? x.inputs[1]!];
  if (operands.every((operand, k) => operand === x.inputs[k])) return undefined;
  return sameShape(product.type(operands, undefined).shape, shape) ? bind(product, operands, undefined) : undefined;
}

/** The vector of which a matrix of one row (`axis` 1) or one column (0) is made. */
function flat(matrix: Value, axis: 0 | 1): Value | undefined {
  if (matrix.shape.length !== 2 || matrix.shape[1 - axis] !== 1) return undefined;
  if (matrix instanceof Tensor) return new Tensor(matrix.data, [matrix.data.length], matrix.dtype);
  if (made(matrix, "reshape") && matrix.inputs[0]!.shape.length === 1) return matrix.inputs[0];
  if (!made(matrix, "matmul")) return undefined;
  const [a, b] = matrix.inputs as [Value, Value];
  const vector = flat(axis === 0 ? b : a, axis);
  return vector && bind(product, axis === 0 ? [a, vector] : [vector, b], undefined);
}

/** The product of matrices and vectors, as NumPy's `@` takes them. */
const product: Op<undefined> & { kind: "constant" } = {
  kind: "constant",
  name: "product",
  arity: 2,
  type: ([a, b]) => ({
    shape: [...a!.shape.slice(0, -1), ...b!.shape.slice(0, -2), ...b!.shape.slice(1).slice(-1)],
    dtype: a!.dtype,
  }),
  evaluate: ([a, b]) => matmul(a!, b!) as Tensor,
  none: "for programs",
  code: (_, [a, b], target) => {
    if (target !== "tensorflow") return "#1 @ #2";
    if (b!.shape.length > 1) return "@linalg.matvec(#2, #1, transpose_a=True)";
    return a!.shape.length > 1 ? "@linalg.matvec(#1, #2)" : "@tensordot(#1, #2, 1)";
  },
};

// ── numbers ─────────────────────────────────────────────────────────────────

/** A number as programs write it: whole ones without a point, others with the digits that read back the same. */
export function numberCode(value: number, target: ProgramTarget, prefix: string): Written {
  const javascript = target === "javascript";
  if (value < 0 || Object.is(value, -0)) {
    const { text } = numberCode(-value, target, prefix);
    return { text: `-${Object.is(value, -0) && !javascript ? "0.0" : text}`, strength: SIGN };
  }
  const word = (python: string) => (javascript ? String(value) : `float("${python}")`);
  if (Number.isNaN(value)) return { text: word("nan"), strength: ATOM };
  if (value === Infinity) return { text: word("inf"), strength: ATOM };
  if (value === Math.PI && target !== "tensorflow")
    return { text: javascript ? "Math.PI" : `${prefix}pi`, strength: ATOM };
  const text = String(value);
  return { text: javascript ? text : text.replace(/e([+-])(\d)$/, "e$10$2"), strength: ATOM };
}

/** With a point or an exponent, so that it is a float wherever it is used. */
export function floatCode(value: number, target: ProgramTarget, prefix: string): string {
  const { text } = numberCode(value, target, prefix);
  return target !== "javascript" && /^-?\d+$/.test(text) ? `${text}.0` : text;
}

const MAKERS: { readonly [T in ProgramTarget]?: string } = {
  numpy: "array",
  tensorflow: "constant",
  torch: "tensor",
  jax: "array",
};

/** A constant array: `np.array([1.0, 2.0])`. @throws NotWritable beyond {@link MOST_ELEMENTS} */
export function arrayCode({ data, shape, dtype }: Tensor, target: ProgramTarget, prefix: string): string {
  if (data.length > MOST_ELEMENTS) throw new NotWritable(`an array of ${data.length} numbers is too long to write out`);
  const element = (x: number) =>
    dtype === "bool" ? (x ? "True" : "False") : isFloat(dtype) ? floatCode(x, target, prefix) : String(x);
  const nested = nestedCode(Array.from(data, element), shape);
  // TensorFlow and PyTorch take a list of floats for float32.
  const told = dtype !== "float64" || target === "tensorflow" || target === "torch";
  const type = isFloat(dtype) && told ? `, dtype=${prefix}${dtype}` : "";
  return MAKERS[target] ? `${prefix}${MAKERS[target]}(${nested}${type})` : nested;
}

/** Texts of elements in row-major order as nested lists. */
export function nestedCode(elements: readonly string[], shape: readonly number[]): string {
  if (shape.length === 0) return elements[0]!;
  const step = elements.length / shape[0]!;
  return `[${Array.from({ length: shape[0]! }, (_, i) => nestedCode(elements.slice(i * step, (i + 1) * step), shape.slice(1))).join(", ")}]`;
}

// ── expressions ─────────────────────────────────────────────────────────────

/**
 * The program of values of a graph.
 * @throws NotWritable where an operation has no counterpart, or the program would be too long to read
 */
export function codeOf(outputs: readonly Value[], options: CodeOptions): Code {
  return withoutRecorders(() => new Writer(express(outputs, options), options).code());
}

class Writer {
  private readonly texts = new Map<Value, Written>();
  private readonly locals: [string, string][] = [];
  private readonly uses = new Map<Value, number>();
  /** What is computed whichever way a choice goes. */
  private readonly certain: ReadonlySet<Value>;
  private next = 1;

  constructor(
    private readonly outputs: readonly Value[],
    private readonly options: CodeOptions,
  ) {
    const nodes = nodesOf(outputs);
    const count = (value: Value) => this.uses.set(value, (this.uses.get(value) ?? 0) + 1);
    for (const node of nodes) for (const input of new Set(node.inputs)) count(input);
    for (const output of outputs) count(output);
    this.certain = options.target === "math" ? alwaysComputed(outputs) : new Set(nodes);
  }

  code(): Code {
    const { target, prefix } = this.options;
    let length = 0;
    for (const node of nodesOf(this.outputs)) {
      const name = this.options.nameOf(node);
      let written: Written = { text: name ?? "", strength: ATOM };
      if (name === undefined) {
        const template = templateOf(node, target)!;
        written = fill(
          template.replaceAll("@", (mark, index: number) => (/\w/.test(template[index + 1] ?? "") ? prefix : mark)),
          node.inputs.map((input) => this.at(input)),
          target,
        );
        if (this.deservesName(node, template, written)) {
          const local = this.freeName();
          this.locals.push([local, written.text]);
          length += written.text.length;
          written = { text: local, strength: ATOM };
        }
      }
      length = Math.max(length, written.text.length);
      if (length > (this.options.inline ? MOST_INLINE : MOST_CHARACTERS))
        throw new NotWritable("it is too long to write out");
      this.texts.set(node, written);
    }
    return { locals: this.locals, results: this.outputs.map((output) => this.result(output)) };
  }

  private at(value: Value): Written {
    const { target, prefix, nameOf } = this.options;
    const name = nameOf(value);
    if (name !== undefined) return { text: name, strength: ATOM };
    if (!(value instanceof Tensor)) return this.texts.get(value)!;
    if (value.shape.length > 0) {
      const { floats } = this.options;
      const array = floats && isFloat(value.dtype) ? tensor(value.data, floats, value.shape) : value;
      return { text: arrayCode(array, target, prefix), strength: ATOM };
    }
    if (value.dtype !== "bool") return numberCode(value.data[0]!, target, prefix);
    const [yes, no] = target === "javascript" ? ["true", "false"] : ["True", "False"];
    return { text: value.data[0] ? yes! : no!, strength: ATOM };
  }

  private result(output: Value): string {
    const number = constant(output);
    return number !== undefined && output.dtype !== "bool"
      ? floatCode(number, this.options.target, this.options.prefix)
      : this.at(output).text;
  }

  private deservesName(node: Node, template: string, { text, strength }: Written): boolean {
    if (this.options.inline || (!this.certain.has(node) && mayFail(template))) return false;
    const uses = this.uses.get(node)!;
    if (text.length > LONG) return uses > 1 || !this.outputs.includes(node);
    // x * y, x + 5, x ** 2: shorter to read than a name for it.
    const simple = /^[\w.[\]]+( \S+ [\w.[\]]+)?$/.test(text) && strength < ATOM;
    return uses > 1 && (!simple || uses > 2) && template !== "#1" && !/^[\w.[\]]+$/.test(text);
  }

  private freeName(): string {
    for (;;) {
      const name = `t${this.next++}`;
      if (!this.options.taken.has(name)) return name;
    }
  }
}

/** In plain Python 1/0 and log(-1) are errors: what stands in one branch of a choice must stay there. */
const mayFail = (template: string) => /[(/%]|\*\*/.test(template);

/** The nodes of `outputs` that are not in a branch of a choice only. */
function alwaysComputed(outputs: readonly Value[]): Set<Value> {
  const found = new Set<Value>();
  const pending = outputs.filter(isNode);
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    const needed = node.op.name === "where" ? node.inputs.slice(0, 1) : node.inputs;
    pending.push(...needed.filter(isNode));
  }
  return found;
}
