/** Names of optimizers, of what can be chosen about them, and of runs. */
import * as l10n from "@vscode/l10n";
import type { Like, ScheduleName } from "../protocol/optimizers";
import { optimizerTypes } from "../protocol/optimizers";
import type { Trial } from "./optimization";

export const likeName: { readonly [L in Like]: string } = { keras: "Keras", torch: "PyTorch" };

/** `SGD, start 2`. */
export const runName = ({ choice, start }: Pick<Trial, "choice" | "start">): string =>
  l10n.t("{0}, start {1}", optimizerTypes[choice.optimizer].label, start + 1);

export function scheduleName(name: ScheduleName): string {
  switch (name) {
    case "step":
      return l10n.t("in steps");
    case "exponential":
      return l10n.t("exponential");
    case "inverse-time":
      return l10n.t("inverse time");
    case "polynomial":
      return l10n.t("polynomial");
    case "piecewise":
      return l10n.t("piecewise constant");
    case "cosine":
      return l10n.t("cosine");
    case "one-cycle":
      return l10n.t("one cycle");
  }
}

/** What a field for an option of an optimizer or a schedule is called. */
export function optionName(name: string): string {
  switch (name) {
    case "momentum":
      return l10n.t("Momentum");
    case "weightDecay":
      return l10n.t("Weight decay");
    case "initialAccumulator":
      return l10n.t("First accumulator");
    case "epsilon":
      return "ε";
    case "rho":
      return "ρ";
    case "beta1":
      return "β₁";
    case "beta2":
      return "β₂";
    case "centered":
      return l10n.t("Centred");
    case "momentumDecay":
      return l10n.t("Momentum decay");
    case "search":
      return l10n.t("Line search");
    case "memory":
      return l10n.t("Steps in memory");
    case "radius":
      return l10n.t("First radius");
    case "simplexTolerance":
      return l10n.t("Size of the simplex");
    case "stepSize":
      return l10n.t("Steps between");
    case "gamma":
      return l10n.t("Factor");
    case "decaySteps":
      return l10n.t("Decay steps");
    case "decayRate":
      return l10n.t("Decay rate");
    case "staircase":
      return l10n.t("Staircase");
    case "endLearningRate":
      return l10n.t("Last rate");
    case "power":
      return l10n.t("Power");
    case "cycle":
      return l10n.t("Again and again");
    case "boundaries":
      return l10n.t("After steps");
    case "values":
      return l10n.t("Rates");
    case "alpha":
      return l10n.t("Last part");
    case "warmupSteps":
      return l10n.t("Warm-up steps");
    case "totalSteps":
      return l10n.t("Steps in all");
    case "pctStart":
      return l10n.t("Rising part");
    case "divFactor":
      return l10n.t("Highest / first rate");
    case "finalDivFactor":
      return l10n.t("First / last rate");
    case "anneal":
      return l10n.t("Shape");
    case "threePhase":
      return l10n.t("Three phases");
    default:
      return name;
  }
}

export function choiceName(choice: string): string {
  switch (choice) {
    case "armijo":
      return l10n.t("Armijo");
    case "wolfe":
      return l10n.t("strong Wolfe");
    case "cos":
      return l10n.t("cosine");
    case "linear":
      return l10n.t("linear");
    default:
      return choice;
  }
}
