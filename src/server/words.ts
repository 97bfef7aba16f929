/** Answers in words: what lenses, hovers and messages say in the same way. */
import * as l10n from "@vscode/l10n";
import { shortName } from "../analysis/definitions";
import { followed, type Look, type Origin } from "../analysis/subject";
import { formatNumber, formatTree, formatVector } from "../render";

/** `at x = 1`, `at (2, 3)`, `at w = (1, 2), b = 3`. */
export function whereText(look: Look, digits = 7): string {
  const parameters = followed(look.parameters);
  if (parameters.length === 0) return "";
  if (parameters.length > 1 && parameters.every(({ shape }) => shape.length === 0))
    return l10n.t("at {0}", formatVector(look.point, digits, 6));
  return namedWhereText(look, digits);
}

/** Larger arrays are told by their shape. */
const MOST_WRITTEN = 12;
const sizeOf = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1);

/** `at x1 = 2, x2 = 3`: with the names, where their order is not to be seen beside it. */
export function namedWhereText(look: Look, digits = 7): string {
  const tree = look.pointTree();
  const names = followed(look.parameters).map(({ name, shape }) =>
    sizeOf(shape) > MOST_WRITTEN ? `${name} (${shape.join(" × ")})` : `${name} = ${formatTree(tree[name]!, digits)}`,
  );
  return names.length === 0 ? "" : l10n.t("at {0}", names.join(", "));
}

/** `∇g = (9, 42) at (2, 3)`, `f′ = 8 at x = 1`. */
export function gradientText(look: Look, whole: string, digits = 7): string {
  const name = shortName(whole);
  const where = whereText(look, digits);
  // A function of several results has a Jacobian.
  const { shape, values } = look.result();
  if (shape.length > 0) {
    const small = values.length * look.labels.length <= MOST_WRITTEN;
    const matrix = small ? ` = ${matrixText(look.jacobian(), digits)}` : ` (${values.length} × ${look.labels.length})`;
    return `J${matrix} ${where}`;
  }
  const { gradient, missing } = look.gradient();
  if (look.labels.length === 0) return `${name} = ${formatNumber(look.value(), digits)}`;
  if (look.labels.length === 1) return `${name}′ = ${formatNumber(gradient[0]!, digits)} ${where}`;
  const all = missing.every(Boolean) ? gradient.map(() => 0) : gradient;
  return `∇${name} = ${formatVector(all, digits, all.length <= 6 ? 6 : 3)} ${where}`;
}

/** Where the point came from. */
export function originText({ kind, lineName }: Origin): string {
  switch (kind) {
    case "given":
      return l10n.t("the values you gave");
    case "pinned":
      return l10n.t("the pinned point");
    case "comment":
      return l10n.t("the comment in line {0}", lineName ?? 1);
    case "call":
      return lineName ? l10n.t("the call in line {0}", lineName) : l10n.t("a call in this file");
    case "module":
      return l10n.t("the file's variables");
    case "default":
      return l10n.t("the default arguments");
    case "ones":
      return l10n.t("ones, as nothing else is known");
  }
}

/** A matrix of more rows or columns is told by its first ones. */
const MOST_ROWS = 8;

/** `[[0, 6], [6, 14]]`: a matrix in one line. */
export function matrixText(rows: readonly ArrayLike<number>[], digits = 7): string {
  const listed = <T>(items: ArrayLike<T>, text: (item: T) => string): string => {
    const shown = Array.from({ length: Math.min(items.length, MOST_ROWS) }, (_, i) => text(items[i]!));
    return `[${[...shown, ...(items.length > MOST_ROWS ? [`… (${items.length})`] : [])].join(", ")}]`;
  };
  return listed(rows, (row) => listed(row, (x) => formatNumber(x, digits)));
}
