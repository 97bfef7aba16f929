/** Spans of modules lie behind any text that a file could have; so do those of statements that were read later than others. */
import type { Span } from "./ast";

/** Offsets from here on belong to modules. */
export const MODULES_START = 2 ** 29;
/** Offsets from here on belong to statements of the file that runs (see live.ts). */
export const STATEMENTS_START = 2 ** 40;

export const inMain = (span: Span): boolean => span.from < MODULES_START || span.from >= STATEMENTS_START;
