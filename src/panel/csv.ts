/** Comma-separated values as RFC 4180 has them. */

export type CsvRow = readonly (string | number | null | undefined)[];

/** Numbers with all their digits, `nan` and `inf` as NumPy reads them; what is missing stays empty. */
export function csvOf(rows: Iterable<CsvRow>): string {
  let text = "";
  for (const row of rows) text += `${row.map(field).join(",")}\r\n`;
  return text;
}

function field(value: CsvRow[number]): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return numberText(value);
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return Object.is(value, -0) ? "-0" : String(value);
}
