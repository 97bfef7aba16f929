import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface Props {
  label: string;
  /** What is seen of it; the label otherwise. */
  sign?: ComponentChildren;
  class?: string;
  children: ComponentChildren;
}

/** Choices behind a button: open until one is made, the focus goes elsewhere, or Escape. */
export function Menu({ label, sign, class: name = "", children }: Props) {
  const place = useRef<HTMLDetailsElement>(null);
  const close = () => place.current?.removeAttribute("open");
  useEffect(() => {
    const outside = (event: Event) => {
      if (!place.current?.contains(event.target as Node)) close();
    };
    window.addEventListener("pointerdown", outside);
    return () => window.removeEventListener("pointerdown", outside);
  }, []);
  return (
    <details
      ref={place}
      class={`menu ${name}`}
      onFocusOut={({ relatedTarget }) => {
        if (relatedTarget && !place.current?.contains(relatedTarget as Node)) close();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !place.current?.open) return;
        close();
        place.current.querySelector("summary")?.focus();
      }}
    >
      <summary class={sign ? "icon" : "action"} aria-label={sign ? label : undefined} title={sign ? label : undefined}>
        {sign ?? label}
      </summary>
      {/* A choice closes it, wherever it was made. */}
      <fieldset
        class="choices"
        aria-label={label}
        onClickCapture={({ target }) => {
          if (!(target as Element).closest("button")) return;
          close();
          place.current?.querySelector("summary")?.focus();
        }}
      >
        {children}
      </fieldset>
    </details>
  );
}
