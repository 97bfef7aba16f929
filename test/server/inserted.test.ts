/** What is inserted gives the numbers that it should: thirty functions in the styles in which people write them. */
import assert from "node:assert/strict";
import { DocumentAnalysis } from "../../src/analysis/document";
import { insertCheck, insertDerivative } from "../../src/analysis/insert";
import { lines, printed } from "./findings";

/** Imports and data, the function, the arguments of a call. */
const FUNCTIONS: readonly (readonly [string, string, string])[] = [
  ["import math", "def f(x): return math.exp(-x**2)*math.sin(3*x)", "0.7"],
  ["import math", "def f(x, y): return math.log(1+math.exp(x*y))", "0.5, -1.2"],
  ["", "def f(x): return x**3 - 2*x + 1", "1.5"],
  ["", "def f(a, b, c): return (a*b - c)**2 / (1 + a**2)", "0.5, 2.0, -1.0"],
  ["import math", "def f(x):\n    if x > 0:\n        return math.sqrt(x)\n    return x**2", "2.0"],
  [
    "import math",
    "def f(x):\n    s = 0.0\n    for k in range(1, 6):\n        s += math.sin(k*x)/k\n    return s",
    "0.4",
  ],
  ["from math import *", "def f(x): return atan2(sin(x), cos(x)**2) + tanh(x)", "0.3"],
  ["import math", "def f(r, t):\n    x = r*math.cos(t)\n    y = r*math.sin(t)\n    return x**2*y", "1.2, 0.4"],
  ["", "def f(v): return v[0]*v[1] + v[2]**2", "[1.0, 2.0, 3.0]"],
  ["", "def f(v): return sum(x**2 for x in v) / len(v)", "[1.0, 2.0, 3.0, 4.0]"],
  ["import numpy as np", "def f(w): return np.sum(w**2) + np.prod(w)", "np.array([1.0, 2.0, 3.0])"],
  [
    "import numpy as np\nA = np.array([[2.0, 1.0], [1.0, 3.0]])\nb = np.array([1.0, -1.0])",
    "def f(x): return 0.5 * x @ A @ x - b @ x",
    "np.array([0.3, -0.7])",
  ],
  ["import numpy as np", "def f(x, y): return np.hypot(x, y) + np.arctan2(y, x)", "1.0, 2.0"],
  ["import numpy as np", "def f(x): return np.log(np.sum(np.exp(x)))", "np.array([0.1, 0.2, -0.5])"],
  ["import numpy as np", "def f(x): return 100*(x[1]-x[0]**2)**2 + (1-x[0])**2", "np.array([-1.2, 1.0])"],
  [
    "import numpy as np\nX = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])\ny = np.array([1.0, 0.0, 1.0])",
    "def f(w, b):\n    z = X @ w + b\n    p = 1/(1+np.exp(-z))\n    return -np.mean(y*np.log(p) + (1-y)*np.log(1-p))",
    "np.array([0.1, -0.2]), 0.3",
  ],
  ["import numpy as np", "def f(M): return np.linalg.det(M)", "np.array([[2.0, 1.0], [0.5, 3.0]])"],
  ["import numpy as np", "def f(x): return np.max(x) + np.linalg.norm(x)", "np.array([1.0, 3.0, 2.0])"],
  ["import numpy as np", "def f(x, p=2): return np.sum(np.abs(x)**p)", "np.array([1.0, -3.0])"],
  ["import numpy as np", "def f(x): return np.where(x > 0, x**2, -x).sum()", "np.array([1.0, -3.0])"],
  ["import numpy as np", "def f(x): return np.cumsum(x)[-1]*x[0] + np.mean(x)", "np.array([1.0, -3.0, 2.0])"],
  [
    "import tensorflow as tf",
    "def f(x, y): return tf.sin(x)*tf.exp(y)",
    "tf.constant(0.5, tf.float64), tf.constant(0.2, tf.float64)",
  ],
  [
    "import tensorflow as tf",
    "def f(w): return tf.reduce_sum(tf.square(w)) + tf.reduce_prod(w)",
    "tf.constant([1.0, 2.0], tf.float64)",
  ],
  ["import tensorflow as tf", "def f(x): return tf.nn.softplus(x) + tf.sigmoid(x)", "tf.constant(0.3, tf.float64)"],
  [
    "import tensorflow as tf",
    "def f(A): return tf.linalg.trace(A @ A)",
    "tf.constant([[1.0, 2.0], [3.0, 4.0]], tf.float64)",
  ],
  ["import tensorflow as tf", "def f(x): return tf.reduce_logsumexp(x)", "tf.constant([1.0, 2.0, 0.5], tf.float64)"],
  ["import numpy as np\nscale = 2.5", "def f(x, t): return scale*np.sin(x*t)**2/(1+t)", "0.3, 1.7"],
  [
    "import numpy as np",
    "def f(x):\n    y = x\n    for _ in range(4):\n        y = np.sin(y) + 0.5*x\n    return y",
    "0.9",
  ],
  ["import math", "def f(x): return math.erf(x) + math.gamma(x + 2)", "0.6"],
  [
    "import numpy as np",
    "def f(w):\n\ta = np.tanh(w[:2])\n\treturn np.dot(a, w[2:])",
    "np.array([0.1, 0.2, 0.3, 0.4])",
  ],
  ["", "def lossFunction(x, y):\n  return (x - 1)**4 + x*y**2", "0.5, 2.0"],
  ["", "def f(x, n=3):\n    r = 1.0\n    for _ in range(n):\n        r = r*x + 1\n    return r", "1.3"],
];

/** Prints a number, an array, a tensor or a list of them as one list of numbers. */
const FLAT = lines(
  "def flat(z):",
  "    if hasattr(z, 'numpy'): z = z.numpy()",
  "    if hasattr(z, 'tolist'): z = z.tolist()",
  "    if isinstance(z, (list, tuple)): return [number for part in z for number in flat(part)]",
  "    return [float(z)]",
);

describe("inserted derivatives", function () {
  this.timeout(60_000);
  for (const [head, definition, call] of FUNCTIONS)
    it(definition.split("\n").slice(0, 2).join(" "), () => {
      const name = /def (\w+)/.exec(definition)![1]!;
      const text = lines(head, "", definition, "", `print(${name}(${call}))`);
      const analysis = new DocumentAnalysis(text, {
        fileName: "script.py",
        budget: { milliseconds: 20_000 },
        now: () => performance.now(),
        readPoint: () => ({}),
      });
      const look = analysis.look(name);
      const truths = { gradient: look.gradient().gradient, hessian: look.hessian().flat() };
      for (const [what, truth] of Object.entries(truths)) {
        const edited = analysis.edited(insertDerivative(analysis, name, what as keyof typeof truths)).text;
        const inserted = [...edited.matchAll(/def (\w+)/g)].map((match) => match[1]!).find((one) => one !== name)!;
        const output = printed(`${edited}${FLAT}print(flat(${inserted}(${call})))\n`);
        const numbers = JSON.parse(output.trim().split("\n").at(-1)!) as number[];
        assert.equal(numbers.length, truth.length, edited);
        numbers.forEach((number, k) => {
          assert.ok(Math.abs(number - truth[k]!) <= 1e-9 * Math.max(1, Math.abs(truth[k]!)), `${what}: ${edited}`);
        });
      }
      const tested = analysis.edited(insertCheck(analysis, name)).text;
      printed(`${tested}${/def (test_\w+)/.exec(tested)![1]}()\n`);
    });
});
