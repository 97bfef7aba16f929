/** Every module that there is, and what happens to an import of one that there is not. */
import { PyList, PyTuple } from "../runtime/containers";
import { type PyException, pyError, raiseError } from "../runtime/errors";
import { ellipsis, makeType, PyModule, PyObject, PyType, type PyValue } from "../runtime/object";
import { attributeNames } from "../runtime/protocol";
import { vm } from "../runtime/vm";
import { touch, unwatched, watcher } from "../runtime/watch";
import type { Span } from "../syntax/ast";

/** Makes the contents of a module, once for each run. */
export type ModuleMaker = () => Map<string, PyValue>;

const makers = new Map<string, ModuleMaker>();
/** Modules that are harmless to import although nothing is in them. */
const parts = new Map<string, string[]>();

export function registerModule(name: string, make: ModuleMaker): void {
  makers.set(name, make);
  const dot = name.lastIndexOf(".");
  if (dot > 0) partOf(name.slice(0, dot), name.slice(dot + 1));
}
const partOf = (parent: string, name: string): void => {
  parts.set(parent, [...(parts.get(parent) ?? []), name]);
};

/** A module that is a text of ours; `placed` says in which module of the real library a class of it stands. */
export function registerText(name: string, text: string, placed?: (className: string) => string | undefined): void {
  texts.set(name, text);
  const dot = name.lastIndexOf(".");
  const own = name.slice(dot + 1);
  if (dot > 0 && !own.startsWith("_")) partOf(name.slice(0, dot), own);
  if (placed) places.set(name, placed);
}
const texts = new Map<string, string>();
const places = new Map<string, (className: string) => string | undefined>();

/** Gives the classes of a text the modules by which the real library names them. */
function place(module: PyModule): void {
  const placed = places.get(module.name);
  if (!placed) return;
  for (const value of module.names().values())
    if (value instanceof PyType && (value.module === module.name || value.module === "__main__"))
      value.module = placed(value.name) ?? value.module;
}

/** Names of a module that are made when they are first wanted. */
export function registerMembers(name: string, members: ReadonlyMap<string, () => PyValue>): void {
  lazy.set(name, members);
}
const lazy = new Map<string, ReadonlyMap<string, () => PyValue>>();

/** What the real library says of names that it had in older versions. */
export function registerRemoved(name: string, message: (member: string) => string | undefined): void {
  removed.set(name, message);
}
const removed = new Map<string, (member: string) => string | undefined>();

/** Every module whose name begins with `root.`, and `root` itself. */
export function registerTree(root: string, make: (name: string) => PyModule): void {
  trees.set(root, make);
}
const trees = new Map<string, (name: string) => PyModule>();

export function moduleNames(): string[] {
  return [...makers.keys(), ...texts.keys(), ...trees.keys()].sort();
}

function loaded(): Map<string, PyModule> {
  let modules = vm.loaded.get("modules") as Map<string, PyModule> | undefined;
  if (!modules) {
    modules = new Map();
    vm.loaded.set("modules", modules);
  }
  return modules;
}

/** Libraries of which we have a part: a name that is missing may well exist, so it is reported as not supported. */
const open = new Set(["tensorflow", "keras", "tf_keras", "numpy", "scipy"]);

export class PyLibrary extends PyModule {
  override member(name: string): PyValue | undefined {
    return this.dict.get(name) ?? unwatched(() => this.made(name));
  }
  private made(name: string): PyValue | undefined {
    const part = () => (parts.get(this.name)?.includes(name) ? loadModule(`${this.name}.${name}`) : undefined);
    const made = lazy.get(this.name)?.get(name)?.() ?? part();
    if (made !== undefined) this.dict.set(name, made);
    return made;
  }
  /** All of them, those that are still to be made too. */
  override names(): Map<string, PyValue> {
    for (const name of [...(lazy.get(this.name)?.keys() ?? []), ...(parts.get(this.name) ?? [])]) this.member(name);
    return this.dict;
  }
  /** Without making them: a misspelt name must not cost all of a library. */
  override nameList(): Iterable<string> {
    return [...this.dict.keys(), ...(lazy.get(this.name)?.keys() ?? []), ...(parts.get(this.name) ?? [])];
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    const made = this.member(name);
    if (made !== undefined) return made;
    if (name.startsWith("__")) return undefined;
    const gone = removed.get(this.name)?.(name);
    if (gone !== undefined) raiseError("AttributeError", gone);
    const full = `${this.name.replace(/^tensorflow/, "tf")}.${name}`;
    const error = pyError("NotImplementedError", `${full} is not supported`);
    error.wanted = { name, among: () => attributeNames(this) };
    throw error;
  }
}

/** Finds a module's text beside the file that imports it, and runs it. */
type SourceLoader = (dotted: string, from: string) => PyModule | undefined;
let loadSource: SourceLoader = () => undefined;
let runText: (name: string, text: string) => PyModule = (name) => new PyModule(name);
export function setSourceLoader(loader: SourceLoader, runner: typeof runText): void {
  loadSource = loader;
  runText = runner;
}

/** Modules that Python has built in: no file beside takes their place. */
const BUILT_IN = new Set([
  "math",
  "cmath",
  "sys",
  "time",
  "itertools",
  "builtins",
  "functools",
  "operator",
  "__future__",
]);

const isOurText = (fileName: string): boolean => texts.has(/^<(.*)>$/.exec(fileName)?.[1] ?? "");

/** A module by its dotted name, from beside the file or of ours; packages on the way hold their parts as attributes. */
function moduleNamed(dotted: string, from: string): PyModule | undefined {
  const parts = dotted.split(".");
  if (dotted.startsWith(".")) return loadSource(dotted, from);
  // Our own texts see no file of the user's.
  if (BUILT_IN.has(parts[0]) || isOurText(from)) return loadModule(dotted);
  const own = loadSource(dotted, from);
  if (!own) return loadModule(dotted);
  if (parts.length > 1) packageOf(parts.slice(0, -1).join("."), from).pySetAttribute?.(parts[parts.length - 1], own);
  return own;
}

/** The package around a module: a folder without a text of its own is an empty one. */
function packageOf(dotted: string, from: string): PyModule {
  const known = moduleNamed(dotted, from) ?? loaded().get(`folder ${dotted}`);
  if (known) return known;
  const folder = new PyFolder(dotted);
  loaded().set(`folder ${dotted}`, folder);
  const dot = dotted.lastIndexOf(".");
  if (dot > 0) packageOf(dotted.slice(0, dot), from).pySetAttribute?.(dotted.slice(dot + 1), folder);
  return folder;
}

class PyFolder extends PyModule {
  override pySetAttribute(name: string, value: PyValue): boolean {
    this.dict.set(name, value);
    return true;
  }
}

/** The script itself, which it can import by the name `__main__`. */
export function keepMain(module: PyModule): void {
  loaded().set("__main__", module);
}

/** A module that we provide. */
export function loadModule(name: string): PyModule | undefined {
  // All the variables of the script can be reached through it.
  if (name === "__main__") watcher?.lost();
  return loaded().get(name) ?? unwatched(() => load(name));
}

function load(name: string): PyModule | undefined {
  const tree = makers.has(name) ? undefined : trees.get(name.split(".")[0]);
  if (tree) {
    const module = tree(name);
    loaded().set(name, module);
    return module;
  }
  const text = texts.get(name);
  if (text !== undefined) {
    const module = runText(name, text);
    place(module);
    loaded().set(name, module);
    const dot = name.lastIndexOf(".");
    if (dot > 0) loadModule(name.slice(0, dot))?.dict.set(name.slice(dot + 1), module);
    return module;
  }
  const make = makers.get(name);
  if (!make) return undefined;
  const module = open.has(name.split(".")[0]) ? new PyLibrary(name) : new PyModule(name);
  loaded().set(name, module);
  module.dict.set("__name__", name);
  for (const [key, value] of make()) module.dict.set(key, value);
  // Parts of a large library wait until they are wanted.
  for (const part of module instanceof PyLibrary ? [] : (parts.get(name) ?? [])) {
    if (module.dict.has(part)) continue;
    const inner = loadModule(`${name}.${part}`);
    if (inner) module.dict.set(part, inner);
  }
  return module;
}

const missingType = makeType("module");

/** What an import that we do not provide leaves behind: an error wherever it is used. */
export class PyMissing extends PyObject {
  constructor(
    readonly path: string,
    /** The module of ours in which the name is not. */
    private readonly from?: string,
  ) {
    super(missingType);
  }
  private fail(): never {
    if (this.from === undefined) throw pyError("ModuleNotFoundError", `No module named '${this.path.split(".")[0]}'`);
    const name = this.path.slice(this.from.length + 1);
    throw importError(loadModule(this.from) ?? this, this.from, name, "it is not supported");
  }
  override pyGetAttribute(_name: string): PyValue {
    return this.fail();
  }
  override pyCall(): PyValue {
    return this.fail();
  }
  override pyBinary(): PyValue {
    return this.fail();
  }
  override pyUnary(): PyValue {
    return this.fail();
  }
  override pyGetItem(): PyValue {
    return this.fail();
  }
  override pyIterate(): never {
    return this.fail();
  }
  override pyBool(): boolean {
    return this.fail();
  }
  override pyEnter(): PyValue {
    return this.fail();
  }
  override pyRepr(): string {
    return `<module '${this.path}', which is not available>`;
  }
}

function warn(path: string, span: Span): void {
  if (!vm.listener) return;
  const root = path.split(".")[0];
  const message = makers.has(root) ? `'${path}' is not supported` : `no module named '${root}' is provided`;
  vm.emit({ kind: "warning", code: "unknown-import", message, span: { from: span.from, to: span.to } });
}

/** `import a.b` gives `a`, `import a.b as c` gives `a.b`. `from` is the file that imports. */
export function importModule(name: string, whole: boolean, span: Span, strict: boolean, from: string): PyValue {
  const root = name.split(".")[0];
  const module = moduleNamed(name, from);
  if (module) return whole || root === name ? module : packageOf(root, from);
  const top = moduleNamed(root, from);
  if (strict) {
    raiseError(
      "ModuleNotFoundError",
      top ? `No module named '${name}'; '${root}' is not a package` : `No module named '${root}'`,
    );
  }
  warn(name, span);
  return top && !whole ? top : new PyMissing(name);
}

/** `from module import name`; `name` null: everything. `from` is the file that imports. */
export function importFrom(
  name: string,
  wanted: string | null,
  span: Span,
  strict: boolean,
  from: string,
): Map<string, PyValue> {
  const out = new Map<string, PyValue>();
  if (name === "__future__") {
    if (wanted) out.set(wanted, ellipsis);
    return out;
  }
  const module = moduleNamed(name, from);
  if (module && wanted === null) {
    const names = module.names();
    const all = names.get("__all__");
    const listed = all instanceof PyList || all instanceof PyTuple ? all.items.map(String) : undefined;
    for (const [key, value] of names) if (listed ? listed.includes(key) : !key.startsWith("_")) out.set(key, value);
    for (const value of out.values()) touch(value);
    return out;
  }
  if (wanted !== null) {
    const inside = `${name}${name.endsWith(".") ? "" : "."}${wanted}`;
    const value = module?.member(wanted) ?? moduleNamed(inside, from);
    if (value !== undefined) {
      touch(value);
      out.set(wanted, value);
      return out;
    }
  }
  if (strict || (module && !isOurs(module)))
    throw module
      ? importError(module, module.name, wanted!, String(module.names().get("__file__") ?? "unknown location"))
      : pyError("ModuleNotFoundError", `No module named '${name}'`);
  warn(wanted === null ? name : `${name}.${wanted}`, span);
  if (wanted !== null) out.set(wanted, new PyMissing(`${name}.${wanted}`, module && name));
  return out;
}

function importError(module: PyObject, from: string, name: string, why: string): PyException {
  const error = pyError("ImportError", `cannot import name '${name}' from '${from}' (${why})`);
  error.wanted = { name, among: () => attributeNames(module) };
  return error;
}

const isOurs = (module: PyModule): boolean => loaded().get(module.name) === module;
