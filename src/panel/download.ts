import type { Session } from "./session";

/** Saves a text where the user says. */
export function download(session: Session, name: string, mime: string, text: string): void {
  session.rpc.call("download", { name, mime, text }).catch(() => {});
}

/** A table as RFC 4180 has it. */
export function csv(rows: readonly (readonly (string | number)[])[]): string {
  const cell = (value: string | number) => {
    const text = String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}
