/** A subject and its derivatives as programs that stand by themselves. */
import { bodyOf, type What } from "./program";
import { type FileStyle, importsOf, standalone } from "./style";
import { followed, type Look } from "./subject";

const NAMES: { readonly [W in What]: (name: string) => string } = {
  value: (name) => name,
  gradient: (name) => `${name}_gradient`,
  hessian: (name) => `${name}_hessian`,
};

/** A function in Python, with its imports. @throws Problem where it cannot be written */
export function pythonProgram(look: Look, what: What, name: string, style?: FileStyle): string {
  const names = followed(look.parameters).map((parameter) => parameter.name);
  const arrays = followed(look.parameters).some(({ shape }) => shape.length > 0);
  const own = {
    ...standalone(style && style.target !== "math" ? style.target : arrays ? "numpy" : "math"),
    loops: style?.loops,
  };
  const title = NAMES[what](name);
  const lines = [
    `def ${title}(${names.join(", ")}):`,
    ...bodyOf(look, what, own, title).map((line) => own.indent + line),
  ];
  const imports = importsOf(own, lines);
  return [...imports, ...(imports.length > 0 ? ["", ""] : []), ...lines, ""].join("\n");
}

/** A function in JavaScript. @throws Problem where it cannot be written */
export function javascriptProgram(look: Look, what: What, name: string, loops = false): string {
  const names = followed(look.parameters).map((parameter) => parameter.name);
  const title = camel(NAMES[what](name));
  const style = { target: "javascript", prefix: "Math.", indent: "  ", taken: new Set(names), loops } as const;
  const lines = bodyOf(look, what, style, title).map((line) => `  ${line}`);
  return [`function ${title}(${names.join(", ")}) {`, ...lines, "}", ""].join("\n");
}

const camel = (name: string) => name.replace(/(?<=[^_])_+([a-z\d])/gi, (_, letter: string) => letter.toUpperCase());
