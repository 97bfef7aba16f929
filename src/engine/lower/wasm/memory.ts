/** The one memory of all kernels: each call lays its data out in it anew, so that nothing is allocated again and again. */

const PAGE = 65536;
/** More bytes than this are not asked for. */
export const MOST_BYTES = 2 ** 29;

let memory: WebAssembly.Memory | undefined;

export function sharedMemory(): WebAssembly.Memory {
  memory ??= new WebAssembly.Memory({ initial: 1 });
  return memory;
}

/**
 * The bytes of the memory, at least so many; what was given before may be of use no more.
 * @throws RangeError beyond {@link MOST_BYTES}, or where there are no more
 */
export function reserve(bytes: number): ArrayBuffer {
  if (bytes > MOST_BYTES) throw new RangeError(`${bytes} bytes for a kernel`);
  const shared = sharedMemory();
  const missing = Math.ceil((bytes - shared.buffer.byteLength) / PAGE);
  if (missing > 0) shared.grow(missing);
  return shared.buffer as ArrayBuffer;
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
