/** What `gradlens/minimize` and `gradlens/basins` answer is what stepping with the function's own gradient gives. */
import assert from "node:assert/strict";
import { TextDocument } from "vscode-languageserver-textdocument";
import { minimization } from "../../src/analysis/minimize";
import { Problem } from "../../src/analysis/subject";
import * as engine from "../../src/engine";
import type { MinimizeParams } from "../../src/protocol/lsp";
import { decodeArray, encodeArray } from "../../src/protocol/values";
import { basins } from "../../src/server/basins";
import { minimizeSubject, optionsOf } from "../../src/server/minimize";
import { Session } from "../../src/server/session";
import { close } from "../engine/support";

const URI = "file:///runs.py";
const TEXT = `import math

def himmelblau(x, y):
    return (x**2 + y - 11)**2 + (x + y**2 - 7)**2

def folded(x, y):
    # How often it turns depends on where it stands.
    total = 0.0
    while x > 1:
        x = x / 2
        total = total + x * x
    if y < 0:
        return total + x**2 - 3 * y
    return total + x**2 + y**2

def guarded(x, y):
    return x * math.log(x) + 40 * math.log(y) + y

def network(x, y):
    w = [x, y, x - y]
    return sum(math.tanh(a * 0.7 + 0.1)**2 for a in w) + 0.01 * x * y

def unstable(x, y):
    return math.exp(x * x) + y**4
`;
const token = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose: () => {} }) };

/** By the gradient at each point alone. */
const RULES: { readonly [name: string]: (learningRate: engine.LearningRate) => engine.Optimizer } = {
  sgd: (rate) => engine.sgd(rate),
  momentum: (learningRate) => engine.momentum({ learningRate }),
  adam: (learningRate) => engine.adam({ learningRate }),
  lion: (learningRate) => engine.lion({ learningRate }),
};

describe("recorded runs of the server", () => {
  const session = new Session(new Map([[URI, TextDocument.create(URI, "python", 1, TEXT)]]));
  const subjectOf = (name: string) => ({ kind: "function", uri: URI, name }) as const;

  const expected = (params: MinimizeParams) => {
    const look = session.look(params.subject, params.start);
    const { optimizer, steps, bounds, tolerance, learningRate } = optionsOf(params, look);
    const problem: engine.Problem = {
      gradient(point) {
        try {
          return look.gradientAt(point);
        } catch (error) {
          throw error instanceof Problem ? new RangeError(error.message) : error;
        }
      },
    };
    const run = engine.minimize(problem, look.point, RULES[optimizer]!(learningRate!), {
      steps,
      ...(bounds ? { bounds } : {}),
      ...(tolerance === undefined ? {} : { gradientTolerance: tolerance }),
    });
    const rows: engine.Progress[] = [];
    for (;;) {
      const next = run.next();
      if (next.done) return { rows, end: next.value };
      rows.push(next.value);
    }
  };

  const cases: { readonly [title: string]: Partial<MinimizeParams> } = {
    "to the last step": { learningRate: 0.004 },
    "to a tolerance": { learningRate: 0.01, tolerance: 1e-3 },
    "within bounds": { learningRate: 0.02, bounds: { x: [-0.5, 2], y: ["-Infinity", 0.8] } },
    "along a schedule": { learningRate: 0.02, schedule: { name: "cosine" } },
    "by steps that are too long": { learningRate: 0.4 },
  };
  for (const name of ["himmelblau", "folded", "guarded", "network", "unstable"])
    it(`of ${name}`, async () => {
      for (const optimizer of Object.keys(RULES) as MinimizeParams["optimizer"][])
        for (const [title, choice] of Object.entries(cases)) {
          const start = { x: 1.9, y: 1.2 };
          const params = { subject: subjectOf(name), start, optimizer, steps: 700, ...choice };
          const { rows, end } = expected(params);
          const answer = await minimizeSubject(session, params, token);
          const what = `${optimizer} ${title}`;
          assert.deepEqual([answer.end, answer.steps, answer.stride], [end.reason, end.step, 1], what);
          assert.equal(answer.evaluations, rows.at(-1)!.evaluations, what);
          const [path, values, norms] = [answer.path, answer.values, answer.gradientNorms].map(decodeArray);
          assert.equal(values!.length, rows.length, what);
          rows.forEach((row, k) => {
            row.parameters.forEach((x, i) => {
              close(path![2 * k + i]!, x, 1e-9, `${what}, step ${k}`);
            });
            close(values![k]!, row.value, 1e-9, `${what}, step ${k}`);
            close(norms![k]!, row.gradientNorm!, 1e-7, `${what}, step ${k}`);
          });
          if (end.reason === "failed") assert.ok(answer.message.endsWith(end.message), what);
        }
    });

  it("from many starts, each as if it were the only one", async () => {
    for (const optimizer of ["sgd", "adam"] as const)
      for (const name of ["himmelblau", "folded", "guarded"]) {
        const starts = Float64Array.from({ length: 120 }, (_, i) => 2 + 1.9 * Math.sin(1.7 * i));
        const params = { subject: subjectOf(name), optimizer, learningRate: 0.01, steps: 300, tolerance: 1e-2 };
        let done = 0;
        while (done < 60) {
          const rest = starts.slice(2 * done);
          const answer = await basins(session, { ...params, starts: encodeArray(rest, [60 - done, 2]) }, token);
          const [finals, values, steps, converged] = [answer.finals, answer.values, answer.steps, answer.converged].map(
            decodeArray,
          );
          for (let k = 0; k < values!.length; k++, done++) {
            const [x, y] = starts.subarray(2 * done, 2 * done + 2) as unknown as [number, number];
            const { rows, end } = expected({ ...params, start: { x, y } });
            const last = rows.at(-1)!;
            assert.deepEqual([steps![k], converged![k] === 1], [last.step, end.reason === "converged"]);
            close(values![k]!, last.value, 1e-9);
            last.parameters.forEach((value, i) => {
              close(finals![2 * k + i]!, value, 1e-9);
            });
          }
        }
      }
  });

  it("pause where they are told, and go on", () => {
    const look = session.look(subjectOf("himmelblau"), { x: 1, y: 1 });
    const options = { optimizer: "sgd", learningRate: 1e-4, steps: 50_000 };
    const all = minimization(look, options)(look.point);
    all.advance(Number.POSITIVE_INFINITY, () => false);
    const run = minimization(look, options)(look.point);
    let pauses = 0;
    const values: number[] = [];
    while (
      !run.advance(Number.POSITIVE_INFINITY, () => {
        pauses++;
        return true;
      })
    )
      values.push(...run.take().values);
    values.push(...run.take().values);
    // Nobody waits for all of them in one piece.
    assert.ok(pauses > 10);
    assert.deepEqual(values, [...all.take().values]);
  });
});
