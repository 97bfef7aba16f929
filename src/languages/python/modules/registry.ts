/** Every module that there is, and what happens to an import of one that there is not. */
import { pyError, raiseError } from "../runtime/errors";
import { ellipsis, makeType, PyModule, PyObject, type PyValue } from "../runtime/object";
import { vm } from "../runtime/vm";
import type { Span } from "../syntax/ast";

/** Makes the contents of a module, once for each run. */
export type ModuleMaker = () => Map<string, PyValue>;

const makers = new Map<string, ModuleMaker>();
/** Modules that are harmless to import although nothing is in them. */
const parts = new Map<string, string[]>();

export function registerModule(name: string, make: ModuleMaker): void {
  makers.set(name, make);
  const dot = name.lastIndexOf(".");
  if (dot > 0) {
    const parent = name.slice(0, dot);
    parts.set(parent, [...(parts.get(parent) ?? []), name.slice(dot + 1)]);
  }
}

export function moduleNames(): string[] {
  return [...makers.keys()].sort();
}

function loaded(): Map<string, PyModule> {
  let modules = vm.state.get("modules") as Map<string, PyModule> | undefined;
  if (!modules) {
    modules = new Map();
    vm.state.set("modules", modules);
  }
  return modules;
}

/** Libraries of which we have a part: a name that is missing may well exist, so it is reported as not supported. */
const open = new Set(["tensorflow", "keras", "tf_keras", "numpy"]);

export class PyLibrary extends PyModule {
  override pyGetAttribute(name: string): PyValue | undefined {
    if (name.startsWith("__")) return undefined;
    raiseError("NotImplementedError", `${this.name.replace(/^tensorflow/, "tf")}.${name} is not supported`);
  }
}

/** A module that we provide. */
export function loadModule(name: string): PyModule | undefined {
  const known = loaded().get(name);
  if (known) return known;
  const make = makers.get(name);
  if (!make) return undefined;
  const module = open.has(name.split(".")[0]) ? new PyLibrary(name) : new PyModule(name);
  loaded().set(name, module);
  module.dict.set("__name__", name);
  for (const [key, value] of make()) module.dict.set(key, value);
  for (const part of parts.get(name) ?? []) {
    if (module.dict.has(part)) continue;
    const inner = loadModule(`${name}.${part}`);
    if (inner) module.dict.set(part, inner);
  }
  return module;
}

const missingType = makeType("module");

/** What an import that we do not provide leaves behind: an error wherever it is used. */
export class PyMissing extends PyObject {
  constructor(readonly path: string) {
    super(missingType);
  }
  private fail(): never {
    throw pyError("ModuleNotFoundError", `No module named '${this.path.split(".")[0]}'`);
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

/** `import a.b` gives `a`, `import a.b as c` gives `a.b`. */
export function importModule(name: string, whole: boolean, span: Span, strict: boolean): PyValue {
  const root = name.split(".")[0];
  const module = loadModule(name);
  if (module) return whole ? module : (loadModule(root) ?? module);
  const top = loadModule(root);
  if (strict) {
    raiseError(
      "ModuleNotFoundError",
      top ? `No module named '${name}'; '${root}' is not a package` : `No module named '${root}'`,
    );
  }
  warn(name, span);
  return top && !whole ? top : new PyMissing(name);
}

/** `from module import name`; `name` null: everything. */
export function importFrom(name: string, wanted: string | null, span: Span, strict: boolean): Map<string, PyValue> {
  const out = new Map<string, PyValue>();
  if (name === "__future__") {
    if (wanted) out.set(wanted, ellipsis);
    return out;
  }
  const module = loadModule(name);
  if (module && wanted === null) {
    for (const [key, value] of module.dict) if (!key.startsWith("_")) out.set(key, value);
    return out;
  }
  if (module && wanted !== null) {
    const value = module.dict.get(wanted) ?? loadModule(`${name}.${wanted}`);
    if (value !== undefined) {
      out.set(wanted, value);
      return out;
    }
    if (strict) raiseError("ImportError", `cannot import name '${wanted}' from '${name}' (unknown location)`);
  } else if (strict) raiseError("ModuleNotFoundError", `No module named '${name}'`);
  warn(wanted === null ? name : `${name}.${wanted}`, span);
  if (wanted !== null) out.set(wanted, new PyMissing(`${name}.${wanted}`));
  return out;
}
