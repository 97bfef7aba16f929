/** What a part of the page can be saved as. */
import * as l10n from "@vscode/l10n";
import { useState } from "preact/hooks";
import type { View } from "../protocol/lsp";
import { Menu } from "./menu";
import { gifOf, type Picture, pngOf } from "./pictures";
import { useSession } from "./use";

interface Props {
  /** Of the files, without an ending. */
  name: string;
  picture?: () => Picture;
  /** Pictures one after the other, and the milliseconds that each stays. */
  animation?: () => Promise<{ frames: Picture[]; hold: number }>;
  csv?: () => string;
  json?: () => unknown;
}

export function ExportMenu({ name, picture, animation, csv, json }: Props) {
  const session = useSession();
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<{ text: string; problem?: boolean }>();
  const save = async (ending: string, data: () => string | Uint8Array | Promise<Uint8Array>) => {
    setBusy(true);
    setSaid(undefined);
    try {
      // The menu is closed before the work begins.
      await new Promise((resolve) => setTimeout(resolve));
      const { saved } = await session.rpc.call("save", { name: fileName(name, ending), data: await data() });
      if (saved) setSaid({ text: l10n.t("Saved.") });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      setSaid({ text: l10n.t("It could not be saved: {0}", why), problem: true });
    }
    setBusy(false);
  };
  const choices: [string, string, () => string | Uint8Array | Promise<Uint8Array>][] = [];
  if (picture) {
    choices.push(["PNG", l10n.t("picture"), () => pngOf(picture())], ["SVG", l10n.t("drawing"), () => picture().svg]);
  }
  if (animation)
    choices.push([
      "GIF",
      l10n.t("animation"),
      async () => {
        const { frames, hold } = await animation();
        return gifOf(frames, hold);
      },
    ]);
  if (csv) choices.push(["CSV", l10n.t("numbers"), csv]);
  if (json) choices.push(["JSON", l10n.t("numbers"), () => JSON.stringify(json(), undefined, 2)]);
  return (
    <div class="export">
      <span role="status" class={said?.problem ? "warning" : "muted"}>
        {said?.text}
      </span>
      <Menu label={l10n.t("Save {0}", name)} sign={<Sign busy={busy} />}>
        {choices.map(([format, kind, data]) => (
          <button key={format} type="button" onClick={() => void save(format.toLowerCase(), data)}>
            <b>{format}</b> {kind}
          </button>
        ))}
      </Menu>
    </div>
  );
}

/** The function's name without its parameters, for files. */
export const nameOf = ({ title }: View): string => title.replace(/\(.*/s, "") || "f";

/** Nothing that a file system takes amiss. */
const fileName = (name: string, ending: string): string =>
  `${
    name
      .replace(/[^\p{L}\p{N}_.-]+/gu, "-")
      .replace(/^[-.]+|[-.]+$/g, "")
      .slice(0, 60) || "gradlens"
  }.${ending}`;

function Sign({ busy }: { busy: boolean }) {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <path d={busy ? "M8 2.5a5.5 5.5 0 1 1-5.5 5.5" : "M8 2.5v7.5M4.8 7L8 10.2 11.2 7M3 13.2h10"} />
    </svg>
  );
}
