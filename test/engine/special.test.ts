/** Special functions and activations against mpmath (test/oracles/special.py), values and first derivatives. */
import assert from "node:assert/strict";
import * as engine from "../../src/engine";
import { type Operand, peek, polygamma, scalar, trigamma, type Value } from "../../src/engine";
import reference from "../fixtures/engine/special.json";
import { close, plain, taped } from "./support";

type Row = [name: string, at: number[], value: number, gradients: (number | null)[]];

const NAMES: { readonly [python: string]: (...inputs: Value[]) => Value } = {
  trigamma: (x) => trigamma(x!),
  polygamma: (n, x) => polygamma(n!, x!),
  gelu_tanh: (x) => engine.geluTanh(x!),
  hard_sigmoid: (x) => engine.hardSigmoid(x!),
  leaky_relu: (x, slope) => engine.leakyRelu(x!, slope!),
};

function named(name: string): (...inputs: Value[]) => Value {
  return NAMES[name] ?? (engine as unknown as { [name: string]: (...inputs: Operand[]) => Value })[name]!;
}

const rows = reference as unknown as Row[];

describe("special functions, against mpmath", () => {
  for (const name of new Set(rows.map((row) => row[0])))
    it(`${name} and its derivative, within 1e-13`, () => {
      for (const [, at, value, gradients] of rows.filter((row) => row[0] === name)) {
        const inputs = at.map((x) => scalar(x));
        const { tape, out } = taped(inputs, () => named(name)(...inputs));
        close(peek(out).item(), value, 1e-13, `${name}(${at})`, 0);
        tape.gradient([out], inputs).forEach((gradient, k) => {
          const expected = gradients[k];
          if (typeof expected === "number")
            close(plain(gradient) as number, expected, 1e-13, `${name}(${at}), ∂${k}`, 0);
        });
      }
    });

  it("answers at poles and infinities", () => {
    const at = (f: (x: Operand) => Value, x: number) => peek(f(x)).item();
    assert.deepEqual(
      [at(engine.erf, Infinity), at(engine.erfc, -Infinity), at(engine.erfinv, 1), at(engine.erfinv, -1)],
      [1, 2, Infinity, -Infinity],
    );
    assert.ok(Number.isNaN(at(engine.erfinv, 1.5)) && Number.isNaN(at(engine.digamma, -2)));
    assert.deepEqual(
      [at(engine.lgamma, 0), at(engine.lgamma, -3), at(engine.digamma, 0), at(engine.trigamma, 0)],
      [Infinity, Infinity, -Infinity, Infinity],
    );
    assert.deepEqual([at(engine.sinc, 0), at(engine.sinc, 3), at(engine.silu, 1e300)], [1, 0, 1e300]);
  });

  it("works on the bits of integers up to 2⁵³", () => {
    const at = (f: (x: Operand, y: Operand) => Value, x: number, y: number) =>
      peek(f(scalar(x, "int64"), scalar(y, "int64"))).item();
    assert.equal(at(engine.bitwiseAnd, 2 ** 40 + 5, 2 ** 40 + 3), 2 ** 40 + 1);
    assert.equal(at(engine.bitwiseOr, -4, 1), -3);
    assert.equal(at(engine.bitwiseXor, 6, 3), 5);
    assert.equal(at(engine.leftShift, 3, 40), 3 * 2 ** 40);
    assert.equal(at(engine.rightShift, -5, 1), -3);
  });
});
