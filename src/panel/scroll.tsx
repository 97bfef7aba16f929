import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

interface Props {
  label: string;
  /** What the size of the content depends on, where it shows in no child's own size: a formula's picture. */
  content?: string;
  children: ComponentChildren;
}

/** What is wider than the page scrolls; by keyboard too, while there is something to scroll. */
export function Scroll({ label, content, children }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const [over, setOver] = useState(false);
  const measure = () => {
    const element = place.current;
    if (element) setOver(element.scrollWidth > element.clientWidth + 1);
  };
  // Not after each drawing: to measure is to lay out the page.
  useLayoutEffect(measure, [content]);
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return;
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    if (element.firstElementChild) observer.observe(element.firstElementChild);
    return () => observer.disconnect();
  }, []);
  const reachable = over ? ({ tabIndex: 0, role: "group", "aria-label": label } as const) : {};
  return (
    <div ref={place} class="scroll" {...reachable}>
      {children}
    </div>
  );
}
