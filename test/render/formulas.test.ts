/** The engine's formulas, set: every one that it can write is LaTeX that the typesetter knows. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  bind,
  derivativeExpression,
  elementwiseOps,
  expressionOf,
  formulaOf,
  gradientNodes,
  latex,
  latexSymbol,
  type Op,
  scalar,
  stage,
} from "../../src/engine";
import { convert } from "../../src/render/mathjax";
import { build, trees } from "../engine/trees";
import { checkXml } from "./xml";

const COMMANDS = new Set(
  (
    "left right frac sqrt cdot ln log sin cos tan arcsin arccos arctan sinh cosh tanh max min operatorname mathrm text " +
    "begin end lfloor rfloor lceil rceil pi sigma psi Gamma infty bmod land lor lnot oplus le ge ne alpha"
  ).split(" "),
);

/** Throws where the typesetter would. */
function check(formula: string): void {
  for (const [, command] of formula.matchAll(/\\([a-zA-Z]+)/g))
    assert.ok(COMMANDS.has(command!), `\\${command} in ${formula}`);
  let depth = 0;
  for (const mark of formula.replaceAll(/\\[{}]/g, "")) {
    depth += mark === "{" ? 1 : mark === "}" ? -1 : 0;
    assert.ok(depth >= 0, formula);
  }
  assert.equal(depth, 0, formula);
  checkXml(convert(formula, true).svg);
}

describe("render: the engine's formulas", function () {
  this.timeout(60_000);

  it("of random expressions and their derivatives are set", () => {
    fc.assert(
      fc.property(trees(2, "steps"), (tree) => {
        const { inputs, outputs } = stage(
          ["alpha", "x_1"].map((name, k) => ({ name, primal: scalar(0.4 + k) })),
          ([x, y]) => [build(tree, [x!, y!])],
        );
        const [output] = outputs;
        check(latex(expressionOf(output!)));
        for (const derivative of gradientNodes(output!, inputs)) {
          if (!derivative) continue;
          const formula = formulaOf(derivative, { of: output, long: 20 });
          if (!formula) continue;
          check(latex(formula.expression, true));
          for (const part of formula.parts) check(`${latexSymbol(part.name)} = ${latex(part.expression, true)}`);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("of every operation are set", () => {
    for (const op of elementwiseOps) {
      const { inputs, outputs } = stage(
        op.domain.map(([low, high], k) => ({ name: `x${k}`, primal: scalar((low + high) / 2) })),
        (args) => [bind(op as Op, args, undefined)],
      );
      check(latex(expressionOf(outputs[0]!)));
      for (const derivative of gradientNodes(outputs[0]!, inputs))
        if (derivative) check(latex(derivativeExpression(derivative, outputs[0]!), true));
    }
  });
});
