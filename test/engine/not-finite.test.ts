/** Where a sweep stops being finite, forward and back. */
import assert from "node:assert/strict";
import {
  add,
  dialects,
  div,
  exp,
  firstNotFinite,
  greater,
  log,
  mul,
  sqrt,
  sub,
  Tape,
  tensor,
  type Value,
  where,
} from "../../src/engine";

function searched(x: readonly number[], f: (x: Value) => Value) {
  const source = tensor(x, "float64", [x.length]);
  const tape = new Tape(dialects.tensorflow);
  tape.watch(source);
  tape.start();
  const target = f(source);
  tape.stop();
  return firstNotFinite(tape.records, [target], [source], dialects.tensorflow);
}

describe("the first number that is not finite", () => {
  it("forward: the operation, its result and its arguments at that element", () => {
    const found = searched([1, -2], (x) => exp(mul(log(x), 2)))!;
    assert.deepEqual(
      [found.phase, found.application.op.name, found.result, found.operands, found.masked],
      ["forward", "log", Number.NaN, [-2], false],
    );
    const quotient = searched([3, 1], (x) => div(5, sub(x, 3)))!;
    assert.deepEqual([quotient.application.op.name, quotient.operands], ["div", [5, 0]]);
  });

  it("back: the operation at which the cotangent is no longer finite", () => {
    const found = searched([4, 0], (x) => mul(add(sqrt(x), x), 3))!;
    assert.deepEqual(
      [found.phase, found.application.op.name, found.input, found.result, found.operands, found.masked],
      ["backward", "sqrt", 0, Number.POSITIVE_INFINITY, [0], false],
    );
  });

  it("back: a branch that is not taken receives 0, and makes nan of it", () => {
    const found = searched([2, 0], (x) => where(greater(x, 0), log(x), 0))!;
    assert.deepEqual(
      [found.phase, found.application.op.name, found.result, found.operands, found.masked],
      ["backward", "log", Number.NaN, [0], true],
    );
  });

  it("there is none where all is finite, or where what does not count is not", () => {
    assert.equal(
      searched([1, 2], (x) => log(x)),
      undefined,
    );
    // −∞ is not chosen, and nothing passes back to it.
    assert.equal(
      searched([0], (x) => where(greater(x, 1), exp(x), mul(x, 2))),
      undefined,
    );
  });
});
