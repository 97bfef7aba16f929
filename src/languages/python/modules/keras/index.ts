/** `keras`, `tensorflow.keras`: layers, models and their kin are written in Python (Keras 3.15's semantics). */
import { arrayText, peek, shapeText } from "../../../../engine";
import base from "../../library/keras/_base.py";
import activations from "../../library/keras/activations.py";
import backend from "../../library/keras/backend.py";
import callbacks from "../../library/keras/callbacks.py";
import constraints from "../../library/keras/constraints.py";
import initializers from "../../library/keras/initializers.py";
import layers from "../../library/keras/layers.py";
import losses from "../../library/keras/losses.py";
import metrics from "../../library/keras/metrics.py";
import models from "../../library/keras/models.py";
import random from "../../library/keras/random.py";
import regularizers from "../../library/keras/regularizers.py";
import schedules from "../../library/keras/schedules.py";
import utils from "../../library/keras/utils.py";
import { PyList } from "../../runtime/containers";
import { raiseError } from "../../runtime/errors";
import { PyFunction } from "../../runtime/function";
import { makeType, native, PyBound, type PyModule, PyNative, type PyValue } from "../../runtime/object";
import { typeName } from "../../runtime/protocol";
import { printOptions } from "../numpy/print";
import { loadModule, registerMembers, registerModule, registerText } from "../registry";
import { optimizers } from "../tensorflow/optimizers";
import { PyTfTensor, PyTfVariable, toTensor, variableType } from "../tensorflow/tensor";

// ── what the Python part needs of us ────────────────────────────────────────

const kerasVariableType = makeType("Variable", variableType);
kerasVariableType.module = "keras.src.backend";

/** A Variable of a layer: it knows its path, and may have attributes. */
class PyKerasVariable extends PyTfVariable {
  constructor(
    initial: ReturnType<typeof peek>,
    trainable: boolean,
    name: string,
    readonly path: string,
  ) {
    super(initial, name, trainable, kerasVariableType);
  }
  override pyRepr(): string {
    const now = this.now();
    return `<Variable path=${this.path}, shape=${shapeText(now.shape)}, dtype=${now.dtype}, value=${arrayText(now, printOptions())}>`;
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    if (name === "path") return this.path;
    if (name === "value") return new PyTfTensor(this.engineValue());
    return this.dict?.get(name) ?? super.pyGetAttribute(name);
  }
  override pySetAttribute(name: string, value: PyValue): boolean {
    this.dict ??= new Map();
    this.dict.set(name, value);
    return true;
  }
}

function parametersOf(fn: PyValue): string[] {
  if (fn instanceof PyBound) return parametersOf(fn.fn).slice(1);
  if (fn instanceof PyFunction)
    return fn.code.params.map(({ name, kind }) => (kind === "doublestar" ? "**" : kind === "star" ? "*" : name));
  return fn instanceof PyNative ? ["**"] : raiseError("TypeError", `'${typeName(fn)}' object is not a function`);
}

registerModule(
  "keras._native",
  () =>
    new Map<string, PyValue>([
      [
        "variable",
        native(
          "variable",
          ([value, trainable, name, path]) =>
            new PyKerasVariable(peek(toTensor(value!)), trainable !== false, String(name), String(path)),
        ),
      ],
      ["is_variable", native("is_variable", ([x]) => x instanceof PyTfVariable)],
      ["parameters", native("parameters", ([fn]) => new PyList(parametersOf(fn!)))],
    ]),
);

// ── which text is which module ──────────────────────────────────────────────

const TEXTS = {
  activations,
  backend,
  callbacks,
  constraints,
  initializers,
  layers,
  losses,
  metrics,
  models,
  random,
  regularizers,
  utils,
};
for (const [name, text] of Object.entries(TEXTS)) registerText(`keras.${name}`, text);
registerText("keras._base", base);
registerText("keras.optimizers.schedules", schedules);

const part = (name: string): PyModule => loadModule(`keras.${name}`)!;

/** Names that stand in `keras` itself, and the module that has them. */
const TOP: { readonly [name: string]: string } = {
  Model: "models",
  Sequential: "models",
  Functional: "models",
  Input: "layers",
  Layer: "layers",
  InputLayer: "layers",
  Variable: "_base",
  KerasTensor: "_base",
  Loss: "losses",
  Metric: "metrics",
  Initializer: "initializers",
  Regularizer: "regularizers",
};

const members = new Map<string, () => PyValue>([
  ...Object.keys(TEXTS).map((name) => [name, () => part(name)] as const),
  ...Object.entries(TOP).map(([name, module]) => [name, () => part(module).member(name)!] as const),
]);

for (const root of ["keras", "tensorflow.keras", "tf_keras"]) {
  registerModule(root, () => new Map([["__version__", "3.15.1"]]));
  registerMembers(root, members);
  registerModule(`${root}.optimizers`, () => new Map(optimizers));
  registerMembers(`${root}.optimizers`, new Map([["schedules", () => part("optimizers.schedules")]]));
  // As programs of Keras 2 name them.
  registerModule(`${root}.optimizers.legacy`, () => new Map(optimizers));
  if (root === "keras") continue;
  registerModule(`${root}.optimizers.schedules`, () => part("optimizers.schedules").names());
  for (const name of Object.keys(TEXTS)) registerModule(`${root}.${name}`, () => part(name).names());
}
