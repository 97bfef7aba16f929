/** The function that a word means, and its call with that call's own arguments. */
import { type Call, PyObject, PyType, type PyValue, pathAt, type Span } from "../../languages/python";
import { shortName } from "../definitions";
import type { DocumentAnalysis } from "../document";
import { type Look, Problem } from "../subject";
import { surroundings } from "./surroundings";

export interface FunctionFound {
  readonly name: string;
  /** Where it is called here, and its arguments have values. */
  readonly call?: Look;
}

/** At a definition's name, at a use, at a call. */
export function functionUnder(analysis: DocumentAnalysis, word: Span): FunctionFound | undefined {
  const defined = analysis.definitionAt(word);
  if (defined) return { name: defined.name };
  const call = callAt(analysis, word);
  const name = nameOf(analysis, word, call);
  if (name === undefined) return undefined;
  const look = call && callLook(analysis, name, call);
  return look ? { name, call: look } : { name };
}

/** The call of which the word is the callee's (last) name. */
export function callAt({ syntax }: DocumentAnalysis, { from, to }: Span): Call | undefined {
  return pathAt(syntax, (from + to) / 2).findLast(
    (node): node is Call =>
      node.kind === "call" &&
      ((node.callee.kind === "name" && node.callee.from === from) ||
        (node.callee.kind === "attribute" && node.callee.nameSpan.from === from)),
  );
}

/** A name of the module, or a method of the object before the dot. */
function nameOf(analysis: DocumentAnalysis, word: Span, call: Call | undefined): string | undefined {
  if (call?.callee.kind === "attribute") {
    const { object, name } = call.callee;
    if (object.kind !== "name" || !analysis.functions.some((one) => shortName(one.name) === name)) return undefined;
    const holder = analysis.functionNamed(`${object.id}.${name}`) ? undefined : heldBy(analysis, object, object.id);
    const owners = holder instanceof PyObject ? holder.type.mro.map((type) => type.name) : [object.id];
    return owners.map((owner) => `${owner}.${name}`).find((whole) => analysis.functionNamed(whole));
  }
  const name = analysis.text.slice(word.from, word.to);
  return analysis.functionNamed(name) && analysis.isCode(word) ? name : undefined;
}

function heldBy(analysis: DocumentAnalysis, at: Call["callee"], name: string): PyValue | undefined {
  try {
    return surroundings(analysis, at).values.get(name);
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

/** The function at the arguments of the call; undefined where they have no values. */
function callLook(analysis: DocumentAnalysis, name: string, call: Call): Look | undefined {
  if (call.args.length === 0 || call.args.some(({ kind }) => kind === "star" || kind === "doublestar"))
    return undefined;
  const definition = analysis.functionNamed(name)!;
  const positional = definition.params.list.filter(({ kind }) => kind === "normal" || kind === "positional-only");
  try {
    const { values } = surroundings(analysis, call);
    let next = 0;
    const args = new Map<string, PyValue>();
    for (const { kind, name: keyword, value } of call.args) {
      const parameter = kind === "keyword" ? keyword : positional[next++]?.name;
      if (parameter === undefined) return undefined;
      args.set(parameter, analysis.valueWhere(value, values));
    }
    const { callee } = call;
    const held = callee.kind === "attribute" ? analysis.valueWhere(callee.object, values) : undefined;
    const receiver = held instanceof PyObject && !(held instanceof PyType) ? { receiver: held } : {};
    return analysis.lookAtCall(name, { args, call, ...receiver });
  } catch (error) {
    // A call that fails, or whose line is not reached, says nothing: the function has a point of its own.
    if (error instanceof Problem) return undefined;
    throw error;
  }
}
