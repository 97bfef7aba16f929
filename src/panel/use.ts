/** How components read the session. */
import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { View } from "../protocol/lsp";
import type { Model, Session } from "./session";

export const SessionContext = createContext<Session>(undefined as unknown as Session);

export const useSession = (): Session => useContext(SessionContext);

/** The model, again after each change; changes within one frame are drawn at once. */
export function useModel(session: Session): Model {
  const [model, setModel] = useState(session.model);
  useEffect(() => {
    setModel(session.model);
    return session.subscribe(() => setModel(session.model));
  }, [session]);
  return model;
}

/** The function has no value here that could be differentiated: the header says why. */
export const hasNothing = (view: View): boolean => view.problem !== undefined && view.value === undefined;
