/** Exception groups (PEP 654): the types, and what the clauses of `except*` do with one. */
import { bindArguments } from "./arguments";
import { listOf, PyList, PyTuple } from "./containers";
import { baseExceptionType, exceptionTypes, PyException, raiseError } from "./errors";
import { getters, methods, PyType, type PyValue, typeType } from "./object";
import { call, isInstance, truth, typeName } from "./protocol";

const baseGroupType = new PyType("BaseExceptionGroup", [baseExceptionType], typeType);
const groupType = new PyType("ExceptionGroup", [baseGroupType, exceptionTypes.get("Exception")!], typeType);
for (const type of [baseGroupType, groupType]) exceptionTypes.set(type.name, type);

class PyExceptionGroup extends PyException {
  constructor(
    type: PyType,
    readonly message: PyValue,
    given: PyValue,
    readonly exceptions: readonly PyException[],
  ) {
    super(type, [message, given]);
  }
  override pyStr(): string {
    const { length } = this.exceptions;
    return `${this.message} (${length} sub-exception${length === 1 ? "" : "s"})`;
  }
  /** A group with the same message and place, of other exceptions. */
  derive(exceptions: readonly PyException[]): PyExceptionGroup {
    const out = group(this.message, exceptions);
    out.span = this.span;
    out.cause = this.cause;
    out.context = this.context;
    return out;
  }
}

function group(message: PyValue, exceptions: readonly PyException[]): PyExceptionGroup {
  const plain = exceptions.every((error) => error.type.isSubtype(exceptionTypes.get("Exception")!));
  return new PyExceptionGroup(plain ? groupType : baseGroupType, message, new PyList([...exceptions]), exceptions);
}

baseGroupType.construct = (type, args, kwargs) => {
  const [message, given] = bindArguments(type.name, ["message", "exceptions"], args, kwargs);
  if (typeof message !== "string")
    raiseError("TypeError", `argument 1 must be str, not ${message === null ? "None" : typeName(message!)}`);
  const exceptions = listOf(given!);
  if (exceptions.length === 0) raiseError("ValueError", "second argument (exceptions) must be a non-empty sequence");
  exceptions.forEach((error, k) => {
    if (!(error instanceof PyException))
      raiseError("ValueError", `Item ${k} of second argument (exceptions) is not an exception`);
    if (type.isSubtype(groupType) && !error.type.isSubtype(exceptionTypes.get("Exception")!))
      raiseError("TypeError", "Cannot nest BaseExceptions in an ExceptionGroup");
  });
  const errors = exceptions as PyException[];
  return type === baseGroupType ? group(message, errors) : new PyExceptionGroup(type, message, given!, errors);
};
groupType.construct = baseGroupType.construct;

type Test = (error: PyException) => boolean;

/** The parts of an exception that a test takes, and that it leaves. */
function split(error: PyException, test: Test): [PyException | null, PyException | null] {
  if (test(error)) return [error, null];
  if (!(error instanceof PyExceptionGroup)) return [null, error];
  const parts = error.exceptions.map((one) => split(one, test));
  const join = (side: 0 | 1): PyException | null => {
    const found = parts.flatMap((part) => part[side] ?? []);
    return found.length > 0 ? error.derive(found) : null;
  };
  return [join(0), join(1)];
}

function testOf(condition: PyValue): Test {
  if (condition instanceof PyType || condition instanceof PyTuple) return (error) => isInstance(error, condition);
  return (error) => truth(call(condition, [error]));
}

methods(baseGroupType, {
  __init__: () => null,
  split: (self: PyExceptionGroup, [condition]) => new PyTuple(split(self, testOf(condition))),
  subgroup: (self: PyExceptionGroup, [condition]) => split(self, testOf(condition))[0],
  derive: (self: PyExceptionGroup, [exceptions]) => self.derive(listOf(exceptions) as PyException[]),
});
getters(baseGroupType, {
  message: (self: PyExceptionGroup) => self.message,
  exceptions: (self: PyExceptionGroup) => new PyTuple([...self.exceptions]),
});

/** The exceptions at the leaves. */
const leaves = (error: PyException): PyException[] =>
  error instanceof PyExceptionGroup ? error.exceptions.flatMap(leaves) : [error];

/** An exception on its way through the clauses of an `except*`. */
export class GroupHandling {
  private rest: PyException | null;
  private readonly raised: PyException[] = [];
  /** What clauses raised again as they got it. */
  private readonly again = new Set<PyException>();
  private matched: PyException | null = null;

  constructor(private readonly error: PyException) {
    this.rest = error;
  }

  /** The part that a clause for these types is to handle. */
  take(types: PyValue): PyException | null {
    if (this.rest === null) return null;
    for (const type of types instanceof PyTuple ? types.items : [types]) {
      if (!(type instanceof PyType && type.isSubtype(baseExceptionType)))
        raiseError("TypeError", "catching classes that do not inherit from BaseException is not allowed");
      if (type.isSubtype(baseGroupType))
        raiseError("TypeError", "catching ExceptionGroup with except* is not allowed. Use except instead.");
    }
    const [found, rest] = split(this.rest, (error) => isInstance(error, types));
    this.rest = rest;
    this.matched = found === null || found instanceof PyExceptionGroup ? found : group("", [found]);
    return this.matched;
  }

  /** A clause ended with an exception of its own. */
  fail(error: PyException): void {
    if (error === this.matched) for (const leaf of leaves(error)) this.again.add(leaf);
    else this.raised.push(error);
  }

  /** What is raised in the end. */
  left(): PyException | null {
    for (const leaf of this.rest ? leaves(this.rest) : []) this.again.add(leaf);
    const [again] = split(this.error, (error) => this.again.has(error));
    if (this.raised.length === 0) return again;
    if (this.raised.length === 1 && !(this.error instanceof PyExceptionGroup)) return this.raised[0];
    return group("", again ? [...this.raised, again] : this.raised);
  }
}
