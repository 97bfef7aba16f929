/** A second thread of the process for large work of the engine. */
import { parentPort } from "node:worker_threads";
import { serve } from "../engine/lower/wasm/second";

parentPort!.on("message", serve());
