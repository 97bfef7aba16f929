/** What of Python is supported, as `docs/python.md` tells it: asked of the evaluator itself. */
import { builtins, moduleNames, parse, run } from "../src/languages/python";

const FEATURES: readonly (readonly [what: string, code: string])[] = [
  [
    "parameters: positional-only, keyword-only, defaults, `*args`, `**kwargs`",
    "def f(a, /, b=2, *c, d, **e): pass\nf(1, d=3)",
  ],
  [
    "closures, `nonlocal`, `global`",
    "def f():\n    n = 0\n    def g():\n        nonlocal n\n        n += 1\n    g()\nf()",
  ],
  ["`lambda`, decorators", "d = lambda f: f\n@d\ndef f(): pass"],
  ["generators, `yield from`, `send`", "def f():\n    x = yield 1\n    yield from [x]\ng = f(); next(g); g.send(2)"],
  ["comprehensions of lists, sets, dictionaries, generators", "[i for i in {j: j for j in (k for k in [1])}]"],
  [
    "classes: inheritance, `super()`, properties, class and static methods, special methods, metaclasses",
    "class A:\n    @property\n    def x(self): return 1\nclass B(A):\n    def __init__(self): super().__init__()\nB().x",
  ],
  [
    "`with`, `try`/`except`/`else`/`finally`, `raise … from`, `assert`, `del`",
    "try:\n    raise ValueError from KeyError()\nexcept (ValueError, KeyError) as e:\n    del e\nelse: pass\nfinally: assert True",
  ],
  [
    "`for`/`else`, `while`/`else`, `break`, `continue`",
    "for i in []: break\nelse:\n    while False: continue\n    else: pass",
  ],
  [
    "`match` with all patterns and guards",
    "match [1, {'a': 2}]:\n    case [int(n), {'a': m, **rest}] if n: pass\n    case _: pass",
  ],
  [
    "`:=`, unpacking with stars, chained comparisons, conditional expressions",
    "a, *b = [1, 2, 3]\nif (n := 2) > 1 > 0: c = 1 if n else 2",
  ],
  [
    "f-strings, `%` and `.format` with all specifications",
    "f'{1.5:>8.2f}{2!r}{3 = }' + '%5.1f' % 2 + '{:,}'.format(3)",
  ],
  ["integers without limit, floats, complex numbers, text, bytes", "2**200 + 1; 1e3; 2j; 'a'; b'a'"],
  ['type hints, `if __name__ == "__main__"`', "x: list[int] = []\nif __name__ == '__main__': pass"],
  ["`eval` of an expression, `globals`, `locals`", "eval('1 + 1'); globals(); locals()"],
  ["`async def`, `await`", "async def f(): pass"],
  ["`exec`, `compile`", "exec(compile('x = 1', 'f', 'exec'))"],
  ["`open`, of files that the program wrote itself, in memory", "open('f', 'w').close(); open('f').read()"],
];

const lines = (code: string): string[] => run(parse(code)).output.split("\n").filter(Boolean);
const works = (code: string): boolean => {
  const syntax = parse(code);
  return syntax.errors.length === 0 && run(syntax).error === undefined;
};
const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(" ");

const HELPERS = "('np', 'tf', 'math', 'activations', 'constraints', 'initializers', 'regularizers')";

/** The public names of what an expression gives; modules that it imports for itself are none of its own. */
const namesOf = (imports: string, expression: string): string[] =>
  lines(
    `${imports}\nimport sys as _sys\nfor n in dir(${expression}):\n    if n[0] != '_' and not (type(getattr(${expression}, n)) is type(_sys) and n in ${HELPERS}): print(n)`,
  );

/** Whether a call of pyplot is drawn, not only taken. */
const isDrawn = (name: string): boolean => {
  let drawn = true;
  run(parse(`import matplotlib.pyplot as plt\nplt.${name}()`), {
    onEvent: (event) => {
      if (event.kind === "warning" && event.message.endsWith("is not drawn")) drawn = false;
    },
  });
  return drawn;
};

/** Rows for what is no module to import, but stands in one: `tf.math`. */
function partsOf(module: string, names: readonly string[]): string[] {
  const known = new Set(moduleNames());
  return names
    .filter((name) => !known.has(`${module}.${name}`))
    .filter((name) => lines(`import ${module} as m\nprint(type(m.${name}).__name__)`)[0] === "module")
    .map((name) => [name, namesOf(`import ${module} as m`, `m.${name}`)] as const)
    .filter(([, inner]) => inner.length > 0)
    .map(([name, inner]) => `| \`${module}.${name}\` | ${code(inner)} |`);
}

/** Whatever is asked of these is there. */
const OPEN = ["matplotlib", "mpl_toolkits", "pylab", "seaborn"];

export function pythonTable(): string {
  const out = [
    "# What is supported of Python",
    "",
    "Written by `node scripts/python-docs.mjs`, which asks the evaluator; a test compares. Whatever is not here is reported by",
    "name at its place, and the rest of the document still works.",
    "",
    "## The language",
    "",
    "| | supported |",
    "| --- | --- |",
    ...FEATURES.map(([what, text]) => `| ${what} | ${works(text) ? "yes" : "no"} |`),
    "",
    "Imports of files beside the one that runs work, relative ones and packages too; the files are only read. Lines of",
    "notebooks that begin with `%` or `!` are skipped with a note.",
    "",
    "## Builtins",
    "",
    code(
      [...builtins.keys()]
        .filter((name) => !name.startsWith("__") && run(parse(`${name}()`)).error?.type !== "NotImplementedError")
        .sort(),
    ),
    "",
    "## Methods",
    "",
    "| type | methods |",
    "| --- | --- |",
    ...["str", "bytes", "list", "tuple", "dict", "set", "int", "float"].map(
      (type) => `| \`${type}\` | ${code(namesOf("", type))} |`,
    ),
    "",
    "## Modules",
    "",
    "The clock of `time` and `datetime` stands still, `random` without a seed always gives the same numbers, and nothing",
    `reaches the file system or the network. ${OPEN.map((name) => `\`${name}\``).join(", ")}: every call is taken. What`,
    "`matplotlib`'s modules below have becomes figures in the panel; of everything else nothing is drawn.",
    "",
    "| module | names |",
    "| --- | --- |",
    ...moduleNames()
      .filter((name) => !OPEN.includes(name) && !/(^|\.)_/.test(name))
      .flatMap((name) => {
        const names = namesOf(`import ${name} as m`, "m");
        const row = `| \`${name}\` | ${code(name === "matplotlib.pyplot" ? names.filter(isDrawn) : names)} |`;
        return name === "tensorflow" ? [row, ...partsOf(name, names)] : [row];
      }),
    "",
    "## NumPy's arrays",
    "",
    "| type | attributes and methods |",
    "| --- | --- |",
    `| \`ndarray\` | ${code(namesOf("import numpy as np", "np.zeros(2)"))} |`,
    `| \`Generator\` | ${code(lines(GENERATOR))} |`,
    "",
    "Element types: `bool`, `int8` to `int64`, `uint8` to `uint64`, `float16` to `float64`, `complex64`, `complex128`, text",
    "and objects. 64-bit integers are exact up to 2⁵³. Functions of real arrays can be differentiated; complex ones, text and",
    "objects cannot.",
  ];
  return `${out.join("\n")}\n`;
}

/** The methods of `numpy.random.default_rng()`, those that work with or without arguments. */
const GENERATOR = `import numpy as np
rng = np.random.default_rng(0)
names = sorted(set(dir(np.random)) | {'integers', 'permuted'})
for n in names:
    if n[0].islower() and n not in ('seed', 'default_rng'):
        try:
            getattr(rng, n)
            print(n)
        except NotImplementedError:
            pass
`;
