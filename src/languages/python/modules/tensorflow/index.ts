/** `tensorflow`: which name stands where. */
import { cast, isFloat, peek, scatterInto, scatterSet, sizeOf, type Tensor, topK, xlogy } from "../../../../engine";
import data from "../../library/tensorflow/data.py";
import functions from "../../library/tensorflow/functions.py";
import { PyList, PyTuple } from "../../runtime/containers";
import { makeType, native, type PyType, type PyValue } from "../../runtime/object";
import { str } from "../../runtime/protocol";
import { loadModule, PyLibrary, registerMembers, registerModule, registerText } from "../registry";
import { nnOperations } from "./nn";
import { operations, pair } from "./operations";
import { random } from "./random";
import { tapeType } from "./tape";
import {
  dtypes,
  invalidArgument,
  invalidArgumentType,
  opErrorType,
  PyTensorLike,
  PyTfTensor,
  tensorType,
  toTensor,
  variableType,
} from "./tensor";

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
const linalg = "matmul norm eye tensordot einsum";
/** Not of `tf` itself. */
const linalgOnly =
  `matvec trace solve inv det global_norm triangular_solve lstsq cholesky eigvalsh expm matrix_transpose
  logdet slogdet cross qr eigh svd pinv matrix_rank`.split(/\s+/);

function tf(): Map<string, PyValue> {
  const zero = new PyLibrary("tensorflow.UnconnectedGradients");
  zero.dict.set("ZERO", "zero");
  zero.dict.set("NONE", "none");
  const silent = new PyLibrary("tensorflow.logger");
  silent.dict.set(
    "setLevel",
    native("setLevel", () => null),
  );
  const general = [...operations].filter(([name]) => !linalgOnly.includes(name));
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
    ["linalg", part("tensorflow.linalg", pick(`${linalg} ${linalgOnly.join(" ")}`))],
    ["get_logger", native("get_logger", () => silent)],
  ];
  return new Map(entries);
}

registerModule("tensorflow", tf);
registerText("tensorflow.data", data);
registerText("tensorflow._functions", functions);

/** Names of `python/functions.py`, by the module in which they stand. */
const WRITTEN: { readonly [module: string]: string } = {
  tensorflow: `cond case switch_case while_loop map_fn vectorized_map foldl foldr scan device name_scope
    control_dependencies init_scope group no_op executing_eagerly is_tensor is_symbolic_tensor py_function numpy_function
    ensure_shape repeat roll slice meshgrid sequence_mask searchsorted unique gather_nd scatter_nd
    tensor_scatter_nd_update tensor_scatter_nd_add tensor_scatter_nd_sub dynamic_partition scalar_mul TensorArray Module
    zeros_initializer ones_initializer constant_initializer random_normal_initializer random_uniform_initializer
    assert_equal assert_less assert_greater print`,
  "tensorflow.math": `xlogy xdivy xlog1py log_sigmoid multiply_no_nan reciprocal_no_nan is_inf logical_xor count_nonzero
    zero_fraction cumulative_logsumexp polyval scalar_mul accumulate_n rint confusion_matrix bincount segment_sum
    unsorted_segment_sum segment_mean unsorted_segment_mean segment_max unsorted_segment_max segment_min
    unsorted_segment_min segment_prod unsorted_segment_prod top_k in_top_k`,
  "tensorflow.nn": "top_k in_top_k embedding_lookup crelu separable_conv2d zero_fraction",
  "tensorflow.linalg": `matrix_transpose adjoint diag diag_part tensor_diag tensor_diag_part set_diag band_part logdet
    cholesky_solve normalize`,
};
const written = (names: string) =>
  names.split(/\s+/).map((name) => [name, () => loadModule("tensorflow._functions")!.member(name)!] as const);
registerMembers(
  "tensorflow",
  new Map([
    ...written(WRITTEN.tensorflow!),
    ["keras", () => loadModule("tensorflow.keras")!],
    ["data", () => loadModule("tensorflow.data")!],
  ]),
);
for (const name of ["math", "nn", "linalg"])
  registerMembers(`tensorflow.${name}`, new Map(written(WRITTEN[`tensorflow.${name}`]!)));

registerModule(
  "tensorflow._native",
  () =>
    new Map([
      [
        "scatter",
        native("scatter", ([x, places, rows, mode]) => {
          const [value, updates] = [toTensor(x!), toTensor(rows!)];
          const width = value.shape[1]!;
          const starts = peek(toTensor(places!)).data;
          const offsets = Int32Array.from({ length: starts.length * width }, (_, k) => {
            const row = starts[Math.floor(k / width)]!;
            if (row < 0 || row >= value.shape[0]!)
              invalidArgument(`indices[${Math.floor(k / width)}] is out of bounds`);
            return row * width + (k % width);
          });
          return new PyTfTensor((mode === "add" ? scatterInto : scatterSet)(value, offsets, updates));
        }),
      ],
      [
        "top_k",
        native("top_k", ([x, k]) => {
          const { values, indices } = topK(toTensor(x!), Number(k));
          return new PyTuple([new PyTfTensor(values), new PyTfTensor(cast(indices, "int32"))]);
        }),
      ],
      ["xlogy", native("xlogy", ([x, y]) => new PyTfTensor(xlogy(...pair(x!, y!))))],
      [
        "snake",
        native("snake", ([name]) =>
          String(name)
            .replace(/(?<=[a-z0-9])(?=[A-Z])/g, "_")
            .toLowerCase(),
        ),
      ],
      ["text", native("text", ([x]) => printed(x!))],
    ]),
);

/** A value as `tf.print` shows it: short numbers, the first and the last three of many. */
function printed(x: PyValue): PyValue {
  if (x instanceof PyTensorLike) return tensorText(x.now());
  if (x instanceof PyList) return `[${x.items.map(printed).map(str).join(", ")}]`;
  return x;
}

function tensorText({ data, shape, dtype }: Pick<Tensor, "data" | "shape" | "dtype">, start = 0): string {
  if (shape.length === 0) {
    const x = data[start]!;
    if (dtype === "bool") return x ? "1" : "0";
    return isFloat(dtype) ? floatText(x, dtype) : String(x);
  }
  const [length, ...rest] = shape as [number, ...number[]];
  const width = sizeOf(rest);
  const part = (k: number) => tensorText({ data, shape: rest, dtype }, start + k * width);
  const all = Array.from({ length }, (_, k) => k);
  const shown = length > 6 ? [...all.slice(0, 3).map(part), "...", ...all.slice(-3).map(part)] : all.map(part);
  return `[${shown.join(rest.length > 0 ? "\n".repeat(rest.length) + " " : " ")}]`;
}

function floatText(x: number, dtype: "float32" | "float64" | string): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf";
  return String(Number(x.toPrecision(dtype === "float32" ? 9 : 17))).replace(/e([+-])(\d)$/, "e$10$2");
}
