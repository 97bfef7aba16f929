/** The Hessian with what it says of the point, and the Jacobian of a function of several results. */
import * as l10n from "@vscode/l10n";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Cell, Jacobian as JacobianData, Spectrum, View } from "../protocol/lsp";
import { decodeArray, fromJsonNumber } from "../protocol/values";
import { formatNumber } from "../render/numbers";
import { ComponentName } from "./component";
import { type CsvRow, csvOf } from "./csv";
import { ExportMenu, nameOf } from "./export-menu";
import { Scroll } from "./scroll";
import { type Colors, useColors } from "./theme";

/** Up to so many rows and columns the numbers are written out. */
const WRITTEN = 12;
/** Fewer where there are many columns. */
const digitsFor = (columns: number) => (columns > 8 ? 3 : columns > 4 ? 5 : 7);
/** A wider matrix stands across the page. */
export const NARROW = 4;

interface Matrix {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** Row by row. */
  readonly values: ArrayLike<number>;
  /** Whether an entry can differ from 0 at all. */
  readonly possible?: (row: number, column: number) => boolean;
}

const short = (cell: Cell, digits = 6) => formatNumber(fromJsonNumber(cell.value), digits);

export function Hessian({ view }: { view: View }) {
  const { hessian } = view;
  const matrix = useMemo(
    () =>
      hessian && {
        rows: hessian.labels,
        columns: hessian.labels,
        values: hessian.rows.flatMap((row) => row.map((cell) => fromJsonNumber(cell.value))),
      },
    [hessian],
  );
  if (!hessian || !matrix || hessian.rows.length === 0) return null;
  const title = hessian.rows.length === 1 ? l10n.t("Second derivative") : l10n.t("Hessian");
  return (
    <section data-section="hessian">
      <div class="section-head">
        <h2 id="hessian">
          {title} <ComponentName view={view} />
        </h2>
        <ExportMenu name={`${nameOf(view)} ${title}`} csv={() => csvOf(matrixRows(matrix))} />
      </div>
      <MatrixView matrix={matrix} title={title} id="hessian" />
      {hessian.spectrum && <SpectrumView spectrum={hessian.spectrum} labels={hessian.labels} />}
    </section>
  );
}

export function Jacobian({ view }: { view: View }) {
  const { jacobian } = view;
  const matrix = useMemo(() => jacobian && matrixOf(jacobian), [jacobian]);
  if (!jacobian || !matrix) return null;
  const title = l10n.t("Jacobian");
  const { length } = jacobian.pattern.columns;
  const all = matrix.rows.length * matrix.columns.length;
  return (
    <section data-section="hessian">
      <div class="section-head">
        <h2 id="jacobian">{title}</h2>
        <ExportMenu name={`${nameOf(view)} ${title}`} csv={() => csvOf(matrixRows(matrix))} />
      </div>
      <MatrixView matrix={matrix} title={title} id="jacobian" />
      <p class="muted">
        {l10n.t(
          "{0} × {1}; {2} of {3} entries can differ from 0.",
          matrix.rows.length,
          matrix.columns.length,
          length,
          all,
        )}
      </p>
    </section>
  );
}

function matrixOf({ rows, labels, values, pattern }: JacobianData): Matrix {
  const possible = new Set<number>();
  rows.forEach((_, i) => {
    for (let k = pattern.starts[i]!; k < pattern.starts[i + 1]!; k++)
      possible.add(i * labels.length + pattern.columns[k]!);
  });
  return {
    rows,
    columns: labels,
    values: decodeArray(values),
    possible: (row, column) => possible.has(row * labels.length + column),
  };
}

function MatrixView({ matrix, title, id }: { matrix: Matrix; title: string; id: string }) {
  const colors = useColors();
  return matrix.rows.length <= WRITTEN && matrix.columns.length <= WRITTEN ? (
    <Scroll label={title}>
      <Numbers matrix={matrix} colors={colors} id={id} />
    </Scroll>
  ) : (
    <Picture matrix={matrix} colors={colors} title={title} />
  );
}

function* matrixRows({ rows, columns, values }: Matrix): Generator<CsvRow> {
  yield ["", ...columns];
  for (const [i, row] of rows.entries()) yield [row, ...Array.from(columns, (_, j) => values[i * columns.length + j]!)];
}

/** Shares of the largest magnitude, from −1 to 1; small entries can still be told from 0. */
function shareOf(values: ArrayLike<number>): (value: number) => number {
  let most = 0;
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) most = Math.max(most, Math.abs(values[i]!));
  return (value) =>
    most === 0 || Number.isNaN(value) ? 0 : Math.sign(value) * Math.min(1, Math.abs(value) / most) ** 0.6;
}

function Numbers({ matrix, colors, id }: { matrix: Matrix; colors: Colors; id: string }) {
  const { rows, columns, values, possible } = matrix;
  const share = shareOf(values);
  return (
    <table class="matrix" aria-labelledby={id}>
      <thead>
        <tr>
          <td />
          {columns.map((label) => (
            <th key={label} scope="col" class="number" title={label}>
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, i) => (
          <tr key={row}>
            <th scope="row">{row}</th>
            {columns.map((column, j) => {
              const value = values[i * columns.length + j]!;
              if (possible && !possible(i, j))
                return (
                  <td key={column} class="heat never" title={l10n.t("0 whatever the point")}>
                    ·<span class="sr-only">0</span>
                  </td>
                );
              const { background, text } = colors.diverging(share(value));
              return (
                <td
                  key={column}
                  class="number heat"
                  title={formatNumber(value, 17)}
                  style={{ background, color: text }}
                >
                  {formatNumber(value, digitsFor(columns.length))}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A large matrix: a pixel or more for each entry, read by the pointer or the arrow keys. */
function Picture({ matrix, colors, title }: { matrix: Matrix; colors: Colors; title: string }) {
  const { rows, columns, values, possible } = matrix;
  const place = useRef<HTMLCanvasElement>(null);
  const [at, setAt] = useState<[number, number]>();
  useLayoutEffect(() => {
    const canvas = place.current;
    const context = canvas?.getContext("2d");
    if (!canvas || !context) return;
    const share = shareOf(values);
    canvas.width = columns.length;
    canvas.height = rows.length;
    context.clearRect(0, 0, canvas.width, canvas.height);
    rows.forEach((_, i) => {
      columns.forEach((_, j) => {
        if (possible && !possible(i, j)) return;
        const size = share(values[i * columns.length + j]!);
        // An entry that can differ from 0 is seen, even if it is 0 here.
        context.fillStyle = colors.diverging(
          size === 0 ? 0.12 : Math.sign(size) * Math.max(Math.abs(size), 0.3),
        ).background;
        context.fillRect(j, i, 1, 1);
      });
    });
  }, [matrix, colors]);
  const move = (row: number, column: number) =>
    setAt([Math.min(Math.max(row, 0), rows.length - 1), Math.min(Math.max(column, 0), columns.length - 1)]);
  const [row, column] = at ?? [0, 0];
  const text =
    at &&
    l10n.t(
      "row {0}, {1}: {2}",
      rows[row]!,
      columns[column]!,
      formatNumber(values[row * columns.length + column]!, digitsFor(1)),
    );
  return (
    <>
      <canvas
        ref={place}
        class="picture"
        tabIndex={0}
        role="img"
        aria-label={l10n.t("{0} as a picture: the arrow keys read its entries", title)}
        style={{ aspectRatio: String(Math.min(Math.max(columns.length / rows.length, 0.5), 6)) }}
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          move(
            Math.floor(((event.clientY - box.top) / box.height) * rows.length),
            Math.floor(((event.clientX - box.left) / box.width) * columns.length),
          );
        }}
        onPointerLeave={() => setAt(undefined)}
        onKeyDown={(event) => {
          const [down, right] =
            { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }[event.key] ?? [];
          if (down === undefined || right === undefined) return;
          event.preventDefault();
          if (at) move(row + down, column + right);
          else move(0, 0);
        }}
      />
      <p class="readout muted" role="status">
        {text ?? l10n.t("Point at an entry to read it.")}
      </p>
    </>
  );
}

function SpectrumView({ spectrum, labels }: { spectrum: Spectrum; labels: string[] }) {
  const single = labels.length === 1;
  const condition = fromJsonNumber(spectrum.condition.value);
  return (
    <>
      <p class="kind">{wordsOf(spectrum, single)}</p>
      {!single && (
        <>
          <dl class="facts">
            <dt>{l10n.t("Definiteness")}</dt>
            <dd>{definitenessText(spectrum.definiteness)}</dd>
            <dt>{l10n.t("Condition number")}</dt>
            <dd class="numbers">{Number.isFinite(condition) ? short(spectrum.condition) : "∞"}</dd>
            {labels.length > WRITTEN && (
              <>
                <dt>{l10n.t("Eigenvalues")}</dt>
                <dd class="numbers">
                  {l10n.t("{0} … {1}", short(spectrum.values[0]!), short(spectrum.values[spectrum.values.length - 1]!))}
                </dd>
              </>
            )}
          </dl>
          {labels.length <= WRITTEN && <Vectors spectrum={spectrum} labels={labels} />}
        </>
      )}
    </>
  );
}

function Vectors({ spectrum, labels }: { spectrum: Spectrum; labels: string[] }) {
  const colors = useColors();
  const title = l10n.t("Eigenvalues and eigenvectors");
  return (
    <Scroll label={title}>
      <table class="matrix" aria-label={title}>
        <thead>
          <tr>
            <th scope="col" class="number">
              {l10n.t("eigenvalue")}
            </th>
            {labels.map((label) => (
              <th key={label} scope="col" class="number" title={label}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {spectrum.values.map((value, k) => (
            <tr key={value.text}>
              <th scope="row" class="number" title={value.text}>
                {short(value)}
              </th>
              {spectrum.vectors[k]!.map((component, j) => {
                const { background, text } = colors.diverging(component * 0.6);
                return (
                  <td
                    key={labels[j]}
                    class="number heat"
                    title={formatNumber(component, 17)}
                    style={{ background, color: text }}
                  >
                    {formatNumber(Math.abs(component) < 1e-12 ? 0 : component, labels.length > 8 ? 2 : 4)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function wordsOf({ kind, definiteness, slope, tolerance }: Spectrum, single: boolean): string {
  // With a minus that no line ends at.
  const [size, most] = [slope, tolerance].map((cell) => short(cell, 3).replaceAll("-", "−")) as [string, string];
  if (kind === "not stationary") {
    return single
      ? l10n.t("Not a stationary point: the derivative's size {0} exceeds {1}.", size, most)
      : l10n.t("Not a stationary point: a component of the gradient, {0}, exceeds {1}.", size, most);
  }
  const stationary = l10n.t("No component of the gradient exceeds {0}: it counts as 0.", most);
  return `${kindText(kind, definiteness)} ${stationary}`;
}

function kindText(kind: Spectrum["kind"], definiteness: Spectrum["definiteness"]): string {
  switch (kind) {
    case "minimum":
      return l10n.t("A local minimum: all curvatures are positive.");
    case "maximum":
      return l10n.t("A local maximum: all curvatures are negative.");
    case "saddle":
      return l10n.t("A saddle point: some curvatures are positive, others negative.");
    default:
      return definiteness === "zero"
        ? l10n.t("A degenerate stationary point: all curvatures are 0, which decides nothing.")
        : l10n.t("A degenerate stationary point: a curvature is 0, and none contradicts an extremum.");
  }
}

function definitenessText(definiteness: Spectrum["definiteness"]): string {
  switch (definiteness) {
    case "positive definite":
      return l10n.t("positive definite");
    case "positive semidefinite":
      return l10n.t("positive semidefinite");
    case "negative definite":
      return l10n.t("negative definite");
    case "negative semidefinite":
      return l10n.t("negative semidefinite");
    case "indefinite":
      return l10n.t("indefinite");
    case "zero":
      return l10n.t("zero: it has no curvature");
  }
}
