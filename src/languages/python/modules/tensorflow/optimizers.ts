/** Keras's optimizers, step by step in the Variable's own precision. */
import * as engine from "../../../../engine";
import { full, isFloat, peek, type Tensor, type Value, withoutRecorders } from "../../../../engine";
import { toFloat } from "../../runtime/arguments";
import { iterateAll, listOf, PyDict, PyList } from "../../runtime/containers";
import { raiseError } from "../../runtime/errors";
import { type Kwargs, makeType, methods, native, PyObject, type PyType, type PyValue } from "../../runtime/object";
import { call, repr, typeName } from "../../runtime/protocol";
import { vm } from "../../runtime/vm";
import { PyKerasVariable } from "../keras/variable";
import { PyTape } from "./tape";
import { PyTensorLike, PyTfTensor, PyTfVariable, toTensor } from "./tensor";

const optimizerType = makeType("Optimizer");
optimizerType.module = "keras.src.optimizers.optimizer";

type Options = Record<string, number>;
type Flags = Record<string, boolean>;
/** What a step knows besides the Variable and its gradient. */
interface Step {
  /** The numbers of the options, the learning rate of this step among them. */
  readonly o: Options;
  readonly flags: Flags;
  /** 1 for the first. */
  readonly step: number;
  /** What is remembered of the Variable, zeros at first. */
  slot(name: string, start?: number): Value;
  keep(name: string, value: Value): Value;
}
/** The new value of a Variable, given its gradient: `update_step` of Keras 3, operation by operation. */
type Rule = (x: Tensor, g: Value, step: Step) => Value;

const { add, sub, mul, div, sqrt, square, maximum, pow, neg } = engine;
const f = Math.fround;

const RATE = { learning_rate: 0.001 };
const BETAS = { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 };

/** Options in the order of Keras's signatures; booleans are flags. */
const rules: Record<string, { options: Record<string, number | boolean>; weightDecay?: number; rule: Rule }> = {
  SGD: {
    options: { learning_rate: 0.01, momentum: 0, nesterov: false },
    rule(x, g, { o, flags, slot, keep }) {
      const step = mul(g, o.learning_rate);
      if (o.momentum === 0) return sub(x, step);
      const m = keep("m", sub(mul(slot("m"), o.momentum), step));
      return add(x, flags.nesterov ? sub(mul(m, o.momentum), step) : m);
    },
  },
  Adam: { options: { ...RATE, ...BETAS, amsgrad: false }, rule: adam },
  AdamW: {
    options: { ...RATE, weight_decay: 0.004, ...BETAS, amsgrad: false },
    rule: adam,
  },
  RMSprop: {
    options: { ...RATE, rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false },
    rule(x, g, { o, flags, slot, keep }) {
      const v = keep("v", add(mul(slot("v"), o.rho), mul(square(g), 1 - o.rho)));
      let spread = v;
      if (flags.centered) {
        const mean = keep("g", add(mul(slot("g"), o.rho), mul(g, 1 - o.rho)));
        spread = sub(v, square(mean));
      }
      const step = div(mul(g, o.learning_rate), sqrt(add(spread, o.epsilon)));
      return sub(x, o.momentum > 0 ? keep("m", add(mul(slot("m"), o.momentum), step)) : step);
    },
  },
  Adagrad: {
    options: { ...RATE, initial_accumulator_value: 0.1, epsilon: 1e-7 },
    rule(x, g, { o, slot, keep }) {
      const sum = keep("a", add(slot("a", o.initial_accumulator_value), square(g)));
      return sub(x, div(mul(g, o.learning_rate), sqrt(add(sum, o.epsilon))));
    },
  },
  Adadelta: {
    options: { ...RATE, rho: 0.95, epsilon: 1e-7 },
    rule(x, g, { o, slot, keep }) {
      const rms = (value: Value) => sqrt(add(value, o.epsilon));
      const squares = keep("g", add(mul(slot("g"), o.rho), mul(square(g), 1 - o.rho)));
      const change = neg(div(mul(rms(slot("d")), g), rms(squares)));
      keep("d", add(mul(slot("d"), o.rho), mul(square(change), 1 - o.rho)));
      return add(x, mul(change, o.learning_rate));
    },
  },
  Adamax: {
    options: { ...RATE, ...BETAS },
    rule(x, g, { o, step, slot, keep }) {
      const m = keep("m", add(slot("m"), mul(sub(g, slot("m")), 1 - o.beta_1)));
      const u = keep("u", maximum(mul(slot("u"), o.beta_2), engine.abs(g)));
      const correction = f(1 - f(f(o.beta_1) ** step));
      return sub(x, div(mul(m, o.learning_rate), mul(add(u, o.epsilon), correction)));
    },
  },
  Nadam: {
    options: { ...RATE, ...BETAS },
    rule(x, g, { o, step, slot, keep }) {
      const u = (t: number) => f(f(o.beta_1) * f(1 - f(0.5 * f(f(0.96) ** t))));
      let product = 1;
      for (let t = 1; t <= step; t++) product = f(product * u(t));
      const next = f(product * u(step + 1));
      const m = keep("m", add(slot("m"), mul(sub(g, slot("m")), f(1 - f(o.beta_1)))));
      const v = keep("v", add(slot("v"), mul(sub(square(g), slot("v")), f(1 - f(o.beta_2)))));
      const first = add(div(mul(m, u(step + 1)), f(1 - next)), div(mul(g, f(1 - u(step))), f(1 - product)));
      const second = div(v, f(1 - f(f(o.beta_2) ** step)));
      return sub(x, div(mul(first, o.learning_rate), add(sqrt(second), o.epsilon)));
    },
  },
  Lion: {
    options: { ...RATE, beta_1: 0.9, beta_2: 0.99 },
    rule(x, g, { o, slot, keep }) {
      const m = slot("m");
      const direction = engine.sign(add(mul(m, o.beta_1), mul(g, f(1 - f(o.beta_1)))));
      keep("m", add(mul(m, o.beta_2), mul(g, f(1 - f(o.beta_2)))));
      return sub(x, mul(direction, o.learning_rate));
    },
  },
  Ftrl: {
    options: {
      ...RATE,
      learning_rate_power: -0.5,
      initial_accumulator_value: 0.1,
      l1_regularization_strength: 0,
      l2_regularization_strength: 0,
      l2_shrinkage_regularization_strength: 0,
      beta: 0,
    },
    rule(x, g, { o, slot, keep }) {
      const { learning_rate: rate, l1_regularization_strength: l1 } = o;
      const l2 = o.l2_regularization_strength + o.beta / (2 * rate);
      const before = slot("a", o.initial_accumulator_value);
      const after = add(before, square(g));
      const powers = sub(pow(after, -o.learning_rate_power), pow(before, -o.learning_rate_power));
      const shrunk = add(g, mul(x, 2 * o.l2_shrinkage_regularization_strength));
      const linear = keep("l", add(slot("l"), sub(shrunk, mul(div(powers, rate), x))));
      keep("a", after);
      const quadratic = add(div(pow(after, -o.learning_rate_power), rate), 2 * l2);
      return div(sub(engine.minimum(maximum(linear, -l1), l1), linear), quadratic);
    },
  },
};

function adam(x: Tensor, g: Value, { o, flags, step, slot, keep }: Step): Value {
  const alpha = f((f(o.learning_rate) * f(Math.sqrt(f(1 - f(f(o.beta_2) ** step))))) / f(1 - f(f(o.beta_1) ** step)));
  const m = keep("m", add(slot("m"), mul(sub(g, slot("m")), 1 - o.beta_1)));
  const v = keep("v", add(slot("v"), mul(sub(square(g), slot("v")), 1 - o.beta_2)));
  const second = flags.amsgrad ? keep("h", maximum(slot("h"), v)) : v;
  return sub(x, div(mul(m, alpha), add(sqrt(second), o.epsilon)));
}

/** Of every optimizer; what is not among them is not supported. */
const shared = ["weight_decay", "clipnorm", "clipvalue", "global_clipnorm"];
const ignored = [
  "name",
  "gradient_accumulation_steps",
  "jit_compile",
  "use_ema",
  "ema_momentum",
  "ema_overwrite_frequency",
  "loss_scale_factor",
];

/** sgd, sgd_1, … */
function autoName(given: PyValue | undefined, type: PyType): string {
  if (typeof given === "string") return given;
  const counts = (vm.state.get("keras.optimizer names") ?? new Map()) as Map<string, number>;
  vm.state.set("keras.optimizer names", counts);
  const plain = type.name === "SGD" ? "sgd" : type.name.replace(/(?<=[A-Za-z0-9])(?=[A-Z][a-z])/g, "_").toLowerCase();
  const before = counts.get(plain) ?? 0;
  counts.set(plain, before + 1);
  return before === 0 ? plain : `${plain}_${before}`;
}

export class PyOptimizer extends PyObject {
  private step = 0;
  private readonly memory = new Map<PyTfVariable, Map<string, Value>>();
  private readonly options: Options = {};
  private readonly flags: Flags = {};
  private readonly name: string;
  private readonly counter: PyKerasVariable;
  /** As a Variable, which programs may assign to. */
  private readonly learningRate: PyKerasVariable;
  /** A learning rate that changes with the steps: a schedule, or a function without arguments. */
  private schedule: PyObject | undefined;

  constructor(type: PyType, name: string, args: PyValue[], kwargs: Kwargs | undefined) {
    super(type);
    const { options } = rules[name]!;
    this.name = autoName(kwargs?.get("name"), type);
    this.counter = new PyKerasVariable(engine.tensor([0], "int64", []), false, "iteration", `${this.name}/iteration`);
    this.learningRate = new PyKerasVariable(
      engine.tensor([Number(options.learning_rate)], "float32", []),
      false,
      "learning_rate",
      `${this.name}/learning_rate`,
    );
    for (const [key, value] of Object.entries(options))
      if (typeof value === "boolean") this.flags[key] = value;
      else this.options[key] = value;
    const names = Object.keys(options);
    if (args.length > names.length) raiseError("TypeError", `${type.name}() takes at most ${names.length} arguments`);
    args.forEach((value, k) => {
      this.set(names[k]!, value);
    });
    for (const [given, value] of kwargs ?? []) {
      // `lr` is what old programs call it.
      const key = given === "lr" ? "learning_rate" : given;
      if (!names.includes(key) && !shared.includes(key) && !ignored.includes(key))
        raiseError("ValueError", `Argument(s) not recognized: {'${key}': ${repr(value)}}`);
      if (key === "use_ema" && value === true)
        raiseError("NotImplementedError", `${type.name}(use_ema=True) is not supported`);
      if (!ignored.includes(key)) this.set(key, value);
    }
  }

  private set(name: string, value: PyValue): void {
    if (name in this.flags) this.flags[name] = value === true;
    else if (name === "learning_rate" && value instanceof PyObject && !(value instanceof PyTensorLike))
      this.schedule = value;
    else if (value !== null) {
      const number = value instanceof PyTensorLike ? peek(value.engineValue()).item() : toFloat(value);
      if (name !== "learning_rate") this.options[name] = number;
      else {
        this.schedule = undefined;
        this.learningRate.handle.put(engine.tensor([number], "float32", []));
      }
    }
  }

  /** For calls that must not change it. */
  snapshot(): () => void {
    const { step } = this;
    const options = { ...this.options };
    const memory = [...this.memory].map(([variable, slots]) => [variable, new Map(slots)] as const);
    const counter = this.counter.snapshot();
    const rate = this.learningRate.snapshot();
    return () => {
      this.step = step;
      Object.assign(this.options, options);
      this.memory.clear();
      for (const [variable, slots] of memory) this.memory.set(variable, slots);
      counter();
      rate();
    };
  }

  /** The learning rate of the next step. */
  private rate(): number {
    const { schedule } = this;
    if (!schedule) return this.learningRate.now().item();
    const takesStep = schedule.type.find("get_config") !== undefined || schedule.type.heap;
    const rate = call(schedule, takesStep ? [this.counter] : []);
    return rate instanceof PyTensorLike ? peek(rate.engineValue()).item() : toFloat(rate);
  }

  override pyGetAttribute(name: string): PyValue | undefined {
    if (name === "lr" || name === "learning_rate")
      return this.schedule ? new PyTfTensor(engine.scalar(this.rate(), "float32")) : this.learningRate;
    if (name === "iterations") return this.counter;
    if (name === "variables") return new PyList(this.variables());
    if (name === "name") return this.name;
    if (name === "built") return this.memory.size > 0;
    return this.options[name] ?? this.flags[name] ?? (shared.includes(name) ? null : undefined);
  }
  override pySetAttribute(name: string, value: PyValue): boolean {
    if (name !== "lr" && name !== "learning_rate") return false;
    this.set("learning_rate", value);
    return true;
  }

  /** The options as `get_config` of Keras orders them. */
  config(): PyValue {
    const { options } = rules[ruleOf(this.type)]!;
    const decay = "weight_decay" in this.options ? this.options.weight_decay! : null;
    const entries: [string, PyValue][] = [
      ["name", this.name],
      ["learning_rate", this.schedule ?? this.learningRate.now().item()],
      ["weight_decay", decay],
      ...["clipnorm", "global_clipnorm", "clipvalue"].map((key): [string, PyValue] => [key, this.options[key] ?? null]),
      ["use_ema", false],
      ["ema_momentum", 0.99],
      ["ema_overwrite_frequency", null],
      ["loss_scale_factor", null],
      ["gradient_accumulation_steps", null],
    ];
    for (const key of Object.keys(options))
      if (key !== "learning_rate" && key !== "weight_decay") entries.push([key, this.flags[key] ?? this.options[key]!]);
    return PyDict.from(entries);
  }

  /** Its own numbers, as Variables: iteration, learning rate, and what it remembers of each Variable. */
  private variables(): PyValue[] {
    const made = (value: Value, name: string) => new PyTfVariable(peek(value), name, false);
    return [
      this.counter,
      this.pyGetAttribute("learning_rate")!,
      ...[...this.memory].flatMap(([variable, slots]) =>
        [...slots].map(([name, value]) => made(value, `${variable.name}_${name}`)),
      ),
    ];
  }

  apply(pairs: PyValue): PyValue {
    const work: { gradient: Value; variable: PyTfVariable }[] = [];
    const all: PyTfVariable[] = [];
    const without: PyTfVariable[] = [];
    for (const pair of iterateAll(pairs)) {
      const [gradient, variable] = listOf(pair);
      if (!(variable instanceof PyTfVariable)) {
        raiseError("AttributeError", `'${typeName(variable)}' object has no attribute 'path'`);
      }
      all.push(variable);
      if (gradient === null) {
        without.push(variable);
        continue;
      }
      work.push({ gradient: toTensor(gradient, variable.dtype), variable });
    }
    if (work.length === 0)
      raiseError(
        "ValueError",
        all.length ? "No gradients provided for any variable." : "`grads_and_vars` cannot be empty.",
      );
    if (without.length > 0) this.warnOf(without);
    const o: Options = { ...this.options, learning_rate: this.rate() };
    const { rule } = rules[ruleOf(this.type)]!;
    this.step++;
    withoutRecorders(() => {
      const gradients = this.clipped(work.map((item) => peek(item.gradient)));
      work.forEach(({ variable }, k) => {
        if (!isFloat(variable.dtype)) return;
        const slots = this.memory.get(variable) ?? new Map<string, Value>();
        this.memory.set(variable, slots);
        const { shape, dtype } = variable;
        const decay = o.weight_decay;
        const now = variable.now();
        const x = decay ? peek(sub(now, mul(mul(now, decay), o.learning_rate!))) : now;
        const made = rule(x, gradients[k]!, {
          o,
          flags: this.flags,
          step: this.step,
          slot: (name, start = 0) => slots.get(name) ?? full(shape, start, dtype),
          keep: (name, value) => {
            slots.set(name, value);
            return value;
          },
        });
        variable.assign(made);
      });
      this.counter.handle.put(engine.tensor([this.step], "int64", []));
    });
    return this.counter;
  }

  private warnOf(variables: readonly PyTfVariable[]): void {
    if (!vm.listener) return;
    const names = variables.map((x) => (x instanceof PyKerasVariable ? x.path : x.name));
    const message = `Gradients do not exist for variables ${repr(new PyList(names))} when minimizing the loss. If using \`model.compile()\`, did you forget to provide a \`loss\` argument?`;
    vm.emit({ kind: "warning", code: "no-gradient", message, span: { from: vm.at.from, to: vm.at.to } });
  }

  private clipped(gradients: Value[]): Value[] {
    const { clipnorm: norm, clipvalue: value, global_clipnorm: globalNorm } = this.options;
    const length = (x: Value): number => Math.sqrt(Array.from(peek(x).data).reduce((sum, y) => sum + y * y, 0));
    if (norm !== undefined) return gradients.map((g) => (length(g) > norm ? div(mul(g, norm), length(g)) : g));
    if (globalNorm !== undefined) {
      const all = Math.sqrt(gradients.reduce((sum, g) => sum + length(g) ** 2, 0));
      return all > globalNorm ? gradients.map((g) => mul(g, globalNorm / all)) : gradients;
    }
    if (value !== undefined) return gradients.map((g) => engine.minimum(engine.maximum(g, -value), value));
    return gradients;
  }

  minimize(loss: PyValue, variables: PyValue, tape: PyValue): PyValue {
    const list = variables instanceof PyTfVariable ? new PyList([variables]) : variables;
    let used: PyTape;
    let target = loss;
    if (tape instanceof PyTape) used = tape;
    else {
      used = new PyTape(false, true);
      used.pyEnter();
      try {
        target = call(loss, []);
      } finally {
        used.pyExit();
      }
    }
    const gradients = listOf(used.gradient(target, list, null, null));
    return this.apply(new PyList(listOf(list).map((variable, k) => new PyList([gradients[k], variable]))));
  }
}

methods(optimizerType, {
  get_config: (self: PyOptimizer) => self.config(),
  build: () => null,
  apply_gradients: (self: PyOptimizer, [pairs], kwargs) => self.apply(pairs ?? kwargs?.get("grads_and_vars") ?? null),
  apply: (self: PyOptimizer, [gradients, variables]) => {
    const list = listOf(variables);
    return self.apply(new PyList(listOf(gradients).map((gradient, k) => new PyList([gradient, list[k]]))));
  },
  minimize: (self: PyOptimizer, [loss, variables, tape], kwargs) =>
    self.minimize(
      loss ?? kwargs?.get("loss") ?? null,
      variables ?? kwargs?.get("var_list") ?? null,
      tape ?? kwargs?.get("tape") ?? null,
    ),
});
/** The name under which the rule of an optimizer stands: that of its own class or of the one it was made from. */
const ruleOf = (type: PyType): string => type.mro.find(({ name }) => name in rules)!.name;

export const optimizers = new Map<string, PyValue>(
  Object.keys(rules).map((name) => {
    const type = makeType(name, optimizerType);
    type.module = `keras.src.optimizers.${type.name.toLowerCase()}`;
    type.construct = (cls, args, kwargs) => new PyOptimizer(cls, name, args, kwargs);
    return [name, type];
  }),
);
optimizers.set("Optimizer", optimizerType);
optimizers.set(
  "get",
  native("get", ([identifier]) => {
    if (typeof identifier !== "string") return identifier!;
    const name = Object.keys(rules).find((known) => known.toLowerCase() === identifier.toLowerCase());
    if (!name) raiseError("ValueError", `Could not interpret optimizer identifier: ${identifier}`);
    return call(optimizers.get(name)!, []);
  }),
);
