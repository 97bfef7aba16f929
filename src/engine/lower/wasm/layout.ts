/** Where the numbers of a program over arrays lie in its memory. */
import { type Program, sizeOfInputs } from "../loops";

/** Where everything lies, in bytes. */
export class Layout {
  readonly buffers: readonly number[];
  readonly point: number;
  readonly out: number;
  readonly inputs: number;
  /** Where the numbers of steps lie. */
  readonly numbers: number;
  /** A number that is 0. */
  readonly zero: number;
  end = 0;

  constructor(
    readonly program: Program,
    numbersOfSteps = 0,
  ) {
    this.inputs = sizeOfInputs(program);
    this.zero = this.room(1);
    this.point = this.room(this.inputs);
    this.out = this.room(program.size);
    this.numbers = this.room(numbersOfSteps);
    const slots = program.slots.map((size) => this.room(size));
    this.buffers = program.buffers.map((buffer) => {
      if (buffer.kind === "input") return this.point + 8 * buffer.start;
      if (buffer.kind === "output") return this.out + 8 * buffer.start;
      if (buffer.kind === "constant") return this.room(buffer.data.length);
      return buffer.slot < 0 ? this.zero : slots[buffer.slot]!;
    });
  }

  /** Whether two buffers share a number. */
  overlap(a: number, b: number): boolean {
    const [p, q] = [this.buffers[a]!, this.buffers[b]!];
    const size = (k: number) => 8 * this.program.buffers[k]!.size;
    return p < q + size(b) && q < p + size(a);
  }

  /** Room for so many numbers. */
  room(numbers: number): number {
    const start = this.end;
    this.end += 64 * Math.ceil((8 * numbers) / 64);
    return start;
  }
}
