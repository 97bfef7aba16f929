/** `gradlens/plane`: samples of a subject along a line or in a plane that need not follow the axes. */
import * as l10n from "@vscode/l10n";
import type { CancellationToken } from "vscode-languageserver";
import { samplePlane } from "../analysis/plane";
import { Problem } from "../analysis/subject";
import type { PlaneData, PlaneParams } from "../protocol/lsp";
import { decodeArray, type EncodedArray, encodeArray } from "../protocol/values";
import { inTime } from "./plot";
import { proceedUntil, type Session } from "./session";

/** The rows of a matrix that must have so many columns. @throws Problem where it has others */
export function rowsOf(array: EncodedArray, width: number): Float64Array[] {
  const numbers = decodeArray(array);
  if (width === 0 || numbers.length % width !== 0)
    throw new Problem(l10n.t("{0} numbers do not make points of {1}", numbers.length, width));
  return Array.from({ length: numbers.length / width }, (_, k) => numbers.subarray(k * width, (k + 1) * width));
}

export function plane(session: Session, params: PlaneParams, token: CancellationToken): PlaneData {
  const look = session.look(params.subject, params.point);
  const { command } = session.settingsOf(params.subject.uri ?? "").budget;
  const n = look.labels.length;
  const [origin] = rowsOf(params.origin, n);
  const directions = rowsOf(params.directions, n);
  if (!origin || directions.length !== params.window.length || !(directions.length === 1 || directions.length === 2))
    throw new Problem(l10n.t("a plane has a point, and one or two directions"));
  const subject = params.squares ? look.halfSquares() : look;
  const proceed = proceedUntil(session.now() + command, session.now, token);
  const { grid, values } = inTime(session.now, directions.length, params.samples, (samples) =>
    samplePlane(subject, { origin, directions }, params.window, samples, proceed),
  );
  return {
    window: params.window,
    grid: grid.map((positions) => encodeArray(positions)),
    values: encodeArray(
      values,
      grid.map(({ length }) => length),
    ),
  };
}
