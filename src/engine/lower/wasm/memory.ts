/** The one memory of all kernels: each call lays its data out in it anew, so that nothing is allocated again and again. */
import { hasSecond } from "./second";

const PAGE = 65536;
/** More bytes than this are not asked for. */
export const MOST_BYTES = 2 ** 29;

let memory: WebAssembly.Memory | undefined;

export function commonMemory(): WebAssembly.Memory {
  try {
    memory ??= memoryOf(1, { most: MOST_BYTES, shared: hasSecond() });
  } catch (error) {
    // No addresses are left for all that a shared one may grow to.
    if (!(error instanceof RangeError)) throw error;
    memory = memoryOf(1, { shared: false });
  }
  return memory;
}

/**
 * A memory that begins with so many bytes.
 * @param options.most bytes that it may grow to
 * @param options.shared such that a second thread can see it
 * @throws RangeError where there are no more
 */
export function memoryOf(
  bytes: number,
  { most = bytes, shared }: { most?: number; shared: boolean },
): WebAssembly.Memory {
  const [initial, maximum] = [Math.ceil(bytes / PAGE), Math.ceil(most / PAGE)];
  return new WebAssembly.Memory(shared ? { initial, maximum, shared } : { initial });
}

/**
 * The bytes of the memory, at least so many; what was given before may be of use no more.
 * @throws RangeError beyond {@link MOST_BYTES}, or where there are no more
 */
export function reserve(bytes: number): ArrayBuffer {
  if (bytes > MOST_BYTES) throw new RangeError(`${bytes} bytes for a kernel`);
  const common = commonMemory();
  const missing = Math.ceil((bytes - common.buffer.byteLength) / PAGE);
  if (missing > 0) common.grow(missing);
  return common.buffer as ArrayBuffer;
}

/** Lays blocks of so many bytes out one behind the other: where each begins, and the end of all. */
export function layout(sizes: readonly number[]): { starts: number[]; end: number } {
  let end = 0;
  const starts = sizes.map((size) => {
    const start = end;
    end += Math.ceil(size / 64) * 64;
    return start;
  });
  return { starts, end };
}
