/** A Plotly chart in the theme's colours. */
import * as l10n from "@vscode/l10n";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import Plotly, { type PlotElement } from "./plotly";
import type { Colors } from "./theme";

export type Trace = Record<string, unknown>;
export type Layout = Record<string, unknown>;

interface Props {
  traces: Trace[];
  layout: Layout;
  label: string;
  class?: string;
  /** After each drawing, and while the user zooms or pans. */
  onDrawn?: (element: PlotElement) => void;
  /** The user zoomed or panned: the new layout entries. */
  onRelayout?: (changes: Record<string, unknown>) => void;
  onReset?: () => void;
}

const config = { displayModeBar: false, doubleClick: false, showTips: false, responsive: false };

export function Chart({ traces, layout, label, class: name = "", onDrawn, onRelayout, onReset }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const handlers = useRef({ onDrawn, onRelayout, onReset });
  handlers.current = { onDrawn, onRelayout, onReset };
  const ready = useRef(false);
  const latest = useRef({ traces, layout });
  latest.current = { traces, layout };
  /** A chart that is drawn anew loses the drag that is going on in it. */
  const dragged = useRef(false);
  const drawAgain = useRef(false);
  const drawings = useRef(0);

  const draw = () => {
    const element = place.current;
    if (!element) return;
    drawAgain.current = dragged.current;
    if (dragged.current) return;
    element.setAttribute("aria-busy", "true");
    const drawing = ++drawings.current;
    void Plotly.react(element, latest.current.traces, latest.current.layout, config).then((plot) => {
      if (!ready.current) {
        ready.current = true;
        plot.on("plotly_relayouting", () => handlers.current.onDrawn?.(plot));
        plot.on("plotly_relayout", (changes) => {
          handlers.current.onDrawn?.(plot);
          handlers.current.onRelayout?.(changes);
        });
        plot.on("plotly_doubleclick", () => handlers.current.onReset?.());
      }
      if (drawing === drawings.current) element.setAttribute("aria-busy", "false");
      handlers.current.onDrawn?.(plot);
    });
  };
  useLayoutEffect(draw, [traces, layout]);

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    let [width, height] = [element.offsetWidth, element.offsetHeight];
    const observer = new ResizeObserver(() => {
      if (!ready.current || element.offsetWidth === 0) return;
      if (element.offsetWidth === width && element.offsetHeight === height) return;
      [width, height] = [element.offsetWidth, element.offsetHeight];
      void Plotly.Plots.resize(element).then(() => handlers.current.onDrawn?.(element as unknown as PlotElement));
    });
    observer.observe(element);
    const press = () => {
      dragged.current = true;
    };
    const release = () => {
      if (!dragged.current) return;
      // Plotly tells where the drag ended first.
      setTimeout(() => {
        dragged.current = false;
        if (drawAgain.current) draw();
      }, 50);
    };
    element.addEventListener("pointerdown", press, { capture: true });
    window.addEventListener("pointerup", release);
    window.addEventListener("pointercancel", release);
    return () => {
      observer.disconnect();
      element.removeEventListener("pointerdown", press, { capture: true });
      window.removeEventListener("pointerup", release);
      window.removeEventListener("pointercancel", release);
      ready.current = false;
      Plotly.purge(element);
    };
  }, []);

  return <div ref={place} class={`chart ${name}`} role="img" aria-label={label} />;
}

/** What all charts have in common. */
export function baseLayout(colors: Colors): Layout {
  return {
    autosize: true,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: colors.font, size: 11, color: colors.muted },
    showlegend: false,
    dragmode: "pan",
    hovermode: "closest",
    hoverlabel: {
      bgcolor: colors.background,
      bordercolor: colors.axis,
      font: { family: colors.font, size: 12, color: colors.foreground },
    },
  };
}

export function axis(colors: Colors, title: string, more: Layout = {}): Layout {
  return {
    title: { text: title, font: { color: colors.foreground, size: 12 }, standoff: 6 },
    gridcolor: colors.grid,
    zerolinecolor: colors.axis,
    linecolor: colors.axis,
    tickcolor: colors.axis,
    ticks: "outside",
    ticklen: 4,
    showline: true,
    exponentformat: "e",
    fixedrange: false,
    ...more,
  };
}

/** The axis of whatever is drawn over the steps of a run. */
export function stepsAxis(colors: Colors): Layout {
  return axis(colors, l10n.t("step"), {
    exponentformat: "none",
    fixedrange: true,
    zeroline: false,
    rangemode: "nonnegative",
  });
}
