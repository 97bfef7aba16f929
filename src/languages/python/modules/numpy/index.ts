/** `numpy` and its parts. */

import type { DType } from "../../../../engine";
import * as engine from "../../../../engine";
import { complexType } from "../../runtime/containers";
import { raiseError } from "../../runtime/errors";
import { boolType, floatType, intType, makeType, native, PyType, type PyValue } from "../../runtime/object";
import { loadModule, PyLibrary, registerMembers, registerModule } from "../registry";
import {
  arrayType,
  complexFloatingType,
  floatingType,
  genericType,
  inexactType,
  integerType,
  numberType,
  promoteTypes,
  scalarTypes,
  signedType,
  unsignedType,
} from "./array";
import { complexScalarType, complexSingleType } from "./complex";
import { ArrayDtype, asValue, dtypeOfArgument, kindOf, wrap } from "./convert";
import { fft } from "./fft";
import { define, functions } from "./functions";
import { grids } from "./grids";
import { movesAnything } from "./lift";
import { linalg } from "./linalg";
import { dtypeObject } from "./methods";
import { pieces } from "./pieces";
import { polynomial } from "./polynomial";
import { commonType, ufuncEntries, ufuncType } from "./ufuncs";

const ALIASES: Record<string, DType> = {
  double: "float64",
  longdouble: "float64",
  single: "float32",
  half: "float16",
  int_: "int64",
  intp: "int64",
  long: "int64",
  longlong: "int64",
  intc: "int32",
  short: "int16",
  byte: "int8",
  uint: "uint64",
  uintp: "uint64",
  ulong: "uint64",
  uintc: "uint32",
  ushort: "uint16",
  ubyte: "uint8",
  bool_: "bool",
};

/** The scalar type that a type, an element type or its name stands for. */
function scalarTypeOf(x: PyValue): PyType {
  if (x instanceof PyType && x.isSubtype(genericType)) return x;
  if (x === floatType) return scalarTypes.get("float64")!;
  if (x === intType) return scalarTypes.get("int64")!;
  if (x === boolType) return scalarTypes.get("bool")!;
  if (x === complexType) return complexScalarType;
  const { scalar } = dtypeObject(kindOf(x) ?? "float64");
  return scalar instanceof PyType ? scalar : raiseError("TypeError", "cannot interpret this as a data type");
}

/** `np.version`. */
function versions(): PyLibrary {
  const module = new PyLibrary("numpy.version");
  for (const name of ["version", "full_version", "short_version"]) module.dict.set(name, "2.4.6");
  return module;
}

registerModule("numpy", () => {
  const parts = ["ma"].map((name): [string, PyValue] => [name, new PyLibrary(`numpy.${name}`)]);
  const entries: [string, PyValue][] = [
    ["pi", Math.PI],
    ["e", Math.E],
    ["inf", Number.POSITIVE_INFINITY],
    ["nan", Number.NaN],
    ["newaxis", null],
    ["euler_gamma", 0.5772156649015329],
    ["__version__", "2.4.6"],
    ["version", versions()],
    ["True_", true],
    ["False_", false],
    ...[...scalarTypes].map(([name, type]): [string, PyValue] => [name, type]),
    ...Object.entries(ALIASES).map(([alias, name]): [string, PyValue] => [alias, scalarTypes.get(name)!]),
    ["complex128", complexScalarType],
    ["cdouble", complexScalarType],
    ["complex64", complexSingleType],
    ["csingle", complexSingleType],
    ["ndarray", arrayType],
    ["generic", genericType],
    ["number", numberType],
    ["integer", integerType],
    ["signedinteger", signedType],
    ["unsignedinteger", unsignedType],
    ["inexact", inexactType],
    ["floating", floatingType],
    ["complexfloating", complexFloatingType],
    ["ufunc", ufuncType],
    ["object_", makeType("object_")],
    ["str_", makeType("str_")],
    define("dtype", ["dtype"], ([kind]) => dtypeObject(kindOf(kind) ?? "float64")),
    define("issubdtype", ["arg1", "arg2"], ([a, b]) => scalarTypeOf(a!).isSubtype(scalarTypeOf(b!))),
    define("can_cast", ["from_", "to", "casting?"], ([from, to]) => {
      const [a, b] = [kindOf(from!) as DType, kindOf(to!) as DType];
      return promoteTypes(a, b) === b;
    }),
    define("promote_types", ["type1", "type2"], ([a, b]) =>
      dtypeObject(promoteTypes(kindOf(a!) as DType, kindOf(b!) as DType)),
    ),
    [
      "result_type",
      native("result_type", (args) => {
        const types = args.map((x) =>
          x instanceof PyType || x instanceof ArrayDtype || typeof x === "string" ? dtypeOfArgument(x)! : undefined,
        );
        const samples = args.map((x, k) => (types[k] ? wrap(engine.full([1], 0, types[k])) : x));
        return dtypeObject(commonType(samples, samples.map(asValue)));
      }),
    ],
    ...ufuncEntries(),
    ...functions,
    ...polynomial,
    ...pieces.map(([name, run]): [string, PyValue] => [name, movesAnything(name, run)]),
    ...grids,
    ...parts,
  ];
  return new Map(entries);
});

registerModule("numpy.linalg", () => new Map(linalg));
// Written in Python, and loaded when they are wanted.
registerMembers(
  "numpy",
  new Map(
    Object.entries({
      _files: ["savetxt", "loadtxt", "genfromtxt", "save", "savez", "savez_compressed", "load"],
      _matrix: ["matrix", "asmatrix", "bmat"],
    }).flatMap(([text, names]) =>
      names.map((name): [string, () => PyValue] => [name, () => loadModule(`numpy.${text}`)!.member(name)!]),
    ),
  ),
);
registerModule("numpy.fft", () => new Map(fft));
