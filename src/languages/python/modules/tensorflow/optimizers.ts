/** Keras's optimizers, step by step in the Variable's own precision. */
import * as engine from "../../../../engine";
import { full, isFloat, peek, type Tensor, type Value, withoutRecorders } from "../../../../engine";
import { toFloat } from "../../runtime/arguments";
import { iterateAll, listOf, PyList } from "../../runtime/containers";
import { raiseError } from "../../runtime/errors";
import { getters, type Kwargs, makeType, methods, PyObject, type PyType, type PyValue } from "../../runtime/object";
import { call, repr, typeName } from "../../runtime/protocol";
import { PyTape } from "./tape";
import { PyTensorLike, PyTfVariable, toTensor } from "./tensor";

const optimizerType = makeType("Optimizer");

type Options = Record<string, number>;
/** The new value of a Variable, given its gradient; `slots` keep what the rule remembers. */
type Rule = (x: Tensor, g: Value, slots: Map<string, Value>, o: Options, step: number, flags: Flags) => Value;
interface Flags {
  nesterov: boolean;
  centered: boolean;
  amsgrad: boolean;
}

const { add, sub, mul, div, sqrt, square } = engine;

const slot = (slots: Map<string, Value>, name: string, like: Tensor, start = 0): Value =>
  slots.get(name) ?? full(like.shape, start, like.dtype);

const rules: Record<string, { defaults: Options; rule: Rule }> = {
  SGD: {
    defaults: { learning_rate: 0.01, momentum: 0 },
    rule(x, g, slots, o, _step, flags) {
      if (o.momentum === 0) return sub(x, mul(g, o.learning_rate));
      const m = sub(mul(slot(slots, "m", x), o.momentum), mul(g, o.learning_rate));
      slots.set("m", m);
      return flags.nesterov ? add(x, sub(mul(m, o.momentum), mul(g, o.learning_rate))) : add(x, m);
    },
  },
  Adam: {
    defaults: { learning_rate: 0.001, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 },
    rule: adam,
  },
  RMSprop: {
    defaults: { learning_rate: 0.001, rho: 0.9, momentum: 0, epsilon: 1e-7 },
    rule(x, g, slots, o) {
      const v = add(mul(slot(slots, "v", x), o.rho), mul(square(g), 1 - o.rho));
      slots.set("v", v);
      const step = div(mul(g, o.learning_rate), sqrt(add(v, o.epsilon)));
      if (o.momentum <= 0) return sub(x, step);
      const m = add(mul(slot(slots, "m", x), o.momentum), step);
      slots.set("m", m);
      return sub(x, m);
    },
  },
  Adagrad: {
    defaults: { learning_rate: 0.001, initial_accumulator_value: 0.1, epsilon: 1e-7 },
    rule(x, g, slots, o) {
      const sum = add(slot(slots, "a", x, o.initial_accumulator_value), square(g));
      slots.set("a", sum);
      return sub(x, div(mul(g, o.learning_rate), sqrt(add(sum, o.epsilon))));
    },
  },
};

function adam(x: Tensor, g: Value, slots: Map<string, Value>, o: Options, step: number): Value {
  const f = Math.fround;
  const alpha = f((f(o.learning_rate) * f(Math.sqrt(f(1 - f(f(o.beta_2) ** step))))) / f(1 - f(f(o.beta_1) ** step)));
  const m0 = slot(slots, "m", x);
  const v0 = slot(slots, "v", x);
  const m = add(m0, mul(sub(g, m0), 1 - o.beta_1));
  const v = add(v0, mul(sub(square(g), v0), 1 - o.beta_2));
  slots.set("m", m);
  slots.set("v", v);
  return sub(x, div(mul(m, alpha), add(sqrt(v), o.epsilon)));
}

const shared = [
  "clipnorm",
  "clipvalue",
  "global_clipnorm",
  "weight_decay",
  "name",
  "nesterov",
  "amsgrad",
  "centered",
  "use_ema",
  "jit_compile",
];

export class PyOptimizer extends PyObject {
  private step = 0;
  private readonly memory = new Map<PyTfVariable, Map<string, Value>>();
  private readonly flags: Flags;
  private readonly counter = new PyTfVariable(engine.tensor([0], "int64", []), "iteration:0", false);
  private clip: { norm?: number; value?: number; globalNorm?: number } = {};

  constructor(
    type: PyType,
    private readonly rule: Rule,
    readonly options: Options,
    args: PyValue[],
    kwargs: Kwargs | undefined,
  ) {
    super(type);
    const names = Object.keys(options);
    this.flags = { nesterov: false, centered: false, amsgrad: false };
    args.forEach((value, k) => {
      if (k >= names.length) raiseError("TypeError", `${type.name}() takes at most ${names.length} arguments`);
      options[names[k]] = this.rate(value);
    });
    for (const [given, value] of kwargs ?? []) {
      // `lr` is what old programs call it.
      const name = given === "lr" ? "learning_rate" : given;
      if (names.includes(name)) options[name] = this.rate(value);
      else if (!shared.includes(name))
        raiseError("ValueError", `Argument(s) not recognized: {'${name}': ${repr(value)}}`);
      else if (name === "nesterov" || name === "amsgrad" || name === "centered") {
        this.flags[name] = value === true;
        if (value === true && name !== "nesterov")
          raiseError("NotImplementedError", `${type.name}(${name}=True) is not supported`);
      } else if (value !== null && name === "clipnorm") this.clip.norm = toFloat(value);
      else if (value !== null && name === "clipvalue") this.clip.value = toFloat(value);
      else if (value !== null && name === "global_clipnorm") this.clip.globalNorm = toFloat(value);
      else if (value !== null && name === "weight_decay")
        raiseError("NotImplementedError", "weight_decay is not supported");
    }
  }

  /** For calls that must not change it. */
  snapshot(): () => void {
    const { step } = this;
    const options = { ...this.options };
    const memory = [...this.memory].map(([variable, slots]) => [variable, new Map(slots)] as const);
    const counter = this.counter.snapshot();
    return () => {
      this.step = step;
      Object.assign(this.options, options);
      this.memory.clear();
      for (const [variable, slots] of memory) this.memory.set(variable, slots);
      counter();
    };
  }

  private rate(x: PyValue): number {
    if (x instanceof PyTensorLike) return peek(x.engineValue()).item();
    if (x instanceof PyObject && x.type.heap)
      raiseError("NotImplementedError", "learning rate schedules are not supported");
    return toFloat(x);
  }

  override pyGetAttribute(name: string): PyValue | undefined {
    if (name === "lr" || name === "learning_rate") {
      return new PyTfVariable(engine.tensor([this.options.learning_rate], "float32", []), "learning_rate:0", false);
    }
    if (name === "iterations") return this.counter;
    return undefined;
  }
  override pySetAttribute(name: string, value: PyValue): boolean {
    if (name !== "lr" && name !== "learning_rate") return false;
    this.options.learning_rate = this.rate(value);
    return true;
  }

  apply(pairs: PyValue): PyValue {
    const work: { gradient: Value; variable: PyTfVariable }[] = [];
    const all: PyTfVariable[] = [];
    for (const pair of iterateAll(pairs)) {
      const [gradient, variable] = listOf(pair);
      if (!(variable instanceof PyTfVariable)) {
        raiseError("AttributeError", `'${typeName(variable)}' object has no attribute 'path'`);
      }
      all.push(variable);
      if (gradient === null) continue;
      work.push({ gradient: toTensor(gradient, variable.dtype), variable });
    }
    if (work.length === 0)
      raiseError(
        "ValueError",
        all.length ? "No gradients provided for any variable." : "`grads_and_vars` cannot be empty.",
      );
    this.step++;
    withoutRecorders(() => {
      const gradients = this.clipped(work.map((item) => peek(item.gradient)));
      work.forEach(({ variable }, k) => {
        if (!isFloat(variable.dtype)) return;
        let slots = this.memory.get(variable);
        if (!slots) {
          slots = new Map();
          this.memory.set(variable, slots);
        }
        variable.assign(this.rule(variable.now(), gradients[k], slots, this.options, this.step, this.flags));
      });
      this.counter.handle.put(engine.tensor([this.step], "int64", []));
    });
    return this.counter;
  }

  private clipped(gradients: Value[]): Value[] {
    const { norm, value, globalNorm } = this.clip;
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
getters(optimizerType, {});

export const optimizers = new Map<string, PyValue>(
  Object.entries(rules).map(([name, { defaults, rule }]) => {
    const type = makeType(name, optimizerType);
    type.construct = (cls, args, kwargs) => new PyOptimizer(cls, rule, { ...defaults }, args, kwargs);
    return [name, type];
  }),
);
