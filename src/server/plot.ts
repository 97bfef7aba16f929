/** `gradlens/plot`: samples of a subject along one or two of its parameters. */
import type { CancellationToken } from "vscode-languageserver";
import { componentsOf, sample, sampleComponents, sampleSlices } from "../analysis/sample";
import { type Look, Problem } from "../analysis/subject";
import type { PlotData, PlotParams, SlicesResult, ViewParams } from "../protocol/lsp";
import { encodeArray, toJsonNumber } from "../protocol/values";
import { isSpent, proceedFor, type Session } from "./session";

/** More samples than a screen has use for are refused. */
const MOST_SAMPLES = 512;
/** Along one direction, and along each of two. */
const SAMPLES = [241, 129] as const;
/** Over a plane at first, and how many milliseconds a finer picture may take. */
const COARSE = 49;
const QUICK = 60;

/**
 * Samples along one or two directions: over a plane a coarse picture first, and then one as fine as was asked for, or as
 * is to be had quickly.
 */
export function inTime<T>(
  now: () => number,
  directions: number,
  wanted: number | undefined,
  sampled: (n: number) => T,
): T {
  const n = Math.min(Math.max(2, wanted ?? SAMPLES[directions - 1]!), MOST_SAMPLES);
  if (directions === 1 || n <= COARSE) return sampled(n);
  let coarse: T | undefined;
  let finest = 0;
  // The first time is mostly compiling.
  for (let round = 0; round < 2 && finest < n; round++) {
    const start = now();
    coarse = sampled(COARSE);
    const time = now() - start;
    finest = Math.floor(COARSE * Math.sqrt(QUICK / time));
    if (time > QUICK) break;
  }
  return finest > COARSE ? sampled(Math.min(n, finest)) : coarse!;
}

/** Of the usual time: where the point has no value it may be that no place has. */
const TRY = 0.1;

/** A function that fails at the point may have values elsewhere. */
function lookEvenIfFailing(session: Session, { subject, point }: PlotParams): { whole: Look; failing: boolean } {
  try {
    return { whole: session.look(subject, point), failing: false };
  } catch (error) {
    if (!(error instanceof Problem) || !error.look || error.stopped) throw error;
    return { whole: error.look, failing: true };
  }
}

export function plot(session: Session, params: PlotParams, token: CancellationToken): PlotData {
  const { whole, failing } = lookEvenIfFailing(session, params);
  const look = whole.component(params.component);
  const proceed = proceedFor(session, failing ? { ...params, effort: TRY } : params, token);
  const options = {
    ...(params.window ? { window: params.window } : {}),
    breaks: true,
    gaps: true,
    seconds: params.seconds ?? false,
    field: params.field ?? false,
    proceed,
    spent: isSpent,
  };
  const data = inTime(session.now, params.axes.length, params.samples, (samples) =>
    sample(look, look.point, params.axes, { ...options, samples }),
  );
  const components =
    look !== whole && params.axes.length === 1
      ? sampleComponents(
          whole,
          look.point,
          { place: look.labels.indexOf(params.axes[0]), numbers: data.grid[0]! },
          proceed,
          isSpent,
        )
      : undefined;
  const rows = data.grid[1]?.length;
  return {
    axes: [...data.axes],
    window: data.window.map(([low, high]) => [low, high]),
    grid: data.grid.map((positions) => encodeArray(positions)),
    values: encodeArray(data.values, rows === undefined ? [data.values.length] : [rows, data.grid[0]!.length]),
    ...(data.slopes ? { slopes: encodeArray(data.slopes) } : {}),
    ...(data.seconds ? { seconds: encodeArray(data.seconds) } : {}),
    ...(data.breaks
      ? {
          breaks: data.breaks.map(({ kind, at, left, right }) => ({
            kind,
            at,
            left: toJsonNumber(left),
            right: toJsonNumber(right),
          })),
        }
      : {}),
    ...(data.field ? { field: encodeArray(data.field, [data.field.length / 4, 4]) } : {}),
    ...(components
      ? {
          components: {
            labels: [...components.labels],
            values: encodeArray(components.values, [components.labels.length, data.grid[0]!.length]),
            slopes: encodeArray(components.slopes, [components.labels.length, data.grid[0]!.length]),
          },
        }
      : {}),
    ...(data.partial || components?.partial ? { partial: true } : {}),
    point: [...data.point],
    value: toJsonNumber(data.value),
    gradient: data.gradient.map(toJsonNumber),
  };
}

/** `gradlens/slices`: the subject along each of its scalars. */
export function slices(session: Session, params: ViewParams, token: CancellationToken): SlicesResult {
  const proceed = proceedFor(session, params, token);
  try {
    const look = session.look(params.subject, params.point);
    const { labels, grid, values, partial } = sampleSlices(componentsOf(look, params.component), proceed, isSpent);
    const [own, ...others] = values as [Float64Array, ...Float64Array[]];
    const n = labels.length ? grid.length / labels.length : 0;
    const components = {
      labels: look.outputs().slice(0, others.length),
      values: encodeArray(
        others.flatMap((each) => [...each]),
        [others.length, labels.length, n],
      ),
    };
    return {
      labels: [...labels],
      count: look.labels.length,
      grid: encodeArray(grid, [labels.length, n]),
      values: encodeArray(own, [labels.length, n]),
      ...(others.length > 0 ? { components } : {}),
      ...(partial ? { partial } : {}),
    };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return {
      labels: [],
      count: 0,
      grid: encodeArray([], [0, 0]),
      values: encodeArray([], [0, 0]),
      problem: error.message,
    };
  }
}
