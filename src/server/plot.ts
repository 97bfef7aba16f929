/** `gradlens/plot`: samples of a subject along one or two of its parameters. */
import type { CancellationToken } from "vscode-languageserver";
import { sample } from "../analysis/sample";
import type { PlotData, PlotParams } from "../protocol/lsp";
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
    proceed: proceedUntil(session.now() + command, session.now, token),
  });
  const rows = data.grid[1]?.length;
  return {
    axes: [...data.axes],
    window: data.window.map(([low, high]) => [low, high]),
    grid: data.grid.map((positions) => encodeArray(positions)),
    values: encodeArray(data.values, rows === undefined ? [data.values.length] : [rows, data.grid[0]!.length]),
    ...(data.slopes ? { slopes: encodeArray(data.slopes) } : {}),
    point: [...data.point],
    value: toJsonNumber(data.value),
    gradient: data.gradient.map(toJsonNumber),
  };
}
