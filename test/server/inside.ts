/** An analysis as the server makes it, for tests of what it recomputes. */
import { DocumentAnalysis } from "../../src/analysis/document";

export function analysisOf(text: string, previous?: DocumentAnalysis): DocumentAnalysis {
  return new DocumentAnalysis(
    text,
    { fileName: "edit.py", budget: { milliseconds: 1000 }, now: () => performance.now(), readPoint: () => ({}) },
    previous,
  );
}
