/**
 * "Did you mean: 'x'?", as Python 3.12 ends the report of an uncaught NameError, AttributeError or ImportError.
 * Source: CPython 3.12, `Lib/traceback.py`, `_compute_suggestion_error` and `_levenshtein_distance`.
 */
import { PyException } from "./runtime/errors";
import { str } from "./runtime/protocol";
import { BudgetExceeded } from "./runtime/vm";

const MOST_NAMES = 750;
const LONGEST = 40;
const MOVE_COST = 2;
const CASE_COST = 1;

/** Modules of Python's own library that people use without the import. */
const standard = new Set(
  `abc argparse array ast asyncio atexit base64 binascii bisect builtins bz2 calendar cmath cmd code codecs collections
  colorsys configparser contextlib contextvars copy copyreg csv ctypes curses dataclasses datetime dbm decimal difflib
  dis doctest email enum errno faulthandler filecmp fileinput fnmatch fractions ftplib functools gc getopt getpass
  gettext glob graphlib grp gzip hashlib heapq hmac html http imaplib importlib inspect io ipaddress itertools json
  keyword linecache locale logging lzma mailbox marshal math mimetypes mmap multiprocessing netrc numbers opcode operator
  optparse os pathlib pdb pickle pickletools pkgutil platform plistlib poplib posixpath pprint profile pstats pty pwd
  queue quopri random re readline reprlib resource runpy sched secrets select selectors shelve shlex shutil signal site
  smtplib socket socketserver sqlite3 ssl stat statistics string stringprep struct subprocess symtable sys sysconfig
  syslog tarfile tempfile termios textwrap this threading time timeit tkinter token tokenize tomllib trace traceback
  tracemalloc tty turtle types typing unicodedata unittest urllib uuid venv warnings wave weakref webbrowser wsgiref xml
  xmlrpc zipapp zipfile zipimport zlib zoneinfo`.split(/\s+/),
);

/** What an exception says, with what was probably meant. */
export function messageOf(error: PyException): string {
  const message = str(error);
  const { wanted } = error;
  if (!wanted) return message;
  const meant = attempt(() => wanted.own?.() ?? nearest(wanted.name, wanted.among()));
  const forgotten = error.type.name === "NameError" && standard.has(wanted.name);
  const mean = meant === undefined ? "" : `. Did you mean: '${meant}'?`;
  if (!forgotten) return message + mean;
  return `${message}${mean === "" ? ". Did" : `${mean} Or did`} you forget to import '${wanted.name}'?`;
}

/** Whether `self` has an attribute may be for the program to say, which may fail, or take the time that is left. */
function attempt(find: () => string | undefined): string | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof PyException || error instanceof BudgetExceeded) return undefined;
    throw error;
  }
}

/** The first of the names that are nearest to a wrong one, if it is near enough. */
export function nearest(wrong: string, names: readonly string[]): string | undefined {
  if (names.length > MOST_NAMES || wrong.length > LONGEST) return undefined;
  let best = wrong.length;
  let found: string | undefined;
  for (const name of names) {
    if (name === wrong) continue;
    // No more than a third of the characters may change.
    const most = Math.min(Math.floor(((name.length + wrong.length + 3) * MOVE_COST) / 6), best - 1);
    const distance = levenshtein(wrong, name, most);
    if (distance > most) continue;
    found = name;
    best = distance;
  }
  return found;
}

/** The cost of turning one word into the other; some larger number where it is more than `most`. */
function levenshtein(one: string, other: string, most: number): number {
  let start = 0;
  while (start < one.length && start < other.length && one[start] === other[start]) start++;
  let [end, otherEnd] = [one.length, other.length];
  while (end > start && otherEnd > start && one[end - 1] === other[otherEnd - 1]) {
    end--;
    otherEnd--;
  }
  const parts = [one.slice(start, end), other.slice(start, otherEnd)].sort((a, b) => a.length - b.length);
  const [short, long] = parts as [string, string];
  if (short === "") return MOVE_COST * long.length;
  if (long.length > LONGEST || (long.length - short.length) * MOVE_COST > most) return most + 1;
  const row = Array.from(short, (_, k) => (k + 1) * MOVE_COST);
  let result = 0;
  for (let j = 0; j < long.length; j++) {
    let diagonal = j * MOVE_COST;
    result = diagonal;
    let smallest = Number.POSITIVE_INFINITY;
    for (let k = 0; k < short.length; k++) {
      const substituted = diagonal + substitution(long[j]!, short[k]!);
      diagonal = row[k]!;
      result = Math.min(Math.min(result, diagonal) + MOVE_COST, substituted);
      row[k] = result;
      smallest = Math.min(smallest, result);
    }
    if (smallest > most) return most + 1;
  }
  return result;
}

function substitution(a: string, b: string): number {
  if (a === b) return 0;
  return a.toLowerCase() === b.toLowerCase() ? CASE_COST : MOVE_COST;
}
