/**
 * Every optimizer and every schedule of learning rates, with what can be chosen about it: one list for the page's
 * fields, for what may be asked, and for the names on the command line. Defaults are those of Keras 3 and PyTorch; a
 * test compares them with the engine's.
 */

/** Whose definition and defaults hold where the two differ. */
export type Like = "keras" | "torch";

export type OptionValue = number | boolean | string | number[];
export type OptionValues = { [name: string]: OptionValue };

/** One thing to choose. */
export type Option =
  /** At least `from`; more than `above`; less than `below`. */
  | { kind: "number"; default: number | { [L in Like]: number }; from?: number; above?: number; below?: number }
  /** A whole number, at least `from`. */
  | { kind: "whole"; default: number; from: number }
  | { kind: "flag"; default: boolean }
  | { kind: "choice"; default: string; choices: readonly string[] }
  /** A number of steps from 1; by default this part of the run's. */
  | { kind: "steps"; share: number }
  /** Numbers in a list; by default parts of the run's steps or of the learning rate. */
  | { kind: "list"; of: "steps" | "rate"; shares: readonly number[] };

export type Options = { readonly [name: string]: Option };

export interface OptimizerType {
  label: string;
  /** The default; absent: it finds its own steps. */
  learningRate?: number | { [L in Like]: number };
  /** Who has it, for rules at a learning rate: the first one's defaults hold at first. */
  likes?: readonly Like[];
  options?: Options;
  /** It takes no bounds. */
  unbounded?: true;
  /** It minimizes half the sum of squares of what the function returns. */
  residuals?: true;
}

const number = (value: number, limits: { from?: number; above?: number; below?: number } = { from: 0 }): Option => ({
  kind: "number",
  default: value,
  ...limits,
});
const either = (keras: number, torch: number, limits: { from?: number; below?: number } = { from: 0 }): Option => ({
  kind: "number",
  default: { keras, torch },
  ...limits,
});
const decay = (value: number): Option => number(value, { from: 0, below: 1 });
const flag = (value: boolean): Option => ({ kind: "flag", default: value });

const both: readonly Like[] = ["keras", "torch"];
const weightDecay = number(0);
const momentum: Options = { momentum: decay(0.9), weightDecay };
const adam: Options = { beta1: decay(0.9), beta2: decay(0.999), epsilon: either(1e-7, 1e-8) };

const OPTIMIZERS = {
  sgd: { label: "SGD", learningRate: { keras: 0.01, torch: 0.001 }, likes: both, options: { weightDecay } },
  momentum: { label: "Momentum", learningRate: { keras: 0.01, torch: 0.001 }, likes: both, options: momentum },
  nesterov: { label: "Nesterov momentum", learningRate: { keras: 0.01, torch: 0.001 }, likes: both, options: momentum },
  adagrad: {
    label: "Adagrad",
    learningRate: { keras: 0.001, torch: 0.01 },
    likes: both,
    options: { initialAccumulator: either(0.1, 0), epsilon: either(1e-7, 1e-10) },
  },
  adadelta: {
    label: "Adadelta",
    learningRate: { keras: 0.001, torch: 1 },
    likes: both,
    options: { rho: either(0.95, 0.9, { from: 0, below: 1 }), epsilon: either(1e-7, 1e-6) },
  },
  rmsprop: {
    label: "RMSprop",
    learningRate: { keras: 0.001, torch: 0.01 },
    likes: both,
    options: {
      rho: either(0.9, 0.99, { from: 0, below: 1 }),
      momentum: decay(0),
      centered: flag(false),
      epsilon: either(1e-7, 1e-8),
    },
  },
  adam: { label: "Adam", learningRate: 0.001, likes: both, options: adam },
  amsgrad: { label: "AMSGrad", learningRate: 0.001, likes: both, options: adam },
  adamw: {
    label: "AdamW",
    learningRate: 0.001,
    likes: both,
    options: { ...adam, weightDecay: either(0.004, 0.01) },
  },
  adamax: { label: "Adamax", learningRate: { keras: 0.001, torch: 0.002 }, likes: both, options: adam },
  nadam: {
    label: "Nadam",
    learningRate: { keras: 0.001, torch: 0.002 },
    likes: both,
    options: { ...adam, momentumDecay: either(1, 0.004) },
  },
  radam: {
    label: "RAdam",
    learningRate: 0.001,
    likes: ["torch"],
    options: { beta1: decay(0.9), beta2: decay(0.999), epsilon: number(1e-8) },
  },
  lion: {
    label: "Lion",
    learningRate: 0.001,
    likes: ["keras"],
    options: { beta1: decay(0.9), beta2: decay(0.99), weightDecay },
  },
  "gradient-descent": {
    label: "Steepest descent",
    options: { search: { kind: "choice", default: "armijo", choices: ["armijo", "wolfe"] } },
  },
  "conjugate-gradient": { label: "Conjugate gradients", unbounded: true },
  bfgs: { label: "BFGS" },
  lbfgs: { label: "L-BFGS", options: { memory: { kind: "whole", default: 10, from: 1 } } },
  newton: { label: "Newton", unbounded: true },
  "trust-region": { label: "Trust region", unbounded: true, options: { radius: number(0.1, { above: 0 }) } },
  "nelder-mead": { label: "Nelder–Mead", options: { simplexTolerance: number(1e-8) } },
  "gauss-newton": { label: "Gauss–Newton", unbounded: true, residuals: true },
  "levenberg-marquardt": { label: "Levenberg–Marquardt", unbounded: true, residuals: true },
} as const satisfies { [name: string]: OptimizerType };

export type OptimizerName = keyof typeof OPTIMIZERS;

export const optimizerTypes: { readonly [N in OptimizerName]: OptimizerType } = OPTIMIZERS;

/** All of them, in the order in which they are offered. */
export const optimizers: readonly ({ name: OptimizerName } & OptimizerType)[] = (
  Object.keys(OPTIMIZERS) as OptimizerName[]
).map((name) => ({ name, ...optimizerTypes[name] }));

/** Learning rates that change over the steps; the rate of the optimizer is the first one, or the highest. */
const SCHEDULES = {
  step: { stepSize: { kind: "steps", share: 1 / 3 }, gamma: number(0.1) },
  exponential: { decaySteps: { kind: "steps", share: 1 / 10 }, decayRate: number(0.96), staircase: flag(false) },
  "inverse-time": { decaySteps: { kind: "steps", share: 1 / 10 }, decayRate: number(0.5), staircase: flag(false) },
  polynomial: {
    decaySteps: { kind: "steps", share: 1 },
    endLearningRate: number(0.0001),
    power: number(1),
    cycle: flag(false),
  },
  piecewise: {
    boundaries: { kind: "list", of: "steps", shares: [1 / 2, 3 / 4] },
    values: { kind: "list", of: "rate", shares: [1, 1 / 10, 1 / 100] },
  },
  cosine: {
    decaySteps: { kind: "steps", share: 1 },
    alpha: number(0),
    warmupSteps: { kind: "whole", default: 0, from: 0 },
  },
  "one-cycle": {
    totalSteps: { kind: "steps", share: 1 },
    pctStart: number(0.3, { from: 0 }),
    divFactor: number(25, { above: 0 }),
    finalDivFactor: number(1e4, { above: 0 }),
    anneal: { kind: "choice", default: "cos", choices: ["cos", "linear"] },
    threePhase: flag(false),
  },
} as const satisfies { [name: string]: Options };

export type ScheduleName = keyof typeof SCHEDULES;
export const schedules: { readonly [N in ScheduleName]: Options } = SCHEDULES;
export const scheduleNames = Object.keys(SCHEDULES) as ScheduleName[];

/** What is chosen of a schedule. */
export interface ScheduleChoice {
  name: ScheduleName;
  options?: OptionValues;
}

/** An optimizer with what is chosen about it; what is absent is the default. */
export interface OptimizerChoice {
  optimizer: OptimizerName;
  like?: Like;
  /** Absent: the default. Those that find their own steps take none. */
  learningRate?: number;
  options?: OptionValues;
  schedule?: ScheduleChoice;
}

/** The learning rate by default. */
export function rateOf(optimizer: OptimizerName, like?: Like): number | undefined {
  const { learningRate, likes } = optimizerTypes[optimizer];
  return typeof learningRate === "object" ? learningRate[like ?? likes?.[0] ?? "keras"] : learningRate;
}

/** What holds where nothing is chosen; `steps` and `rate` are those of the run. */
export function defaultOf(option: Option, like: Like = "keras", steps = 100, rate = 0.01): OptionValue {
  const part = (share: number) => Math.max(1, Math.round(share * steps));
  switch (option.kind) {
    case "number":
      return typeof option.default === "object" ? option.default[like] : option.default;
    case "steps":
      return part(option.share);
    case "list":
      return option.shares.map((share) =>
        option.of === "steps" ? part(share) : Number((share * rate).toPrecision(6)),
      );
    default:
      return option.default;
  }
}

/** Whether the value may be chosen. */
export function fits(option: Option, value: unknown): value is OptionValue {
  switch (option.kind) {
    case "number": {
      const { from = Number.NEGATIVE_INFINITY, above, below = Number.POSITIVE_INFINITY } = option;
      return typeof value === "number" && value >= from && value < below && !(above !== undefined && value <= above);
    }
    case "whole":
      return Number.isInteger(value) && (value as number) >= option.from;
    case "steps":
      return Number.isInteger(value) && (value as number) >= 1;
    case "flag":
      return typeof value === "boolean";
    case "choice":
      return option.choices.includes(value as string);
    case "list":
      return Array.isArray(value) && value.length <= 100 && value.every((x) => Number.isFinite(x) && x >= 0);
  }
}

/** The name of the first part of a choice that is unknown or does not fit; undefined where all is well. */
export function misfit({ optimizer, like, learningRate, options = {}, schedule }: OptimizerChoice): string | undefined {
  const type = optimizerTypes[optimizer];
  if (like !== undefined && !type.likes?.includes(like)) return "like";
  if (learningRate !== undefined && !(learningRate > 0 && learningRate < Number.POSITIVE_INFINITY))
    return "learningRate";
  if (schedule && type.learningRate === undefined) return "schedule";
  const wrongOf = (known: Options, values: OptionValues) =>
    Object.keys(values).find((name) => !(Object.hasOwn(known, name) && fits(known[name]!, values[name])));
  return (
    wrongOf(type.options ?? {}, options) ?? (schedule && wrongOf(schedules[schedule.name], schedule.options ?? {}))
  );
}

const isObject = (value: unknown): value is { [name: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isKey = (table: object, name: unknown): boolean => typeof name === "string" && Object.hasOwn(table, name);

/** Whether what came from outside is a choice that can be made. */
export function isChoice(value: unknown): value is OptimizerChoice {
  if (!isObject(value) || !isKey(optimizerTypes, value.optimizer)) return false;
  const { learningRate, options, schedule } = value;
  return (
    (learningRate === undefined || typeof learningRate === "number") &&
    (options === undefined || isObject(options)) &&
    (schedule === undefined ||
      (isObject(schedule) &&
        isKey(schedules, schedule.name) &&
        (schedule.options === undefined || isObject(schedule.options)))) &&
    misfit(value as unknown as OptimizerChoice) === undefined
  );
}
