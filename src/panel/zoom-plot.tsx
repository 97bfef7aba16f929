/** A plot that can be zoomed and panned, with what is drawn over it. */
import * as l10n from "@vscode/l10n";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Chart, type Layout, type Trace } from "./chart";
import { type Frame, frameOf, fromX, fromY, isInside } from "./frame";
import type { Range } from "./session";

interface Props {
  class?: string;
  label: string;
  traces: Trace[];
  layout: Layout;
  /** What is shown. */
  x: Range;
  y: Range;
  /** Of a curve the buttons zoom only what lies across. */
  isCurve: boolean;
  onMove: (x: Range, y: Range) => void;
  onReset: () => void;
  /** The place was clicked: pressed, and let go without a move. */
  onClick?: (x: number, y: number) => void;
  beneath?: (frame: Frame) => ComponentChildren;
  children: (frame: Frame) => ComponentChildren;
}

const scaled = ([low, high]: Range, factor: number, center = (low + high) / 2): Range => [
  center + (low - center) * factor,
  center + (high - center) * factor,
];

export function ZoomPlot(props: Props) {
  const { class: name = "", label, traces, layout, x, y, isCurve, onMove, onReset, beneath, children } = props;
  const [frame, setFrame] = useState<Frame>();
  const place = useRef<HTMLDivElement>(null);

  const zoomBy = (factor: number, at?: { x: number; y: number }) =>
    onMove(scaled(x, factor, at?.x), isCurve && !at ? y : scaled(y, factor, at?.y));
  const onRelayout = (changes: Record<string, unknown>) => {
    if (!Object.keys(changes).some((key) => /^[xy]axis\.range/.test(key))) return;
    const moved = (side: string, range: Range) =>
      range.map((present, k) => {
        const value = Number(changes[`${side}axis.range[${k}]`]);
        return Number.isFinite(value) ? value : present;
      }) as Range;
    onMove(moved("x", x), moved("y", y));
  };

  /** In pixels from the plot's corner. */
  const pixelOf = (event: MouseEvent): [number, number] => {
    const box = place.current?.getBoundingClientRect();
    return [event.clientX - (box?.left ?? 0), event.clientY - (box?.top ?? 0)];
  };
  // Ctrl and the wheel, or two fingers: the page itself scrolls with the wheel alone.
  const wheel = (event: WheelEvent) => {
    if (!(event.ctrlKey || event.metaKey) || !frame) return;
    event.preventDefault();
    const [px, py] = pixelOf(event);
    const shown = { ...frame, x, y };
    const factor = Math.exp(Math.max(-50, Math.min(50, event.deltaY)) / 200);
    zoomBy(factor, { x: fromX(shown, px), y: fromY(shown, py) });
  };
  const pressed = useRef<{ x: number; y: number }>();
  const release = (event: MouseEvent) => {
    const from = pressed.current;
    pressed.current = undefined;
    if (!from || !frame || Math.hypot(event.clientX - from.x, event.clientY - from.y) > 4) return;
    const [px, py] = pixelOf(event);
    if (isInside(frame, px, py)) props.onClick?.(fromX(frame, px), fromY(frame, py));
  };
  const latest = useRef({ wheel, release });
  latest.current = { wheel, release };
  useEffect(() => {
    const element = place.current;
    const onWheel = (event: WheelEvent) => latest.current.wheel(event);
    const onRelease = (event: MouseEvent) => latest.current.release(event);
    element?.addEventListener("wheel", onWheel, { passive: false });
    // Plotly covers the page while a button is down: where it is let go is heard at the window.
    window.addEventListener("pointerup", onRelease);
    return () => {
      element?.removeEventListener("wheel", onWheel);
      window.removeEventListener("pointerup", onRelease);
    };
  }, []);

  return (
    <div
      class={`plot ${name}`}
      ref={place}
      onPointerDown={(event) => {
        const { target } = event;
        const free = event.button === 0 && target instanceof Element && !target.closest("button, .handle");
        pressed.current = free ? { x: event.clientX, y: event.clientY } : undefined;
      }}
    >
      {frame && beneath?.(frame)}
      <Chart
        traces={traces}
        layout={layout}
        label={label}
        onDrawn={(element) => setFrame(frameOf(element))}
        onRelayout={onRelayout}
        onReset={onReset}
      />
      {frame && children(frame)}
      <div class="zoom">
        <button type="button" aria-label={l10n.t("Zoom in")} title={l10n.t("Zoom in")} onClick={() => zoomBy(0.6)}>
          +
        </button>
        <button
          type="button"
          aria-label={l10n.t("Zoom out")}
          title={l10n.t("Zoom out")}
          onClick={() => zoomBy(1 / 0.6)}
        >
          −
        </button>
        <button type="button" aria-label={l10n.t("Reset the view")} title={l10n.t("Reset the view")} onClick={onReset}>
          ⟲
        </button>
      </div>
    </div>
  );
}

/** Drawings over a plot, cut off at its edges. */
export function Drawings({ frame, children }: { frame: Frame; children: ComponentChildren }) {
  const id = useId();
  return (
    <svg class="overlay" aria-hidden="true">
      <clipPath id={id}>
        <rect x={frame.left} y={frame.top} width={frame.width} height={frame.height} />
      </clipPath>
      <g clip-path={`url(#${id})`}>{children}</g>
    </svg>
  );
}
