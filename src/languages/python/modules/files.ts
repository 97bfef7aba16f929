/**
 * The files of a run: texts, bytes and other values by their paths, in memory. A run begins without any; nothing
 * reaches the disk, so that a file that the program did not write itself is not there.
 */
import { toText } from "../runtime/arguments";
import { listOf, PyList } from "../runtime/containers";
import { exceptionTypes, PyException } from "../runtime/errors";
import { native, PyObject, type PyValue } from "../runtime/object";
import { call, findAttribute } from "../runtime/protocol";
import { vm } from "../runtime/vm";
import { registerModule } from "./registry";

/** A path as a text, from a `pathlib.Path` too. */
export const pathText = (x: PyValue): string => {
  const own = x instanceof PyObject ? findAttribute(x, "__fspath__") : undefined;
  return own === undefined ? toText("path", x) : String(call(own, []));
};

export const normalPath = (path: string): string => {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts[parts.length - 1] !== "..") parts.pop();
    else if (!(part === ".." && path.startsWith("/"))) parts.push(part);
  }
  return (path.startsWith("/") ? "/" : "") + parts.join("/") || ".";
};
export const absolutePath = (path: string): string => normalPath(path.startsWith("/") ? path : `/${path}`);

const STATE = "files";
/** A folder has no contents. */
const FOLDER = null;
type Files = ReadonlyMap<string, PyValue>;
const files = (): Files => (vm.state.get(STATE) as Files | undefined) ?? new Map([["/", FOLDER]]);
/** Replaced as a whole: a statement that is run again begins with what there was before it. */
function change(edit: (files: Map<string, PyValue>) => void): void {
  const next = new Map(files());
  edit(next);
  vm.state.set(STATE, next);
}
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/")) || "/";

function fail(type: string, errno: bigint, text: string, path: string): never {
  const error = new PyException(exceptionTypes.get(type)!, [errno, text, path]);
  error.span = vm.at;
  error.dict.set("filename", path);
  throw error;
}
export const noFile = (path: string): never => fail("FileNotFoundError", 2n, "No such file or directory", path);

export const isFile = (path: string): boolean => (files().get(absolutePath(path)) ?? FOLDER) !== FOLDER;
export const isFolder = (path: string): boolean => files().get(absolutePath(path)) === FOLDER;

/** What a file holds; Python's error where there is none. */
export function readFile(path: string): PyValue {
  const content = files().get(absolutePath(path));
  if (content === FOLDER) fail("IsADirectoryError", 21n, "Is a directory", path);
  return content === undefined ? noFile(path) : content;
}

export function writeFile(path: string, content: PyValue): void {
  const full = absolutePath(path);
  if (isFolder(full)) fail("IsADirectoryError", 21n, "Is a directory", path);
  if (!isFolder(folderOf(full))) noFile(path);
  change((all) => all.set(full, content));
}

export function makeFolders(path: string, existing: boolean, around: boolean): void {
  const full = absolutePath(path);
  if (files().has(full)) {
    if (!existing || isFile(full)) fail("FileExistsError", 17n, "File exists", path);
    return;
  }
  if (!around && !isFolder(folderOf(full))) noFile(path);
  change((all) => {
    for (let at = full; !all.has(at); at = folderOf(at)) all.set(at, FOLDER);
  });
}

/** Removes a file, or a folder with all in it. */
export function remove(path: string, folder: boolean): void {
  const full = absolutePath(path);
  if (!files().has(full)) noFile(path);
  if (!folder && isFolder(full)) fail("IsADirectoryError", 21n, "Is a directory", path);
  change((all) => {
    for (const name of all.keys()) if (name === full || name.startsWith(`${full}/`)) all.delete(name);
  });
}

export function rename(from: string, to: string): void {
  const [old, full] = [absolutePath(from), absolutePath(to)];
  if (!files().has(old)) fail("FileNotFoundError", 2n, "No such file or directory", from);
  change((all) => {
    for (const [name, content] of [...all]) {
      if (name !== old && !name.startsWith(`${old}/`)) continue;
      all.delete(name);
      all.set(full + name.slice(old.length), content);
    }
  });
}

/** The names in a folder, in order. */
export function namesIn(path: string): string[] {
  const full = absolutePath(path);
  if (!isFolder(full)) isFile(full) ? fail("NotADirectoryError", 20n, "Not a directory", path) : noFile(path);
  return [...files().keys()]
    .filter((name) => name !== "/" && folderOf(name) === full)
    .map((name) => name.slice(name.lastIndexOf("/") + 1))
    .sort();
}

// For the modules that are written in Python.
registerModule(
  "_disk",
  () =>
    new Map<string, PyValue>([
      ["read", native("read", ([path]) => readFile(pathText(path!)))],
      ["is_file", native("is_file", ([path]) => isFile(pathText(path!)))],
      ["is_folder", native("is_folder", ([path]) => isFolder(pathText(path!)))],
      ["names", native("names", ([path]) => new PyList(namesIn(pathText(path!))))],
      [
        "write",
        native("write", ([path, content]) => {
          writeFile(pathText(path!), content!);
          return null;
        }),
      ],
      [
        "keep",
        // With the folders around: what writes models and checkpoints makes them.
        native("keep", ([path, content]) => {
          const full = absolutePath(pathText(path!));
          makeFolders(folderOf(full), true, true);
          writeFile(full, content!);
          return null;
        }),
      ],
      [
        "remove",
        native("remove", (paths) => {
          for (const path of listOf(paths[0]!)) remove(pathText(path), true);
          return null;
        }),
      ],
    ]),
);
