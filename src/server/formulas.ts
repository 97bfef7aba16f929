/** Formulas as equations: `g(x₁, x₂) = …`, `∂g/∂x₁ = …`, as hovers and the panel show them. */
import { shortName } from "../analysis/definitions";
import { type FormulaText, followed, type Look, latexSymbol } from "../analysis/subject";

/** More derivatives than this are a list that nobody reads. */
const MOST_DERIVATIVES = 6;

/** g(x₁, x₂) = … */
export function definition(look: Look, whole: string, names = namesOf(look)): FormulaText {
  const left = called(names, shortName(whole));
  const { latex, text } = look.formula();
  return { latex: `${left.latex} = ${latex}`, text: `${left.text} = ${text}` };
}

/** f′(x) = …, or ∂g/∂x₁ = … for each scalar that has one; none where there are many. */
export function derivatives(
  look: Look,
  whole: string,
  names?: readonly string[],
): { name: string; formula: FormulaText }[] {
  const name = shortName(whole);
  const wanted = look.labels.filter((label) => names?.includes(label) ?? true);
  if (wanted.length > MOST_DERIVATIVES) return [];
  const single = wanted.length === 1;
  return look.derivatives().flatMap((derivative, i) => {
    const label = look.labels[i]!;
    if (!derivative || !wanted.includes(label)) return [];
    const left: FormulaText = single
      ? called(names ?? namesOf(look), name, "'")
      : {
          latex: `\\frac{\\partial ${nameLatex(name)}}{\\partial ${latexSymbol(label)}}`,
          text: `∂${name}/∂${label}`,
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
export function secondDerivatives(look: Look, whole: string): FormulaText | undefined {
  const name = shortName(whole);
  const hessian = look.hessianFormula();
  if (!hessian) return undefined;
  if (look.labels.length === 1) {
    const left = called(namesOf(look), name, "''");
    return { latex: `${left.latex} = ${hessian.latex}`, text: `${left.text} = ${hessian.text}` };
  }
  return { latex: `\\nabla^{2} ${nameLatex(name)} = ${hessian.latex}`, text: `∇²${name} = ${hessian.text}` };
}

const namesOf = (look: Look): readonly string[] => followed(look.parameters).map(({ name }) => name);

function called(names: readonly string[], name: string, primes = ""): FormulaText {
  return {
    latex: `${nameLatex(name)}${primes}\\left(${names.map(latexSymbol).join(", ")}\\right)`,
    text: `${name}${primes.replaceAll("'", "′")}(${names.join(", ")})`,
  };
}

export function nameLatex(name: string): string {
  return name.length === 1 ? name : `\\operatorname{${name.replace(/_/g, "\\_")}}`;
}
