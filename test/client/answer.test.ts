import assert from "node:assert/strict";
import { gradientAnswer, hessianAnswer } from "../../src/client/answer";
import type { GradientRow, View } from "../../src/protocol/lsp";

const row = (name: string, value: number): GradientRow => ({ name, automatic: { value, text: String(value) } });
const cells = (rows: number[][]) => rows.map((cells) => cells.map((value) => ({ value, text: String(value) })));

function view(extra: Partial<View>): View {
  return {
    subject: { kind: "function", uri: "file:///a.py", name: "g" },
    title: "g(x1, x2)",
    symbol: "g",
    parameters: [],
    origin: { kind: "ones" },
    where: "at (2, 3)",
    derivatives: [],
    guards: [],
    gradient: [],
    plottable: [],
    paths: [],
    milliseconds: 1,
    ...extra,
  };
}

describe("an answer in one line", () => {
  it("is the gradient with its point", () => {
    const answer = gradientAnswer(view({ gradient: [row("x1", 9), row("x2", 42)] }));
    assert.equal(answer?.short, "∇g = (9, 42) at (2, 3)");
  });

  it("is a derivative for one argument", () => {
    const answer = gradientAnswer(view({ title: "f(x)", where: "at x = 1", gradient: [row("x", 8)] }));
    assert.equal(answer?.short, "f′ = 8 at x = 1");
  });

  it("names an expression by itself, and by its variable if there is one", () => {
    const subject = { kind: "expression", text: "(x1 + 5) *\n x2**2", language: "python" } as const;
    const title = "(x1 + 5) * x2**2";
    assert.equal(
      gradientAnswer(view({ subject, title, gradient: [row("x1", 9), row("x2", 42)] }))?.short,
      "∇((x1 + 5) * x2**2) = (9, 42) at (2, 3)",
    );
    const one = { ...subject, text: "x**2" };
    assert.equal(
      gradientAnswer(view({ subject: one, title: "x**2", where: "at x = 3", gradient: [row("x", 6)] }))?.short,
      "∂(x**2)/∂x = 6 at x = 3",
    );
  });

  it("puts no parentheses around parentheses", () => {
    const name = (text: string) => {
      const subject = { kind: "expression", text, language: "python" } as const;
      return gradientAnswer(view({ subject, title: text, gradient: [row("x", 1), row("y", 1)] }))?.short.split(
        " = ",
      )[0];
    };
    assert.equal(name("(x + y)"), "∇(x + y)");
    assert.equal(name("(x + 1) * (y + 1)"), "∇((x + 1) * (y + 1))");
    assert.equal(name("z"), "∇z");
  });

  it("gives the reason of a gradient that is missing", () => {
    const gradient = [row("x1", 9), { name: "x2", reason: "x2 is not watched" }];
    assert.equal(gradientAnswer(view({ gradient }))?.short, "∇g = (9, —) at (2, 3) · x2: x2 is not watched");
  });

  it("says how many numbers it leaves out, and copies them all", () => {
    const gradient = Array.from({ length: 200 }, (_, i) => row(`x${i}`, i));
    const answer = gradientAnswer(view({ gradient }));
    assert.equal(answer?.short, "∇g = (0, 1, 2, 3, 4, 5, 6, 7, … +192) at (2, 3)");
    assert.equal(answer?.full.split(",").length, 201);
  });

  it("is the Hessian", () => {
    const hessian = {
      labels: ["x1", "x2"],
      rows: cells([
        [0, 6],
        [6, 14],
      ]),
    };
    assert.equal(hessianAnswer(view({ hessian }))?.short, "∇²g = [[0, 6], [6, 14]] at (2, 3)");
    const one = { labels: ["x"], rows: cells([[6]]) };
    assert.equal(hessianAnswer(view({ title: "f(x)", where: "at x = 1", hessian: one }))?.short, "f″ = 6 at x = 1");
  });

  it("is nothing where there is nothing", () => {
    assert.equal(gradientAnswer(view({})), undefined);
    assert.equal(hessianAnswer(view({})), undefined);
  });
});
