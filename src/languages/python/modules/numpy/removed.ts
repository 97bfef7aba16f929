/** What NumPy 2 answers to names that older programs use, to the letter. */
import { registerRemoved } from "../registry";

const REPLACED: { readonly [name: string]: string } = {
  cast: "Use `np.asarray(arr, dtype=dtype)` instead.",
  source: "Use `inspect.getsource` instead.",
  lookfor: "Search NumPy's documentation directly.",
  who: "Use an IDE variable explorer or `locals()` instead.",
  NINF: "Use `-np.inf` instead.",
  PINF: "Use `np.inf` instead.",
  NZERO: "Use `-0.0` instead.",
  PZERO: "Use `0.0` instead.",
  float_: "Use `np.float64` instead.",
  complex_: "Use `np.complex128` instead.",
  longfloat: "Use `np.longdouble` instead.",
  singlecomplex: "Use `np.complex64` instead.",
  cfloat: "Use `np.complex128` instead.",
  longcomplex: "Use `np.clongdouble` instead.",
  clongfloat: "Use `np.clongdouble` instead.",
  string_: "Use `np.bytes_` instead.",
  unicode_: "Use `np.str_` instead.",
  Inf: "Use `np.inf` instead.",
  Infinity: "Use `np.inf` instead.",
  NaN: "Use `np.nan` instead.",
  infty: "Use `np.inf` instead.",
  issctype: "Use `issubclass(rep, np.generic)` instead.",
  obj2sctype: "Use `np.dtype(obj).type` instead.",
  sctype2char: "Use `np.dtype(obj).char` instead.",
  sctypes: "Access dtypes explicitly instead.",
  issubsctype: "Use `np.issubdtype` instead.",
  set_string_function: "Use `np.set_printoptions` instead with a formatter for custom printing of NumPy objects.",
  asfarray: "Use `np.asarray` with a proper dtype instead.",
  issubclass_: "Use `issubclass` builtin instead.",
  mat: "Use `np.asmatrix` instead.",
  recfromcsv: "Use `np.genfromtxt` with comma delimiter instead.",
  recfromtxt: "Use `np.genfromtxt` instead.",
  find_common_type:
    "Use `numpy.promote_types` or `numpy.result_type` instead. To achieve semantics for the `scalar_types` argument, use `numpy.result_type` and pass the Python values `0`, `0.0`, or `0j`.",
  round_: "Use `np.round` instead.",
  nbytes: "Use `np.dtype(<dtype>).itemsize` instead.",
  alltrue: "Use `np.all` instead.",
  sometrue: "Use `np.any` instead.",
};

const SAFE = "Doing this will not modify any behavior and is safe. ";
const scalar = (name: string) => `${SAFE}If you specifically wanted the numpy scalar type, use \`np.${name}\` here.`;
/** Other names of builtins, and the advice that follows. */
const ALIASES: { readonly [name: string]: string } = {
  object: SAFE,
  float: scalar("float64"),
  complex: scalar("complex128"),
  str: scalar("str_"),
  int: `${SAFE}When replacing \`np.int\`, you may wish to use e.g. \`np.int64\` or \`np.int32\` to specify the precision. If you wish to review your current use, check the release note link for additional information.`,
};
const GONE = new Set("product cumproduct in1d trapz bool8 int0 uint0 msort object0 disp asscalar rank math".split(" "));

registerRemoved("numpy", (name) => {
  if (Object.hasOwn(REPLACED, name)) return `\`np.${name}\` was removed in the NumPy 2.0 release. ${REPLACED[name]}`;
  const missing = `module 'numpy' has no attribute '${name}'`;
  if (GONE.has(name)) return missing;
  if (!Object.hasOwn(ALIASES, name)) return undefined;
  return (
    `${missing}.\n\`np.${name}\` was a deprecated alias for the builtin \`${name}\`. To avoid this error in existing code, use \`${name}\` by itself. ${ALIASES[name]}\n` +
    "The aliases was originally deprecated in NumPy 1.20; for more details and guidance see the original release note at:\n" +
    "    https://numpy.org/devdocs/release/1.20.0-notes.html#deprecations"
  );
});
