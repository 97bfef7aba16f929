/** `tensorflow`: which name stands where. */
import { cast, isFloat, peek, scatterInto, scatterSet, sizeOf, type Tensor, topK, xlogy } from "../../../../engine";
import data from "../../library/tensorflow/data.py";
import functions from "../../library/tensorflow/functions.py";
import image from "../../library/tensorflow/image.py";
import strings from "../../library/tensorflow/strings.py";
import system from "../../library/tensorflow/system.py";
import { toInt } from "../../runtime/arguments";
import { listOf, PyDict, PyList, PyTuple } from "../../runtime/containers";
import { raiseError } from "../../runtime/errors";
import { makeType, native, type PyType, type PyValue } from "../../runtime/object";
import { repr, str, typeName } from "../../runtime/protocol";
import { vm } from "../../runtime/vm";
import { PyArray } from "../numpy/array";
import { Philox } from "../random/philox";
import { loadModule, PyLibrary, registerMembers, registerModule, registerText } from "../registry";
import { accumulatorType } from "./accumulator";
import { functionSettings, tfFunction } from "./function";
import { nnOperations } from "./nn";
import { numbersOf, operations, pair } from "./operations";
import { random, seedsOf } from "./random";
import { tapeType } from "./tape";
import {
  asDtype,
  dtypeAliases,
  dtypes,
  errors,
  invalidArgument,
  nameScopes,
  PyShape,
  PyTensorLike,
  PyTextTensor,
  PyTfTensor,
  shapeType,
  tensorType,
  textsOf,
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

/** Parts of `tf` that `tf()` makes itself. */
const MADE = new Set(["math", "nn", "random", "linalg", "config"]);

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
    ...dtypeAliases,
    ["function", tfFunction],
    ["as_dtype", native("as_dtype", ([x]) => asDtype(x!))],
    ["TensorShape", shapeType],
    [
      "dtypes",
      part("tensorflow.dtypes", [
        ...dtypes,
        ["cast", operations.get("cast")!],
        ["as_dtype", native("as_dtype", ([x]) => asDtype(x!))],
      ]),
    ],
    ["config", part("tensorflow.config", functionSettings)],
    [
      "autodiff",
      part("tensorflow.autodiff", [
        ["ForwardAccumulator", accumulatorType],
        ["GradientTape", tapeType],
      ]),
    ],
    ["GradientTape", tapeType],
    ["Variable", variableType],
    ["Tensor", anyTensor],
    ["newaxis", null],
    ["UnconnectedGradients", zero],
    ["__version__", "2.21.0"],
    ["version", part("tensorflow.version", [["VERSION", "2.21.0"]])],
    ["errors", part("tensorflow.errors", errors)],
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
registerText("tensorflow._functions", functions, (name) =>
  name === "Module" ? "tensorflow.python.module.module" : undefined,
);
registerText("tensorflow._image", image);
registerText("tensorflow._strings", strings);
registerText("tensorflow._system", system);

/** Names of our texts, by the module in which they stand and the text that has them. */
const WRITTEN: readonly (readonly [module: string, text: string, names: string])[] = [
  [
    "tensorflow",
    "_functions",
    `cond case switch_case while_loop map_fn vectorized_map foldl foldr scan device name_scope control_dependencies
    init_scope group no_op executing_eagerly is_tensor is_symbolic_tensor py_function numpy_function ensure_shape repeat
    roll slice strided_slice meshgrid sequence_mask searchsorted unique unique_with_counts gather_nd scatter_nd
    tensor_scatter_nd_update tensor_scatter_nd_add tensor_scatter_nd_sub tensor_scatter_nd_max tensor_scatter_nd_min
    dynamic_partition dynamic_stitch scalar_mul TensorArray Module TensorSpec IndexedSlices zeros_initializer
    ones_initializer constant_initializer random_normal_initializer random_uniform_initializer print timestamp shape_n broadcast_static_shape broadcast_dynamic_shape Assert get_static_value
    grad_pass_through hessians gradients histogram_fixed_width reverse_sequence saturate_cast`,
  ],
  [
    "tensorflow.math",
    "_functions",
    `xlogy xdivy xlog1py log_sigmoid multiply_no_nan reciprocal_no_nan is_inf logical_xor count_nonzero zero_fraction
    cumulative_logsumexp polyval scalar_mul accumulate_n rint confusion_matrix bincount segment_sum unsorted_segment_sum
    segment_mean unsorted_segment_mean segment_max unsorted_segment_max segment_min unsorted_segment_min segment_prod
    unsorted_segment_prod top_k in_top_k l2_normalize is_strictly_increasing is_non_decreasing
    invert_permutation ndtri erfcinv`,
  ],
  ["tensorflow.nn", "_functions", "top_k in_top_k embedding_lookup crelu separable_conv2d zero_fraction log_sigmoid"],
  [
    "tensorflow.linalg",
    "_functions",
    "adjoint diag diag_part tensor_diag tensor_diag_part set_diag band_part cholesky_solve normalize l2_normalize",
  ],
  ["tensorflow", "_strings", "as_string"],
  ["tensorflow", "_system", "assert_equal assert_less assert_greater assert_rank"],
  ["tensorflow.nest", "_functions", "flatten map_structure pack_sequence_as assert_same_structure is_nested"],
  [
    "tensorflow.config",
    "_system",
    `list_physical_devices list_logical_devices get_visible_devices set_visible_devices set_soft_device_placement
    get_soft_device_placement experimental_run_functions_eagerly optimizer threading experimental`,
  ],
  [
    "tensorflow.debugging",
    "_system",
    `assert_equal assert_none_equal assert_less assert_less_equal assert_greater assert_greater_equal assert_positive
    assert_non_negative assert_negative assert_non_positive assert_near assert_all_finite check_numerics assert_shapes
    assert_rank assert_rank_at_least assert_scalar assert_type is_numeric_tensor enable_check_numerics
    disable_check_numerics set_log_device_placement experimental assert_integer`,
  ],
  ["tensorflow.train", "_system", "Checkpoint CheckpointManager latest_checkpoint"],
  ["tensorflow.saved_model", "_system", "save load contains_saved_model SaveOptions LoadOptions"],
  ["tensorflow.summary", "_system", "create_file_writer scalar histogram image text trace_on trace_off trace_export"],
  ["tensorflow.distribute", "_system", "get_strategy MirroredStrategy OneDeviceStrategy Strategy has_strategy"],
  ["tensorflow.autograph", "_system", "set_verbosity experimental to_code"],
  ["tensorflow.test", "_system", "compute_gradient is_gpu_available is_built_with_cuda gpu_device_name"],
  ["tensorflow.sysconfig", "_system", "get_build_info"],
  ["tensorflow.compat", "_system", "v1 as_str as_text as_bytes"],
  [
    "tensorflow.image",
    "_image",
    `adjust_brightness adjust_contrast adjust_gamma central_crop convert_image_dtype crop_to_bounding_box
    flip_left_right flip_up_down grayscale_to_rgb image_gradients pad_to_bounding_box per_image_standardization psnr
    resize resize_with_crop_or_pad rgb_to_grayscale rot90 sobel_edges ssim total_variation transpose ResizeMethod`,
  ],
  [
    "tensorflow.strings",
    "_strings",
    `as_string bytes_split format join length lower reduce_join regex_full_match regex_replace split strip substr
    to_number unicode_decode upper to_hash_bucket_fast`,
  ],
];
/** Modules that need files, or a graph, which there are not. */
const WITHOUT: { readonly [name: string]: string } = {
  io: "this evaluator has no files",
  sparse: "there are no sparse tensors",
  ragged: "there are no ragged tensors",
  signal: "there are no complex tensors",
  RaggedTensor: "there are no ragged tensors",
  SparseTensor: "there are no sparse tensors",
};

/** A module of which there is nothing, and that says why. */
class Without extends PyLibrary {
  override pyGetAttribute(name: string): PyValue | undefined {
    if (name.startsWith("__")) return undefined;
    raiseError(
      "NotImplementedError",
      `${this.name.replace(/^tensorflow/, "tf")}.${name} is not supported: ${WITHOUT[this.name.slice("tensorflow.".length)]}`,
    );
  }
  override pyCall(): PyValue {
    raiseError(
      "NotImplementedError",
      `${this.name.replace(/^tensorflow/, "tf")} is not supported: ${WITHOUT[this.name.slice("tensorflow.".length)]}`,
    );
  }
}

const members = new Map<string, Map<string, () => PyValue>>();
for (const [module, text, names] of WRITTEN) {
  const own = members.get(module) ?? new Map<string, () => PyValue>();
  members.set(module, own);
  for (const name of names.split(/\s+/))
    own.set(name, () => loadModule(`tensorflow.${text}`)!.member(name) ?? raiseError("NotImplementedError", name));
}
const top = members.get("tensorflow")!;
for (const module of members.keys())
  if (module !== "tensorflow" && !MADE.has(module.slice("tensorflow.".length)))
    top.set(module.slice("tensorflow.".length), () => part(module, []));
for (const name of Object.keys(WITHOUT)) top.set(name, () => new Without(`tensorflow.${name}`));
for (const name of ["optimizers", "losses", "metrics", "initializers"])
  top.set(name, () => loadModule(`tensorflow.keras.${name}`)!);
top.set("keras", () => loadModule("tensorflow.keras")!);
top.set("data", () => loadModule("tensorflow.data")!);
for (const [module, own] of members) registerMembers(module, own);

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
      ["text", native("text", ([x, most]) => printed(x!, Number(most ?? 3)))],
      [
        "say",
        // To where warnings go: not among the output, but seen in the editor.
        native("say", ([text]) => {
          const span = { from: vm.at.from, to: vm.at.to };
          if (vm.listener) vm.emit({ kind: "print", text: String(text), values: [], span, stream: "stderr" });
          return null;
        }),
      ],
      [
        "scope",
        native("scope", ([prefix]) => {
          const before = nameScopes.now();
          nameScopes.set(String(prefix));
          return before;
        }),
      ],
      ["seeds", native("seeds", ([seed]) => new PyTuple(seedsOf(seed)))],
      [
        "generator",
        // Numbers of 32 bits, one after the other.
        native("generator", ([first, second]) => {
          const generator = Philox.ofSeeds(toInt(first!), toInt(second!));
          return native("next", () => BigInt(generator.single()));
        }),
      ],
      ["scope_now", native("scope_now", () => nameScopes.now())],
      [
        "texts",
        native("texts", ([x]) => {
          const tensor = textsOf(x!);
          if (!tensor) raiseError("TypeError", `Expected string, but got ${repr(x!)} of type '${typeName(x!)}'.`);
          return new PyTuple([new PyList([...tensor.texts]), new PyTuple(tensor.shape.map(BigInt))]);
        }),
      ],
      [
        "text_tensor",
        native("text_tensor", ([texts, shape]) => new PyTextTensor(listOf(texts!).map(String), numbersOf(shape!))),
      ],
    ]),
);

/** A value as `tf.print` shows it: short numbers, the first and the last few of many. */
function printed(x: PyValue, most: number): PyValue {
  if (x instanceof PyTensorLike) return tensorText(x.now(), most);
  if (x instanceof PyArray) return tensorText(peek(x.value), most);
  if (x instanceof PyTextTensor)
    return x.shape.length === 0 ? x.texts[0]! : `[${x.texts.map((t) => `"${t}"`).join(" ")}]`;
  const parts = (items: readonly PyValue[]) => items.map((item) => str(printed(item, most))).join(", ");
  if (x instanceof PyList) return `[${parts(x.items)}]`;
  if (x instanceof PyShape) return x;
  if (x instanceof PyTuple) return `(${parts(x.items)})`;
  if (x instanceof PyDict)
    return `{${[...x.map.values()].map(({ key, value }) => `${repr(key)}: ${str(printed(value, most))}`).join(", ")}}`;
  return x;
}

function tensorText({ data, shape, dtype }: Pick<Tensor, "data" | "shape" | "dtype">, most: number, start = 0): string {
  if (shape.length === 0) {
    const x = data[start]!;
    if (dtype === "bool") return x ? "1" : "0";
    return isFloat(dtype) ? floatText(x, dtype) : String(x);
  }
  const [length, ...rest] = shape as [number, ...number[]];
  const width = sizeOf(rest);
  const part = (k: number) => tensorText({ data, shape: rest, dtype }, most, start + k * width);
  const all = Array.from({ length }, (_, k) => k);
  const shown =
    most >= 0 && length > 2 * most
      ? [...all.slice(0, most).map(part), "...", ...all.slice(length - most).map(part)]
      : all.map(part);
  const gap = rest.length > 0 ? `${"\n".repeat(rest.length)} ` : " ";
  return `[${shown.join(gap)}]`;
}

function floatText(x: number, dtype: "float32" | "float64" | string): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf";
  return String(Number(x.toPrecision(dtype === "float32" ? 9 : 17))).replace(/e([+-])(\d)$/, "e$10$2");
}
