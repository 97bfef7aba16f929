/** bytes and bytearray: constructors, encodings, and methods, which are those of text with a character for each byte. */
import "./str-methods";
import "./container-methods";
import { bindArguments } from "./arguments";
import {
  byteArrayType,
  byteOf,
  bytesType,
  indexOf,
  iterateAll,
  latin1,
  listOf,
  listType,
  PyByteArray,
  PyBytes,
  PyList,
  PyTuple,
} from "./containers";
import { allocateCheck, codecError, raiseError } from "./errors";
import { methods, PyClassMethod, PyNative, type PyValue, strType } from "./object";
import { typeName } from "./protocol";
import { percentFormat } from "./text";

const single = (encoding: string): number | undefined =>
  ({ ascii: 128, usascii: 128, latin1: 256, iso88591: 256, cp1252: 256 })[encoding];

const mostNames: Record<number, string> = { 128: "ascii", 256: "latin-1" };

/** Where UTF-8 stops being well-formed (Unicode 15, table 3-7), and how Python words it. */
function utf8Fault(data: Uint8Array): { place: readonly [number, number]; reason: string } | undefined {
  let at = 0;
  while (at < data.length) {
    const lead = data[at];
    const more = lead < 0x80 ? 0 : lead < 0xc2 ? -1 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : -1;
    if (more < 0) return { place: [at, at + 1], reason: "invalid start byte" };
    for (let k = 1; k <= more; k++) {
      const least = k > 1 ? 0x80 : ({ 224: 0xa0, 240: 0x90 }[lead] ?? 0x80);
      const most = k > 1 ? 0xbf : ({ 237: 0x9f, 244: 0x8f }[lead] ?? 0xbf);
      if (at + k >= data.length) return { place: [at, data.length], reason: "unexpected end of data" };
      if (data[at + k] < least || data[at + k] > most)
        return { place: [at, at + k], reason: "invalid continuation byte" };
    }
    at += more + 1;
  }
  return undefined;
}

const plain = (encoding: PyValue | undefined): string =>
  String(encoding ?? "utf-8")
    .toLowerCase()
    .replace(/[-_ ]/g, "");

/** Text as bytes. @throws UnicodeError or LookupError, as Python words it */
export function encoded(text: string, encoding?: PyValue, errors: PyValue = "strict"): Uint8Array {
  const name = plain(encoding);
  if (name === "utf8") return new TextEncoder().encode(text);
  const most = single(name);
  if (most === undefined) raiseError("LookupError", `unknown encoding: ${encoding}`);
  const out: number[] = [];
  const codes = Array.from(text, (char) => char.codePointAt(0)!);
  codes.forEach((code, k) => {
    if (code < most) out.push(code);
    else if (errors === "replace") out.push(63);
    else if (errors !== "ignore") {
      const after = codes.findIndex((other, j) => j > k && other < most);
      const place = [k, after < 0 ? codes.length : after] as const;
      codecError("UnicodeEncodeError", mostNames[most], text, place, `ordinal not in range(${most})`);
    }
  });
  return Uint8Array.from(out);
}

/** Bytes as text. @throws UnicodeError or LookupError, as Python words it */
export function decoded(bytes: PyBytes, encoding?: PyValue, errors: PyValue = "strict"): string {
  const name = plain(encoding);
  if (name === "utf8") {
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.data);
    if (errors === "ignore") return text.replace(/\ufffd/g, "");
    const fault = errors === "strict" && text.includes("\ufffd") ? utf8Fault(bytes.data) : undefined;
    if (fault) codecError("UnicodeDecodeError", "utf-8", bytes, fault.place, fault.reason);
    return text;
  }
  const most = single(name);
  if (most === undefined) raiseError("LookupError", `unknown encoding: ${encoding}`);
  const at = bytes.data.findIndex((code) => code >= most);
  if (at >= 0 && errors === "strict")
    codecError("UnicodeDecodeError", "ascii", bytes, [at, at + 1], "ordinal not in range(128)");
  return latin1(bytes.data.filter((code) => code < most));
}

function dataOf(what: string, args: PyValue[], kwargs: Map<string, PyValue> | undefined): Uint8Array {
  const [x, encoding, errors] = bindArguments(what, ["source?", "encoding?", "errors?"], args, kwargs);
  if (x === undefined) return new Uint8Array();
  if (typeof x === "string") {
    if (encoding === undefined) raiseError("TypeError", "string argument without an encoding");
    return encoded(x, encoding, errors);
  }
  if (typeof x === "bigint") {
    if (x < 0n) raiseError("ValueError", "negative count");
    allocateCheck(Number(x));
    return new Uint8Array(Number(x));
  }
  if (x instanceof PyBytes) return x.data.slice();
  return Uint8Array.from(
    [...iterateAll(x!)].map((code) => {
      const value = indexOf(code);
      if (value !== undefined && (value < 0 || value > 255))
        raiseError("ValueError", `${what === "bytes" ? "bytes" : "byte"} must be in range(0, 256)`);
      return byteOf(code);
    }),
  );
}
bytesType.construct = (_type, args, kwargs) => new PyBytes(dataOf("bytes", args, kwargs));
byteArrayType.construct = (_type, args, kwargs) => new PyByteArray(dataOf("bytearray", args, kwargs));

/** Those whose arguments and results are texts, numbers, or lists of texts. */
const OF_TEXT =
  "capitalize center count endswith expandtabs find index isalnum isalpha isascii isdigit islower isspace istitle isupper ljust lower lstrip partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase title upper zfill".split(
    " ",
  );

/** A value to be put into bytes by `%`: bytes as they are, text only by way of its `repr`. */
function toBytes(x: PyValue, kind: string): PyValue {
  if (x instanceof PyBytes) return latin1(x.data);
  if (kind === "s" || kind === "b")
    raiseError(
      "TypeError",
      `%b requires a bytes-like object, or an object that implements __bytes__, not '${typeName(x)}'`,
    );
  return x;
}

const toText = (x: PyValue): PyValue => {
  if (x instanceof PyBytes) return latin1(x.data);
  if (x instanceof PyTuple) return new PyTuple(x.items.map(toText));
  if (typeof x === "string") raiseError("TypeError", `a bytes-like object is required, not '${typeName(x)}'`);
  return x;
};

for (const type of [bytesType, byteArrayType]) {
  for (const name of OF_TEXT) {
    const run = strType.attributes.get(name) as PyNative;
    type.attributes.set(
      name,
      new PyNative(
        name,
        ([self, ...args], kwargs) => {
          const back = (x: PyValue): PyValue => {
            if (typeof x === "string") return (self as PyBytes).like(encoded(x, "latin-1"));
            if (x instanceof PyList) return new PyList(x.items.map(back));
            return x instanceof PyTuple ? new PyTuple(x.items.map(back)) : x;
          };
          const given = args.map((arg) =>
            typeof arg === "bigint" && /find|index|count/.test(name) && arg === args[0]
              ? String.fromCharCode(byteOf(arg))
              : toText(arg),
          );
          return back(run.run([latin1((self as PyBytes).data), ...given], kwargs));
        },
        true,
      ),
    );
  }
  methods(type, {
    decode: (self: PyBytes, args, kwargs) => {
      const [encoding, errors] = bindArguments("decode", ["encoding?", "errors?"], args, kwargs);
      return decoded(self, encoding, errors);
    },
    hex: (self: PyBytes, [separator]) =>
      Array.from(self.data, (code) => code.toString(16).padStart(2, "0")).join(
        separator === undefined
          ? ""
          : String(toText(separator instanceof PyBytes ? separator : new PyBytes(encoded(String(separator))))),
      ),
    join: (self: PyBytes, [parts]) => {
      const items = listOf(parts).map((part, k) => {
        if (part instanceof PyBytes) return latin1(part.data);
        return raiseError("TypeError", `sequence item ${k}: expected a bytes-like object, ${typeName(part)} found`);
      });
      return self.like(encoded(items.join(latin1(self.data)), "latin-1"));
    },
    translate: (self: PyBytes, [table, gone]) => {
      const dropped = gone instanceof PyBytes ? gone.data : new Uint8Array();
      return self.like(
        self.data
          .filter((code) => !dropped.includes(code))
          .map((code) => (table instanceof PyBytes ? table.data[code] : code)),
      );
    },
    copy: (self: PyBytes) => self.like(self.data.slice()),
  });
  type.attributes.set(
    "fromhex",
    new PyClassMethod(
      new PyNative("fromhex", ([cls, text]) => {
        const digits = String(text).replace(/\s/g, "");
        if (!/^([\da-f]{2})*$/i.test(digits))
          raiseError("ValueError", "non-hexadecimal number found in fromhex() arg at position 0");
        const data = Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
        return cls === byteArrayType ? new PyByteArray(data) : new PyBytes(data);
      }),
    ),
  );
}
bytesType.attributes.delete("copy");

/** `format % values`: as text, a character for each byte. */
for (const type of [bytesType, byteArrayType])
  methods(type, {
    __mod__: (self: PyBytes, [values]) =>
      self.like(encoded(percentFormat(latin1(self.data), values, toBytes), "latin-1")),
  });
methods(strType, {
  encode: (self: string, args, kwargs) => {
    const [encoding, errors] = bindArguments("encode", ["encoding?", "errors?"], args, kwargs);
    return new PyBytes(encoded(self, encoding, errors));
  },
});

for (const name of ["append", "extend", "insert", "pop", "remove", "reverse", "clear"]) {
  const run = listType.attributes.get(name) as PyNative;
  byteArrayType.attributes.set(
    name,
    new PyNative(
      name,
      ([self, ...args], kwargs) => {
        let out: PyValue = null;
        (self as PyByteArray).change((list) => {
          out = run.run([list, ...args], kwargs);
        });
        return out;
      },
      true,
    ),
  );
}
