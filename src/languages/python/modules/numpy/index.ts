/** `numpy` and its parts. */
import { floatType, intType, makeType, type PyType, type PyValue } from "../../runtime/object";
import { PyLibrary, registerModule } from "../registry";
import { arrayType, genericType, scalarTypes } from "./array";
import { complexScalarType } from "./complex";
import { kindOf } from "./convert";
import { define, functions } from "./functions";
import { linalg } from "./linalg";
import { dtypeObject } from "./methods";
import { polynomial } from "./polynomial";
import { ufuncEntries, ufuncType } from "./ufuncs";

registerModule("numpy", () => {
  const parts = ["fft", "polynomial", "ma", "testing"].map((name): [string, PyValue] => [
    name,
    new PyLibrary(`numpy.${name}`),
  ]);
  const type = (name: "float64" | "float32" | "int64" | "int32" | "bool"): PyType => scalarTypes.get(name)!;
  const entries: [string, PyValue][] = [
    ["pi", Math.PI],
    ["e", Math.E],
    ["inf", Number.POSITIVE_INFINITY],
    ["nan", Number.NaN],
    ["newaxis", null],
    ["euler_gamma", 0.5772156649015329],
    ["__version__", "2.4.6"],
    ["True_", true],
    ["False_", false],
    ["float64", type("float64")],
    ["double", type("float64")],
    ["float32", type("float32")],
    ["single", type("float32")],
    ["float16", type("float32")],
    ["longdouble", type("float64")],
    ["int64", type("int64")],
    ["int_", type("int64")],
    ["intp", type("int64")],
    ["int32", type("int32")],
    ["int16", type("int32")],
    ["int8", type("int32")],
    ["uint8", type("int32")],
    ["uint32", type("int64")],
    ["uint64", type("int64")],
    ["bool", type("bool")],
    ["bool_", type("bool")],
    ["complex128", complexScalarType],
    ["complex64", complexScalarType],
    ["ndarray", arrayType],
    ["generic", genericType],
    ["number", genericType],
    ["floating", floatType],
    ["integer", type("int64")],
    ["ufunc", ufuncType],
    ["object_", makeType("object_")],
    ["str_", makeType("str_")],
    define("dtype", ["dtype"], ([kind]) => dtypeObject(kindOf(kind) ?? "float64")),
    define("issubdtype", ["arg1", "arg2"], ([a, b]) => {
      const name = kindOf(a) ?? "float64";
      if (b === floatType || b === type("float64"))
        return name === "float64" || (b === floatType && name.startsWith("float"));
      if (b === type("int64") || b === intType) return name.startsWith("int");
      if (b === genericType) return name !== "bool";
      return name === kindOf(b);
    }),
    ...ufuncEntries(),
    ...functions,
    ...polynomial,
    ...parts,
  ];
  return new Map(entries);
});

registerModule("numpy.linalg", () => new Map(linalg));
