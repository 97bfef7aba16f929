/** `rcParams`: those that change what is drawn here are kept, all others are taken and change nothing. */
import { toFloat } from "../../runtime/arguments";
import { listOf, PyDict, PyList } from "../../runtime/containers";
import { vm } from "../../runtime/vm";

const defaults = {
  "lines.linewidth": 1.5,
  "lines.markersize": 6,
  "hist.bins": 10,
  "axes.grid": false,
  "image.cmap": "viridis",
  "image.aspect": "equal",
};
type Settings = typeof defaults;
/** Inches. */
const figureSize: readonly [number, number] = [6.4, 4.8];

/** Sections of matplotlib's settings. */
const sections =
  /^(agg|animation|axes|axes3d|backend|boxplot|contour|date|docstring|errorbar|figure|font|grid|hatch|hist|image|interactive|keymap|legend|lines|macosx|markers|mathtext|patch|path|pcolor|pcolormesh|pdf|pgf|polaraxes|ps|savefig|scatter|svg|text|timezone|tk|toolbar|webagg|xaxis|xtick|yaxis|ytick)(\.|$|_)/;

export const isSetting = (name: string): boolean => sections.test(name);

export function settings(): PyDict {
  let kept = vm.state.get("rcParams") as PyDict | undefined;
  if (!kept) {
    kept = PyDict.from([]);
    vm.state.set("rcParams", kept);
    resetSettings();
  }
  return kept;
}

export function resetSettings(): void {
  const kept = settings();
  for (const [name, value] of Object.entries(defaults)) kept.pySetItem(name, value);
  kept.pySetItem("figure.figsize", new PyList([...figureSize]));
}

export function defaultSize(): [number, number] {
  const [wide, high] = listOf(settings().pyGetItem("figure.figsize")).map(toFloat);
  return [wide, high];
}

export function settingOf<K extends keyof Settings>(name: K): Settings[K] {
  const value = settings().pyGetItem(name);
  const fallback = defaults[name];
  return (typeof fallback === "number" ? toFloat(value) : value) as Settings[K];
}
