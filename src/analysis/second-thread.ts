/** The engine's large work on two threads, for the entry points that can start one. */
export { employ } from "../engine";
