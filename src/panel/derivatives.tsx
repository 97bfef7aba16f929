import * as l10n from "@vscode/l10n";
import { useState } from "preact/hooks";
import type { Cell, CheckRow, GradientRow, Verdict, View } from "../protocol/lsp";
import { fromJsonNumber } from "../protocol/values";
import { formatNumber } from "../render/numbers";
import { useAnswer } from "./answer";
import { ComponentName } from "./component";
import { type CsvRow, csvOf } from "./csv";
import { ExportMenu, nameOf } from "./export-menu";
import { Scroll } from "./scroll";
import { useSession } from "./use";

/** More rows than this are shown on demand. */
const SHOWN = 40;

/**
 * The gradient: exact, by central differences, and how far they lie apart, or what it is in float32; and what the check
 * says of it.
 */
export function Derivatives({ view, single }: { view: View; single: boolean }) {
  const session = useSession();
  const [all, setAll] = useState(false);
  const wanted = view.gradient.some((row) => row.automatic);
  const check = useAnswer(session, "check", wanted ? session.about(view) : undefined, view);
  if (view.gradient.length === 0) return null;
  const title = view.gradient.length === 1 ? l10n.t("Derivative") : l10n.t("Gradient");
  const rows = all ? view.gradient : view.gradient.slice(0, SHOWN);
  const checked = new Map((check.fresh ? check.data?.rows : undefined)?.map((row) => [row.name, row]));
  return (
    <section data-section="gradient">
      <div class="section-head">
        <h2 id="gradient">
          {title} <ComponentName view={view} />
        </h2>
        <div class="choosers">
          <button
            type="button"
            class="action"
            aria-pressed={single}
            title={l10n.t("In float32 too, as TensorFlow, PyTorch and JAX compute by default")}
            onClick={() => session.setSingle(!single)}
          >
            float32
          </button>
          <ExportMenu name={`${nameOf(view)} ${title}`} csv={() => csvOf(gradientRows(view, checked))} />
        </div>
      </div>
      <Scroll label={title}>
        <table class="gradient" aria-labelledby="gradient" aria-busy={wanted && !check.fresh}>
          <thead>
            <tr>
              <th scope="col">{l10n.t("by")}</th>
              <th scope="col" class="number">
                {l10n.t("automatic")}
              </th>
              {single && (
                <th scope="col" class="number">
                  float32
                </th>
              )}
              <th scope="col" class="number wide">
                {l10n.t("central differences")}
              </th>
              {!single && (
                <th scope="col" class="number wide">
                  {l10n.t("difference")}
                </th>
              )}
            </tr>
          </thead>
          {rows.map((row) => (
            <Row
              key={row.name}
              row={row}
              checked={checked.get(row.name)}
              waiting={wanted && !check.fresh}
              single={single}
            />
          ))}
        </table>
      </Scroll>
      {rows.length < view.gradient.length && (
        <button type="button" class="link" onClick={() => setAll(true)}>
          {l10n.t("Show all {0} rows", view.gradient.length)}
        </button>
      )}
      {single && (
        <p class="muted">
          {l10n.t("The value in float32: {0}", (check.fresh ? check.data?.single?.text : "…") ?? "—")}
        </p>
      )}
      {check.fresh && (check.problem ?? check.data?.problem) && (
        <p class="muted">{check.problem ?? check.data?.problem}</p>
      )}
    </section>
  );
}

function* gradientRows(view: View, checked: ReadonlyMap<string, CheckRow>): Generator<CsvRow> {
  const number = (cell: Cell | undefined) => cell && fromJsonNumber(cell.value);
  yield ["by", "automatic", "central differences", "difference", "float32", "verdict", "error", "reason"];
  for (const { name, automatic, central, difference, reason } of view.gradient) {
    const row = checked.get(name);
    yield [
      ...[name, number(automatic), number(central), number(difference)],
      ...[number(row?.single) ?? number(automatic), row?.verdict, number(row?.error), reason],
    ];
  }
}

/** All digits stand in the titles, and go to what is copied and saved. */
const short = ({ value }: Cell, digits: number) => formatNumber(fromJsonNumber(value), digits);

interface RowProps {
  row: GradientRow;
  checked: CheckRow | undefined;
  waiting: boolean;
  single: boolean;
}

/** Two lines: the numbers, and what is to be said of them. */
function Row({ row, checked, waiting, single }: RowProps) {
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" rowSpan={2}>
          {row.name}
        </th>
        <td class="number strong" title={row.automatic?.text}>
          {row.automatic ? short(row.automatic, 10) : row.reason ? l10n.t("none") : "—"}
        </td>
        {single && <td class="number single">{checked?.single?.text ?? (waiting && row.automatic ? "…" : "—")}</td>}
        <td class="number muted wide" title={row.central?.text}>
          {row.central ? short(row.central, 8) : "—"}
        </td>
        {!single && (
          <td class="number muted wide" title={row.difference?.text}>
            {row.difference ? short(row.difference, 2) : "—"}
          </td>
        )}
      </tr>
      <tr>
        {row.reason ? (
          <td class="reason" colSpan={3}>
            <Mark kind="none" /> {row.reason}
          </td>
        ) : (
          <td class="verdict" colSpan={3}>
            {checked ? <VerdictOf row={checked} shown={single} /> : waiting ? "…" : ""}
            {row.central && row.difference && (
              <span class="narrow">
                {l10n.t(
                  "central differences {0}, difference {1}",
                  short(row.central, 8),
                  short(row.difference, 2).replaceAll("-", "−"),
                )}
              </span>
            )}
          </td>
        )}
      </tr>
    </tbody>
  );
}

const kinds: Readonly<Record<Verdict, keyof typeof shapes>> = {
  right: "right",
  wrong: "wrong",
  "not differentiable": "none",
  "not trustworthy": "doubt",
  "not finite": "none",
};

/** @param shown the number in float32 has a place of its own */
function VerdictOf({ row, shown }: { row: CheckRow; shown: boolean }) {
  const { method, reference, error, single, differs } = row;
  const kind = kinds[row.verdict];
  const bound = error && formatNumber(fromJsonNumber(error.value), 2);
  return (
    <>
      <span class={`said ${kind}`} title={reference && `${method}: ${reference.text}`}>
        <Mark kind={kind} /> {row.words}
      </span>{" "}
      <span class="how">
        {bound && `${row.verdict === "right" ? method : `${method}: ${reference?.text}`} ± ${bound}`}
        {!bound && row.verdict === "right" && method}
        {single && differs && !shown && `; ${l10n.t("in float32: {0}", single.text)}`}
      </span>
    </>
  );
}

const shapes = {
  right: "M3 8.5l3.2 3.2L13 5",
  wrong: "M4 4l8 8M12 4l-8 8",
  doubt: "M5.5 6a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.8-1.1 1.8M8 12.6v.4",
  none: "M8 2.5a5.5 5.5 0 1 0 .01 0M4.2 11.8l7.6-7.6",
};

function Mark({ kind }: { kind: keyof typeof shapes }) {
  return (
    <svg class="mark" viewBox="0 0 16 16" aria-hidden="true">
      <path d={shapes[kind]} />
    </svg>
  );
}
