/**
 * A host for the page that answers as the extension would: by itself for a few functions, so that a test says what it
 * answers; by the real server for the others of `program`, and for whatever else the page asks.
 */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { CancellationToken } from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import {
  defaultSettings,
  type Formula,
  type LoopPath,
  type PlotData,
  type PlotParams,
  type Point,
  type ScriptView,
  type View,
  type ViewParams,
} from "../../src/protocol/lsp";
import type { PanelState, ToHost, ToPage } from "../../src/protocol/panel";
import { encodeArray, fromJsonNumber, type JsonTree, toJsonNumber } from "../../src/protocol/values";
import { formatNumber, loadTypesetter, typeset } from "../../src/render";
import { basins } from "../../src/server/basins";
import { check } from "../../src/server/check";
import { minimizeSubject } from "../../src/server/minimize";
import { plane } from "../../src/server/plane";
import { plot, slices } from "../../src/server/plot";
import { script } from "../../src/server/script";
import { Session } from "../../src/server/session";
import { tape } from "../../src/server/tape";
import { view } from "../../src/server/view";

interface Subject {
  title: string;
  names: string[];
  start: Point;
  value: (x: number[]) => number;
  formulas?: { f: string; derivatives: string[]; hessian?: string; guards?: string[] };
  reasons?: Record<string, string>;
  loop?: { start: number[]; rate: number; steps: number };
  problem?: string;
  partial?: boolean;
}

export const subjects: Record<string, Subject> = {
  f: {
    title: "f(x)",
    names: ["x"],
    start: { x: 1 },
    value: ([x = 0]) => 3 * x * x + 2 * x - 1,
    formulas: {
      f: "f(x) = 3x^2 + 2x - 1",
      derivatives: [String.raw`\frac{\mathrm{d}f}{\mathrm{d}x} = 6x + 2`],
      hessian: String.raw`\frac{\mathrm{d}^2f}{\mathrm{d}x^2} = 6`,
    },
    loop: { start: [0], rate: 0.1, steps: 12 },
  },
  g: {
    title: "g(x1, x2)",
    names: ["x1", "x2"],
    start: { x1: 2, x2: 3 },
    value: ([a = 0, b = 0]) => (a + 5) * b * b,
    formulas: {
      f: String.raw`g(x_1, x_2) = (x_1 + 5)\,x_2^2`,
      derivatives: [
        String.raw`\frac{\partial g}{\partial x_1} = x_2^2`,
        String.raw`\frac{\partial g}{\partial x_2} = 2\,(x_1 + 5)\,x_2`,
      ],
      hessian: String.raw`\nabla^2 g = \begin{pmatrix} 0 & 2x_2 \\ 2x_2 & 2(x_1 + 5) \end{pmatrix}`,
      guards: ["x_1 > -5"],
    },
    loop: { start: [4, 4], rate: 0.02, steps: 25 },
  },
  bowl: {
    title: "bowl(weight, bias)",
    names: ["weight", "bias"],
    start: { weight: 4, bias: 3 },
    value: ([a = 0, b = 0]) => (a - 1) ** 2 + 3 * (b + 1) ** 2 + Math.sin(2 * a) * 2,
  },
  loss: {
    title: "loss(w, b, x, rate)",
    names: ["w[0, 0]", "w[0, 1]", "w[0, 2]", "w[1, 0]", "w[1, 1]", "w[1, 2]", "b", "x", "rate"],
    start: {
      w: [
        [0.1, 0.2, 0.3],
        [0.4, 0.5, 0.6],
      ],
      b: 0.5,
      x: 2,
      rate: 1,
    },
    value: (v) => v.slice(0, 6).reduce((sum, w, i) => sum + (w * v[7]! - i) ** 2, 0) * v[8]! + v[6]! ** 2,
    reasons: { "w[1, 2]": "cut by .numpy() in line 7" },
  },
  slow: {
    title: "slow(x1, x2)",
    names: ["x1", "x2"],
    start: { x1: 2, x2: 3 },
    value: ([a = 0, b = 0]) => (a + 5) * b * b,
    partial: true,
  },
  log: {
    title: "h(x)",
    names: ["x"],
    start: { x: -1 },
    value: ([x = 0]) => Math.log(x) / (x - 2),
    problem: "line 3: math domain error",
  },
};

const program = `import math
import numpy as np

def f(x):
    return 3 * x**2 + 2 * x - 1

def g(x1, x2):
    return (x1 + 5) * x2**2

def bowl(weight, bias):
    return (weight - 1)**2 + 3 * (bias + 1)**2 + math.sin(2 * weight) * 2

def loss(w, b, x, rate):
    return sum((w[i // 3][i % 3] * x - i)**2 for i in range(5)) * rate + b**2

def log(x):
    return math.log(x) / (x - 2)

def broken(x):
    return abs(x - 0.75) + 0.3 / (x + 2) + x // 2

def edges(x, y, n, name):
    return abs(x) + (1e-9 + y)**0.5 + int(n)

def rosenbrock(x, y):
    return (1 - x)**2 + 100 * (y - x**2)**2

def neuron(x, w, b):
    z = w * x + b
    return (1 / (1 + math.exp(-z)) - 1)**2

def saddle(x, y, z):
    return x**2 - y**2 + 0 * z

def rotation(angle, x):
    return np.array([math.cos(angle) * x, math.sin(angle) * x, x**2])

def differences(v):
    return np.array([v[i + 1]**2 - v[i] for i in range(19)])

def product(v):
    return v[0]**2 * v[1]

def layer(W, x, b):
    return np.sum(np.tanh(W @ x + b)**2, axis=0)

def six(a, b, c, d, e, f):
    return a * b + np.sin(c) * d - e**2 * f + np.exp(-a * a)

def crawl(x, y):
    total = 0.0
    for k in range(30):
        total = total + math.sin(x * k / 100) * math.cos(y) / (k + 1)
        if math.sin(40 * total) > 0.5:
            total = total + 0.01
    return total

def slow(x, y):
    total = y * y
    for k in range(2000):
        total = total + math.sin(x + k) * y / 2000
    return total

def long(x):
    for k in range(200):
        x = x + math.sin(x * k)
    return x

broken(0.0)
edges(0.0, 0.0, 2.5, 'a')
rosenbrock(-1.0, 1.5)
neuron(0.5, 2.0, -0.5)
saddle(0.0, 0.0, 1.0)
rotation(0.5, 2.0)
differences(np.linspace(0.1, 2.0, 20))
long(0.3)
product([0.5, 1.5])
crawl(0.5, 1.0)
slow(0.5, 1.0)
layer(np.array([[0.1, -0.2, 0.3], [0.5, 0.4, -0.6]]), np.array([1.0, 2.0, -1.0]), np.array([0.1, 0.2]))
six(1.0, 2.0, 0.5, -1.0, 0.3, 2.0)

def himmelblau(x, y):
    return (x**2 + y - 11)**2 + (x + y**2 - 7)**2

def valley(x, y, z):
    return (1 - x)**2 + 10 * (y - x**2)**2 + 5 * (z - y)**2

def steep(x):
    return math.sqrt(x) - 1 / (x + 0.2)

def decay(rate, height):
    return np.array([height * math.exp(-rate * t) - 3 * math.exp(-0.7 * t) for t in range(6)])

def helix(t):
    return np.array([math.cos(t), math.sin(t), t / 4])

def ellipse(t):
    return 3 * math.cos(t), math.sin(2 * t)

def constant():
    return 2.5 * math.pi

def options(x, y, mode="cosine", negate=False, order=2):
    value = (math.cos(x) if mode == "cosine" else math.sin(x)) * y**order
    return -value if negate else value

def refuses(x, y):
    if x > 0:
        raise ValueError("x must not be positive")
    return x * y

def nothing(x):
    return math.sqrt(x) * 0 + np.nan

def between(x):
    return math.log(x) / (x - 2) + 1 / math.sin(3 * x)

def network(learning_rate, momentum_coefficient, weight_decay):
    hidden = math.tanh(learning_rate * momentum_coefficient - weight_decay**2)
    outer = math.exp(-hidden * learning_rate) / (1 + math.exp(momentum_coefficient * hidden))
    return math.log(1 + outer**2) * hidden + math.sin(weight_decay * outer) / (1 + learning_rate**2)

def attention(q, k, v):
    scores = np.exp(q @ k / math.sqrt(2.0))
    weights = scores / np.sum(scores)
    return np.sum((weights * v)**2)

import tensorflow as tf

def halves(x, y):
    return tf.sin(x) * y / 3.0

halves(tf.constant(0.1), tf.Variable(0.7))
constant()
options(0.7, 1.2)
refuses(1.0, 2.0)
nothing(1.0)
between(1.0)
network(0.1, 0.9, 0.5)
attention(np.array([0.5, -1.0]), np.array([[1.0, 0.2, -0.3], [0.1, 0.8, 0.5]]), np.array([1.0, 2.0, 3.0]))
himmelblau(0.0, 0.0)
helix(1.0)
ellipse(0.6)
valley(-1.0, 1.0, 2.0)
steep(0.3)
decay(0.1, 1.0)
`;
const uri = "file:///tf_diffs.py";
const token = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose: () => {} }) };

const flat = (tree: JsonTree): number[] => (Array.isArray(tree) ? tree.flatMap(flat) : [fromJsonNumber(tree)]);
const text = (value: number) => ({ value: toJsonNumber(value), text: formatNumber(value, 17) });

function gradientOf(f: (x: number[]) => number, x: number[], h = 1e-6): number[] {
  return x.map((_, i) => {
    const at = (d: number) => f(x.map((value, k) => (k === i ? value + d : value)));
    return Math.round(((at(h) - at(-h)) / (2 * h)) * 1e6) / 1e6;
  });
}

const formula = (latex: string): Formula => ({ latex, text: latex, svg: typeset(latex).svg });

export class FakeHost {
  readonly received: ToHost[] = [];
  /** Milliseconds before a call is answered. */
  delay = 0;
  /** Why nothing can be saved. */
  refusal = "";
  readonly cancelled = new Set<number>();
  private readonly session = new Session(new Map([[uri, TextDocument.create(uri, "python", 1, program)]]));
  /** So many views were asked for at once at most, without an answer. */
  mostViews = 0;
  private waiting = 0;
  /** The views that were answered. */
  readonly views: View[] = [];
  /** Texts that stand in for files, by address. */
  readonly scripts = new Map<string, string>();

  static async create(): Promise<FakeHost> {
    await loadTypesetter();
    const host = new FakeHost();
    // A busy machine is no slow function.
    host.budget = 20_000;
    return host;
  }

  /** Milliseconds that an answer may take. */
  set budget(command: number) {
    this.session.settings.set(uri, { ...defaultSettings, budget: { evaluation: 5000, command } });
  }

  /** Sends what is no answer. */
  emit: (message: ToPage) => void = () => {};

  private tokenOf(id: number): CancellationToken {
    const { cancelled } = this;
    return {
      get isCancellationRequested() {
        return cancelled.has(id);
      },
      onCancellationRequested: () => ({ dispose: () => {} }),
    };
  }

  /** What the page last asked to be kept. */
  get state(): PanelState | undefined {
    return this.received.findLast((message) => message.type === "state")?.state;
  }

  calls(method: string) {
    return this.received.flatMap((message) => (message.type === "call" && message.method === method ? [message] : []));
  }

  async answer(message: ToHost): Promise<ToPage | undefined> {
    if (message.type !== "call" || message.method !== "view") return this.answered(message);
    this.mostViews = Math.max(this.mostViews, ++this.waiting);
    try {
      return await this.answered(message);
    } finally {
      this.waiting--;
    }
  }

  private async answered(message: ToHost): Promise<ToPage | undefined> {
    this.received.push(message);
    if (message.type === "cancel") this.cancelled.add(message.id);
    if (message.type !== "call") return undefined;
    const begin = Date.now();
    while (Date.now() < begin + this.delay && !this.cancelled.has(message.id))
      await new Promise((resolve) => setTimeout(resolve, 10));
    if (this.cancelled.has(message.id)) return { type: "reply", id: message.id, error: "Cancelled" };
    try {
      return { type: "reply", id: message.id, result: await this.perform(message) };
    } catch (error) {
      return { type: "reply", id: message.id, error: (error as Error).message };
    }
  }

  private async perform(call: Extract<ToHost, { type: "call" }>): Promise<unknown> {
    const name = "subject" in call.params && call.params.subject.kind === "function" ? call.params.subject.name : "";
    const real = !(name in subjects) && program.includes(`def ${name}(`);
    switch (call.method) {
      case "check":
        return check(this.session, call.params, token);
      case "view":
        this.views.push(real ? await view(this.session, call.params, token) : this.view(call.params));
        return this.views.at(-1);
      case "tape":
        return tape(this.session, call.params);
      case "slices":
        return slices(this.session, call.params, token);
      case "plot":
        // A layer needs what only the server knows.
        if (real || call.params.seconds || call.params.field) return plot(this.session, call.params, token);
        return this.plot(call.params);
      case "minimize":
        return minimizeSubject(this.session, call.params, this.tokenOf(call.id), (percentage) =>
          this.emit({ type: "event", event: "progress", data: { id: call.id, percentage } }),
        );
      case "basins":
        return basins(this.session, call.params, this.tokenOf(call.id));
      case "plane":
        return plane(this.session, call.params, this.tokenOf(call.id));
      case "script":
        return this.script(call.params.uri);
      case "save":
        if (this.refusal) throw new Error(this.refusal);
        return { saved: true };
      default:
        return null;
    }
  }

  /** What the language server answers for a file of test/fixtures/scripts. */
  private script(uri: string): ScriptView {
    const text = this.scripts.get(uri) ?? readFileSync(join("test/fixtures/scripts", basename(uri)), "utf8");
    const document = TextDocument.create(uri, "python", 1, text);
    const session = new Session({ get: (at) => (at === uri ? document : undefined) });
    session.settings.set(uri, { ...defaultSettings, budget: { evaluation: 5000, command: 10_000 } });
    return script(session, { uri });
  }

  private subject({ subject }: { subject: ViewParams["subject"] }): Subject {
    const found = subject.kind === "function" ? subjects[subject.name] : undefined;
    if (!found) throw new Error("There is no such function in this file.");
    return found;
  }

  private view(params: ViewParams): View {
    const subject = this.subject(params);
    const point = { ...subject.start, ...params.point };
    const x = Object.values(point).flatMap(flat);
    const gradient = gradientOf(subject.value, x);
    const value = subject.value(x);
    const { formulas, loop } = subject;
    const rows = x.map((_, i) =>
      gradientOf((at) => gradientOf(subject.value, at, 1e-4)[i]!, x, 1e-3).map((v) => Math.round(v * 1e3) / 1e3),
    );
    const scalars = Object.keys(point).filter((name) => !Array.isArray(point[name]));
    return {
      subject: params.subject,
      title: subject.title,
      symbol: subject.title.replace(/\(.*/, ""),
      location: {
        uri: "file:///tf_diffs.py",
        range: { start: { line: 11, character: 4 }, end: { line: 11, character: 5 } },
      },
      parameters: Object.entries(point).map(([name, tree]) => ({
        name,
        latex: name,
        shape: shapeOf(tree),
        value: tree,
        range: Array.isArray(tree) ? [-1, 1] : [Number(tree) - 5, Number(tree) + 5],
      })),
      origin: params.point ? { kind: "given" } : { kind: "call", line: 22, lineName: "23" },
      where: `at ${scalars.map((name) => `${name} = ${point[name]}`).join(", ")}`,
      formula: formulas && formula(formulas.f),
      derivatives: (formulas?.derivatives ?? []).map((latex, i) => ({
        name: subject.names[i]!,
        formula: formula(latex),
      })),
      hessianFormula: formulas?.hessian ? formula(formulas.hessian) : undefined,
      guards: (formulas?.guards ?? []).map(formula),
      value: text(value),
      gradient: subject.names.map((name, i) => {
        const reason = subject.reasons?.[name];
        if (reason) return { name, reason };
        const central = gradient[i]! * (1 + 1.3e-10);
        return {
          name,
          automatic: text(gradient[i]!),
          central: text(central),
          difference: { value: 0, text: formatNumber(central - gradient[i]!, 2) },
        };
      }),
      ...(subject.partial ? { partial: true } : {}),
      hessian:
        Number.isFinite(value) && !subject.partial
          ? { labels: subject.names, rows: rows.map((row) => row.map(text)) }
          : undefined,
      plottable: scalars,
      paths: loop ? [loopPath(subject)] : [],
      problem: subject.problem,
      milliseconds: 1,
    };
  }

  private plot(params: PlotParams): PlotData {
    const subject = this.subject(params);
    const at = params.axes.map((name) => Number(params.point[name]));
    const window = params.window ?? at.map((value): [number, number] => [value - 5, value + 5]);
    const n = params.axes.length === 1 ? 201 : 64;
    const grid = window.map(([low, high]) => Array.from({ length: n }, (_, i) => low + ((high - low) * i) / (n - 1)));
    const evaluate = (values: number[]) =>
      subject.value(
        Object.entries({
          ...params.point,
          ...Object.fromEntries(params.axes.map((name, i) => [name, values[i]!])),
        }).flatMap(([, tree]) => flat(tree as JsonTree)),
      );
    const values =
      params.axes.length === 1
        ? grid[0]!.map((x) => evaluate([x]))
        : grid[1]!.flatMap((y) => grid[0]!.map((x) => evaluate([x, y])));
    return {
      axes: params.axes,
      window,
      grid: grid.map((g) => encodeArray(g)),
      values: encodeArray(values, params.axes.length === 1 ? [n] : [n, n]),
      slopes:
        params.axes.length === 1
          ? encodeArray(grid[0]!.map((x) => gradientOf(([v]) => evaluate([v!]), [x])[0]!))
          : undefined,
      point: at,
      value: toJsonNumber(evaluate(at)),
      gradient: gradientOf(evaluate, at).map(toJsonNumber),
    };
  }
}

function descend(f: (x: number[]) => number, start: number[], rate: number, steps: number) {
  let x = start;
  const path = [...x];
  const values = [f(x)];
  for (let i = 0; i < steps; i++) {
    const g = gradientOf(f, x);
    x = x.map((value, k) => value - rate * g[k]!);
    path.push(...x);
    values.push(f(x));
  }
  return { path, values, x };
}

function loopPath({ value, names, loop }: Subject): LoopPath {
  const { path, values } = descend(value, loop!.start, loop!.rate, loop!.steps);
  return {
    uri: "file:///tf_diffs.py",
    range: { start: { line: 40, character: 0 }, end: { line: 44, character: 0 } },
    lineName: "41",
    variables: names.map((name) => ({ name: `v_${name}`, parameter: name })),
    labels: names.map((name) => `v_${name}`),
    path: encodeArray(path, [values.length, names.length]),
    losses: encodeArray(values.slice(0, -1)),
  };
}

const shapeOf = (tree: JsonTree): number[] => (Array.isArray(tree) ? [tree.length, ...shapeOf(tree[0] ?? 0)] : []);
