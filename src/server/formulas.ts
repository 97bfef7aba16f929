/** Formulas as equations: `g(x₁, x₂) = …`, `∂g/∂x₁ = …`, as hovers and the panel show them. */
import { type FormulaText, followed, type Look, latexSymbol } from "../analysis/subject";

/** More derivatives than this are a list that nobody reads. */
const MOST_DERIVATIVES = 6;

/** g(x₁, x₂) = … */
export function definition(look: Look, name: string): FormulaText {
  const { latex, text } = look.formula();
  return { latex: `${called(look, name).latex} = ${latex}`, text: `${called(look, name).text} = ${text}` };
}

/** f′(x) = …, or ∂g/∂x₁ = … for each scalar that has one; none where there are many. */
export function derivatives(look: Look, name: string): { name: string; formula: FormulaText }[] {
  if (look.labels.length > MOST_DERIVATIVES) return [];
  const single = look.labels.length === 1;
  return look.derivatives().flatMap((derivative, i) => {
    const label = look.labels[i]!;
    if (!derivative) return [];
    const left: FormulaText = single
      ? called(look, name, "'")
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

/** ∇²g = …; undefined where it would be too large to read. */
export function secondDerivatives(look: Look, name: string): FormulaText | undefined {
  const hessian = look.hessianFormula();
  if (!hessian) return undefined;
  if (look.labels.length === 1) {
    const left = called(look, name, "''");
    return { latex: `${left.latex} = ${hessian.latex}`, text: `${left.text} = ${hessian.text}` };
  }
  return { latex: `\\nabla^{2} ${nameLatex(name)} = ${hessian.latex}`, text: `∇²${name} = ${hessian.text}` };
}

function called(look: Look, name: string, primes = ""): FormulaText {
  const names = followed(look.parameters).map((parameter) => parameter.name);
  return {
    latex: `${nameLatex(name)}${primes}\\left(${names.map(latexSymbol).join(", ")}\\right)`,
    text: `${name}${primes.replaceAll("'", "′")}(${names.join(", ")})`,
  };
}

function nameLatex(name: string): string {
  return name.length === 1 ? name : `\\operatorname{${name.replace(/_/g, "\\_")}}`;
}
