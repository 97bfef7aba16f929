/** `gradlens/plot`: samples of a subject along one or two of its parameters. */
import type { CancellationToken } from "vscode-languageserver";
import { sample, sampleSlices } from "../analysis/sample";
import { Problem } from "../analysis/subject";
import type { PlotData, PlotParams, SlicesResult, ViewParams } from "../protocol/lsp";
import { encodeArray, toJsonNumber } from "../protocol/values";
import { proceedUntil, type Session } from "./session";

/** More samples than a screen has use for are refused. */
const MOST_SAMPLES = 512;

export function plot(session: Session, params: PlotParams, token: CancellationToken): PlotData {
  const look = session.look(params.subject, params.point);
  const { command } = session.settingsOf(params.subject.uri ?? "").budget;
  const samples = params.samples === undefined ? {} : { samples: Math.min(Math.max(2, params.samples), MOST_SAMPLES) };
  const data = sample(look, look.point, params.axes, {
    ...(params.window ? { window: params.window } : {}),
    ...samples,
    breaks: true,
    seconds: params.seconds ?? false,
    field: params.field ?? false,
    proceed: proceedUntil(session.now() + command, session.now, token),
  });
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
    point: [...data.point],
    value: toJsonNumber(data.value),
    gradient: data.gradient.map(toJsonNumber),
  };
}

/** `gradlens/slices`: the subject along each of its scalars. */
export function slices(session: Session, { subject, point }: ViewParams, token: CancellationToken): SlicesResult {
  const { command } = session.settingsOf(subject.uri ?? "").budget;
  const proceed = proceedUntil(session.now() + command, session.now, token);
  try {
    const look = session.look(subject, point);
    const { labels, grid, values } = sampleSlices(look, proceed);
    const shape = [labels.length, labels.length ? grid.length / labels.length : 0];
    return {
      labels: [...labels],
      count: look.labels.length,
      grid: encodeArray(grid, shape),
      values: encodeArray(values, shape),
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
