/** The page's side of `protocol/panel.ts`. */
import type { PanelApi, PanelEvents, PanelState, ToHost } from "../protocol/panel";
import { isToPage, results } from "./check";

/** What connects the page with the extension, or with a test. */
export interface Port {
  post(message: ToHost): void;
  listen(listener: (message: unknown) => void): void;
  getState(): unknown;
  setState(state: PanelState | null): void;
}

type Params<M extends keyof PanelApi> = Parameters<PanelApi[M]>[0];
type Result<M extends keyof PanelApi> = ReturnType<PanelApi[M]>;

export class Cancelled extends Error {}

interface Pending {
  method: keyof PanelApi;
  resolve: (result: never) => void;
  reject: (error: Error) => void;
  /** Forgets the signal. */
  done: () => void;
  onProgress?: (percentage: number) => void;
}

export class Rpc {
  private nextId = 1;
  private readonly pending = new Map<number, Pending>();
  private readonly listeners: { [E in keyof PanelEvents]?: (data: PanelEvents[E]) => void } = {};

  constructor(readonly port: Port) {
    port.listen((message) => this.receive(message));
  }

  /** One listener per event. */
  on<E extends keyof PanelEvents>(event: E, listener: (data: PanelEvents[E]) => void): void {
    this.listeners[event] = listener as never;
  }

  /**
   * @param partial the answer is wanted even after the signal is aborted: it has what there was by then
   * @param onProgress is told how far it has come, from 0 to 100
   * @throws Cancelled once the signal is aborted; else an Error with the extension's one line.
   */
  call<M extends keyof PanelApi>(
    method: M,
    params: Params<M>,
    signal?: AbortSignal,
    partial = false,
    onProgress?: (percentage: number) => void,
  ): Promise<Result<M>> {
    const id = this.nextId++;
    return new Promise<Result<M>>((resolve, reject) => {
      if (signal?.aborted) return reject(new Cancelled());
      const abort = () => {
        if (!this.pending.has(id)) return;
        this.port.post({ type: "cancel", id });
        if (partial) return;
        this.pending.delete(id);
        reject(new Cancelled());
      };
      signal?.addEventListener("abort", abort, { once: true });
      const done = () => signal?.removeEventListener("abort", abort);
      this.pending.set(id, {
        method,
        resolve: resolve as Pending["resolve"],
        reject,
        done,
        ...(onProgress ? { onProgress } : {}),
      });
      this.port.post({ type: "call", id, method, params } as ToHost);
    });
  }

  private receive(message: unknown): void {
    if (!isToPage(message)) return;
    if (message.type === "event" && message.event === "progress") {
      this.pending.get(message.data.id)?.onProgress?.(message.data.percentage);
      return;
    }
    if (message.type === "event") {
      (this.listeners[message.event] as ((data: unknown) => void) | undefined)?.(message.data);
      return;
    }
    const pending = this.pending.get(message.id);
    if (!pending) return;
    this.pending.delete(message.id);
    pending.done();
    if ("error" in message) pending.reject(new Error(message.error));
    else if (!results[pending.method](message.result))
      pending.reject(new Error(`unexpected answer to ${pending.method}`));
    else pending.resolve(message.result as never);
  }
}

/** A question is asked at most once in a frame of the screen, in milliseconds. */
const FRAME = 1000 / 60;
/** So long an answer is waited for before it is given up for that to a newer question. */
const PATIENCE = 250;

/**
 * Asks the same question again and again while the user drags, always for the newest place: the next question goes out
 * when the last is answered, so that answers come as fast as they can be had.
 */
export class Latest<M extends keyof PanelApi> {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private abort: AbortController | undefined;
  private next: (() => Params<M>) | undefined;
  private last = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly rpc: Rpc,
    private readonly method: M,
    private readonly onResult: (result: Result<M>, params: Params<M>) => void,
    private readonly onError: (message: string) => void,
  ) {}

  get busy(): boolean {
    return this.timer !== undefined || this.abort !== undefined;
  }

  /** `params` are taken when the question is sent. */
  ask(params: () => Params<M>): void {
    this.next = params;
    this.schedule();
  }

  cancel(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.next = undefined;
    this.abort?.abort();
    this.abort = undefined;
  }

  private schedule(): void {
    clearTimeout(this.timer);
    const due = this.last + (this.abort ? PATIENCE : FRAME);
    this.timer = setTimeout(() => void this.send(), Math.max(0, due - performance.now()));
  }

  private async send(): Promise<void> {
    this.timer = undefined;
    if (!this.next) return;
    const params = this.next();
    this.next = undefined;
    this.abort?.abort();
    const abort = new AbortController();
    this.abort = abort;
    this.last = performance.now();
    try {
      const result = await this.rpc.call(this.method, params, abort.signal);
      if (this.abort !== abort) return;
      this.abort = undefined;
      this.onResult(result, params);
    } catch (error) {
      if (this.abort !== abort) return;
      this.abort = undefined;
      if (!(error instanceof Cancelled)) this.onError(error instanceof Error ? error.message : String(error));
    }
    if (this.next) this.schedule();
  }
}
