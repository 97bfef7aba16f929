/** Sparse Jacobians and Hessians: patterns by tracing, colourings, and how few passes they take. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  add,
  colourColumns,
  colourSymmetric,
  concretize,
  cumsum,
  diag,
  exp,
  flip,
  gradient,
  greater,
  hessian,
  jacobian,
  matmul,
  maximum,
  mul,
  pow,
  prod,
  reshape,
  roll,
  type SparsityPattern,
  scalar,
  sin,
  slice,
  solve,
  sparseHessian,
  sparseJacobian,
  square,
  stack,
  stopGradient,
  sub,
  sum,
  take,
  tensor,
  tril,
  type Value,
  where,
} from "../../src/engine";
import { close, matrix, numbers, random } from "./support";
import { build, trees } from "./trees";

const points = (n: number, seed = 1) => {
  const next = random(seed);
  return tensor(Array.from({ length: n }, () => 0.5 + next()));
};

const first = (x: Value) => slice(x, [{ stop: -1 }]);
const rest = (x: Value) => slice(x, [{ start: 1 }]);

/** The extended Rosenbrock function: a tridiagonal Hessian. */
const rosenbrock = (x: Value): Value =>
  add(sum(mul(100, square(sub(rest(x), square(first(x)))))), sum(square(sub(1, first(x)))));

/** How often `f` is called, and f itself. */
function counted(f: (x: Value) => Value): { f: (x: Value) => Value; calls: () => number } {
  let calls = 0;
  return {
    f: (x) => {
      calls++;
      return f(x);
    },
    calls: () => calls,
  };
}

const rowsOf = ({ shape, starts, columns }: SparsityPattern): number[][] =>
  Array.from({ length: shape[0] }, (_, i) => [...columns.subarray(starts[i], starts[i + 1])]);

/** Compares with the dense derivative, which must also be 0 outside of the pattern. */
function same(sparse: { toDense(): number[][] }, dense: Value, width: number, label = ""): void {
  const expected = numbers(dense);
  sparse
    .toDense()
    .flat()
    .forEach((x, k) => {
      close(x, expected[k]!, 1e-12, `${label} (${Math.floor(k / width)}, ${k % width})`);
    });
}

function patternFrom(places: readonly (readonly [number, number])[], height: number, width: number): SparsityPattern {
  const rows = Array.from({ length: height }, () => new Set<number>());
  for (const [i, j] of places) rows[i]!.add(j);
  const lists = rows.map((row) => [...row].sort((a, b) => a - b));
  const starts = new Int32Array(height + 1);
  lists.forEach((row, i) => {
    starts[i + 1] = starts[i]! + row.length;
  });
  return { shape: [height, width], starts, columns: Int32Array.from(lists.flat()) };
}

describe("sparse derivatives", () => {
  it("a tridiagonal Hessian of 10,000 variables takes at most four products", () => {
    const n = 10_000;
    const { f, calls } = counted(rosenbrock);
    const prepared = sparseHessian(f, points(n));
    assert.equal(prepared.pattern.columns.length, 3 * n - 2);
    assert.equal(calls(), 1, "preparing runs the function once");
    assert.ok(prepared.passes <= 4);
    for (const seed of [2, 3]) {
      const x = points(n, seed);
      const h = prepared.at(x);
      assert.equal(calls(), 1, "its graph and the colouring are kept");
      // The second derivatives of the extended Rosenbrock function, written out.
      const at = numbers(x);
      const { rows, columns, values } = h;
      for (let k = 0; k < values.length; k++) {
        const [i, j] = [rows[k]!, columns[k]!];
        const low = Math.min(i, j);
        const diagonal = (i < n - 1 ? 1200 * at[i]! ** 2 - 400 * at[i + 1]! + 2 : 0) + (i > 0 ? 200 : 0);
        close(values[k]!, i === j ? diagonal : -400 * at[low]!, 1e-12, `(${i}, ${j})`);
      }
    }
  });

  it("a banded Jacobian of 10,000 variables takes as many passes as its band is wide", () => {
    const n = 10_000;
    // Broyden's tridiagonal function.
    const broyden = (x: Value) => {
      const left = mul(tensor(Float64Array.from({ length: n }, (_, i) => Number(i > 0))), roll(x, 1));
      const right = mul(tensor(Float64Array.from({ length: n }, (_, i) => Number(i < n - 1))), roll(x, -1));
      return add(sub(sub(mul(sub(3, mul(2, x)), x), left), mul(2, right)), 1);
    };
    const { f, calls } = counted(broyden);
    const prepared = sparseJacobian(f, points(n));
    // The constant zeros at both ends are no entries.
    assert.equal(prepared.pattern.columns.length, 3 * n - 2);
    assert.deepEqual([prepared.passes, prepared.mode], [3, "forward"]);
    const x = points(n, 5);
    const { rows, columns, values } = prepared.at(x);
    assert.equal(calls(), 1);
    const at = numbers(x);
    for (let k = 0; k < values.length; k++) {
      const offset = columns[k]! - rows[k]!;
      close(
        values[k]!,
        offset === 0 ? 3 - 4 * at[rows[k]!]! : offset < 0 ? -1 : -2,
        1e-14,
        `(${rows[k]}, ${columns[k]})`,
      );
    }
  });

  it("chooses the direction with fewer passes", () => {
    const tall = sparseJacobian((x) => mul(slice(x, [{ stop: 1 }]), tensor([1, 2, 3, 4])), points(3));
    assert.deepEqual([tall.passes, tall.mode], [1, "forward"]);
    const wide = sparseJacobian((x) => stack([sum(square(x)), take(x, Int32Array.of(0), [])]), points(50));
    assert.deepEqual([wide.passes, wide.mode], [2, "reverse"]);
    same(
      wide.at(points(50, 9)),
      jacobian((x) => stack([sum(square(x)), take(x, Int32Array.of(0), [])]))(points(50, 9)),
      50,
    );
  });

  it("an arrowhead Hessian takes two products", () => {
    const f = (x: Value) => sum(mul(take(x, Int32Array.of(0), []), square(x)));
    const prepared = sparseHessian(f, points(200));
    assert.equal(prepared.pattern.columns.length, 3 * 200 - 2);
    assert.equal(prepared.passes, 2);
    const x = points(200, 4);
    same(prepared.at(x), hessian(f)(x), 200);
  });

  it("knows the dependence of every kind of operation", () => {
    const A = matrix([
      [2, 0, 0, 1],
      [0, 3, 0, 0],
      [0, 0, 4, 0],
      [0, 0, 0, 5],
    ]);
    const cases: [name: string, f: (x: Value) => Value, rows: number[][]][] = [
      ["elementwise", (x) => sin(x), [[0], [1], [2], [3]]],
      [
        "a shift",
        (x) => sub(rest(x), first(x)),
        [
          [0, 1],
          [1, 2],
          [2, 3],
        ],
      ],
      ["running sums", (x) => cumsum(x), [[0], [0, 1], [0, 1, 2], [0, 1, 2, 3]]],
      [
        "reversal",
        (x) => mul(x, flip(x)),
        [
          [0, 3],
          [1, 2],
          [1, 2],
          [0, 3],
        ],
      ],
      ["a product with constant zeros", (x) => matmul(A, x), [[0, 3], [1], [2], [3]]],
      ["equations", (x) => solve(A, x), [[0, 3], [1], [2], [3]]],
      ["a triangle", (x) => reshape(tril(reshape(x, [2, 2])), [4]), [[0], [], [2], [3]]],
      ["a diagonal matrix", (x) => sum(diag(x), [0]), [[0], [1], [2], [3]]],
      ["a constant mask", (x) => where(tensor([1, 0, 1, 0], "bool"), x, 0), [[0], [], [2], []]],
      [
        "both branches of a condition on x",
        (x) => where(greater(x, 1), x, roll(x, 1)),
        [
          [0, 3],
          [0, 1],
          [1, 2],
          [2, 3],
        ],
      ],
      ["a cut", (x) => add(stopGradient(x), roll(x, 1)), [[3], [0], [1], [2]]],
      ["constants", () => tensor([1, 2]), [[], []]],
      [
        "halves",
        (x) => prod(reshape(x, [2, 2]), [1]),
        [
          [0, 1],
          [2, 3],
        ],
      ],
      [
        "larger of neighbours",
        (x) => maximum(first(x), rest(x)),
        [
          [0, 1],
          [1, 2],
          [2, 3],
        ],
      ],
      ["a constant power", (x) => pow(x, 2), [[0], [1], [2], [3]]],
    ];
    for (const [name, f, rows] of cases) {
      const prepared = sparseJacobian(f, points(4));
      assert.deepEqual(rowsOf(prepared.pattern), rows, name);
      const x = points(4, 3);
      same(prepared.at(x), jacobian(f)(x), 4, name);
    }
  });

  it("is never too small: random functions, Jacobian and Hessian", () => {
    const n = 5;
    fc.assert(
      fc.property(fc.array(trees(n, "kinks"), { minLength: 1, maxLength: 4 }), fc.integer(), (many, seed) => {
        const x = points(n, seed);
        const elements = (at: Value) => Array.from({ length: n }, (_, i) => take(at, Int32Array.of(i), []));
        const f = (at: Value) => stack(many.map((tree) => add(build(tree, elements(at)), 0)));
        const total = (at: Value) => sum(f(at));
        const dense = jacobian(f)(x);
        if (!numbers(dense).every(Number.isFinite)) return;
        same(sparseJacobian(f, x).at(x), dense, n, "Jacobian");
        const second = hessian(total)(x);
        if (!numbers(second).every(Number.isFinite)) return;
        const scale = Math.max(...numbers(second).map(Math.abs), 1);
        const sparse = sparseHessian(total, x).at(x).toDense().flat();
        numbers(second).forEach((expected, k) => {
          assert.ok(Math.abs(sparse[k]! - expected) <= 1e-10 * scale, `${k}: ${sparse[k]} is not ${expected}`);
        });
      }),
      { numRuns: 150 },
    );
  });

  it("makes the pattern anew where control flow takes another branch", () => {
    const f = (x: Value) =>
      concretize(greater(take(x, Int32Array.of(0), []), 0)).item() ? square(x) : mul(x, roll(x, 1));
    const prepared = sparseJacobian(f, tensor([1, 2, 3]));
    assert.deepEqual(rowsOf(prepared.at(tensor([4, 5, 6])).pattern), [[0], [1], [2]]);
    assert.deepEqual(prepared.at(tensor([-1, 2, 3])).toDense(), [
      [3, 0, -1],
      [2, -1, 0],
      [0, 3, 2],
    ]);
  });

  it("keeps shapes row-major, and says what it cannot do", () => {
    const x = tensor([1, 2, 3, 4], "float64", [2, 2]);
    assert.deepEqual(
      sparseJacobian((at) => sum(square(at), [0]), x)
        .at(x)
        .toDense(),
      [
        [2, 0, 6, 0],
        [0, 4, 0, 8],
      ],
    );
    assert.deepEqual(
      sparseHessian((at) => sum(mul(3, at)), x)
        .at(x)
        .toDense(),
      Array(4).fill([0, 0, 0, 0]),
    );
    assert.throws(() => sparseHessian((at) => at, x), RangeError);
    assert.deepEqual(sparseHessian(() => scalar(1), x).at(x).values.length, 0);
    const dense = (at: Value) => exp(sum(at));
    assert.throws(() => sparseHessian(dense, points(5000)), /places/);
    same(sparseHessian(dense, points(30)).at(points(30)), hessian(dense)(points(30)), 30);
  });

  it("agrees with the gradient's Jacobian on a function with far couplings", () => {
    const n = 60;
    const f = (x: Value) => sum(mul(sin(x), roll(square(x), 7)));
    const x = points(n);
    const prepared = sparseHessian(f, x);
    assert.equal(prepared.pattern.columns.length, 3 * n);
    same(prepared.at(x), jacobian((at) => gradient(f)(at)[0]!)(x), n);
  });
});

describe("colourings", () => {
  const places = (n: number) => fc.array(fc.tuple(fc.nat(n - 1), fc.nat(n - 1)), { maxLength: 3 * n });

  it("no two columns of a colour meet in a row", () => {
    fc.assert(
      fc.property(places(20), (entries) => {
        const pattern = patternFrom(entries, 20, 20);
        const { colours, count } = colourColumns(pattern);
        for (const row of rowsOf(pattern)) {
          const own = row.map((column) => colours[column]!);
          assert.equal(new Set(own).size, own.length);
          assert.ok(own.every((colour) => colour >= 0 && colour < count));
        }
      }),
      { numRuns: 300 },
    );
  });

  it("a colouring of a symmetric pattern is proper, and every path of four vertices has three colours", () => {
    fc.assert(
      fc.property(places(14), (entries) => {
        const all = [...entries, ...entries.map(([i, j]): [number, number] => [j, i])];
        const rows = rowsOf(patternFrom(all, 14, 14)).map((row, i) => row.filter((j) => j !== i));
        const { colours } = colourSymmetric(patternFrom(all, 14, 14));
        rows.forEach((row, b) => {
          for (const c of row) {
            assert.notEqual(colours[b], colours[c]);
            for (const a of row)
              for (const d of rows[c]!)
                if (a !== c && d !== b && a !== d)
                  assert.ok(new Set([a, b, c, d].map((vertex) => colours[vertex])).size >= 3, `${[a, b, c, d]}`);
          }
        });
      }),
      { numRuns: 300 },
    );
  });

  it("a grid's five-point pattern needs few colours whatever its size", () => {
    const counts = [10, 30].map((side) => {
      const all: [number, number][] = [];
      for (let i = 0; i < side * side; i++) {
        all.push([i, i]);
        if (i % side < side - 1) all.push([i, i + 1], [i + 1, i]);
        if (i + side < side * side) all.push([i, i + side], [i + side, i]);
      }
      return colourSymmetric(patternFrom(all, side * side, side * side)).count;
    });
    assert.ok(
      counts.every((count) => count <= 8),
      `${counts}`,
    );
  });
});
