/** What is wrong or worth knowing, with its place and its mend. */

export { type Disagreement, disagreementOf, pairsOf, wrongDerivative } from "./derivatives";
export { type Edit, FINDINGS, type Finding, type FindingCode, type Fix, type Severity } from "./finding";
export { functionFindings } from "./functions";
export { rateFindings } from "./learning-rate";
export { reasonText } from "./missing";
export { findingsOf, pointFinding, syntaxFindings } from "./run";
