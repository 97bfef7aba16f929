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

/** `at x1 = 2, x2 = 3`: with the names, where their order is not to be seen beside it. */
export function namedWhereText(look: Look, digits = 7): string {
  const tree = look.pointTree();
  const names = followed(look.parameters).map(({ name }) => `${name} = ${formatTree(tree[name]!, digits)}`);
  return names.length === 0 ? "" : l10n.t("at {0}", names.join(", "));
}

/** `∇g = (9, 42) at (2, 3)`, `f′ = 8 at x = 1`. */
export function gradientText(look: Look, whole: string, digits = 7): string {
  const name = shortName(whole);
  const where = whereText(look, digits);
  // A function of several results has a Jacobian.
  if (look.result().shape.length > 0) return `J = ${matrixText(look.jacobian().slice(0, 4), digits)} ${where}`;
  const { gradient, missing } = look.gradient();
  if (look.labels.length === 0) return `${name} = ${formatNumber(look.value(), digits)}`;
  if (look.labels.length === 1) return `${name}′ = ${formatNumber(gradient[0]!, digits)} ${where}`;
  const all = missing.every(Boolean) ? gradient.map(() => 0) : gradient;
  return `∇${name} = ${formatVector(all, digits, 6)} ${where}`;
}

/** Where the point came from. */
export function originText({ kind, line }: Origin): string {
  switch (kind) {
    case "given":
      return l10n.t("the values you gave");
    case "pinned":
      return l10n.t("the pinned point");
    case "comment":
      return l10n.t("the comment in line {0}", (line ?? 0) + 1);
    case "call":
      return line === undefined ? l10n.t("a call in this file") : l10n.t("the call in line {0}", line + 1);
    case "module":
      return l10n.t("the file's variables");
    case "default":
      return l10n.t("the default arguments");
    case "ones":
      return l10n.t("ones, as nothing else is known");
  }
}

/** `[[0, 6], [6, 14]]`: a matrix in one line. */
export function matrixText(rows: readonly ArrayLike<number>[], digits = 7): string {
  return `[${rows.map((row) => `[${Array.from(row, (x) => formatNumber(x, digits)).join(", ")}]`).join(", ")}]`;
}
