/** Spans of modules lie behind any text that a file could have. */
import type { Span } from "./ast";

/** Offsets from here on belong to modules. */
export const MODULES_START = 2 ** 29;

export const inMain = (span: Span): boolean => span.from < MODULES_START;
