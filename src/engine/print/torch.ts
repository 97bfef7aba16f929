/** Tensors as PyTorch prints them (torch/_tensor_str.py). */
import { type DType, isFloat } from "../dtype";
import { sizeOf, type Tensor } from "../tensor";
import { integerText, printDefaults, shapeText, shownPlaces } from "./array";
import { exponentText, toExponent, toFixed } from "./digits";

/** What torch.set_printoptions sets. */
export interface TorchPrintOptions {
  readonly precision: number;
  readonly threshold: number;
  readonly edgeitems: number;
  readonly linewidth: number;
  /** Always, or never scientific; undefined: as the numbers ask. */
  readonly sciMode?: boolean | undefined;
}

export const torchPrintDefaults: TorchPrintOptions = { precision: 4, threshold: 1000, edgeitems: 3, linewidth: 80 };

/** What is said behind the elements. */
export interface TorchSuffixes {
  readonly requiresGrad?: boolean;
  /** `MulBackward0`: the operation that made the tensor. */
  readonly gradFn?: string | undefined;
  /** The type that goes without saying, torch.get_default_dtype(). */
  readonly defaultDtype?: DType;
}

/** repr of a tensor: `tensor([1.0000, 2.5000], dtype=torch.float64, requires_grad=True)`. */
export function torchRepr(
  tensor: Tensor,
  { requiresGrad = false, gradFn, defaultDtype = "float32" }: TorchSuffixes = {},
  options = torchPrintDefaults,
): string {
  const { shape, dtype, data } = tensor;
  const indent = "tensor(".length;
  const empty = data.length === 0;
  const suffixes: string[] = [];
  if (empty ? shape.length !== 1 : options.edgeitems === 0) suffixes.push(`size=${shapeText(shape)}`);
  // Whole numbers and truth values say themselves what they are.
  const implied = dtype === defaultDtype || (!empty && (dtype === "int64" || dtype === "bool"));
  if (!implied) suffixes.push(`dtype=torch.${dtype}`);
  if (gradFn) suffixes.push(`grad_fn=<${gradFn}>`);
  else if (requiresGrad) suffixes.push("requires_grad=True");
  let text = `tensor(${empty ? "[]" : elements(tensor, indent, options)}`;
  let last = text.length - text.lastIndexOf("\n") + 1;
  for (const suffix of suffixes) {
    const breaks = last + suffix.length + 2 > options.linewidth;
    text += (breaks ? `,\n${" ".repeat(indent)}` : ", ") + suffix;
    last = breaks ? indent + suffix.length : last + suffix.length + 2;
  }
  return `${text})`;
}

function elements({ shape, dtype, data }: Tensor, indent: number, options: TorchPrintOptions): string {
  const { edgeitems: edge, linewidth } = options;
  const summarise = sizeOf(shape) > options.threshold;
  const places = summarise && edge === 0 ? [] : shownPlaces(shape, { ...printDefaults, ...options });
  const shown = places.map((place) => data[place]!);
  const { width, write } = isFloat(dtype) ? floats(shown, options) : wholes(shown, dtype);
  const format = (place: number) => write(data[place]!).padStart(width);
  const walk = (axis: number, place: number, column: number): string => {
    if (axis === shape.length) return format(place);
    const length = shape[axis]!;
    const isVector = axis === shape.length - 1;
    const part = (k: number) => walk(axis + 1, place * length + k, column + 1);
    const parts =
      summarise && length > 2 * edge
        ? [
            ...Array.from({ length: edge }, (_, k) => part(k)),
            isVector && edge > 0 ? " ..." : "...",
            ...Array.from({ length: edge }, (_, k) => part(length - edge + k)),
          ]
        : Array.from({ length }, (_, k) => part(k));
    const hanging = " ".repeat(column + 1);
    if (!isVector) return `[${parts.join(`,${"\n".repeat(shape.length - axis - 1)}${hanging}`)}]`;
    const perLine = Math.max(1, Math.floor((linewidth - column) / (width + 2)));
    const lines: string[] = [];
    for (let k = 0; k < parts.length; k += perLine) lines.push(parts.slice(k, k + perLine).join(", "));
    return `[${lines.join(`,\n${hanging}`)}]`;
  };
  return walk(0, 0, indent);
}

interface Format {
  readonly width: number;
  readonly write: (x: number) => string;
}

function wholes(shown: readonly number[], dtype: DType): Format {
  const write = (x: number) => (dtype === "bool" ? (x ? "True" : "False") : integerText(x));
  return { width: Math.max(1, ...shown.map((x) => write(x).length)), write };
}

/** One notation for all: whole numbers with a point, or so many decimals, or scientific where sizes differ a lot. */
function floats(shown: readonly number[], { precision, sciMode }: TorchPrintOptions): Format {
  const finite = shown.filter((x) => Number.isFinite(x) && x !== 0);
  let most = 0;
  let least = Infinity;
  for (const x of finite) {
    most = Math.max(most, Math.abs(x));
    least = Math.min(least, Math.abs(x));
  }
  const scientific = finite.length > 0 && (sciMode ?? (most / least > 1000 || most > 1e8 || least < 1e-4));
  const whole = finite.every(Number.isInteger);
  const write = (x: number): string => {
    if (Number.isNaN(x)) return "nan";
    if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
    if (!scientific) return whole ? `${toFixed(x, 0)}.` : toFixed(x, precision);
    const { mantissa, exponent } = toExponent(Math.abs(x), precision);
    return `${x < 0 || Object.is(x, -0) ? "-" : ""}${mantissa}${exponentText(exponent)}`;
  };
  return { width: Math.max(1, ...finite.map((x) => write(x).length)), write };
}
