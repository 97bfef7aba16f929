/** A function or expression at a point: formulas, value, gradient, Hessian, plot, and where frameworks disagree. */
import * as l10n from "@vscode/l10n";
import { sample } from "../../analysis/sample";
import type { Look } from "../../analysis/subject";
import { contourPlot, curvePlot, formatNumber, formatVector, svgUri } from "../../render";
import { definition, derivatives } from "../formulas";
import { matrixText, originText, whereText } from "../words";
import type { Card } from "./card";

/** So many variables have a Hessian that can be read. */
const MOST_HESSIAN = 8;
/** So many disagreements are told. */
const MOST_DISAGREEMENTS = 4;
const PLOT = { width: 240, height: 180 };

/** A look whose formulas are shown, as a function of these names; the others are letters in it. */
interface Written {
  readonly look: Look;
  readonly names?: readonly string[];
}

/** The lines about a look that is called `name`. */
export function lookLines(
  card: Card,
  look: Look,
  name: string,
  title = look.title,
  written: Written = { look },
): string[] {
  const single = look.result().shape.length === 0;
  const formula = definitionLines(card, written, name);
  const numbers = card.part(() => [whereLine(card, look), ...valueLines(card, look, name, title)]);
  const second =
    single && look.labels.length > 0 && look.labels.length <= MOST_HESSIAN
      ? card.part(() => [hessianLine(card, look, name)])
      : [];
  const kinks = single ? card.part(() => disagreementLines(card, look, name)) : [];
  // They take the most time: the numbers are there without them.
  const others = card.below(derivativeLines(card, written, name));
  return [...formula, ...others, ...numbers, ...second, ...kinks];
}

/** The formula with its condition, and those of its derivatives. */
export function formulaLines(card: Card, look: Look, name: string, names?: readonly string[]): string[] {
  const written = { look, names };
  return [...definitionLines(card, written, name), ...derivativeLines(card, written, name)];
}

const hasFormulas = (card: Card, look: Look): boolean =>
  card.settings.hover.formulas && look.result().shape.length === 0;

function definitionLines(card: Card, { look, names }: Written, name: string): string[] {
  if (!hasFormulas(card, look)) return [];
  return card.part(() => {
    const condition = look.condition();
    return [
      card.formula(definition(look, name, names)),
      condition ? `${card.rich.text(l10n.t("for"))} ${card.formula(condition)}` : "",
    ];
  });
}

function derivativeLines(card: Card, { look, names }: Written, name: string): string[] {
  if (!hasFormulas(card, look)) return [];
  return card.part(() => derivatives(look, name, { names }).map(({ formula }) => card.formula(formula)));
}

/** A curve with its tangent, or contours with the gradient, of a function of one or two numbers. */
export function lookPlot(card: Card, look: Look, title = look.title): string[] {
  const { labels } = look;
  const single = look.result().shape.length === 0;
  if (!card.settings.hover.plot || !card.rich.pictures || !single || labels.length === 0 || labels.length > 2)
    return [];
  return card.part(() => {
    const where = whereText(look, card.digits);
    const description =
      labels.length === 1
        ? l10n.t("The curve of {0} with its tangent {1}", title, where)
        : l10n.t("Contours of {0} with the gradient {1}", title, where);
    const options = { theme: card.theme, title, description, ...PLOT };
    const draw = labels.length === 1 ? curvePlot : contourPlot;
    const { svg, width, height } = draw(sample(look, look.point, labels, { proceed: card.proceed }), options);
    return [card.rich.picture({ uri: svgUri(svg), width, height, alt: description })];
  });
}

/** `at (2, 3) — the file's variables` */
function whereLine({ rich, digits }: Card, look: Look): string {
  const where = whereText(look, digits);
  return where ? rich.text(`${where} — ${originText(look.origin)}`) : "";
}

function valueLines(card: Card, look: Look, name: string, title: string): string[] {
  const { digits } = card;
  const { values, shape } = look.result();
  if (shape.length > 0)
    return [
      card.equation(title, formatVector(values, digits, 8)),
      ...(look.labels.length > 0 ? [card.equation("J", matrixText(look.jacobian(), digits))] : []),
    ];
  const { value, gradient } = look.gradient();
  const lines = [card.equation(title, formatNumber(value, digits))];
  if (look.labels.length === 1) lines.push(card.equation(`${name}′`, formatNumber(gradient[0]!, digits)));
  else if (look.labels.length > 1) lines.push(card.equation(`∇${name}`, formatVector(gradient, digits, 8)));
  return lines;
}

function hessianLine(card: Card, look: Look, name: string): string {
  const rows = look.hessian(card.proceed);
  return look.labels.length === 1
    ? card.equation(`${name}″`, formatNumber(rows[0]![0]!, card.digits))
    : card.equation("H", matrixText(rows, card.digits));
}

/** `A kink: f′ = 0 in TensorFlow and PyTorch, 1 in JAX` */
function disagreementLines({ rich, digits }: Card, look: Look, name: string): string[] {
  return look
    .disagreements()
    .slice(0, MOST_DISAGREEMENTS)
    .map(({ label, tensorflow, torch, jax }) => {
      const what = look.labels.length === 1 ? `${name}′` : `∂${name}/∂${label}`;
      const text = (value: number | null) => (value === null ? "None" : formatNumber(value, digits));
      return rich.text(
        l10n.t(
          "Frameworks disagree here on {0}: TensorFlow {1}, PyTorch {2}, JAX {3}",
          what,
          text(tensorflow),
          text(torch),
          text(jax),
        ),
      );
    });
}
