/** How components read the session. */
import { createContext } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import type { View } from "../protocol/lsp";
import type { Model, Session } from "./session";

export const SessionContext = createContext<Session>(undefined as unknown as Session);

export const useSession = (): Session => useContext(SessionContext);

/** The model, again after each change. */
export const useModel = (session: Session): Model => usePart(session, whole);

const whole = (model: Model): Model => model;

/** What `part` gives of the model, again when that changes. */
export function usePart<T>(session: Session, part: (model: Model) => T): T {
  const latest = useRef(part);
  latest.current = part;
  const [, setShown] = useState<T>();
  useEffect(() => {
    let frame = 0;
    const show = () => {
      cancelAnimationFrame(frame);
      frame = 0;
      setShown(() => latest.current(session.model));
    };
    show();
    const end = session.subscribe((inFrame) => {
      if (!inFrame) show();
      else if (!frame) frame = requestAnimationFrame(show);
    });
    return () => {
      end();
      cancelAnimationFrame(frame);
    };
  }, [session]);
  return part(session.model);
}

/** The function has no value here that could be differentiated: the header says why. */
export const hasNothing = (view: View): boolean => view.problem !== undefined && view.value === undefined;

/** Numbers stand there in float32 too: where it is wanted, else where the file works in it. */
export const showsSingle = (model: Model, view: View): boolean => model.single ?? view.single ?? false;
