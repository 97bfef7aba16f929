/**
 * WebAssembly modules as bytes: the binary format of the core specification, release 2.0 (chapter 5), as far as kernels
 * need it. A module here has one imported memory, imported functions of numbers, and exported functions.
 */

/** Opcodes by the names of the text format. Those of SIMD stand behind the prefix 0xfd. */
export const opcodes = {
  "i32.add": 0x6a,
  "i32.mul": 0x6c,
  "i32.and": 0x71,
  "i32.shl": 0x74,
  "i32.shr_s": 0x75,
  "i32.lt_u": 0x49,
  "f64.add": 0xa0,
  "f32.demote_f64": 0xb6,
  "f64.promote_f32": 0xbb,
} as const;

export const simd = {
  "v128.load": 0x00,
  "v128.load32_splat": 0x09,
  "v128.load64_splat": 0x0a,
  "v128.store": 0x0b,
  "v128.const": 0x0c,
  "i8x16.shuffle": 0x0d,
  "f64x2.splat": 0x14,
  "f64x2.extract_lane": 0x21,
  "f64x2.replace_lane": 0x22,
  "f64x2.eq": 0x47,
  "f64x2.ne": 0x48,
  "f64x2.lt": 0x49,
  "f64x2.gt": 0x4a,
  "f64x2.le": 0x4b,
  "f64x2.ge": 0x4c,
  "v128.not": 0x4d,
  "v128.and": 0x4e,
  "v128.andnot": 0x4f,
  "v128.or": 0x50,
  "v128.xor": 0x51,
  "v128.bitselect": 0x52,
  "v128.any_true": 0x53,
  "v128.load64_lane": 0x57,
  "v128.store64_lane": 0x5b,
  "v128.load64_zero": 0x5d,
  "f32x4.demote_f64x2_zero": 0x5e,
  "f64x2.promote_low_f32x4": 0x5f,
  "f64x2.ceil": 0x74,
  "f64x2.floor": 0x75,
  "f64x2.trunc": 0x7a,
  "f64x2.nearest": 0x94,
  "i64x2.all_true": 0xc3,
  "i64x2.bitmask": 0xc4,
  "i64x2.shl": 0xcb,
  "i64x2.shr_u": 0xcd,
  "i64x2.add": 0xce,
  "i64x2.sub": 0xd1,
  "i64x2.eq": 0xd6,
  "f32x4.add": 0xe4,
  "f32x4.mul": 0xe6,
  "f64x2.abs": 0xec,
  "f64x2.neg": 0xed,
  "f64x2.sqrt": 0xef,
  "f64x2.add": 0xf0,
  "f64x2.sub": 0xf1,
  "f64x2.mul": 0xf2,
  "f64x2.div": 0xf3,
  "f64x2.min": 0xf4,
  "f64x2.max": 0xf5,
  // Relaxed: rounded once or twice, as the machine likes.
  "f32x4.relaxed_madd": 0x105,
  "f64x2.relaxed_madd": 0x107,
} as const;

export type Opcode = keyof typeof opcodes;
export type SimdOpcode = keyof typeof simd;

export const valueTypes = { i32: 0x7f, f64: 0x7c, v128: 0x7b } as const;
export type ValueType = keyof typeof valueTypes;

/** Unsigned LEB128, of numbers below 2³². */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low | 128 : low);
  } while (rest > 0);
  return bytes;
}

/** Signed LEB128, of 32-bit integers. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 127;
    rest >>= 7;
    const done = (rest === 0 && (low & 64) === 0) || (rest === -1 && (low & 64) !== 0);
    bytes.push(done ? low : low | 128);
    if (done) return bytes;
  }
}

function constant(bits: bigint): number[] {
  const half = Array.from({ length: 8 }, (_, k) => Number((bits >> BigInt(8 * k)) & 255n));
  return [0xfd, ...unsigned(simd["v128.const"]), ...half, ...half];
}

/** The body of a function: instructions in the order of the text format, operands before operators. */
export class Body {
  readonly bytes: number[] = [];
  private readonly locals: ValueType[] = [];

  constructor(readonly parameters: readonly ValueType[]) {}

  local(type: ValueType): number {
    this.locals.push(type);
    return this.parameters.length + this.locals.length - 1;
  }

  get(local: number): void {
    this.bytes.push(0x20, ...unsigned(local));
  }

  set(local: number): void {
    this.bytes.push(0x21, ...unsigned(local));
  }

  tee(local: number): void {
    this.bytes.push(0x22, ...unsigned(local));
  }

  op(name: Opcode): void {
    this.bytes.push(opcodes[name]);
  }

  simd(name: SimdOpcode): void {
    this.bytes.push(0xfd, ...unsigned(simd[name]));
  }

  lane(name: "f64x2.extract_lane" | "f64x2.replace_lane", lane: number): void {
    this.simd(name);
    this.bytes.push(lane);
  }

  /** A load or store at the address on the stack plus `offset` bytes. */
  memory(name: SimdOpcode, offset: number): void {
    this.simd(name);
    // Alignment is a hint; 0 says nothing.
    this.bytes.push(0, ...unsigned(offset));
  }

  /** Loads into one half of the vector on the stack, or stores it; below it is the address, to which come `offset` bytes. */
  half(name: "v128.load64_lane" | "v128.store64_lane", lane: number, offset: number): void {
    this.memory(name, offset);
    this.bytes.push(lane);
  }

  /** Two of the four 64-bit lanes of the two vectors on the stack. */
  shuffle(lanes: readonly [number, number]): void {
    this.simd("i8x16.shuffle");
    for (const lane of lanes) for (let k = 0; k < 8; k++) this.bytes.push(8 * lane + k);
  }

  /** Loads a float of so many bytes, from the address on the stack plus `offset` bytes. */
  loadFloat(bytes: 4 | 8, offset: number): void {
    this.bytes.push(bytes === 8 ? 0x2b : 0x2a, 0, ...unsigned(offset));
  }

  /** Stores one, below which the address is. */
  storeFloat(bytes: 4 | 8, offset: number): void {
    this.bytes.push(bytes === 8 ? 0x39 : 0x38, 0, ...unsigned(offset));
  }

  loadInteger(offset: number): void {
    this.bytes.push(0x28, 0, ...unsigned(offset));
  }

  /** The lowest byte of the integer on the stack, at the address below it. */
  store8(): void {
    this.bytes.push(0x3a, 0, 0);
  }

  i32(value: number): void {
    this.bytes.push(0x41, ...signed(value));
  }

  f64(value: number): void {
    this.bytes.push(0x44, ...new Uint8Array(new Float64Array([value]).buffer));
  }

  /** 64 bits, in both lanes. */
  v128(bits: bigint): void {
    this.bytes.push(...constant(bits));
  }

  global(index: number): void {
    this.bytes.push(0x23, ...unsigned(index));
  }

  call(index: number): void {
    this.bytes.push(0x10, ...unsigned(index));
  }

  /** Runs `body` where the integer on the stack is not 0. */
  when(body: () => void): void {
    this.bytes.push(0x04, 0x40);
    body();
    this.bytes.push(0x0b);
  }

  /** Adds `step` to the integer. */
  advance(local: number, step: number): void {
    this.get(local);
    this.i32(step);
    this.op("i32.add");
    this.set(local);
  }

  /** Adds one integer to another. */
  move(local: number, by: number): void {
    this.get(local);
    this.get(by);
    this.op("i32.add");
    this.set(local);
  }

  /** Adds `step` to the integer `counter` after each run of `body`, until it is `end`; at least once. */
  until(counter: number, step: number, end: () => void, body: () => void): void {
    this.bytes.push(0x03, 0x40);
    body();
    this.get(counter);
    this.i32(step);
    this.op("i32.add");
    this.tee(counter);
    end();
    this.op("i32.lt_u");
    this.bytes.push(0x0d, 0, 0x0b);
  }

  /** With its locals, ready for the code section. */
  encoded(): number[] {
    const groups: [count: number, type: ValueType][] = [];
    for (const type of this.locals) {
      const last = groups.at(-1);
      if (last?.[1] === type) last[0]++;
      else groups.push([1, type]);
    }
    const declared = [...unsigned(groups.length), ...groups.flatMap(([n, type]) => [...unsigned(n), valueTypes[type]])];
    return [...unsigned(declared.length + this.bytes.length + 1), ...declared, ...this.bytes, 0x0b];
  }
}

interface Signature {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

interface Exported {
  readonly name: string;
  readonly body: Body;
  readonly results: readonly ValueType[];
}

const text = (name: string) => [...unsigned(name.length), ...Array.from(name, (char) => char.charCodeAt(0))];
const vector = (items: readonly (readonly number[])[]) => [...unsigned(items.length), ...items.flat()];
const section = (id: number, bytes: readonly number[]) => [id, ...unsigned(bytes.length), ...bytes];

const MUTABLE = 1;
/** Those of 4 GiB; the memory that is given may have fewer. */
const MOST_PAGES = 65536;

/**
 * A module that imports `env.memory` and the functions `env.0`, `env.1`, … in their order (so that these are its
 * functions 0, 1, …), and exports `functions`.
 * @param options.globals 64 bits in both lanes of each
 * @param options.sharedMemory the memory may be shared between threads
 */
export function encodeModule(
  imports: readonly Signature[],
  functions: readonly Exported[],
  {
    globals = [],
    sharedMemory = false,
  }: { readonly globals?: readonly bigint[]; readonly sharedMemory?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  const types = [
    ...imports,
    ...functions.map(({ body, results }): Signature => ({ parameters: body.parameters, results })),
  ];
  const list = (values: readonly ValueType[]) => vector(values.map((type) => [valueTypes[type]]));
  const parts = [
    section(1, vector(types.map(({ parameters, results }) => [0x60, ...list(parameters), ...list(results)]))),
    section(
      2,
      vector([
        [
          ...text("env"),
          ...text("memory"),
          0x02,
          ...(sharedMemory ? [0x03, 0x00, ...unsigned(MOST_PAGES)] : [0x00, 0x00]),
        ],
        ...imports.map((_, k) => [...text("env"), ...text(String(k)), 0x00, ...unsigned(k)]),
      ]),
    ),
    section(3, vector(functions.map((_, k) => unsigned(imports.length + k)))),
    section(6, vector(globals.map((bits) => [valueTypes.v128, MUTABLE, ...constant(bits), 0x0b]))),
    section(7, vector(functions.map(({ name }, k) => [...text(name), 0x00, ...unsigned(imports.length + k)]))),
  ];
  const bodies = functions.map(({ body }) => body.encoded());
  const size = bodies.reduce((total, bytes) => total + bytes.length, 0);
  const count = unsigned(bodies.length);
  const head = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, ...parts.flat(), 10, ...unsigned(count.length + size)];
  const bytes = new Uint8Array(head.length + count.length + size);
  bytes.set(head);
  bytes.set(count, head.length);
  let at = head.length + count.length;
  for (const body of bodies) {
    bytes.set(body, at);
    at += body.length;
  }
  return bytes;
}
