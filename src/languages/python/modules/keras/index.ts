/** `keras`, `tensorflow.keras`: layers, models and their kin are written in Python (Keras 3.15's semantics). */
import { peek } from "../../../../engine";
import attention from "../../library/keras/_attention.py";
import base from "../../library/keras/_base.py";
import layer from "../../library/keras/_layer.py";
import recurrent from "../../library/keras/_recurrent.py";
import activations from "../../library/keras/activations.py";
import backend from "../../library/keras/backend.py";
import callbacks from "../../library/keras/callbacks.py";
import constraints from "../../library/keras/constraints.py";
import initializers from "../../library/keras/initializers.py";
import layers from "../../library/keras/layers.py";
import losses from "../../library/keras/losses.py";
import metrics from "../../library/keras/metrics.py";
import models from "../../library/keras/models.py";
import ops from "../../library/keras/ops.py";
import random from "../../library/keras/random.py";
import regularizers from "../../library/keras/regularizers.py";
import schedules from "../../library/keras/schedules.py";
import utils from "../../library/keras/utils.py";
import { PyList } from "../../runtime/containers";
import { raiseError } from "../../runtime/errors";
import { PyFunction } from "../../runtime/function";
import { native, PyBound, type PyModule, PyNative, type PyValue } from "../../runtime/object";
import { typeName } from "../../runtime/protocol";
import { loadModule, registerMembers, registerModule, registerText } from "../registry";
import { optimizers } from "../tensorflow/optimizers";
import { epochOrder } from "../tensorflow/random";
import { toTensor } from "../tensorflow/tensor";
import { placeOf } from "./places";
import { PyKerasVariable } from "./variable";

// ── what the Python part needs of us ────────────────────────────────────────

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
      // Of Keras: a tf.Variable in a layer is not one of its weights.
      ["is_variable", native("is_variable", ([x]) => x instanceof PyKerasVariable)],
      ["order", native("order", ([count]) => new PyList(epochOrder(Number(count)).map(BigInt)))],
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
  ops,
  random,
  regularizers,
  utils,
};
for (const [name, text] of Object.entries(TEXTS)) registerText(`keras.${name}`, text, placeOf(name));
registerText("keras._attention", attention, placeOf("layers"));
registerText("keras._base", base);
registerText("keras._layer", layer, placeOf("layers"));
registerText("keras._recurrent", recurrent, placeOf("layers"));
registerText("keras.optimizers.schedules", schedules, placeOf("optimizers.schedules"));

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
