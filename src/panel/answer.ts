/** What parts of the page ask for by themselves, once the point has come to rest. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { PanelApi } from "../protocol/panel";
import { Cancelled } from "./rpc";
import type { Session } from "./session";

export interface Answer<M extends keyof PanelApi> {
  /** The latest answer; an older one while `fresh` is false. */
  readonly data?: ReturnType<PanelApi[M]>;
  readonly problem?: string;
  /** Answers what is asked now. */
  readonly fresh: boolean;
}

/** The point may be on its way for so many milliseconds: nothing is asked before it rests. */
const REST = 150;

/**
 * Asks `method` whenever `about` changes and then stays the same; a question that is no longer wanted is cancelled.
 * @param params undefined: nothing is asked
 */
export function useAnswer<M extends keyof PanelApi>(
  session: Session,
  method: M,
  params: Parameters<PanelApi[M]>[0] | undefined,
  about: unknown,
): Answer<M> {
  const [answer, setAnswer] = useState<{ about: unknown; data?: ReturnType<PanelApi[M]>; problem?: string }>();
  const latest = useRef(params);
  latest.current = params;
  const wanted = params !== undefined;
  useEffect(() => {
    if (!wanted) return;
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      try {
        setAnswer({ about, data: await session.rpc.call(method, latest.current!, abort.signal) });
      } catch (error) {
        if (!(error instanceof Cancelled)) setAnswer({ about, problem: error instanceof Error ? error.message : "" });
      }
    }, REST);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [session, method, wanted, about]);
  return { data: answer?.data, problem: answer?.problem, fresh: answer?.about === about };
}
