/**
 * Plotting libraries: every call is taken and nothing is drawn, so that a script goes on behind its plots. What calls
 * give back can be unpacked, indexed and called as scripts do it.
 */
import { tensor } from "../../../engine";
import { PyList, PyTuple } from "../runtime/containers";
import { PyException } from "../runtime/errors";
import { type DictKey, makeType, native, type PyIterator, PyModule, PyObject, type PyValue } from "../runtime/object";
import { call } from "../runtime/protocol";
import { PyArray } from "./numpy/array";
import { asValue, isSequence, range, wrap } from "./numpy/convert";
import { ObjectArray } from "./numpy/objects";
import { pieces } from "./numpy/pieces";
import { registerTree } from "./registry";

const artistType = makeType("Artist");
artistType.module = "matplotlib.artist";

/** Something of a figure: all that is asked of it is taken. */
class Artist extends PyObject {
  constructor() {
    super(artistType);
    this.dict = new Map();
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    return drawn(name);
  }
  override pyCall([first]: PyValue[]): PyValue {
    // A colour map gives a colour for each number.
    if (first instanceof PyArray && first.shape.length > 0)
      return wrap(tensor(new Array<number>(first.shape[0] * 4).fill(0), "float64", [first.shape[0], 4]));
    return new Artist();
  }
  override pyGetItem(): PyValue {
    return new Artist();
  }
  override pySetItem(): void {}
  override pyLength(): number {
    return 0;
  }
  override pyIterate(): PyIterator {
    return new PyList([]).pyIterate();
  }
  override pyEnter(): PyValue {
    return this;
  }
  override pyExit(): boolean {
    return false;
  }
  override pyKey(): DictKey {
    return this;
  }
}

class Drawing extends PyModule {
  override member(name: string): PyValue | undefined {
    return drawn(name);
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    return drawn(name);
  }
  override pySetAttribute(name: string, value: PyValue): boolean {
    this.dict.set(name, value);
    return true;
  }
}

/** What a name of a figure, or of the library, means. */
const drawn = (name: string): PyValue | undefined =>
  name.startsWith("__") ? undefined : (METHODS.get(name) ?? new Artist());

/** Rows and columns of axes, as one, a line or a grid of them. */
function subplots(args: PyValue[], kwargs: ReadonlyMap<string, PyValue> | undefined): PyValue {
  const rows = Number(args[0] ?? kwargs?.get("nrows") ?? 1n);
  const columns = Number(args[1] ?? kwargs?.get("ncols") ?? 1n);
  const all = range(rows * columns).map(() => new Artist());
  const grid = kwargs?.get("squeeze") === false || (rows > 1 && columns > 1);
  if (!grid && all.length === 1) return new PyTuple([new Artist(), all[0]]);
  return new PyTuple([new Artist(), new ObjectArray(all, grid ? [rows, columns] : [all.length], false)]);
}

const histogram = pieces.find(([name]) => name === "histogram")![1];

/** Counts and edges are what scripts look at. */
function hist(args: PyValue[], kwargs: ReadonlyMap<string, PyValue> | undefined): PyValue {
  const data = args[0] ?? kwargs?.get("x") ?? null;
  const bins = args[1] ?? kwargs?.get("bins") ?? 10n;
  try {
    if (isSequence(data) && asValue(data).shape.length !== 1) throw new PyException(artistType, []);
    const options = new Map<string, PyValue>([["density", kwargs?.get("density") ?? false]]);
    const counted = call(histogram, [data, bins], options) as PyTuple;
    return new PyTuple([...counted.items, new Artist()]);
  } catch (error) {
    // Several sets, or no numbers: the plot is not drawn anyway.
    if (error instanceof PyException) return new PyTuple([new Artist(), new Artist(), new Artist()]);
    throw error;
  }
}

const NOTHING = ["show", "close", "savefig", "tight_layout", "draw", "pause", "ion", "ioff", "clf", "cla", "use"];

const METHODS = new Map<string, PyValue>([
  ["plot", native("plot", () => new PyList([new Artist()]))],
  ["subplots", native("subplots", subplots)],
  ["hist", native("hist", hist)],
  [
    "get_legend_handles_labels",
    native("get_legend_handles_labels", () => new PyTuple([new PyList([]), new PyList([])])),
  ],
  ...NOTHING.map((name): [string, PyValue] => [name, native(name, () => null)]),
]);

for (const root of ["matplotlib", "mpl_toolkits", "seaborn", "pylab"]) registerTree(root, (name) => new Drawing(name));
