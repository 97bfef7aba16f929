/** What is wrong or worth knowing, with its place and its mend. */

export { type Disagreement, disagreementOf, pairsOf, wrongDerivative } from "./derivatives";
export { descentFindings } from "./descent";
export { type Edit, FINDINGS, type Finding, type FindingCode, type Fix, type Severity } from "./finding";
export { functionFindings, type Looked } from "./functions";
export { rateFindings } from "./learning-rate";
export { type GradientEvent, reasonText } from "./missing";
export { findingsOf, hasNotFinite, MOST_SEARCHES, pointFinding, syntaxFindings } from "./run";
