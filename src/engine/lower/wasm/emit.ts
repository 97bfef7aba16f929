/** Expressions of lanes as instructions: equal ones once, each where it is computed as rarely as may be. */
import { type Body, encodeModule, type ValueType } from "./encoder";
import type { Lanes, Making, Scalar } from "./lanes";
import { commonMemory } from "./memory";
import type { Instance } from "./second";

/** An expression that was numbered: no two of a numbering are equal. */
export interface Numbered {
  readonly id: number;
  readonly making: Making;
  readonly args: readonly Numbered[];
  /** What it depends on: a bit for each {@link Numbering} class of inputs. */
  readonly depends: number;
  /** It is worth a local of its own. */
  named: boolean;
}

/** Gives equal expressions one number, arguments before what is made of them. */
export class Numbering {
  readonly all: Numbered[] = [];
  private readonly known = new Map<string, Numbered>();
  private readonly seen = new WeakMap<Lanes, Numbered>();
  private readonly evaluations: Scalar[] = [];
  private readonly used = new Set<Numbered>();

  /** @param classOf the bit that says what an input depends on */
  constructor(private readonly classOf: (input: number) => number) {}

  of(lanes: Lanes): Numbered {
    const before = this.seen.get(lanes);
    if (before) return before;
    const args = lanes.args.map((arg) => this.of(arg));
    const key = `${this.keyOf(lanes.making)}(${args.map(({ id }) => id)})`;
    let numbered = this.known.get(key);
    if (numbered) numbered.named = true;
    else {
      const own = lanes.making.kind === "input" ? this.classOf(lanes.making.index) : 0;
      const depends = args.reduce((all, arg) => all | arg.depends, own);
      numbered = { id: this.all.length, making: lanes.making, args, depends, named: false };
      this.all.push(numbered);
      this.known.set(key, numbered);
      // Used by something before: once more is twice.
      for (const arg of args) {
        if (this.used.has(arg)) arg.named = true;
        this.used.add(arg);
      }
    }
    this.seen.set(lanes, numbered);
    return numbered;
  }

  private keyOf(making: Making): string {
    switch (making.kind) {
      case "simd":
        return making.shift === undefined ? making.name : `${making.name} ${making.shift}`;
      case "shuffle":
        return `shuffle ${making.lanes}`;
      case "constant":
        return `#${making.bits}`;
      case "input":
        return `input ${making.index}`;
      case "call": {
        if (!this.evaluations.includes(making.evaluate)) this.evaluations.push(making.evaluate);
        return `call ${this.evaluations.indexOf(making.evaluate)} ${making.masked}`;
      }
    }
  }
}

/** What a module's functions share: the functions of JavaScript that it imports, in their order, and its globals. */
export class Shared {
  readonly functions: Scalar[] = [];
  readonly constants: bigint[] = [];
  /** Whether the functions of JavaScript are all called in rare cases only. */
  callsRarely = true;

  indexOf(evaluate: Scalar, rarely: boolean): number {
    if (!rarely) this.callsRarely = false;
    return indexIn(this.functions, evaluate);
  }

  /** A global variable, for V8 makes what it knows to be constant anew in every turn of a loop. */
  globalOf(bits: bigint): number {
    return indexIn(this.constants, bits);
  }
}

function indexIn<T>(all: T[], one: T): number {
  const at = all.indexOf(one);
  return at >= 0 ? at : all.push(one) - 1;
}

const SCALAR: { readonly parameters: readonly ValueType[]; readonly results: readonly ValueType[] } = {
  parameters: ["f64", "f64", "f64"],
  results: ["f64"],
};

/** Modules that were compiled, by their bytes and what they import: the same graph is compiled once. */
const compiled = new Map<string, Instance>();
const MOST_COMPILED = 64;
const numbers = new Map<Scalar, number>();

/**
 * The module of `functions` with a memory; undefined where WebAssembly is not there or is forbidden: by a content
 * security policy without wasm-unsafe-eval, or to a large module on the page of a browser.
 * @param memory absent: the common one, and then the module is kept for the next that is the same
 */
export function instantiate(
  functions: Parameters<typeof encodeModule>[1],
  shared: Shared,
  memory?: WebAssembly.Memory,
): Instance | undefined {
  if (typeof WebAssembly === "undefined") return undefined;
  const own = memory ?? commonMemory();
  const isShared = !(own.buffer instanceof ArrayBuffer);
  const bytes = encodeModule(
    shared.functions.map(() => SCALAR),
    functions,
    { globals: shared.constants, sharedMemory: isShared },
  );
  const key = memory ? "" : `${shared.functions.map(numberOf)} ${new TextDecoder("latin1").decode(bytes)}`;
  const known = compiled.get(key);
  if (known) return known;
  const env = Object.fromEntries(shared.functions.map((evaluate, k) => [String(k), evaluate]));
  try {
    const module = new WebAssembly.Module(bytes);
    const { exports } = new WebAssembly.Instance(module, { env: { memory: own, ...env } });
    const instance: Instance = {
      // A copy is found in faster.
      exports: { ...exports } as Instance["exports"],
      module,
      memory: own,
      shareable: isShared && shared.callsRarely,
      imports: shared.functions.length,
    };
    if (memory) return instance;
    if (compiled.size >= MOST_COMPILED) compiled.delete(compiled.keys().next().value!);
    compiled.set(key, instance);
    return instance;
  } catch (error) {
    if (WebAssembly.validate(bytes)) return undefined;
    throw error;
  }
}

function numberOf(evaluate: Scalar): number {
  const number = numbers.get(evaluate) ?? numbers.size;
  numbers.set(evaluate, number);
  return number;
}

/** Puts expressions into a function's body. What `place` knows is read from there, the rest is computed. */
export class Emitter {
  private readonly locals = new Map<Numbered, number>();

  constructor(
    readonly body: Body,
    private readonly shared: Shared,
    /** Emits the value where it lies somewhere already: an input, or what another loop has left. */
    private readonly place: (lanes: Numbered) => boolean,
  ) {}

  /** Computes those of `all` that `here` picks, in order, so that nothing is nested deeply; and loads their constants. */
  prepare(all: readonly Numbered[], here: (lanes: Numbered) => boolean): void {
    for (const lanes of all) {
      const { making } = lanes;
      if (this.locals.has(lanes) || !here(lanes)) continue;
      if (making.kind === "constant" && making.bits !== 0n) this.body.global(this.shared.globalOf(making.bits));
      else if (lanes.named) this.compute(lanes);
      else continue;
      this.body.set(this.name(lanes));
    }
  }

  /** Leaves the value on the stack. */
  value(lanes: Numbered): void {
    const local = this.locals.get(lanes);
    if (local !== undefined) this.body.get(local);
    else this.compute(lanes);
  }

  private name(lanes: Numbered): number {
    const local = this.body.local("v128");
    this.locals.set(lanes, local);
    return local;
  }

  private compute(lanes: Numbered): void {
    const { making, args } = lanes;
    if (making.kind === "constant") this.body.v128(making.bits);
    else if (this.place(lanes)) return;
    else if (making.kind === "simd") {
      for (const arg of args) this.value(arg);
      if (making.shift !== undefined) this.body.i32(making.shift);
      this.body.simd(making.name);
    } else if (making.kind === "shuffle") {
      for (const arg of args) this.value(arg);
      this.body.shuffle(making.lanes);
    } else if (making.kind === "call") this.call(making.evaluate, making.masked, args);
    else throw new RangeError(`input ${making.index} has no place`);
  }

  private call(evaluate: Scalar, masked: boolean, args: readonly Numbered[]): void {
    const { body } = this;
    const index = this.shared.indexOf(evaluate, masked);
    const out = body.local("v128");
    const operands = masked ? args.slice(2) : args;
    if (!masked) {
      this.each(index, operands, undefined, out);
      body.get(out);
      return;
    }
    const mask = body.local("v128");
    this.value(args[0]!);
    body.set(mask);
    this.value(args[1]!);
    body.set(out);
    body.get(mask);
    body.simd("v128.any_true");
    // What the operands need is named before, for it is wanted later too.
    body.when(() => this.each(index, operands, mask, out));
    body.get(out);
  }

  /** Lane by lane into `out`; with a mask only where it is set. */
  private each(index: number, operands: readonly Numbered[], mask: number | undefined, out: number): void {
    const { body } = this;
    for (const lane of [0, 1]) {
      const one = () => {
        body.get(out);
        for (const operand of operands) {
          this.value(operand);
          body.lane("f64x2.extract_lane", lane);
        }
        for (let k = operands.length; k < 3; k++) body.f64(0);
        body.call(index);
        body.lane("f64x2.replace_lane", lane);
        body.set(out);
      };
      if (mask === undefined) one();
      else {
        body.get(mask);
        body.simd("i64x2.bitmask");
        body.i32(1 << lane);
        body.op("i32.and");
        body.when(one);
      }
    }
  }
}
