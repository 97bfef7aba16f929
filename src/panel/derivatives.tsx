import * as l10n from "@vscode/l10n";
import type { View } from "../protocol/lsp";
import { Scroll } from "./scroll";

/** The gradient: exact, by central differences, and how far they lie apart. */
export function Derivatives({ view }: { view: View }) {
  if (view.gradient.length === 0) return null;
  const title = l10n.t("Gradient");
  return (
    <section data-section="gradient">
      <h2 id="gradient">{title}</h2>
      <Scroll label={title}>
        <table aria-labelledby="gradient">
          <thead>
            <tr>
              <th scope="col">{l10n.t("by")}</th>
              <th scope="col" class="number">
                {l10n.t("automatic")}
              </th>
              <th scope="col" class="number">
                {l10n.t("central differences")}
              </th>
              <th scope="col" class="number">
                {l10n.t("difference")}
              </th>
            </tr>
          </thead>
          <tbody>
            {view.gradient.map((row) => (
              <tr key={row.name}>
                <th scope="row">{row.name}</th>
                {row.reason && !row.automatic ? (
                  <td colSpan={3} class="reason">
                    {row.reason}
                  </td>
                ) : (
                  <>
                    <td class="number strong">{row.automatic?.text ?? "—"}</td>
                    <td class="number">{row.central?.text ?? "—"}</td>
                    <td class="number muted">{row.difference?.text ?? "—"}</td>
                  </>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

export function Hessian({ view }: { view: View }) {
  if (!view.hessian || view.hessian.rows.length === 0) return null;
  const { labels, rows } = view.hessian;
  const title = rows.length === 1 ? l10n.t("Second derivative") : l10n.t("Hessian");
  return (
    <section data-section="hessian">
      <h2 id="hessian">{title}</h2>
      <Scroll label={title}>
        <table class="matrix" aria-labelledby="hessian">
          <thead>
            <tr>
              <td />
              {labels.map((label) => (
                <th key={label} scope="col" class="number">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, i) => (
              <tr key={labels[i]}>
                <th scope="row">{labels[i]}</th>
                {row.map((cell, j) => (
                  <td key={labels[j]} class="number">
                    {cell.text}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}
