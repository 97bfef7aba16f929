/** Formulas as equations: `g(x₁, x₂) = …`, `∂g/∂x₁ = …`, as hovers and the panel show them. */
import { shortName } from "../analysis/definitions";
import { type Component, type FormulaText, followed, type Look, latexSymbol } from "../analysis/subject";

/** More derivatives than this are a list that nobody reads. */
const MOST_DERIVATIVES = 6;

/** g(x₁, x₂) = … */
export function definition(look: Look, whole: string, names = namesOf(look)): FormulaText {
  const left = called(names, symbolOf(whole));
  const { latex, text } = look.formula();
  return { latex: `${left.latex} = ${latex}`, text: `${left.text} = ${text}` };
}

/** What formulas call a function, or a number of its several results: g, g₀,₁, ‖g‖, ½‖g‖². */
export function symbolOf(whole: string, component?: Component, label = ""): FormulaText {
  const name = shortName(whole);
  const latex = nameLatex(name);
  switch (component) {
    case undefined:
      return { latex, text: name };
    case "norm":
      return { latex: `\\lVert ${latex} \\rVert`, text: `‖${name}‖` };
    case "squares":
      return { latex: `\\tfrac{1}{2} \\lVert ${latex} \\rVert^{2}`, text: `½‖${name}‖²` };
    default:
      return { latex: `${latex}_{${label.replace(/[[\]\s]/g, "")}}`, text: `${name}${label}` };
  }
}

/** f′(x) = …, or ∂g/∂x₁ = … for each scalar that has one; none where there are many. */
export function derivatives(
  look: Look,
  whole: string,
  { symbol = symbolOf(whole), names }: { symbol?: FormulaText; names?: readonly string[] | undefined } = {},
): { name: string; formula: FormulaText }[] {
  const wanted = look.labels.filter((label) => names?.includes(label) ?? true);
  if (wanted.length > MOST_DERIVATIVES) return [];
  const single = wanted.length === 1;
  return look.derivatives().flatMap((derivative, i) => {
    const label = look.labels[i]!;
    if (!derivative || !wanted.includes(label)) return [];
    const left: FormulaText = single
      ? primed(names ?? namesOf(look), symbol, label, 1)
      : {
          latex: `\\frac{\\partial ${symbol.latex}}{\\partial ${latexSymbol(label)}}`,
          text: `∂${symbol.text}/∂${label}`,
        };
    return [
      {
        name: label,
        formula: { latex: `${left.latex} = ${derivative.latex}`, text: `${left.text} = ${derivative.text}` },
      },
    ];
  });
}

/** ∂/∂x [x² y] = 2xy, of an expression of the text. */
export function partialDerivative(look: Look, label: string, derivative: FormulaText): FormulaText {
  const whole = look.formula();
  return {
    latex: `\\frac{\\partial}{\\partial ${latexSymbol(label)}} \\left[${whole.latex}\\right] = ${derivative.latex}`,
    text: `∂(${whole.text})/∂${label} = ${derivative.text}`,
  };
}

/** ∇²g = …; undefined where it would be too large to read. */
export function secondDerivatives(look: Look, whole: string, symbol = symbolOf(whole)): FormulaText | undefined {
  const hessian = look.hessianFormula();
  if (!hessian) return undefined;
  if (look.labels.length === 1) {
    const left = primed(namesOf(look), symbol, look.labels[0]!, 2);
    return { latex: `${left.latex} = ${hessian.latex}`, text: `${left.text} = ${hessian.text}` };
  }
  return { latex: `\\nabla^{2} ${symbol.latex} = ${hessian.latex}`, text: `∇²${symbol.text} = ${hessian.text}` };
}

const namesOf = (look: Look): readonly string[] => followed(look.parameters).map(({ name }) => name);

function called(names: readonly string[], { latex, text }: FormulaText): FormulaText {
  return {
    latex: `${latex}\\left(${names.map(latexSymbol).join(", ")}\\right)`,
    text: `${text}(${names.join(", ")})`,
  };
}

/** f′(x), f″(x); of what is no bare name, as Leibniz writes it. */
function primed(names: readonly string[], { latex, text }: FormulaText, label: string, order: 1 | 2): FormulaText {
  if (!/[[‖]/.test(text)) return called(names, { latex: latex + "'".repeat(order), text: text + "′".repeat(order) });
  const [power, sign] = order === 1 ? ["", ""] : ["^{2}", "²"];
  return {
    latex: `\\frac{\\mathrm{d}${power} ${latex}}{\\mathrm{d} ${latexSymbol(label)}${power}}`,
    text: `d${sign}${text}/d${label}${sign}`,
  };
}

export function nameLatex(name: string): string {
  return name.length === 1 ? name : `\\operatorname{${name.replace(/_/g, "\\_")}}`;
}
