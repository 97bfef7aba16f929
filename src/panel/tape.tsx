/**
 * The computation graph: every operation with its value, and what the sweep back passes through it. The sweeps can be
 * walked step by step; a node and its place in the editor show each other.
 */
import * as l10n from "@vscode/l10n";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { TapeNode, TapeResult, View } from "../protocol/lsp";
import type { JsonNumber } from "../protocol/values";
import { fromJsonNumber } from "../protocol/values";
import { formatNumber } from "../render/numbers";
import { useAnswer } from "./answer";
import { ComponentName } from "./component";
import { Control } from "./control";
import { type CsvRow, csvOf } from "./csv";
import { DataRow } from "./data-row";
import { ExportMenu } from "./export-menu";
import { type Picture, pictureOf } from "./pictures";
import { Scroll } from "./scroll";
import type { Session } from "./session";
import { type Box, LINE, layout } from "./tape-layout";
import { useColors } from "./theme";
import { hasNothing, usePart, useSession } from "./use";

export function TapeView({ view }: { view: View }) {
  const session = useSession();
  const [open, setOpen] = useState(true);
  const shown = view.value !== undefined && view.parameters.length > 0 && !hasNothing(view);
  const params = open && shown ? session.about(view) : undefined;
  const { data, problem, fresh } = useAnswer(session, "tape", params, view);
  if (!shown) return null;
  const line = problem ?? data?.problem;
  return (
    <section data-section="tape" class="tape">
      <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <h2>
            {l10n.t("Computation graph")} <ComponentName view={view} />
          </h2>
        </summary>
        {open && line && <p class="muted">{line}</p>}
        {open && !line && !data && (
          <p class="muted" role="status">
            {l10n.t("Computing…")}
          </p>
        )}
        {open && !line && data && data.nodes.length > 0 && <Sweep data={data} stale={!fresh} />}
      </details>
    </section>
  );
}

const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";

/** v12 as v₁₂, in names and formulas. */
const pretty = (text: string): string =>
  text.replace(/(?<=\b\p{L}+)\d+\b/gu, (digits) => [...digits].map((digit) => SUBSCRIPTS[Number(digit)]).join(""));

const numberText = (numbers: readonly JsonNumber[], shape: readonly number[]): string => {
  const texts = numbers.map((x) => formatNumber(fromJsonNumber(x), shape.length === 0 ? 6 : 3));
  if (shape.length === 0) return texts[0] ?? "";
  const count = shape.reduce((product, size) => product * size, 1);
  return `[${shape.join("×")}] ${texts.join(", ")}${count > texts.length ? ", …" : ""}`;
};

/** One step of the walk: forward computes a node, back passes its adjoint on. */
interface Step {
  readonly node: number;
  readonly back: boolean;
}

function stepsOf(nodes: readonly TapeNode[]): Step[] {
  const forward = nodes.map((_, node) => ({ node, back: false }));
  const back = nodes.flatMap(({ adjoint }, node) => (adjoint ? [{ node, back: true }] : [])).reverse();
  return [...forward, ...back];
}

/** Milliseconds of a step that is played. */
const PAUSE = 800;

function Sweep({ data, stale }: { data: TapeResult; stale: boolean }) {
  const session = useSession();
  const { nodes } = data;
  const steps = useMemo(() => stepsOf(nodes), [nodes]);
  // Steps that were done; moving the point keeps the place while the graph is the same.
  const [done, setDone] = useState<number>();
  const at = Math.min(done ?? steps.length, steps.length);
  const current = at > 0 && at < steps.length ? steps[at - 1] : undefined;
  const shape = nodes.map(({ formula }) => formula).join("\n");
  useEffect(() => setDone(undefined), [shape]);
  useEffect(() => () => session.highlight(), [session]);
  const [playing, setPlaying] = useState(false);
  const jump = (to: number) => setDone(Math.min(Math.max(to, 0), steps.length));
  const go = (to: number) => {
    setPlaying(false);
    jump(to);
  };
  const latest = useRef({ at, jump });
  latest.current = { at, jump };
  const over = at === steps.length;
  useEffect(() => {
    if (!playing) return;
    const timer = setInterval(() => latest.current.jump(latest.current.at + 1), PAUSE);
    return () => clearInterval(timer);
  }, [playing]);
  useEffect(() => {
    if (over) setPlaying(false);
  }, [over]);
  const colors = useColors();
  const place = useRef<HTMLDivElement>(null);
  const picture = () => pictureOf(place.current!, colors);
  /** Every step of the sweeps, as the page shows it. */
  const walk = async () => {
    const frames: Picture[] = [];
    for (let step = 0; step <= steps.length; step++) {
      setDone(step);
      await new Promise((resolve) => setTimeout(resolve));
      frames.push(picture());
    }
    setDone(at);
    return { frames, hold: 700 };
  };
  return (
    <>
      <div class="sweep">
        <div class="buttons">
          <Control label={l10n.t("To the start")} sign="start" off={at === 0} onClick={() => go(0)} />
          <Control label={l10n.t("One step back")} sign="back" off={at === 0} onClick={() => go(at - 1)} />
          <button
            type="button"
            class="action play"
            onClick={() => {
              if (over) jump(0);
              setPlaying(!playing);
            }}
          >
            {playing ? l10n.t("Pause") : l10n.t("Play")}
          </button>
          <Control label={l10n.t("One step on")} sign="on" off={over} onClick={() => go(at + 1)} />
          <Control label={l10n.t("To the end")} sign="end" off={over} onClick={() => go(steps.length)} />
        </div>
        <input
          type="range"
          min={0}
          max={steps.length}
          step={1}
          value={at}
          aria-label={l10n.t("Step of the sweeps")}
          aria-valuetext={captionOf(nodes, steps, at)}
          onInput={(event) => go(event.currentTarget.valueAsNumber)}
        />
        <span class="muted count">
          {at} / {steps.length}
        </span>
      </div>
      <div ref={place}>
        <p class="caption" role="status">
          {captionOf(nodes, steps, at)}
        </p>
        <Drawing nodes={nodes} steps={steps} at={at} current={current} stale={stale} />
      </div>
      <DataRow
        save={
          <ExportMenu
            name={l10n.t("Computation graph")}
            picture={picture}
            animation={walk}
            csv={() => csvOf(tapeRows(nodes))}
          />
        }
      >
        <details class="data">
          <summary>{l10n.t("As a table")}</summary>
          <Scroll label={l10n.t("Computation graph")}>
            <Rows nodes={nodes} />
          </Scroll>
        </details>
      </DataRow>
    </>
  );
}

function captionOf(nodes: readonly TapeNode[], steps: readonly Step[], at: number): string {
  if (at === 0) return l10n.t("Forwards each value is computed from those before it.");
  const { node: place, back } = steps[at - 1]!;
  const node = nodes[place]!;
  const name = pretty(node.name);
  const value = numberText(node.value, node.shape);
  if (at === steps.length)
    return l10n.t(
      "All {0} steps: values, and in colour adjoints, the derivatives of the result; the more an edge passes back, the thicker it is.",
      at,
    );
  if (!back) {
    return node.input ? `${name} = ${value}` : `${name} = ${pretty(node.formula)} = ${value}`;
  }
  const passed = node.from.flatMap((edge) =>
    edge.passed
      ? [l10n.t("{0} to {1}", numberText(edge.passed, nodes[edge.node]!.shape), pretty(nodes[edge.node]!.name))]
      : [],
  );
  const adjoint = numberText(node.adjoint ?? [], node.shape);
  if (node.input) return l10n.t("The derivative by {0} is {1}.", name, adjoint);
  const start = place === nodes.length - 1 ? l10n.t("The sweep back begins at the result, whose adjoint is 1.") : "";
  return `${start} ${l10n.t("{0} has the adjoint {1}, and passes on: {2}.", name, adjoint, passed.join(", ") || "0")}`.trim();
}

/** What has come to each node by now: the sum of what later ones have passed to it. */
function adjointsAt(nodes: readonly TapeNode[], steps: readonly Step[], at: number): (number[] | undefined)[] {
  const sums: (number[] | undefined)[] = nodes.map(() => undefined);
  const back = steps.slice(0, at).filter((step) => step.back);
  if (back.length > 0) sums[nodes.length - 1] = nodes[nodes.length - 1]!.adjoint?.map(fromJsonNumber);
  for (const { node } of back) {
    for (const { node: to, passed } of nodes[node]!.from) {
      if (!passed) continue;
      sums[to] = passed.map((x, i) => fromJsonNumber(x) + (sums[to]?.[i] ?? 0));
    }
  }
  return sums;
}

/** A smaller drawing cannot be read: it scrolls. */
const SMALLEST = 0.8;
const FITTING = 0.7;

interface DrawingProps {
  nodes: readonly TapeNode[];
  steps: readonly Step[];
  at: number;
  current: Step | undefined;
  stale: boolean;
}

function Drawing({ nodes, steps, at, current, stale }: DrawingProps) {
  const session = useSession();
  const under = usePart(session, ({ cursor, subject }) =>
    cursor && cursor.uri === subject?.uri ? nodeAt(nodes, cursor.line, cursor.character) : undefined,
  );
  const [hovered, setHovered] = useState<number>();
  const [focus, setFocus] = useState(0);
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    setWidth(element.clientWidth);
    return () => observer.disconnect();
  }, []);
  const boxes = useMemo(() => {
    const described = nodes.map((node) => ({
      lines: linesOf(node),
      from: node.from.map(({ node: from, passed }) => ({
        node: from,
        value: carried(nodes[from]!),
        passed: passed ? short(passed, nodes[from]!) : "",
      })),
    }));
    const across = layout(described, false);
    if (across.width * SMALLEST <= width) return across;
    const down = layout(described, true);
    return down.width < across.width ? down : across;
  }, [nodes, width]);
  const computed = new Set(steps.slice(0, at).flatMap((step) => (step.back ? [] : [step.node])));
  const passing = new Set(steps.slice(0, at).flatMap((step) => (step.back ? [step.node] : [])));
  const adjoints = adjointsAt(nodes, steps, at);
  const mark = (index: number | undefined) => {
    setHovered(index);
    session.highlight(index === undefined ? undefined : nodes[index]!.range);
  };
  const thickness = thicknessOf(nodes);
  // Rather a little smaller than a little to scroll.
  const fit = Math.min(1, width / boxes.width);
  const scale = fit >= FITTING ? fit : SMALLEST;
  return (
    <div ref={place}>
      <Scroll label={l10n.t("Computation graph")}>
        <svg
          class={stale ? "graph stale" : "graph"}
          width={boxes.width * scale}
          height={boxes.height * scale}
          viewBox={`0 0 ${boxes.width} ${boxes.height}`}
        >
          <title>{l10n.t("The operations from the inputs to the result")}</title>
          <defs>
            <marker
              id="tape-end"
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerUnits="userSpaceOnUse"
              markerWidth="9"
              markerHeight="9"
              orient="auto"
            >
              <path d="M0 0.8L7 4L0 7.2Z" />
            </marker>
          </defs>
          {boxes.edges.map((edge) => {
            const lit = current?.node === edge.to;
            const back = passing.has(edge.to) && edge.passed !== "";
            const known = computed.has(edge.to);
            const near = hovered === edge.from || hovered === edge.to;
            const name = ["edge", known && "known", back && "back", lit && "lit", near && "near"];
            const [lines, middle] = [Number(known) + Number(back), back ? edge.y - LINE / 2 : edge.y];
            return (
              <g key={`${edge.from} ${edge.to} ${edge.k}`} class={name.filter(Boolean).join(" ")}>
                <path
                  d={edge.path}
                  marker-end="url(#tape-end)"
                  {...(back ? { "stroke-width": thickness(nodes[edge.to]!.from[edge.k]!.passed) } : {})}
                />
                {lines > 0 && (
                  <rect
                    x={edge.x - edge.width / 2}
                    y={edge.y - (lines * LINE) / 2 - 1}
                    width={edge.width}
                    height={lines * LINE + 2}
                    rx={3}
                  />
                )}
                {known && (
                  <text class="carried" x={edge.x} y={middle} dy="0.34em">
                    {edge.value}
                  </text>
                )}
                {back && (
                  <text class="passed" x={edge.x} y={edge.y + LINE / 2} dy="0.34em">
                    {edge.passed}
                  </text>
                )}
              </g>
            );
          })}
          {nodes.map((node, index) => (
            <NodeBox
              key={node.name}
              node={node}
              box={boxes.nodes[index]!}
              computed={computed.has(index)}
              adjoint={adjoints[index]}
              state={[
                node.input && "leaf",
                index === nodes.length - 1 && "root",
                current?.node === index && "current",
                (hovered === index || under === index) && "under",
              ]}
              focusable={focus === index}
              onHover={(on) => mark(on ? index : undefined)}
              onFocus={() => {
                setFocus(index);
                mark(index);
              }}
              onMove={(to) => focusNode(place.current, Math.min(Math.max(index + to, 0), nodes.length - 1))}
              onReveal={() => revealNode(session, node)}
            />
          ))}
        </svg>
      </Scroll>
    </div>
  );
}

const focusNode = (place: HTMLElement | null, index: number) =>
  place?.querySelectorAll<SVGRectElement>(".hit")[index]?.focus();

function revealNode(session: Session, { range }: TapeNode): void {
  const uri = session.model.subject?.uri;
  if (uri && range) session.reveal(uri, range.start.line, range.start.character);
}

/** What goes along an edge: a number, or how many. */
const carried = ({ value, shape }: TapeNode): string =>
  shape.length === 0 ? formatNumber(fromJsonNumber(value[0] ?? "NaN"), 4) : `[${shape.join("×")}]`;

/** The widths of edges in pixels: the share of the largest of what all of them pass back, told apart over decades. */
function thicknessOf(nodes: readonly TapeNode[]): (passed: readonly JsonNumber[] | undefined) => number {
  const size = (passed: readonly JsonNumber[] = []) => {
    const norm = Math.hypot(...passed.map(fromJsonNumber));
    return Number.isFinite(norm) ? norm : 0;
  };
  const most = Math.max(...nodes.flatMap(({ from }) => from.map(({ passed }) => size(passed))), Number.MIN_VALUE);
  return (passed) => 1.2 + 3.3 * (size(passed) / most) ** 0.4;
}

const cut = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
/** What comes back along an edge to a node. */
const short = (numbers: readonly JsonNumber[], { shape }: TapeNode) =>
  cut(
    shape.length === 0 && numbers.length === 1
      ? formatNumber(fromJsonNumber(numbers[0]!), 4)
      : numberText(numbers, [numbers.length]),
    16,
  );

function linesOf(node: TapeNode): string[] {
  const formula = node.input ? pretty(node.name) : `${pretty(node.name)} = ${pretty(node.formula)}`;
  return [
    cut(formula, 30),
    cut(numberText(node.value, node.shape), 30),
    cut(numberText(node.adjoint ?? [], node.shape), 30),
  ];
}

/** The lowest part of a node, where its adjoint stands. */
const BAND = 22;

const bandOf = (width: number, height: number, r: number): string => {
  const top = height - BAND;
  const round = Math.min(r, BAND);
  return `M0.6 ${top}H${width - 0.6}V${height - round}a${round} ${round} 0 0 1 ${-round} ${round}H${round + 0.6}a${round} ${round} 0 0 1 ${-round} ${-round}Z`;
};

interface NodeProps {
  node: TapeNode;
  box: Box;
  computed: boolean;
  adjoint: number[] | undefined;
  state: (string | false)[];
  focusable: boolean;
  onHover: (on: boolean) => void;
  onFocus: () => void;
  onMove: (by: number) => void;
  onReveal: () => void;
}

function NodeBox({ node, box, computed, adjoint, state, ...on }: NodeProps) {
  const [formula] = linesOf(node);
  const value = numberText(node.value, node.shape);
  const slope = adjoint && numberText(adjoint, node.shape);
  const said = [
    node.input ? node.name : `${node.name} = ${node.formula}`,
    computed ? l10n.t("value {0}", value) : "",
    slope === undefined ? "" : l10n.t("adjoint {0}", slope),
  ];
  const { x, y, width, height } = box;
  const radius = node.input ? 18 : 7;
  return (
    <g
      class={["node", computed && "computed", ...state].filter(Boolean).join(" ")}
      transform={`translate(${x - width / 2} ${y - height / 2})`}
    >
      <rect width={width} height={height} rx={radius} />
      {slope !== undefined && <path class="band" d={bandOf(width, height, radius)} />}
      <text class="formula" x={width / 2} y={18}>
        {formula}
      </text>
      <text class="value" x={width / 2} y={36}>
        {computed ? cut(value, 30) : ""}
      </text>
      <text class="adjoint" x={width / 2} y={height - 7}>
        {slope === undefined ? "" : cut(slope, 30)}
      </text>
      {/* biome-ignore lint/a11y/useSemanticElements: a button element cannot stand in a drawing */}
      <rect
        class="hit"
        width={width}
        height={height}
        rx={radius}
        role="button"
        tabIndex={on.focusable ? 0 : -1}
        aria-label={said.filter(Boolean).join(", ")}
        onPointerEnter={() => on.onHover(true)}
        onPointerLeave={() => on.onHover(false)}
        onFocus={on.onFocus}
        onBlur={() => on.onHover(false)}
        onClick={on.onReveal}
        onKeyDown={(event) => {
          const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
          if (by) on.onMove(by);
          else if (event.key === "Enter" || event.key === " ") on.onReveal();
          else return;
          event.preventDefault();
        }}
      >
        <title>{said.filter(Boolean).join("\n")}</title>
      </rect>
    </g>
  );
}

/** The node whose text is the smallest around a place in the document. */
function nodeAt(nodes: readonly TapeNode[], line: number, character: number): number | undefined {
  let best: number | undefined;
  let size = Number.POSITIVE_INFINITY;
  nodes.forEach(({ range }, index) => {
    if (!range) return;
    const { start, end } = range;
    const after = line > start.line || (line === start.line && character >= start.character);
    const before = line < end.line || (line === end.line && character <= end.character);
    const own = (end.line - start.line) * 1000 + end.character - start.character;
    if (after && before && own < size) {
      best = index;
      size = own;
    }
  });
  return best;
}

function* tapeRows(nodes: readonly TapeNode[]): Generator<CsvRow> {
  const numbers = (values: readonly JsonNumber[] | undefined) => values?.join(" ");
  yield ["name", "operation", "shape", "value", "adjoint"];
  for (const { name, formula, shape, value, adjoint } of nodes)
    yield [name, formula, shape.join("×"), numbers(value), numbers(adjoint)];
}

function Rows({ nodes }: { nodes: readonly TapeNode[] }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{l10n.t("name")}</th>
          <th scope="col">{l10n.t("operation")}</th>
          <th scope="col">{l10n.t("value")}</th>
          <th scope="col">{l10n.t("adjoint")}</th>
        </tr>
      </thead>
      <tbody>
        {nodes.map((node) => (
          <tr key={node.name}>
            <th scope="row">{node.name}</th>
            <td>{node.input ? l10n.t("input") : node.formula}</td>
            <td>{numberText(node.value, node.shape)}</td>
            <td>{node.adjoint ? numberText(node.adjoint, node.shape) : l10n.t("none")}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
