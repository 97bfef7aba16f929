/** Plays a run: forwards, step by step, and wherever the slider is put. */
import * as l10n from "@vscode/l10n";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Control } from "./control";

/** Milliseconds that a step takes, within what all of them together may. */
const EACH = 80;
const SHORTEST = 1500;
const LONGEST = 8000;
/** Who wants no motion sees so many pictures, one after the other. */
const PICTURES = 10;
const PAUSE = 700;

const calm = () =>
  document.body.classList.contains("vscode-reduce-motion") || matchMedia("(prefers-reduced-motion: reduce)").matches;

interface Props {
  /** Steps of the longest run. */
  length: number;
  /** The step that is looked at. */
  at: number;
  /** What there is at this step, in words. */
  said: string;
  onAt: (at: number | undefined) => void;
  playing: boolean;
  onPlaying: (playing: boolean) => void;
}

export function Player({ length, at, said, onAt, playing, onPlaying }: Props) {
  const latest = useRef({ at, onAt, length });
  latest.current = { at, onAt, length };
  const off = length === 0;
  // At once: after a pause not one more step comes.
  useLayoutEffect(() => {
    if (!playing) return;
    const go = (by: number) => {
      const { at, onAt, length } = latest.current;
      const next = at + by;
      onAt(next);
      if (next >= length) onPlaying(false);
    };
    if (calm()) {
      const timer = setInterval(() => go(Math.max(1, Math.ceil(latest.current.length / PICTURES))), PAUSE);
      return () => clearInterval(timer);
    }
    let last: number | undefined;
    let frame = requestAnimationFrame(function tick(now) {
      frame = requestAnimationFrame(tick);
      const { length } = latest.current;
      const whole = Math.min(Math.max(length * EACH, SHORTEST), LONGEST);
      if (last !== undefined) go(((now - last) / whole) * length);
      last = now;
    });
    return () => cancelAnimationFrame(frame);
  }, [playing]);
  // What is played is gone.
  useEffect(() => {
    if (off) onPlaying(false);
  }, [off]);
  const jump = (to: number) => {
    onPlaying(false);
    onAt(Math.min(Math.max(to, 0), length));
  };
  const step = Math.floor(at);
  return (
    <div class="sweep player">
      <div class="buttons">
        <Control label={l10n.t("To the start")} sign="start" off={off || at === 0} onClick={() => jump(0)} />
        <Control
          label={l10n.t("One step back")}
          sign="back"
          off={off || at === 0}
          onClick={() => jump(Math.ceil(at) - 1)}
        />
        <button
          type="button"
          class="action play"
          aria-disabled={off}
          onClick={() => {
            if (off) return;
            if (!playing && at >= length) onAt(0);
            onPlaying(!playing);
          }}
        >
          {playing ? l10n.t("Pause") : l10n.t("Play")}
        </button>
        <Control label={l10n.t("One step on")} sign="on" off={off || at >= length} onClick={() => jump(step + 1)} />
        <Control label={l10n.t("To the end")} sign="end" off={off || at >= length} onClick={() => jump(length)} />
      </div>
      <input
        type="range"
        min={0}
        max={Math.max(length, 1)}
        step={1}
        value={off ? 1 : step}
        disabled={off}
        aria-label={l10n.t("Step of the runs")}
        aria-valuetext={said}
        onInput={(event) => jump(event.currentTarget.valueAsNumber)}
      />
      <span class="muted count">
        {step} / {length}
      </span>
    </div>
  );
}
