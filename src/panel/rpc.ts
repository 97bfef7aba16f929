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

/** So many milliseconds an answer is waited for before it is given up for that to a newer question, at first. */
const PATIENCE = 250;
/** Questions on their way at once, where answering costs less than half a frame of the screen: the way takes longer. */
const MOST_UNDERWAY = 3;
const QUICK = 1000 / 120;

interface Underway {
  readonly abort: AbortController;
  readonly since: number;
}

/**
 * Asks the same question again and again while the user drags, always for the newest place. A question goes out at once,
 * or when an earlier one is answered, so that answers come as fast as they can be had and none pile up.
 */
export class Latest<M extends keyof PanelApi> {
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** The oldest first. */
  private underway: Underway[] = [];
  private next: (() => Params<M>) | undefined;
  private most = 1;
  /** Longer after each question that was given up: an answer that is always late comes all the same. */
  private patience = PATIENCE;

  /** @param work the milliseconds of work that an answer took; absent: one question at a time */
  constructor(
    private readonly rpc: Rpc,
    private readonly method: M,
    private readonly onResult: (result: Result<M>, params: Params<M>) => void,
    private readonly onError: (message: string) => void,
    private readonly work: (result: Result<M>) => number = () => Number.POSITIVE_INFINITY,
  ) {}

  get busy(): boolean {
    return this.next !== undefined || this.underway.length > 0;
  }

  /** `params` are taken when the question is sent. */
  ask(params: () => Params<M>): void {
    // All that is asked for at once is one question.
    if (!this.next) queueMicrotask(() => this.proceed());
    this.next = params;
  }

  cancel(): void {
    clearTimeout(this.timer);
    this.next = undefined;
    for (const { abort } of this.underway.splice(0)) abort.abort();
  }

  private proceed(): void {
    clearTimeout(this.timer);
    if (!this.next) return;
    if (this.underway.length >= this.most) {
      const left = this.underway[0]!.since + this.patience - performance.now();
      if (left > 0) {
        this.timer = setTimeout(() => this.proceed(), left);
        return;
      }
      this.underway.shift()!.abort.abort();
      this.patience *= 2;
    }
    const params = this.next();
    this.next = undefined;
    void this.send(params);
  }

  private async send(params: Params<M>): Promise<void> {
    const own: Underway = { abort: new AbortController(), since: performance.now() };
    this.underway.push(own);
    const answered = () => {
      const place = this.underway.indexOf(own);
      if (place < 0) return false;
      // Answers come in order: an older question that has none will be late.
      for (const { abort } of this.underway.splice(0, place + 1)) abort.abort();
      this.patience = PATIENCE;
      return true;
    };
    try {
      const result = await this.rpc.call(this.method, params, own.abort.signal);
      if (answered()) {
        this.most = this.work(result) < QUICK ? MOST_UNDERWAY : 1;
        this.onResult(result, params);
      }
    } catch (error) {
      if (answered() && !(error instanceof Cancelled))
        this.onError(error instanceof Error ? error.message : String(error));
    }
    this.proceed();
  }
}
