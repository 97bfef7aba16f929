/** Loops in JavaScript: for one point at a time, called very often. */
import { evaluate } from "../interpreters/eager";
import { type Shape, sameShape, Tensor } from "../tensor";
import { applied, compile, type Kernel, literal, rounded } from "./javascript";
import {
  type Call,
  carriedOver,
  type Instruction,
  inputsOf,
  type Loop,
  type Place,
  type Product,
  type Program,
  type Step,
  type Store,
} from "./loops";
import { summedInSingle } from "./wasm/matmul";

/** A program as statements; what does not lie in `point` or `out` is an array of `buffers`. */
class Writer {
  readonly buffers: (ArrayLike<number> | ((...arrays: ArrayLike<number>[]) => ArrayLike<number>))[] = [];
  private readonly lines: string[] = [];
  private readonly names: { readonly array: string; readonly start: number; readonly variable?: string | undefined }[];
  private readonly tables: string[];
  private count = 0;

  constructor(private readonly program: Program) {
    const keep = (data: ArrayLike<number>) => `b${this.buffers.push(data) - 1}`;
    // A single number is a variable.
    const slots = program.slots.map((size, k) => (size === 1 ? `s${k}` : keep(new Float64Array(size))));
    this.tables = program.tables.map(keep);
    this.names = program.buffers.map((buffer) => {
      if (buffer.kind === "input") return { array: "point", start: buffer.start };
      if (buffer.kind === "output") return { array: "out", start: buffer.start };
      if (buffer.kind === "constant") return { array: keep(Float64Array.from(buffer.data)), start: 0 };
      const array = slots[buffer.slot] ?? "none";
      return { array, start: 0, variable: program.slots[buffer.slot] === 1 ? array : undefined };
    });
  }

  /** The statements of the function. */
  write(otherwise: string): string {
    const variables = this.program.slots.flatMap((size, k) => (size === 1 ? [`s${k} = 0`] : []));
    if (variables.length > 0) this.lines.push(`let ${variables.join(", ")};`);
    for (const step of this.program.steps) this.step(step, otherwise);
    const { returned } = this.program;
    this.lines.push(`return ${returned === undefined ? 1 : this.element(returned, "0")};`);
    return this.lines.join("\n");
  }

  get before(): string {
    return this.buffers.map((_, k) => `const b${k} = buffers[${k}];`).join("\n");
  }

  private name(prefix: string): string {
    return `${prefix}${this.count++}`;
  }

  private step(step: Step, otherwise: string): void {
    switch (step.kind) {
      case "loop":
        this.loop(step);
        break;
      case "fill":
        this.fill(step.buffer, step.value);
        break;
      case "product":
        this.product(step);
        break;
      case "call":
        this.call(step);
        break;
      case "check": {
        const i = this.name("i");
        const expected = `b${this.buffers.push(Float64Array.from(step.data)) - 1}`;
        this.lines.push(
          `for (let ${i} = 0; ${i} < ${step.data.length}; ${i}++)`,
          `if (!Object.is(${this.element(step.buffer, i)}, ${expected}[${i}])) return ${otherwise};`,
        );
      }
    }
  }

  /** The element of a buffer at an index. */
  private element(buffer: number, index: string): string {
    const { array, start, variable } = this.names[buffer]!;
    if (variable) return variable;
    if (start === 0) return `${array}[${index}]`;
    return /^\d+$/.test(index) ? `${array}[${Number(index) + start}]` : `${array}[${index} + ${start}]`;
  }

  private fill(buffer: number, value: number): void {
    const { array, start, variable } = this.names[buffer]!;
    const { size } = this.program.buffers[buffer]!;
    if (variable) this.lines.push(`${variable} = ${literal(value)};`);
    else if (size === 1) this.lines.push(`${array}[${start}] = ${literal(value)};`);
    else this.lines.push(`${array}.fill(${literal(value)}, ${start}, ${start + size});`);
  }

  // ── loops ───────────────────────────────────────────────────────────────────

  private loop({ extents, body, stores }: Loop): void {
    const depth = extents.length;
    const indices = extents.map(() => this.name("i"));
    // What depends on outer loops only stands there.
    const levels: string[][] = Array.from({ length: depth + 1 }, () => []);
    const endings: string[][] = Array.from({ length: depth + 1 }, () => []);
    const levelOf: number[] = [];
    const names: string[] = [];
    const sums = new Set(stores.filter(({ how }) => how !== "set").map(({ buffer }) => buffer));
    const carried = depth > 0 && extents[depth - 1]! > 3 ? carriedOver({ body, stores, extents }) : undefined;
    const codeOf = (one: Instruction, inputs: readonly string[], turn: readonly string[]): string => {
      switch (one.kind) {
        case "constant":
          return literal(one.value);
        case "load":
          return this.read(one.buffer, one.at, turn);
        case "apply":
          return applied(one.op, one.dtype, inputs);
        case "round":
          return rounded(one.dtype, inputs[0]!);
      }
    };
    body.forEach((one, k) => {
      const inputs = inputsOf(one);
      const level =
        one.kind === "load"
          ? sums.has(one.buffer)
            ? depth
            : levelOfPlace(one.at)
          : Math.max(0, ...inputs.map((input) => levelOf[input]!));
      levelOf.push(level);
      if (one.kind === "constant") names.push(literal(one.value));
      else if (carried && !carried.needed.has(k)) names.push("");
      else {
        const name = this.name("v");
        names.push(name);
        const last = carried?.from.get(k);
        if (last === undefined) {
          const codes = inputs.map((input) => names[input]!);
          levels[level]!.push(`const ${name} = ${codeOf(one, codes, indices)};`);
        } else levels[depth]!.push(`const ${name} = last${name};`);
      }
    });
    for (const [k, from] of carried?.from ?? []) {
      // At the first turn it is computed.
      const turn = [...indices.slice(0, -1), "0"];
      const first = new Map<number, string>();
      const firstOf = (number: number): string => {
        const one = body[number]!;
        if (levelOf[number]! < depth && names[number] !== "") return names[number]!;
        let name = first.get(number);
        if (name === undefined) {
          const code = codeOf(one, inputsOf(one).map(firstOf), turn);
          if (one.kind === "constant") return code;
          name = this.name("f");
          first.set(number, name);
          levels[depth - 1]!.push(`const ${name} = ${code};`);
        }
        return name;
      };
      const start = firstOf(k);
      levels[depth - 1]!.push(`let last${names[k]} = ${start};`);
      endings[depth]!.push(`last${names[k]} = ${names[from]};`);
    }
    for (const store of stores) this.store(store, names[store.value]!, indices, levels, endings);
    this.lines.push(...levels[0]!);
    extents.forEach((length, k) => {
      const i = indices[k]!;
      this.lines.push(`for (let ${i} = 0; ${i} < ${length}; ${i}++) {`, ...levels[k + 1]!);
    });
    for (let k = depth; k > 0; k--) this.lines.push(...endings[k]!, "}");
    this.lines.push(...endings[0]!);
  }

  private store({ buffer, at, how }: Store, value: string, indices: string[], levels: string[][], endings: string[][]) {
    const depth = indices.length;
    const target = this.read(buffer, at, indices, true);
    const combined = (old: string) =>
      how === "add"
        ? `${old} + ${value}`
        : `${value} ${how === "max" ? ">" : "<"} ${old} || ${value} !== ${value} ? ${value} : ${old}`;
    if (how === "set") {
      levels[depth]!.push(`${target} = ${value};`);
      return;
    }
    // One sum for all turns of the loops that stay at one place.
    const level = at.table === undefined ? levelOfPlace(at) : depth;
    if (level === depth) {
      levels[depth]!.push(`${target} = ${combined(target)};`);
      return;
    }
    const sum = this.name("sum");
    levels[level]!.push(`let ${sum} = ${target};`);
    levels[depth]!.push(`${sum} = ${combined(sum)};`);
    endings[level]!.push(`${target} = ${sum};`);
  }

  /** The element at a place, to be read or, `assigned`, to be written. */
  private read(buffer: number, at: Place, indices: readonly string[], assigned = false): string {
    const { array, start, variable } = this.names[buffer]!;
    if (variable) return variable;
    if (at.table === undefined) return `${array}[${placeCode(at, start, indices)}]`;
    const place = `${this.tables[at.table]}[${placeCode(at, 0, indices)}]`;
    const element = this.element(buffer, place);
    return assigned || !this.program.tables[at.table]!.includes(-1) ? element : `(${place} < 0 ? 0 : ${element})`;
  }

  // ── products ────────────────────────────────────────────────────────────────

  private product({ batches, rows, inner, columns, left, right, out }: Product): void {
    const [b, i, j, p] = ["n", "i", "j", "p"].map((prefix) => this.name(prefix)) as [string, string, string, string];
    const sum = this.name("sum");
    const { dtype } = this.program.buffers[out]!;
    const element = (operand: Product["left"], row: string, column: string) =>
      this.read(operand.buffer, operand, [b, row, column]);
    const single =
      [left, right].every(({ buffer }) => this.program.buffers[buffer]!.dtype === "float32") &&
      summedInSingle([rows, inner, columns]);
    const product = `${element(left, i, p)} * ${element(right, p, j)}`;
    const target = this.element(out, `(${b} * ${rows} + ${i}) * ${columns} + ${j}`);
    this.lines.push(
      `for (let ${b} = 0; ${b} < ${batches}; ${b}++)`,
      `for (let ${i} = 0; ${i} < ${rows}; ${i}++)`,
      `for (let ${j} = 0; ${j} < ${columns}; ${j}++) {`,
      `let ${sum} = 0;`,
      `for (let ${p} = 0; ${p} < ${inner}; ${p}++)`,
      single ? `${sum} = Math.fround(${sum} + Math.fround(${product}));` : `${sum} += ${product};`,
      `${target} = ${rounded(dtype, sum)};`,
      "}",
    );
  }

  // ── everything else ─────────────────────────────────────────────────────────

  private call({ op, attributes, inputs, out }: Call): void {
    const { buffers } = this.program;
    const run = (...arrays: ArrayLike<number>[]): ArrayLike<number> => {
      const values = inputs.map(({ buffer, shape }, k) => tensorOf(arrays[k]!, shape, buffers[buffer]!.dtype));
      return evaluate(op, values, attributes).data;
    };
    const f = `b${this.buffers.push(run) - 1}`;
    const copies = inputs.map(({ buffer }) => {
      const { array, start, variable } = this.names[buffer]!;
      return variable ? `[${variable}]` : `${array}.slice(${start}, ${start + this.program.buffers[buffer]!.size})`;
    });
    const result = this.name("r");
    const i = this.name("i");
    this.lines.push(
      `const ${result} = ${f}(${copies.join(", ")});`,
      `for (let ${i} = 0; ${i} < ${this.program.buffers[out]!.size}; ${i}++) ${this.element(out, i)} = ${result}[${i}];`,
    );
  }
}

function tensorOf(data: ArrayLike<number>, shape: Shape, dtype: Tensor["dtype"]): Tensor {
  return new Tensor(sameShape(shape, []) ? [data[0]!] : (data as Float64Array), shape, dtype);
}

/** How many of the loops around a place depends on, from outside. */
const levelOfPlace = ({ strides }: Place): number => strides.findLastIndex((stride) => stride !== 0) + 1;

/** The sum of offset and strides · indices as code. */
function placeCode({ offset, strides }: Place, start: number, indices: readonly string[]): string {
  const terms = strides.flatMap((stride, k) =>
    stride === 0 ? [] : [stride === 1 ? indices[k]! : stride === -1 ? `-${indices[k]}` : `${stride} * ${indices[k]}`],
  );
  const total = offset + start;
  if (total !== 0 || terms.length === 0) terms.push(String(total));
  return terms.join(" + ").replaceAll("+ -", "- ");
}

/**
 * A program compiled; returns the number that it names, or 1.
 * @param otherwise answers at points where a guard does not hold
 * @returns undefined where a content security policy forbids code generation
 */
export function compileLoops(program: Program, otherwise: Kernel): Kernel | undefined {
  const writer = new Writer(program);
  const body = writer.write("otherwise(point, out)");
  const run = compile(writer.before, body, { otherwise, buffers: writer.buffers });
  if (!run) return undefined;
  // Compiled for arrays of float64 alone.
  const room = new Float64Array(program.size);
  return (point, out) => {
    const at = point instanceof Float64Array ? point : new Float64Array(point);
    if (out instanceof Float64Array) return run(at, out);
    const answer = run(at, room);
    for (let k = 0; k < room.length; k++) out[k] = room[k]!;
    return answer;
  };
}
