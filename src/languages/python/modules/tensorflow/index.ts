/** `tensorflow`: which name stands where. */
import { makeType, native, type PyType, type PyValue } from "../../runtime/object";
import { loadModule, PyLibrary, registerModule, registerText } from "../registry";
import { nnOperations } from "./nn";
import { operations } from "./operations";
import data from "./python/data.py";
import { random } from "./random";
import { tapeType } from "./tape";
import { dtypes, invalidArgumentType, opErrorType, PyTensorLike, tensorType, variableType } from "./tensor";

function part(name: string, entries: Iterable<readonly [string, PyValue]>): PyLibrary {
  const module = new PyLibrary(name);
  for (const [key, value] of entries) module.dict.set(key, value);
  return module;
}

const anyTensor: PyType = makeType("Tensor");
anyTensor.attributes.set(
  "__instancecheck__",
  native("__instancecheck__", ([x]) => x instanceof PyTensorLike && x.type === tensorType),
);

const pick = (names: string): [string, PyValue][] =>
  names.split(/\s+/).flatMap((name): [string, PyValue][] => {
    const value = operations.get(name);
    return value === undefined ? [] : [[name, value]];
  });

const nn = `relu relu6 leaky_relu elu selu gelu silu swish softplus softsign sigmoid tanh softmax log_softmax`;
const linalg = "matmul matvec trace norm eye tensordot global_norm solve inv det einsum";
/** Not of `tf` itself. */
const linalgOnly = new Set(["matvec", "trace", "solve", "inv", "det", "global_norm"]);

function tf(): Map<string, PyValue> {
  const zero = new PyLibrary("tensorflow.UnconnectedGradients");
  zero.dict.set("ZERO", "zero");
  zero.dict.set("NONE", "none");
  const silent = new PyLibrary("tensorflow.logger");
  silent.dict.set(
    "setLevel",
    native("setLevel", () => null),
  );
  const general = [...operations].filter(([name]) => !linalgOnly.has(name));
  const entries: [string, PyValue][] = [
    ...general,
    ...dtypes,
    ["GradientTape", tapeType],
    ["Variable", variableType],
    ["Tensor", anyTensor],
    ["newaxis", null],
    ["UnconnectedGradients", zero],
    ["__version__", "2.21.0"],
    [
      "errors",
      part("tensorflow.errors", [
        ["InvalidArgumentError", invalidArgumentType],
        ["OpError", opErrorType],
      ]),
    ],
    ["math", part("tensorflow.math", general)],
    ["nn", part("tensorflow.nn", [...pick(nn), ...nnOperations])],
    ["random", part("tensorflow.random", random)],
    ["linalg", part("tensorflow.linalg", pick(linalg))],
    ["get_logger", native("get_logger", () => silent)],
  ];
  return new Map(entries);
}

registerText("tensorflow.data", data);
registerModule(
  "tensorflow",
  tf,
  new Map([
    ["keras", () => loadModule("tensorflow.keras")!],
    ["data", () => loadModule("tensorflow.data")!],
  ]),
);
