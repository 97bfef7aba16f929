/** A minimisation as a program in another framework, to go on with at scale. */
import * as l10n from "@vscode/l10n";
import { arrayCode, floatCode, NotWritable, sizeOf, type Tensor, tensor } from "../engine";
import { argumentTexts, bodyOf } from "./program";
import { type FileStyle, importsOf, standalone } from "./style";
import { followed, type Look, Problem } from "./subject";

export type Framework = "tensorflow" | "torch" | "jax" | "scipy";

export interface ExportOptions {
  readonly framework: Framework;
  /** One of {@link exportOptimizers} of the framework. */
  readonly optimizer: string;
  readonly learningRate?: number;
  readonly steps: number;
  /** The module's arrays that the function reads: they become the program's. */
  readonly arrays?: ReadonlyMap<string, Tensor>;
}

type Optimizers = { readonly [name: string]: string };

const KERAS: Optimizers = {
  sgd: "SGD(learning_rate=#)",
  momentum: "SGD(learning_rate=#, momentum=0.9)",
  nesterov: "SGD(learning_rate=#, momentum=0.9, nesterov=True)",
  adagrad: "Adagrad(learning_rate=#)",
  adadelta: "Adadelta(learning_rate=#)",
  rmsprop: "RMSprop(learning_rate=#)",
  adam: "Adam(learning_rate=#)",
  amsgrad: "Adam(learning_rate=#, amsgrad=True)",
  adamw: "AdamW(learning_rate=#)",
  adamax: "Adamax(learning_rate=#)",
  nadam: "Nadam(learning_rate=#)",
  lion: "Lion(learning_rate=#)",
};
const TORCH: Optimizers = {
  sgd: "SGD(parameters, lr=#)",
  momentum: "SGD(parameters, lr=#, momentum=0.9)",
  nesterov: "SGD(parameters, lr=#, momentum=0.9, nesterov=True)",
  adagrad: "Adagrad(parameters, lr=#)",
  adadelta: "Adadelta(parameters, lr=#)",
  rmsprop: "RMSprop(parameters, lr=#)",
  adam: "Adam(parameters, lr=#)",
  amsgrad: "Adam(parameters, lr=#, amsgrad=True)",
  adamw: "AdamW(parameters, lr=#)",
  adamax: "Adamax(parameters, lr=#)",
  nadam: "NAdam(parameters, lr=#)",
  radam: "RAdam(parameters, lr=#)",
  lbfgs: 'LBFGS(parameters, max_iter=1, line_search_fn="strong_wolfe")',
};
/** One step of each in JAX's own functions: of a parameter p, its gradient g, and what it remembers. */
const JAX: Optimizers = { sgd: "", momentum: "", adam: "", bfgs: "BFGS" };
const SCIPY: Optimizers = {
  "conjugate-gradient": "CG",
  bfgs: "BFGS",
  lbfgs: "L-BFGS-B",
  newton: "Newton-CG",
  "nelder-mead": "Nelder-Mead",
};

const TABLES: { readonly [F in Framework]: Optimizers } = { tensorflow: KERAS, torch: TORCH, jax: JAX, scipy: SCIPY };

/** The optimizers that a framework has, by the names of Minimize. */
export const exportOptimizers = (framework: Framework): readonly string[] => Object.keys(TABLES[framework]);

/**
 * A program that minimises the subject from its point: the function in the framework's operations, the start, the loop.
 * @throws Problem where the function cannot be written, or the framework has no such optimizer
 */
export function exportProgram(look: Look, name: string, options: ExportOptions): string {
  const { framework, optimizer, learningRate = 0.01, steps, arrays } = options;
  const template = TABLES[framework][optimizer];
  if (template === undefined)
    throw new Problem(
      l10n.t("{0} has no optimizer {1}: choose {2}", framework, optimizer, exportOptimizers(framework).join(", ")),
    );
  if (look.labels.length === 0) throw new Problem(l10n.t("{0} has no parameter to vary", look.title));
  const { shape } = look.result();
  if (shape.length > 0)
    throw new Problem(l10n.t("{0} gives an array of shape ({1}), not one number", look.title, shape.join(", ")));
  const style: FileStyle = {
    ...standalone(framework === "scipy" ? "numpy" : framework),
    floats: "float64",
    ...(arrays ? { arrays } : {}),
  };
  const names = followed(look.parameters).map((parameter) => parameter.name);
  const define = (what: "value" | "gradient", title: string) => [
    `def ${title}(${names.join(", ")}):`,
    ...bodyOf(look, what, style, title).map((line) => style.indent + line),
    "",
    "",
  ];
  const functions = [
    ...define("value", name),
    ...(framework === "scipy" && optimizer !== "nelder-mead" ? define("gradient", `${name}_gradient`) : []),
  ];
  const program: Program = {
    look,
    name,
    names,
    style,
    rate: floatCode(learningRate, "math", ""),
    steps,
    optimizer,
    template,
  };
  const data = dataLines(style, functions.join("\n"));
  const loop = LOOPS[framework](program);
  const all = [...data, ...functions, ...loop];
  const imports = importsOf(style, all);
  const first = framework === "scipy" ? [...imports, "from scipy import optimize"] : imports;
  if (framework === "jax") {
    if (!first.includes("import jax")) first.unshift("import jax");
    first.push("", 'jax.config.update("jax_enable_x64", True)');
  }
  return [`"""Minimize ${look.title}. Exported from Gradlens."""`, ...first, "", ...all, ""].join("\n");
}

interface Program {
  readonly look: Look;
  readonly name: string;
  readonly names: readonly string[];
  readonly style: FileStyle;
  readonly rate: string;
  readonly steps: number;
  readonly optimizer: string;
  readonly template: string;
}

/** The arrays that the functions speak of. */
function dataLines({ arrays, target, prefix }: FileStyle, functions: string): string[] {
  const used = [...(arrays ?? [])].filter(([name]) => new RegExp(`(?<![\\w.])${name}\\b`).test(functions));
  if (used.length === 0) return [""];
  try {
    return [
      ...used.map(
        ([name, { data, shape }]) => `${name} = ${arrayCode(tensor(data, "float64", shape), target, prefix)}`,
      ),
      "",
      "",
    ];
  } catch (error) {
    if (!(error instanceof NotWritable)) throw error;
    throw new Problem(l10n.t("the data cannot be written out: {0}", error.message));
  }
}

const tuple = (names: readonly string[]) => (names.length === 1 ? `${names[0]},` : names.join(", "));

const LOOPS: { readonly [F in Framework]: (program: Program) => string[] } = {
  tensorflow: ({ look, name, names, style, rate, steps, template }) => {
    const list = `[${names.join(", ")}]`;
    return [
      ...argumentTexts(look, style).map((value, k) => `${names[k]} = tf.Variable(${value})`),
      `optimizer = tf.keras.optimizers.${template.replace("#", rate)}`,
      "",
      "",
      "def step():",
      "    with tf.GradientTape() as tape:",
      `        value = ${name}(${names.join(", ")})`,
      `    gradients = tape.gradient(value, ${list})`,
      `    optimizer.apply_gradients(zip(gradients, ${list}))`,
      "    return value",
      "",
      "",
      "# Faster: decorate step with tf.function. Over several devices: make the variables and the optimizer in the scope of",
      "# a tf.distribute strategy, call strategy.run(step), and feed batches of data from a tf.data.Dataset.",
      `for i in range(${steps}):`,
      "    step()",
      `print(${[`${name}(${names.join(", ")}).numpy()`, ...names.map((one) => `${one}.numpy()`)].join(", ")})`,
    ];
  },
  torch: ({ look, name, names, style, rate, steps, template }) => [
    ...argumentTexts(look, style).map((value, k) => `${names[k]} = ${value.replace(/\)$/, ", requires_grad=True)")}`),
    `parameters = [${names.join(", ")}]`,
    `optimizer = torch.optim.${template.replace("#", rate)}`,
    "",
    "",
    "def closure():",
    "    optimizer.zero_grad()",
    `    value = ${name}(${names.join(", ")})`,
    "    value.backward()",
    "    return value",
    "",
    "",
    '# On a GPU: make the tensors with device="cuda". For a large function: torch.compile. Over several machines: put the',
    "# parameters into a torch.nn.Module, and that into DistributedDataParallel.",
    `for i in range(${steps}):`,
    "    optimizer.step(closure)",
    `print(${[`${name}(${names.join(", ")}).item()`, ...names.map((one) => `${one}.detach().numpy()`)].join(", ")})`,
  ],
  jax: (program) => (program.optimizer === "bfgs" ? jaxSearch(program) : jaxLoop(program)),
  scipy: ({ look, name, names, style, steps, optimizer, template }) => {
    const jac = optimizer === "nelder-mead" ? [] : scipyGradient(look, name, names);
    return [
      ...unpacking(look, names),
      ...jac,
      "# For many variables L-BFGS-B keeps little; for data that does not fit: sums over chunks, as gradients add up.",
      `start = np.concatenate([${argumentTexts(look, style)
        .map((value) => `np.ravel(${value})`)
        .join(", ")}])`,
      `result = optimize.minimize(lambda point: ${name}(*unpack(point)), start, ${jac.length > 0 ? "jac=gradient, " : ""}method="${template}", options={"maxiter": ${steps}})`,
      "print(result.fun, result.x)",
    ];
  },
};

/** `unpack`, which takes the one array of an optimizer apart into the parameters. */
function unpacking(look: Look, names: readonly string[]): string[] {
  let start = 0;
  const parts = followed(look.parameters).map(({ shape }, k) => {
    const from = start;
    start += sizeOf(shape);
    if (shape.length === 0) return `    ${names[k]} = point[${from}]`;
    const tail = shape.length === 1 ? "" : `.reshape((${shape.join(", ")}))`;
    return `    ${names[k]} = point[${from}:${start}]${tail}`;
  });
  return ["def unpack(point):", ...parts, `    return ${tuple(names)}`, "", ""];
}

function scipyGradient(look: Look, name: string, names: readonly string[]): string[] {
  const arrays = followed(look.parameters).some(({ shape }) => shape.length > 0);
  const parts = `${name}_gradient(*unpack(point))`;
  const flat =
    names.length === 1
      ? `np.ravel(${parts})`
      : arrays
        ? `np.concatenate([np.ravel(part) for part in ${parts}])`
        : parts;
  return ["def gradient(point):", `    return ${flat}`, "", ""];
}

const JAX_SCALE = [
  "# Many starts at once: jax.vmap. Many devices: put the arrays on a jax.sharding mesh with jax.device_put; jit does the rest.",
];

/** Whether the function has branches of Python's own. */
const decides = (look: Look, style: FileStyle, name: string) =>
  bodyOf(look, "value", style, name).some((line) => line.startsWith("if "));

function jaxLoop({ look, name, names, style, rate, steps, optimizer }: Program): string[] {
  const update: { readonly [optimizer: string]: readonly string[] } = {
    sgd: [`    return jax.tree.map(lambda p, g: p - ${rate} * g, parameters, gradients), memory`],
    momentum: [
      "    memory = jax.tree.map(lambda m, g: 0.9 * m + g, memory, gradients)",
      `    return jax.tree.map(lambda p, m: p - ${rate} * m, parameters, memory), memory`,
    ],
    adam: [
      "    m, v, t = memory",
      "    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, gradients)",
      "    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g ** 2, v, gradients)",
      "    t = t + 1",
      "    def moved(p, m, v):",
      `        return p - ${rate} * (m / (1 - 0.9 ** t)) / (jnp.sqrt(v / (1 - 0.999 ** t)) + 1e-8)`,
      "    return jax.tree.map(moved, parameters, m, v), (m, v, t)",
    ],
  };
  const zeros = "jax.tree.map(jnp.zeros_like, parameters)";
  const value = `${name}(*parameters)`;
  return [
    // What decides by numbers cannot be compiled as it stands.
    ...(decides(look, style, name) ? [] : ["@jax.jit"]),
    "def step(parameters, memory):",
    `    gradients = jax.grad(lambda parameters: ${value})(parameters)`,
    ...update[optimizer]!,
    "",
    "",
    ...JAX_SCALE,
    `parameters = (${tuple(argumentTexts(look, style).map((text) => (text.startsWith("jnp.") ? text : `jnp.array(${text})`)))})`,
    `memory = ${optimizer === "adam" ? `(${zeros}, ${zeros}, 0)` : optimizer === "sgd" ? "()" : zeros}`,
    `for i in range(${steps}):`,
    "    parameters, memory = step(parameters, memory)",
    `${tuple(names)} = parameters`,
    `print(${[`${name}(${names.join(", ")})`, ...names].join(", ")})`,
  ];
}

function jaxSearch({ look, name, names, style, steps }: Program): string[] {
  if (decides(look, style, name))
    throw new Problem(
      l10n.t("{0} decides by its numbers, which JAX cannot compile: choose another optimizer", look.title),
    );
  return [
    ...unpacking(look, names),
    ...JAX_SCALE,
    `start = jnp.concatenate([${argumentTexts(look, style)
      .map((value) => `jnp.ravel(${value.startsWith("jnp.") ? value : `jnp.array(${value})`})`)
      .join(", ")}])`,
    `result = jax.scipy.optimize.minimize(lambda point: ${name}(*unpack(point)), start, method="BFGS", options={"maxiter": ${steps}})`,
    "print(result.fun, result.x)",
  ];
}
