/** Operations that move, repeat, sum and multiply: forward and reverse are each other's transpose. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  add,
  broadcastTo,
  cast,
  type DType,
  jvp,
  matmul,
  mul,
  peek,
  reshape,
  type Shape,
  scatterAdd,
  sin,
  sizeOf,
  stack,
  sum,
  type Tensor,
  take,
  tensor,
  transpose,
  type Value,
} from "../../src/engine";
import { close, dot, matrix, numbers, random, taped } from "./support";

const length = fc.integer({ min: 1, max: 4 });
const shapes = fc.array(length, { maxLength: 3 });
const seed = fc.integer();

function sample(shape: Shape, next: () => number, dtype: DType = "float64"): Tensor {
  return tensor(
    Array.from({ length: sizeOf(shape) }, () => 2 * next() - 1),
    dtype,
    shape,
  );
}

/** ⟨v̄, J·v⟩ = ⟨Jᵀ·v̄, v⟩ for random v and v̄. */
function transposed(
  f: (...inputs: Value[]) => Value,
  inputs: readonly Tensor[],
  next: () => number,
  tolerance = 1e-13,
) {
  const tangents = inputs.map((input) => sample(input.shape, next, input.dtype));
  const forward = jvp(f, inputs, tangents);
  const { tape, out } = taped(inputs, () => f(...inputs));
  assert.deepEqual(forward.tangent.shape, out.shape);
  assert.deepEqual(numbers(forward.value), numbers(out));
  const cotangent = sample(out.shape, next, out.dtype);
  const gradients = tape.gradient([out], inputs, [cotangent]);
  const right = gradients.reduce((total, gradient, k) => {
    assert.ok("value" in gradient);
    assert.deepEqual(gradient.value.shape, inputs[k]!.shape);
    assert.equal(gradient.value.dtype, inputs[k]!.dtype);
    return total + dot(gradient.value, tangents[k]!);
  }, 0);
  close(dot(cotangent, forward.tangent), right, tolerance, "⟨v̄, Jv⟩ and ⟨Jᵀv̄, v⟩");
}

describe("structural operations", function () {
  // On a machine that may be busy.
  this.timeout(30_000);

  it("sum over any axes, kept or not, has its transpose", () => {
    fc.assert(
      fc.property(
        shapes,
        fc.array(fc.integer({ min: 0, max: 2 })),
        fc.boolean(),
        fc.boolean(),
        seed,
        (shape, picks, keep, negative, s) => {
          const axes = picks
            .filter((axis) => axis < shape.length)
            .map((axis) => (negative ? axis - shape.length : axis));
          const next = random(s);
          transposed((x) => sum(x!, axes, keep), [sample(shape, next)], next);
        },
      ),
    );
  });

  it("sum adds what it should", () => {
    const x = tensor([1, 2, 3, 4, 5, 6], "float64", [2, 3]);
    assert.deepEqual(numbers(sum(x)), [21]);
    assert.deepEqual(numbers(sum(x, [0])), [5, 7, 9]);
    assert.deepEqual(numbers(sum(x, [-1])), [6, 15]);
    assert.deepEqual(sum(x, [1], true).shape, [2, 1]);
    assert.throws(() => sum(x, [2]), /axis 2 is out of bounds for a value of 2 dimensions/);
  });

  it("broadcast_to has its transpose, from any axes of length 1 and to any new ones", () => {
    fc.assert(
      fc.property(
        shapes,
        fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
        fc.array(length, { maxLength: 2 }),
        seed,
        (shape, squashed, added, s) => {
          const from = shape.map((n, axis) => (squashed[axis] ? 1 : n));
          const next = random(s);
          transposed((x) => broadcastTo(x!, [...added, ...shape]), [sample(from, next)], next);
        },
      ),
    );
  });

  it("broadcast_to refuses a shape that does not fit", () => {
    assert.throws(() => broadcastTo(tensor([1, 2]), [3]), RangeError);
    assert.throws(() => broadcastTo(tensor([1, 2]), []), RangeError);
    assert.throws(() => broadcastTo(tensor([1, 2]), [2, 1]), RangeError);
  });

  it("reshape and transpose have their transposes", () => {
    fc.assert(
      fc.property(shapes, seed, (shape, s) => {
        const next = random(s);
        transposed((x) => reshape(x!, [sizeOf(shape)]), [sample(shape, next)], next);
        const order = shape.map((_, axis) => axis).sort(() => next() - 0.5);
        transposed((x) => transpose(x!, order), [sample(shape, next)], next);
      }),
    );
    assert.throws(() => reshape(tensor([1, 2, 3]), [2]), /cannot reshape/);
  });

  it("take with repeated offsets and scatter_add are each other's transpose", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.nat(), { minLength: 1, maxLength: 8 }),
        seed,
        (size, picks, s) => {
          const offsets = Int32Array.from(picks, (pick) => pick % size);
          const next = random(s);
          transposed((x) => take(x!, offsets, [offsets.length]), [sample([size], next)], next);
          transposed((x) => scatterAdd(x!, offsets, [size]), [sample([offsets.length], next)], next);
        },
      ),
    );
    assert.deepEqual(numbers(take(tensor([5, 6, 7]), Int32Array.of(2, 0, 2), [3])), [7, 5, 7]);
    assert.deepEqual(numbers(scatterAdd(tensor([1, 2, 3]), Int32Array.of(0, 2, 0), [3])), [4, 0, 2]);
  });

  it("stack has its transpose", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), shapes, seed, (count, shape, s) => {
        const next = random(s);
        transposed(
          (...values) => stack(values),
          Array.from({ length: count }, () => sample(shape, next)),
          next,
        );
      }),
    );
    assert.throws(() => stack([]), /nothing to stack/);
    assert.throws(() => stack([tensor([1]), tensor([1, 2])]), /do not stack/);
  });

  it("stack takes the widest element type, so that nothing is lost", () => {
    const out = peek(stack([tensor([1], "int64", []), tensor([2.5], "float32", [])]));
    assert.equal(out.dtype, "float32");
    assert.deepEqual(Array.from(out.data), [1, 2.5]);
  });

  it("cast between floats passes the derivative, in the source's type", () => {
    fc.assert(
      fc.property(shapes, seed, (shape, s) => {
        const next = random(s);
        transposed((x) => cast(x!, "float64"), [sample(shape, next, "float32")], next, 1e-6);
        transposed((x) => cast(x!, "float32"), [sample(shape, next)], next, 1e-6);
      }),
    );
  });

  it("cast to integers and booleans converts as the frameworks do, scalars as arrays", () => {
    for (const x of [-2.7, 2.7, 0, -0.5]) {
      for (const dtype of ["int32", "int64", "bool"] as const) {
        const expected = dtype === "bool" ? Number(x !== 0) : Math.trunc(x) + 0;
        assert.equal(peek(cast(tensor([x], "float64", []), dtype)).item() + 0, expected, `${x} as ${dtype}`);
        assert.equal(Number(peek(cast(tensor([x]), dtype)).data[0]) + 0, expected);
      }
    }
  });

  it("matmul has its transposes, of matrices and vectors", () => {
    fc.assert(
      fc.property(length, length, length, fc.boolean(), fc.boolean(), seed, (m, k, n, left, right, s) => {
        const next = random(s);
        transposed(
          (a, b) => matmul(a!, b!),
          [sample(left ? [k] : [m, k], next), sample(right ? [k] : [k, n], next)],
          next,
        );
      }),
    );
  });

  it("matmul of mixed floats gives each gradient in its own type", () => {
    const next = random(1);
    transposed((a, b) => matmul(a!, b!), [sample([2, 3], next, "float32"), sample([3, 2], next)], next, 1e-6);
  });

  it("matmul multiplies as NumPy's @", () => {
    const a = matrix([
      [1, 2],
      [3, 4],
    ]);
    assert.deepEqual(numbers(matmul(a, a)), [7, 10, 15, 22]);
    assert.deepEqual(numbers(matmul(a, tensor([1, 1]))), [3, 7]);
    assert.deepEqual(numbers(matmul(tensor([1, 1]), a)), [4, 6]);
    assert.deepEqual(matmul(tensor([1, 1]), tensor([2, 3])).shape, []);
    assert.throws(() => matmul(a, tensor([1, 2, 3])), /matmul of shapes/);
  });

  it("elementwise operations broadcast and have their transposes", () => {
    fc.assert(
      fc.property(shapes, fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), seed, (shape, squashed, s) => {
        const next = random(s);
        const other = shape.map((n, axis) => (squashed[axis] ? 1 : n)).slice(squashed[0] ? 1 : 0);
        transposed((a, b) => add(mul(a!, sin(b!)), b!), [sample(shape, next), sample(other, next)], next);
      }),
    );
  });
});
