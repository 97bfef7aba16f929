/** The arguments of a plotting function, read as Python reads them; what only changes the looks is passed over. */
import { toFloat } from "../../runtime/arguments";
import { exceptionTypes, PyException, raiseError } from "../../runtime/errors";
import type { Kwargs, PyValue } from "../../runtime/object";
import { str, truth } from "../../runtime/protocol";
import { vm } from "../../runtime/vm";

/** Properties of matplotlib's artists: lines, text, patches, collections, images, legends. */
const properties = new Set(
  `
aa agg_filter alpha anncoords animated annotation_clip antialiased antialiaseds array backgroundcolor bbox boxstyle c
capstyle clim clip_box clip_on clip_path cmap color dash_capstyle dash_joinstyle dashes data drawstyle ds ec edgecolor
edgecolors extent facecolor facecolors family fc figure fill fillstyle font font_properties fontfamily fontname
fontproperties fontsize fontstretch fontstyle fontvariant fontweight gapcolor gid ha hatch hatch_linewidth hatchcolor
height horizontalalignment in_layout interpolation interpolation_stage joinstyle label language linespacing linestyle
linestyles linewidth linewidths ls lw ma marker markeredgecolor markeredgewidth markerfacecolor markerfacecoloralt
markersize markevery math_fontfamily mec mew mfc mfcalt mouseover ms multialignment mutation_aspect mutation_scale name
norm offset_transform offsets parse_math path_effects picker pickradius plotnonfinite position rasterized resample
rotation rotation_mode size sizes sketch_params snap solid_capstyle solid_joinstyle stretch style text transform
transform_rotates_text url urls usetex va variant verticalalignment visible weight width wrap xdata ydata zorder
`
    .trim()
    .split(/\s+/),
);

const list = (names: readonly string[]): string => {
  const quoted = names.map((name) => `'${name}'`);
  return quoted.length < 3
    ? quoted.join(" and ")
    : `${quoted.slice(0, -1).join(", ")}, and ${quoted[quoted.length - 1]}`;
};

export class Call {
  readonly positional: readonly (PyValue | undefined)[];
  readonly kwargs: Kwargs;

  /** @param names positional parameters; `name?` may be left out, `*` takes all that are left into `rest` */
  constructor(
    readonly name: string,
    names: readonly string[],
    given: readonly PyValue[],
    kwargs: Kwargs | undefined,
  ) {
    this.kwargs = new Map(kwargs);
    const plain = names.filter((one) => one !== "*").map((one) => one.replace("?", ""));
    const least = names.filter((one) => one !== "*" && !one.endsWith("?")).length;
    if (given.length > plain.length && !names.includes("*")) {
      const most = plain.length;
      raiseError(
        "TypeError",
        least === most
          ? `${name}() takes ${most} positional argument${most === 1 ? "" : "s"} but ${given.length} were given`
          : `${name}() takes from ${least} to ${most} positional arguments but ${given.length} were given`,
      );
    }
    const missing: string[] = [];
    this.positional = plain.map((one, k) => {
      const named = this.kwargs.get(one);
      if (named !== undefined) {
        if (k < given.length) raiseError("TypeError", `${name}() got multiple values for argument '${one}'`);
        this.kwargs.delete(one);
        return named;
      }
      if (given[k] === undefined && !names[k].endsWith("?")) missing.push(one);
      return given[k];
    });
    if (missing.length > 0)
      raiseError(
        "TypeError",
        `${name}() missing ${missing.length} required positional argument${missing.length > 1 ? "s" : ""}: ${list(missing)}`,
      );
  }

  /** A keyword by any of its names; undefined where it is not given. */
  take(...names: string[]): PyValue | undefined {
    for (const name of names) {
      const value = this.kwargs.get(name);
      if (value === undefined) continue;
      for (const one of names) this.kwargs.delete(one);
      return value;
    }
    return undefined;
  }
  /** The same, where None stands for the default. */
  given(...names: string[]): PyValue | undefined {
    return this.take(...names) ?? undefined;
  }
  number(fallback: number, ...names: string[]): number {
    const value = this.given(...names);
    return value === undefined ? fallback : toFloat(value);
  }
  text(fallback: string, ...names: string[]): string {
    const value = this.given(...names);
    return value === undefined ? fallback : textOf(value);
  }
  flag(fallback: boolean, ...names: string[]): boolean {
    const value = this.given(...names);
    return value === undefined ? fallback : truth(value);
  }

  /**
   * Passes over the keywords that only change the looks.
   * @param artist the class that matplotlib names when it does not know a keyword
   * @param others keywords of this function that change nothing here
   * @throws AttributeError
   */
  finish(artist: string, others = ""): void {
    const known = others.split(" ");
    for (const name of this.kwargs.keys()) {
      if (!properties.has(name) && !known.includes(name))
        raiseError("AttributeError", `${artist}.set() got an unexpected keyword argument '${name}'`);
    }
  }
}

export const isProperty = (name: string): boolean => properties.has(name);

/** Text as it is drawn; strings of `$…$` keep their source. */
export function textOf(x: PyValue): string {
  return typeof x === "string" ? x : x === null ? "" : str(x);
}

/** What the user should know about a plot: a hint at the call. */
export function note(message: string): void {
  if (vm.listener) vm.emit({ kind: "warning", code: "plot", message, span: { from: vm.at.from, to: vm.at.to } });
}

/** What matplotlib itself warns of. */
export function warn(message: string): void {
  if (vm.listener) vm.emit({ kind: "warning", code: "matplotlib", message, span: { from: vm.at.from, to: vm.at.to } });
}

export function notSupported(what: string): never {
  raiseError("NotImplementedError", `${what} is not supported`);
}

export function keyError(message: string): never {
  const error = new PyException(exceptionTypes.get("KeyError")!, [message]);
  error.span = vm.at;
  throw error;
}
