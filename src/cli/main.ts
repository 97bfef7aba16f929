/** The command line: `gradlens run | grad | hessian | jacobian | minimize | check | lsp`. */
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { DocumentAnalysis, type PointTree, PRELUDE } from "../analysis/document";
import { type End, endText, type LastRow, lastOf, minimization, rowsAtOnce } from "../analysis/minimize";
import { runToEnd } from "../analysis/script";
import { employ } from "../analysis/second-thread";
import { type Look, Problem } from "../analysis/subject";
import { optimizers } from "../protocol/optimizers";
import { PointError, parsePoint } from "../protocol/point";
import { fromJsonTree, type JsonTree, type NumberTree } from "../protocol/values";
import { formatMatrix, formatNumber, formatVector } from "../render/numbers";
import { threadOf } from "../thread/start";

const named = (which: (optimizer: (typeof optimizers)[number]) => boolean) =>
  optimizers
    .filter(which)
    .map(({ name }) => name)
    .join(", ");

const USAGE = `gradlens: derivatives of functions in Python files, and of expressions

  gradlens run FILE                                  prints what the script prints
  gradlens grad     FILE::NAME --at JSON [--json]    value and gradient
  gradlens hessian  FILE::NAME --at JSON [--json]    Hessian, over all scalars in the order of the arguments
  gradlens jacobian FILE::NAME --at JSON [--json]    Jacobian, a row for each element of the result
  gradlens minimize FILE::NAME --from JSON --optimizer sgd --learning-rate 0.1 --steps 100 [--json]
  gradlens check FILE...                             findings; exit 1 if any is an error
  gradlens lsp --stdio                               the language server, for any editor

  --expression 'x^2*sin(y)' stands in for FILE::NAME.
  JSON is like {"x1": 2, "w": [1, 2]}; x1=2, w=[1,2] will do.

  Optimizers at a learning rate: ${named(({ learningRate }) => learningRate !== undefined)}.
  Those that find their own steps: ${named(({ learningRate, residuals }) => learningRate === undefined && !residuals)};
  for a function that returns residuals, of which half the sum of squares is minimized: ${named(({ residuals }) => residuals === true)}.
`;

/** Milliseconds for one command. */
const BUDGET = 10_000;

/** The user's mistake: one line on stderr, exit 2. */
class Mistake extends Error {}

interface Flags {
  at?: string;
  from?: string;
  expression?: string;
  optimizer?: string;
  "learning-rate"?: string;
  steps?: string;
  json?: boolean;
  help?: boolean;
  stdio?: boolean;
}

async function main(argv: readonly string[]): Promise<number> {
  const [command, ...rest] = argv;
  if (command === undefined || command === "help" || command === "--help" || command === "-h") {
    process.stdout.write(USAGE);
    return command === undefined ? 2 : 0;
  }
  const { values: flags, positionals } = readFlags(rest);
  if (flags.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  switch (command) {
    case "run":
      return runFile(only(positionals, "run FILE"));
    case "grad":
      return print(flags, lookAt(command, positionals, flags), gradient);
    case "hessian":
      return print(flags, lookAt(command, positionals, flags), hessian);
    case "jacobian":
      return print(flags, lookAt(command, positionals, flags), jacobian);
    case "minimize":
      return print(flags, lookAt(command, positionals, flags), (look) => minimize(look, flags));
    case "check":
      return check(positionals);
    case "lsp":
      if (!flags.stdio) throw new Mistake("usage: gradlens lsp --stdio");
      // A bundle of its own beside this one.
      require(join(__dirname, "server.js"));
      // The connection keeps the process alive, and its `exit` ends it.
      return new Promise(() => {});
    default:
      throw new Mistake(`unknown command ${command}; gradlens --help lists them`);
  }
}

function readFlags(argv: readonly string[]): { values: Flags; positionals: string[] } {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        at: { type: "string" },
        from: { type: "string" },
        expression: { type: "string" },
        optimizer: { type: "string" },
        "learning-rate": { type: "string" },
        steps: { type: "string" },
        json: { type: "boolean" },
        stdio: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new Mistake((error as Error).message.split(/\.\s/)[0]!);
  }
}

function only(positionals: readonly string[], usage: string): string {
  if (positionals.length !== 1) throw new Mistake(`usage: gradlens ${usage}`);
  return positionals[0]!;
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Mistake(
      code === "ENOENT"
        ? `${file}: no such file`
        : code === "EISDIR"
          ? `${file}: is a folder`
          : `${file}: cannot be read (${code})`,
    );
  }
}

/** Reads files by their paths relative to the folder of `file`. */
function beside(file: string): (fileName: string) => string | undefined {
  return (fileName) => {
    try {
      return readFileSync(join(dirname(file), fileName), "utf8");
    } catch {
      return undefined;
    }
  };
}

function runFile(file: string): number {
  const { code, message } = runToEnd(read(file), file, (text, stream) => process[stream].write(text), beside(file));
  if (message !== undefined) process.stderr.write(`${message}\n`);
  return code;
}

// ── subjects ────────────────────────────────────────────────────────────────

function analyse(text: string, fileName: string, read?: (fileName: string) => string | undefined): DocumentAnalysis {
  return new DocumentAnalysis(text, {
    ...(read ? { read } : {}),
    fileName,
    budget: { milliseconds: BUDGET },
    now: () => performance.now(),
    readPoint: (point) => pointTree(parsePoint(point)),
  });
}

function lookAt(command: string, positionals: readonly string[], flags: Flags): Look {
  const [option, other] = command === "minimize" ? (["from", "at"] as const) : (["at", "from"] as const);
  if (flags[other] !== undefined) throw new Mistake(`${command} takes --${option}, not --${other}`);
  const at = flags[option];
  const given = at === undefined ? undefined : readPoint(at);
  if (flags.expression !== undefined) {
    if (flags.expression.trim() === "") throw new Mistake("--expression: is empty");
    if (positionals.length > 0) throw new Mistake(`${positionals[0]}: give FILE::NAME or --expression, not both`);
    const { look, unknown } = analyse(PRELUDE, "<expression>").expression(flags.expression, given);
    if (unknown.length > 0)
      throw new Mistake(`${unknown.join(", ")}: no value given; write --${option} '{"${unknown[0]}": 1}'`);
    return checkNames(look, given);
  }
  const place = only(positionals, `${command} FILE::NAME --${option} JSON`);
  const split = place.lastIndexOf("::");
  if (split < 1 || split + 2 === place.length) throw new Mistake(`${place}: expected FILE::NAME`);
  const file = place.slice(0, split);
  const name = place.slice(split + 2);
  const analysis = analyse(read(file), basename(file), beside(file));
  const problem = analysis.syntax.errors[0];
  if (!analysis.functionNamed(name)) {
    if (problem) throw new Mistake(`${file}:${analysis.positionOf(problem.from).line + 1}: ${problem.message}`);
    const known = analysis.functions.map((definition) => definition.name);
    throw new Mistake(`${file}: no function ${name}${known.length > 0 ? `; there is ${known.join(", ")}` : ""}`);
  }
  return checkNames(analysis.look(name, given), given);
}

function checkNames(look: Look, given: PointTree | undefined): Look {
  const unknown = Object.keys(given ?? {}).find(
    (name) => !look.parameters.some((parameter) => parameter.name === name),
  );
  if (unknown !== undefined)
    throw new Mistake(
      `${look.title} has no parameter ${unknown}; it has ${look.parameters.map(({ name }) => name).join(", ") || "none"}`,
    );
  return look;
}

function readPoint(text: string): PointTree {
  if (!text.trim().startsWith("{")) {
    try {
      return pointTree(parsePoint(text));
    } catch (error) {
      if (error instanceof PointError) throw new Mistake(`${text}: ${error.message} (character ${error.offset + 1})`);
      throw error;
    }
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Mistake(`${text}: is not JSON; expected something like {"x1": 2, "w": [1, 2]}`);
  }
  for (const [name, value] of Object.entries(parsed as object))
    if (!isTree(value))
      throw new Mistake(`${name}: expected a number or nested arrays of numbers, not ${JSON.stringify(value)}`);
  return pointTree(parsed as { [name: string]: JsonTree });
}

function isTree(value: unknown): boolean {
  return (
    typeof value === "number" ||
    ["NaN", "Infinity", "-Infinity"].includes(value as string) ||
    (Array.isArray(value) && value.every(isTree))
  );
}

function pointTree(point: { [name: string]: JsonTree }): PointTree {
  return Object.fromEntries(Object.entries(point).map(([name, tree]) => [name, fromJsonTree(tree)]));
}

// ── answers ─────────────────────────────────────────────────────────────────

interface Answer {
  json: unknown;
  text: string;
}

function print(flags: Flags, look: Look, answer: (look: Look) => Answer): number {
  const { json, text } = answer(look);
  process.stdout.write(`${flags.json ? JSON.stringify(json, words) : text}\n`);
  return 0;
}

/** JSON has no NaN and no infinities: they are written as words. */
function words(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

/** Parameter → number or nested lists, from the scalars in order; null where the result does not depend on one. */
function byParameter(
  look: Look,
  numbers: readonly number[],
  missing: readonly boolean[],
): { [name: string]: NumberTree | null } {
  const tree = look.pointTree(numbers);
  let start = 0;
  return Object.fromEntries(
    Object.entries(tree).map(([name, value]) => {
      const size = count(value);
      const none = size > 0 && Array.from({ length: size }, (_, i) => missing[start + i]).every(Boolean);
      start += size;
      return [name, none ? null : value];
    }),
  );
}

function count(tree: NumberTree): number {
  return Array.isArray(tree) ? tree.reduce<number>((total, item) => total + count(item), 0) : 1;
}

const DIGITS = 17;

function gradient(look: Look): Answer {
  const { value, gradient, missing } = look.gradient();
  const lines = [`value ${formatNumber(value, DIGITS)}`];
  look.labels.forEach((label, i) => {
    lines.push(
      `d/d${label} ${missing[i] ? "None: the result does not depend on it" : formatNumber(gradient[i]!, DIGITS)}`,
    );
  });
  for (const { name, shape, reason } of look.parameters) if (!shape) lines.push(`d/d${name} None: ${reason}`);
  return { json: { value, gradient: byParameter(look, gradient, missing) }, text: lines.join("\n") };
}

function hessian(look: Look): Answer {
  const rows = look.hessian();
  return { json: { hessian: rows }, text: formatMatrix(rows, DIGITS) };
}

function jacobian(look: Look): Answer {
  const rows = look.jacobian();
  return { json: { jacobian: rows }, text: formatMatrix(rows, DIGITS) };
}

function minimize(look: Look, flags: Flags): Answer {
  const learningRate = numberFlag("--learning-rate", flags["learning-rate"]);
  const steps = numberFlag("--steps", flags.steps) ?? 100;
  if (!Number.isInteger(steps) || steps < 0) throw new Mistake(`--steps: expected a whole number, not ${flags.steps}`);
  const run = minimization(look, { optimizer: flags.optimizer ?? "sgd", learningRate, steps })(look.point);
  const deadline = performance.now() + BUDGET;
  const n = look.labels.length;
  let last: LastRow | undefined;
  let ended: End | undefined;
  do {
    ended = run.advance(rowsAtOnce(n), () => performance.now() > deadline);
    last = lastOf(run.take(), n) ?? last;
  } while (!ended && performance.now() <= deadline);
  const { step, parameters, value, gradientNorm } = last!;
  const [end, endLine] = ended
    ? [ended.reason, endText(ended, look.labels)]
    : ["budget", `stopped after ${step} steps: ${BUDGET / 1000} s are up`];
  const at = byParameter(look, Array.from(parameters), []);
  const steepness = run.derivativeFree ? "" : `, gradient norm ${formatNumber(gradientNorm, 7)}`;
  return {
    json: { at, value, ...(run.derivativeFree ? {} : { gradientNorm }), steps: step, end },
    text: [
      `${look.labels.join(", ")} = ${parameters.length === 1 ? formatNumber(parameters[0]!, DIGITS) : formatVector(parameters, DIGITS)}`,
      `value ${formatNumber(value, DIGITS)}${steepness}`,
      endLine,
    ].join("\n"),
  };
}

function numberFlag(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number)) throw new Mistake(`${name}: expected a number, not ${text}`);
  return number;
}

function check(files: readonly string[]): number {
  if (files.length === 0) throw new Mistake("usage: gradlens check FILE...");
  let errors = 0;
  for (const file of files) {
    const analysis = analyse(read(file), basename(file), beside(file));
    const findings = [...analysis.findings()].sort((a, b) => a.span.from - b.span.from);
    for (const { span, severity, message, code } of findings) {
      const { line, character } = analysis.positionOf(span.from);
      process.stdout.write(`${file}:${line + 1}:${character + 1}: ${severity}: ${message} [${code}]\n`);
      if (severity === "error") errors++;
    }
  }
  return errors > 0 ? 1 : 0;
}

// Whoever reads may stop reading: `gradlens … | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

employ(threadOf(join(__dirname, "thread.js")));
main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const mine = error instanceof Mistake || error instanceof Problem;
    // A bug of ours still ends in one line; the stack is there for who asks.
    const detail = process.env.GRADLENS_DEBUG && error instanceof Error ? error.stack : undefined;
    process.stderr.write(`gradlens: ${detail ?? (mine ? (error as Error).message : `internal error: ${error}`)}\n`);
    process.exitCode = 2;
  },
);
