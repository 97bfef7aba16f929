/**
 * `matplotlib.pyplot` and what scripts import beside it. Nothing is drawn here: a script's figures become plain data
 * (model.ts), told as `figure` events when `show()`, or the script, ends them. Arguments, defaults and error texts are
 * those of matplotlib 3.
 */
import { toFloat, toInt } from "../../runtime/arguments";
import { listOf, PyDict, PyList, PyTuple } from "../../runtime/containers";
import { exceptionTypes, PyException, raiseError } from "../../runtime/errors";
import { type Kwargs, makeType, type Native, native, PyObject, type PyValue } from "../../runtime/object";
import { repr, truth } from "../../runtime/protocol";
import { vm } from "../../runtime/vm";
import { registerModule } from "../registry";
import { Artist } from "./artists";
import { Looks, methods, notDrawn, PyAxes } from "./axes";
import { Call, keyError, notSupported, textOf } from "./call";
import { listedMap, PyColormap, PyNorm } from "./colormap-objects";
import { mapNames } from "./colormaps";
import { colorOf, hexOf, names, tableau } from "./colors";
import { dataOf } from "./data";
import { colorbar, Figures, figureOptions, gridOf, PyFigure, savefig, subplots } from "./figure";
import { plots } from "./plots";
import { isSetting, resetSettings, settings } from "./settings";

const now = (): Figures => Figures.now;

/** Functions of the module that are methods of the current axes, under their names. */
const ofAxes =
  "plot scatter bar barh bar_label hist hist2d fill_between fill_betweenx fill stackplot pie errorbar step stem semilogx semilogy loglog vlines hlines axhline axvline axhspan axvspan axline boxplot eventplot contour contourf clabel imshow matshow spy pcolormesh pcolor quiver arrow text annotate legend grid axis twinx twiny";
/** And under others. */
const renamed: Record<string, string> = {
  title: "set_title",
  xlabel: "set_xlabel",
  ylabel: "set_ylabel",
  xscale: "set_xscale",
  yscale: "set_yscale",
};
/** They change only the looks, or speak to a window that is not there. */
const silent =
  "tight_layout subplots_adjust draw draw_all pause ion ioff interactive switch_backend tick_params ticklabel_format locator_params minorticks_on minorticks_off margins autoscale setp box rc rc_context clim viridis_r xkcd waitforbuttonpress connect disconnect set_loglevel figlegend";
/** matplotlib draws these too. */
const undrawn =
  "acorr angle_spectrum barbs broken_barh cohere csd ecdf ginput grouped_bar hexbin imread imsave magnitude_spectrum phase_spectrum plot_date polar_bar psd quiverkey rgrids specgram stairs streamplot subplot_mosaic table thetagrids tricontour tricontourf tripcolor triplot violinplot xcorr figimage";

/** One of several: a figure by its number, its name or itself. */
function close(which: PyValue | undefined): void {
  const figures = now();
  if (which === "all") for (const figure of [...figures.open]) figures.discard(figure);
  else if (which === undefined || which === null) {
    if (figures.current) figures.discard(figures.current);
  } else {
    const found = figures.open.find(
      (figure) => figure === which || figure.name === which || BigInt(figure.number) === which,
    );
    if (found) figures.discard(found);
  }
}

function axisLimits(which: "x" | "y"): Native {
  return (args, kwargs) => {
    const axes = now().figure().gca();
    if (args.length === 0 && !kwargs?.size) return axes.limitsTuple(which);
    return methods[`set_${which}lim`](axes, `${which}lim`, args, kwargs) ?? null;
  };
}

function axisTicks(which: "x" | "y"): Native {
  return (args, kwargs) => {
    const call = new Call(`${which}ticks`, ["ticks?", "labels?"], args, kwargs);
    call.take("minor");
    call.finish("Text");
    return now().figure().gca().setTicks(which, call.positional[0], call.positional[1]);
  };
}

function pyplot(): Map<string, PyValue> {
  const out = new Map<string, PyValue>();
  const add = (name: string, run: (args: PyValue[], kwargs: Kwargs | undefined) => PyValue | undefined) =>
    out.set(
      name,
      native(name, (args, kwargs) => run(args, kwargs) ?? null),
    );
  /** One that gives nothing back. */
  const act = (name: string, run: (args: PyValue[], kwargs: Kwargs | undefined) => void) =>
    add(name, (args, kwargs) => {
      run(args, kwargs);
      return null;
    });

  for (const name of ofAxes.split(" ")) {
    add(name, (args, kwargs) => (plots[name] ?? methods[name])(now().figure().gca(), name, args, kwargs));
  }
  for (const [name, method] of Object.entries(renamed)) {
    add(name, (args, kwargs) => methods[method](now().figure().gca(), name, args, kwargs));
  }
  for (const name of silent.split(" ")) add(name, () => new Looks(name));
  for (const name of undrawn.split(" ")) add(name, () => notDrawn(`pyplot.${name}`));
  for (const name of mapNames) if (/^[a-z]+$/.test(name) && !out.has(name)) add(name, () => useMap(name));
  for (const which of ["x", "y"] as const) {
    out.set(`${which}lim`, native(`${which}lim`, axisLimits(which)));
    out.set(`${which}ticks`, native(`${which}ticks`, axisTicks(which)));
  }
  add("polar", (args, kwargs) => {
    const figure = now().figure();
    const axes = figure.current ?? figure.subplot("polar", [], new Map([["projection", "polar"]]), false);
    return plots.plot(axes, "polar", args, kwargs);
  });

  for (const [name, make] of Object.entries(SHAPES)) out.set(name, native(name, make));
  out.set(
    "GridSpec",
    native("GridSpec", (args, kwargs) => gridOf("GridSpec", args, kwargs)),
  );

  // ── figures ─────────────────────────────────────────────────────────────

  add("figure", (args, kwargs) => {
    const rest = new Map(kwargs);
    const figure = args[0] instanceof PyFigure ? args[0] : now().make(args[0] ?? rest.get("num") ?? undefined);
    rest.delete("num");
    if (args[1] !== undefined) rest.set("figsize", args[1]);
    figureOptions(figure, rest);
    if (truth(rest.get("clear") ?? false)) figure.clear();
    now().current = figure;
    return figure;
  });
  add("subplots", (args, kwargs) => {
    const figure = now().make(kwargs?.get("num"));
    return new PyTuple([figure, subplots(figure, "subplots", args, kwargs)]);
  });
  add("subplot", (args, kwargs) => now().figure().subplot("subplot", args, kwargs, true));
  add("subplot2grid", (args, kwargs) => {
    const call = new Call("subplot2grid", ["shape", "loc", "rowspan?", "colspan?"], args, kwargs);
    const [shape, place] = call.positional.slice(0, 2).map((pair) => listOf(pair!).map((one) => Number(toInt(one))));
    const [down, across] = call.positional.slice(2).map((span) => (span === undefined ? 1 : Number(toInt(span))));
    const axes = new PyAxes(now().figure(), [shape[0], shape[1], place[0], place[1], down, across], "plane");
    return now().figure().addAxes(axes);
  });
  add("axes", (args, kwargs) => {
    const figure = now().figure();
    return args.length === 0 || args[0] === null
      ? figure.subplot("axes", [], kwargs, false)
      : figureCall(figure, "add_axes", args, kwargs);
  });
  add("gca", () => now().figure().gca());
  add("gcf", () => now().figure());
  act("sca", ([axes]) => {
    if (!(axes instanceof PyAxes)) raiseError("TypeError", `sca() expects Axes, not ${repr(axes)}`);
    axes.figure.current = axes;
    now().current = axes.figure;
  });
  add("delaxes", ([axes]) => figureCall(now().figure(), "delaxes", [axes ?? now().figure().gca()], undefined));
  add("get_fignums", () => new PyList(now().open.map(({ number }) => BigInt(number))));
  add("fignum_exists", ([number]) => now().open.some((figure) => BigInt(figure.number) === number));
  add("suptitle", (args, kwargs) => figureCall(now().figure(), "suptitle", args, kwargs));
  add("figtext", (args, kwargs) => figureCall(now().figure(), "text", args, kwargs));
  add("colorbar", (args, kwargs) => colorbar(now().figure(), "colorbar", args, kwargs));
  act("show", (args) => {
    if (args.length > 0)
      raiseError("TypeError", `_Backend.show() takes 1 positional argument but ${args.length + 1} were given`);
    now().endAll(vm.at);
  });
  act("savefig", (args, kwargs) => savefig(now().figure(), "savefig", args, kwargs));
  act("close", ([which]) => close(which));
  const clearFigure = () => {
    const figure = now().figure();
    // What was saved is kept: scripts save, clear, and draw the next picture.
    if (figure.saved) now().tell(figure, figure.drawnAt);
    figure.saved = false;
    figure.clear();
  };
  act("clf", clearFigure);
  act("cla", () => now().figure().gca().clear());

  // ── settings ────────────────────────────────────────────────────────────

  add("get_cmap", ([name]) =>
    name instanceof PyColormap ? name : PyColormap.named(typeof name === "string" ? name : "viridis"),
  );
  add("set_cmap", ([name]) => useMap(name instanceof PyColormap ? name.name : textOf(name)));
  act("rcdefaults", () => resetSettings());
  add("gci", () => now().figure().mappable?.artist ?? null);

  out.set("rcParams", new Parameters());
  out.set("style", new Style());
  out.set("cm", new ColorMaps());
  out.set("Figure", makeType("Figure"));
  out.set("Axes", makeType("Axes"));
  out.set("Line2D", makeType("Line2D"));
  for (const name of ["MaxNLocator", "MultipleLocator", "NullFormatter", "FuncFormatter", "AutoLocator"])
    add(name, () => new Looks(name));
  return out;
}

function useMap(name: string): null {
  PyColormap.named(name);
  settings().pySetItem("image.cmap", name);
  const mappable = now().current?.mappable?.artist.series;
  if (mappable && "map" in mappable && mappable.map)
    mappable.map = { ...mappable.map, name, colors: PyColormap.named(name).colors };
  return null;
}

/** `rcParams`: a dictionary that knows its keys. */
class Parameters extends PyObject {
  constructor() {
    super(makeType("RcParams"));
  }
  override pyGetItem(key: PyValue): PyValue {
    const kept = settings();
    if (kept.pyContains(key)) return kept.pyGetItem(key);
    if (typeof key === "string" && isSetting(key)) return new Looks(key);
    keyError(String(key));
  }
  override pySetItem(key: PyValue, value: PyValue): void {
    if (typeof key !== "string" || !isSetting(key)) keyError(`${repr(key)} is not a valid value for rcParam.`);
    settings().pySetItem(key, value);
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    if (name === "update")
      return native(name, ([given], kwargs) => {
        if (given instanceof PyDict) for (const key of listOf(given)) this.pySetItem(key, given.pyGetItem(key));
        for (const [key, value] of kwargs ?? []) this.pySetItem(key, value);
        return null;
      });
    if (name === "get")
      return native(name, ([key, fallback]) =>
        settings().pyContains(key) ? settings().pyGetItem(key) : (fallback ?? null),
      );
    return undefined;
  }
}

const styles = new Set(
  "Solarize_Light2 _classic_test_patch _mpl-gallery _mpl-gallery-nogrid bmh classic dark_background default fast fivethirtyeight ggplot grayscale petroff10 petroff6 petroff8 seaborn tableau-colorblind10".split(
    " ",
  ),
);

/** The panel's theme decides colours; of a style, only its grid lines remain. */
class Style extends PyObject {
  constructor() {
    super(makeType("style"));
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    if (name === "available") return new PyList([...styles]);
    if (name === "context") return native(name, () => new Looks(name));
    if (name !== "use") return undefined;
    return native(name, ([style]) => {
      for (const one of typeof style === "string" ? [style] : style instanceof PyDict ? [] : listOf(style)) {
        const known = typeof one === "string" && (styles.has(one) || one.startsWith("seaborn-"));
        if (!known) {
          const error = new PyException(exceptionTypes.get("OSError")!, [
            `${repr(one)} is not a valid package style, path of style file, URL of style file, or library style name (library styles are listed in \`style.available\`)`,
          ]);
          error.span = vm.at;
          throw error;
        }
        if (one === "default" || one === "classic") resetSettings();
        else if (/ggplot|grid|bmh|fivethirtyeight|Solarize/.test(String(one)) && !/nogrid/.test(String(one)))
          settings().pySetItem("axes.grid", true);
      }
      return null;
    });
  }
}

/** `cm.viridis`, `colormaps["viridis"]`. */
class ColorMaps extends PyObject {
  constructor() {
    super(makeType("ColormapRegistry"));
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    if (name === "get_cmap") return native(name, ([wanted]) => PyColormap.named(textOf(wanted)));
    if (name === "ScalarMappable")
      return native(name, (args, kwargs) => {
        const [norm, cmap] = new Call(name, ["norm?", "cmap?"], args, kwargs).positional;
        return scalarMappable(norm, cmap);
      });
    if (name.startsWith("__")) return undefined;
    return mapNames.includes(name.replace(/_r$/, "")) ? PyColormap.named(name) : undefined;
  }
  override pyGetItem(key: PyValue): PyValue {
    return PyColormap.named(textOf(key));
  }
}

function scalarMappable(norm: PyValue | undefined, cmap: PyValue | undefined): Artist {
  const map = cmap instanceof PyColormap ? cmap : PyColormap.named(typeof cmap === "string" ? cmap : "viridis");
  return new Artist("matplotlib.cm.ScalarMappable", undefined, (name) => {
    if (name === "to_rgba")
      return native(name, ([x]) => map.pyCall([norm instanceof PyNorm ? norm.pyCall([x]) : x], undefined));
    return name === "set_array" || name === "set_clim" ? native(name, () => null) : undefined;
  });
}

function figureCall(figure: PyFigure, name: string, args: PyValue[], kwargs: Kwargs | undefined): PyValue {
  return (figure.pyGetAttribute(name) as PyObject).pyCall!(args, kwargs);
}

const SHAPES: Record<string, (args: PyValue[], kwargs: Kwargs | undefined) => PyValue> = {
  Circle: (args, kwargs) => ellipse("Circle", args, kwargs),
  Ellipse: (args, kwargs) => ellipse("Ellipse", args, kwargs),
  Rectangle: rectangle,
  Polygon: polygon,
};
registerModule("matplotlib.pyplot", pyplot);
registerModule(
  "matplotlib",
  () =>
    new Map<string, PyValue>([
      ["__version__", "3.11.2"],
      ["use", native("use", () => null)],
      ["rc", native("rc", () => null)],
      ["get_backend", native("get_backend", () => "agg")],
      ["rcParams", new Parameters()],
      ["style", new Style()],
      ["cm", new ColorMaps()],
      ["colormaps", new ColorMaps()],
    ]),
);
registerModule("matplotlib.cm", () => {
  const maps = new ColorMaps();
  const names = [...mapNames, ...mapNames.map((name) => `${name}_r`), "get_cmap", "ScalarMappable"];
  return new Map<string, PyValue>(names.map((name) => [name, maps.pyGetAttribute(name)!]));
});
registerModule("matplotlib.style", () => {
  const style = new Style();
  return new Map<string, PyValue>(["use", "available", "context"].map((name) => [name, style.pyGetAttribute(name)!]));
});
registerModule("matplotlib.colors", () => {
  const segmented = native("LinearSegmentedColormap", () =>
    notSupported("LinearSegmentedColormap of segments; from_list"),
  );
  segmented.dict = new Map<string, PyValue>([
    ["from_list", native("from_list", ([name, colors]) => listedMap(textOf(name), colors, false))],
  ]);
  return new Map<string, PyValue>([
    ["Normalize", native("Normalize", PyNorm.make(false))],
    ["LogNorm", native("LogNorm", PyNorm.make(true))],
    ["ListedColormap", native("ListedColormap", ([colors, name]) => listedMap(textOf(name ?? "custom"), colors, true))],
    ["LinearSegmentedColormap", segmented],
    ["to_hex", native("to_hex", ([color]) => hexOf(colorOf(color)))],
    ["TABLEAU_COLORS", PyDict.from(Object.entries(tableau).map(([name, color]) => [`tab:${name}`, color] as const))],
    ["CSS4_COLORS", PyDict.from([...names].map(([name, digits]) => [name, `#${digits.toUpperCase()}`] as const))],
  ]);
});
registerModule("matplotlib.ticker", () => {
  const makers =
    "AutoLocator AutoMinorLocator EngFormatter FixedFormatter FixedLocator FormatStrFormatter FuncFormatter LinearLocator LogFormatter LogLocator MaxNLocator MultipleLocator NullFormatter NullLocator PercentFormatter ScalarFormatter StrMethodFormatter";
  return new Map<string, PyValue>(makers.split(" ").map((name) => [name, native(name, () => new Looks(name))]));
});
registerModule(
  "matplotlib.gridspec",
  () =>
    new Map<string, PyValue>([["GridSpec", native("GridSpec", (args, kwargs) => gridOf("GridSpec", args, kwargs))]]),
);
registerModule(
  "matplotlib.patches",
  () => new Map(Object.entries(SHAPES).map(([name, make]) => [name, native(name, make)])),
);
registerModule("mpl_toolkits", () => new Map());
registerModule(
  "mpl_toolkits.mplot3d",
  () => new Map<string, PyValue>([["Axes3D", native("Axes3D", ([figure]) => axes3d(figure))]]),
);
registerModule(
  "mpl_toolkits.mplot3d.axes3d",
  () => new Map<string, PyValue>([["Axes3D", native("Axes3D", ([figure]) => axes3d(figure))]]),
);

function axes3d(figure: PyValue): PyValue {
  const owner = figure instanceof PyFigure ? figure : now().figure();
  return owner.subplot("Axes3D", [], new Map([["projection", "3d"]]), false);
}

// ── patches ─────────────────────────────────────────────────────────────────

function patch(name: string, call: Call, outline: readonly (readonly [number, number])[]): Artist {
  const face = call.given("facecolor", "fc", "color");
  const edge = call.given("edgecolor", "ec");
  const fill = call.flag(true, "fill");
  const alpha = call.number(1, "alpha");
  const label = call.text("", "label");
  call.finish(name, "closed angle");
  return new Artist(`matplotlib.patches.${name}`, {
    kind: "area",
    x: Float64Array.from(outline, ([x]) => x),
    y: Float64Array.from(outline, ([, y]) => y),
    color: !fill || face === "none" ? "" : face === undefined ? "C0" : colorOf(face),
    edge:
      edge === undefined
        ? fill
          ? undefined
          : face === undefined
            ? "black"
            : colorOf(face)
        : colorOf(edge) || undefined,
    alpha,
    label,
  });
}

function ellipse(name: "Circle" | "Ellipse", args: PyValue[], kwargs: Kwargs | undefined): Artist {
  const circle = name === "Circle";
  const call = new Call(name, circle ? ["xy", "radius?"] : ["xy", "width", "height"], args, kwargs);
  const [x, y] = dataOf(call.positional[0]!).data;
  const [a, b] = circle
    ? [1, 1].map(() => (call.positional[1] === undefined ? 5 : toFloat(call.positional[1])))
    : call.positional.slice(1).map((size) => toFloat(size!) / 2);
  const angle = (call.number(0, "angle") * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return patch(
    name,
    call,
    Array.from({ length: 73 }, (_, k) => {
      const turn = (k / 36) * Math.PI;
      const [u, v] = [a * Math.cos(turn), b * Math.sin(turn)];
      return [x + u * cos - v * sin, y + u * sin + v * cos] as const;
    }),
  );
}

function rectangle(args: PyValue[], kwargs: Kwargs | undefined): Artist {
  const call = new Call("Rectangle", ["xy", "width", "height"], args, kwargs);
  const [x, y] = dataOf(call.positional[0]!).data;
  const [wide, high] = [toFloat(call.positional[1]!), toFloat(call.positional[2]!)];
  return patch("Rectangle", call, [
    [x, y],
    [x + wide, y],
    [x + wide, y + high],
    [x, y + high],
    [x, y],
  ]);
}

function polygon(args: PyValue[], kwargs: Kwargs | undefined): Artist {
  const call = new Call("Polygon", ["xy"], args, kwargs);
  const { data } = dataOf(call.positional[0]!);
  const points = Array.from({ length: data.length / 2 }, (_, k) => [data[2 * k], data[2 * k + 1]] as const);
  return patch("Polygon", call, points.length > 0 ? [...points, points[0]] : []);
}
