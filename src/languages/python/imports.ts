/** Modules that are texts: files beside the one that runs, and the part of the library that is written in Python. */
import { builtins } from "./builtins";
import { Compiler } from "./compile";
import { Globals } from "./compile/expressions";
import { analyze } from "./compile/scope";
import { setSourceLoader } from "./modules/registry";
import { pyError } from "./runtime/errors";
import { Frame } from "./runtime/function";
import { PyModule, type PyValue } from "./runtime/object";
import { vm } from "./runtime/vm";
import { unwatched, watcher } from "./runtime/watch";
import { type Source, sourceOf } from "./sources";

/** How many folders up from the file an absolute import is looked for. */
const MOST_LEVELS = 3;

/** A module whose names are the variables of its text. */
export class SourceModule extends PyModule {
  constructor(
    name: string,
    private readonly globals: Globals,
  ) {
    super(name);
  }
  override pyGetAttribute(name: string): PyValue | undefined {
    return this.globals.get(name);
  }
  override pySetAttribute(name: string, value: PyValue): boolean {
    this.globals.set(name, value);
    return true;
  }
  override member(name: string): PyValue | undefined {
    return this.pyGetAttribute(name) ?? this.dict.get(name);
  }
  override names(): Map<string, PyValue> {
    return new Map([...this.dict, ...this.globals.toMap()]);
  }
}

const folderOf = (fileName: string): string => fileName.slice(0, Math.max(0, fileName.lastIndexOf("/")));

function join(folder: string, path: string): string {
  const parts: string[] = [];
  for (const part of `${folder}/${path}`.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts[parts.length - 1] !== "..") parts.pop();
    else parts.push(part);
  }
  return parts.join("/");
}

/** The file of a module, as imported from `from`; `level` counts the dots before its name. */
function find(path: string, level: number, from: string): { fileName: string; text: string } | undefined {
  const { read } = vm;
  if (!read) return undefined;
  const folders =
    level > 0
      ? [join(folderOf(from), "../".repeat(level - 1))]
      : Array.from({ length: MOST_LEVELS + 1 }, (_, up) => "../".repeat(up));
  for (const folder of folders)
    for (const ending of path === "" ? ["__init__.py"] : [`${path}.py`, `${path}/__init__.py`]) {
      const fileName = join(folder, ending);
      const text = read(fileName);
      if (text !== undefined) return { fileName, text };
    }
  return undefined;
}

/** Runs a module's text; a module that is being imported already is given as far as it is. */
export function execute(name: string, source: Source): PyModule {
  const globals = new Globals(builtins, source.fileName);
  const module = new SourceModule(name, globals);
  globals.cell("__name__").value = name;
  globals.cell("__file__").value = source.fileName;
  globals.cell("__doc__").value = source.syntax.docstring;
  const modules = loaded();
  modules.set(source.fileName, module);
  const problem = source.syntax.errors[0];
  const outside = vm.outside;
  vm.outside ??= vm.at;
  const { at } = vm;
  try {
    if (problem) throw pyError("SyntaxError", `${problem.message} (${source.fileName})`);
    const { module: scope, scopes } = analyze(source.syntax.body);
    const compiler = new Compiler(globals, scopes, scope, "", true);
    const frame = new Frame([], [], undefined);
    for (const statement of source.syntax.body) {
      vm.at = statement;
      const step = compiler.statement(statement);
      while (frame.slots.length < scope.slots) frame.slots.push(undefined);
      step(frame);
    }
  } catch (error) {
    modules.delete(source.fileName);
    throw error;
  } finally {
    vm.outside = outside;
    vm.at = at;
  }
  return module;
}

function loaded(): Map<string, PyModule> {
  let modules = vm.loaded.get("source modules") as Map<string, PyModule> | undefined;
  if (!modules) {
    modules = new Map();
    vm.loaded.set("source modules", modules);
  }
  return modules;
}

setSourceLoader(
  (dotted, from) => {
    const level = /^\.*/.exec(dotted)![0].length;
    const parts = dotted.slice(level).split(".").filter(Boolean);
    const found = find(parts.join("/"), level, from);
    if (!found) return undefined;
    const name = parts.join(".") || folderOf(found.fileName);
    // What the file does when it is run, and keeps, is not followed.
    watcher?.lost();
    return loaded().get(found.fileName) ?? execute(name, sourceOf(found.fileName, found.text));
  },
  (name, text) => loaded().get(`<${name}>`) ?? unwatched(() => execute(name, sourceOf(`<${name}>`, text))),
);
