import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** What is wider than the page scrolls; by keyboard too, while there is something to scroll. */
export function Scroll({ label, children }: { label: string; children: ComponentChildren }) {
  const place = useRef<HTMLDivElement>(null);
  const [over, setOver] = useState(false);
  const measure = () => {
    const element = place.current;
    if (element) setOver(element.scrollWidth > element.clientWidth + 1);
  };
  // What comes into a child that keeps its own size, such as a formula's picture, is seen by no observer.
  useLayoutEffect(measure);
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
