/** Copies the point or the derivatives there as Python, LaTeX or JSON. */
import * as l10n from "@vscode/l10n";
import type { View } from "../protocol/lsp";
import { decodeArray, type JsonNumber, toJsonNumber } from "../protocol/values";
import { type CopyAs, gradientOf, matrixText, namedText } from "./copy-text";
import { Menu } from "./menu";
import type { Model } from "./session";
import { useSession } from "./use";

const formats: readonly (readonly [CopyAs, string])[] = [
  ["python", "Python"],
  ["latex", "LaTeX"],
  ["json", "JSON"],
];

export function CopyMenu({ model, view }: { model: Model; view: View }) {
  const session = useSession();
  const { gradient, hessian, jacobian } = view;
  const choices: [string, (as: CopyAs) => string][] = [];
  if (view.parameters.length > 0) {
    const point = view.parameters.map(({ name, latex, value }) => ({ name, latex, value: model.point[name] ?? value }));
    choices.push([l10n.t("Point"), (as) => namedText(point, as)]);
  }
  if (gradient.some(({ automatic }) => automatic))
    choices.push([l10n.t("Gradient"), (as) => namedText(gradientOf(view), as)]);
  if (hessian?.rows.length) {
    const rows = hessian.rows.map((row) => row.map(({ value }) => value));
    choices.push([l10n.t("Hessian"), (as) => matrixText(`\\nabla^{2} ${view.symbol}`, rows, as)]);
  }
  if (jacobian)
    choices.push([
      l10n.t("Jacobian"),
      (as) => matrixText(`J_{${view.result?.symbol ?? view.symbol}}`, rowsOf(jacobian), as),
    ]);
  if (choices.length === 0) return null;
  return (
    <Menu label={l10n.t("Copy")} class="copies">
      <table>
        <tbody>
          {choices.map(([what, text]) => (
            <tr key={what}>
              <th scope="row">{what}</th>
              {formats.map(([as, label]) => (
                <td key={as}>
                  <button
                    type="button"
                    aria-label={l10n.t("{0} as {1}", what, label)}
                    onClick={() => session.copy(text(as))}
                  >
                    {label}
                  </button>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Menu>
  );
}

function rowsOf({ values, labels }: NonNullable<View["jacobian"]>): JsonNumber[][] {
  const numbers = Array.from(decodeArray(values), toJsonNumber);
  return Array.from({ length: numbers.length / labels.length }, (_, i) =>
    numbers.slice(i * labels.length, (i + 1) * labels.length),
  );
}
