import type { ComponentChildren } from "preact";

/** Below a plot: its numbers, which fold away, and beside them what it can be saved as. */
export function DataRow({ children, save }: { children: ComponentChildren; save: ComponentChildren }) {
  return (
    <div class="data-row">
      {save}
      {children}
    </div>
  );
}
