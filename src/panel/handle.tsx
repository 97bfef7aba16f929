/** A point on a plot that is dragged, or moved with the arrow keys. */
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { type Frame, fromX, fromY, isInside, perPixel, roundStep, toX, toY } from "./frame";

interface Props {
  frame: Frame;
  x: number;
  y: number;
  /** It moves only across: every arrow key does. */
  isCurve: boolean;
  class?: string;
  label: string;
  /** Where it is, in words. */
  where: string;
  /** @param steps how finely the place is meant, along each side */
  onMove: (x: number, y: number, steps: [number, number]) => void;
  onRemove?: () => void;
  children?: ComponentChildren;
}

const directions: { [key: string]: readonly [right: number, up: number] } = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

const clamp = (value: number, low: number, size: number) => Math.min(Math.max(value, low), low + size);

export function Handle(props: Props) {
  const { frame, x, y, isCurve, class: name = "", label, where, onMove, onRemove, children } = props;
  const drag = useRef<{ dx: number; dy: number }>();
  const [px, py] = [toX(frame, x), toY(frame, y)];
  if (!isInside(frame, px, py, 1)) return null;
  const letGo = () => {
    drag.current = undefined;
  };
  return (
    <div
      class={`handle ${name}`}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuenow={Number.isFinite(x) ? x : undefined}
      aria-valuetext={where}
      title={where}
      style={{ left: `${px}px`, top: `${py}px` }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { dx: event.clientX - px, dy: event.clientY - py };
        event.currentTarget.focus();
        event.preventDefault();
      }}
      onPointerMove={(event) => {
        if (!drag.current) return;
        const [toPx, toPy] = [event.clientX - drag.current.dx, event.clientY - drag.current.dy];
        if (toPx === px && toPy === py) return;
        const [across, up] = perPixel(frame);
        onMove(fromX(frame, clamp(toPx, frame.left, frame.width)), fromY(frame, clamp(toPy, frame.top, frame.height)), [
          roundStep(across),
          roundStep(up),
        ]);
      }}
      onPointerUp={letGo}
      onLostPointerCapture={letGo}
      onKeyDown={(event) => {
        if (onRemove && (event.key === "Delete" || event.key === "Backspace")) {
          event.preventDefault();
          onRemove();
          return;
        }
        const direction = directions[event.key];
        if (!direction) return;
        event.preventDefault();
        const [right, up] = direction;
        const size = ([low, high]: readonly [number, number]) => roundStep((high - low) / (event.shiftKey ? 10 : 100));
        const [across, along] = [size(frame.x), size(frame.y)];
        onMove(x + (isCurve ? right || up : right) * across, y + up * along, [across / 100, along / 100]);
      }}
    >
      {children}
    </div>
  );
}
