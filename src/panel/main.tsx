/** The panel's page. */
import * as l10n from "@vscode/l10n";
import { render } from "preact";
import type { PanelState, ToHost } from "../protocol/panel";
import { App } from "./app";
import { isState } from "./check";
import "./panel.css";
import { type Port, Rpc } from "./rpc";
import { Session } from "./session";

declare function acquireVsCodeApi(): {
  postMessage(message: ToHost): void;
  getState(): unknown;
  setState(state: PanelState | null): void;
};

const vscode = acquireVsCodeApi();
const port: Port = {
  post: (message) => vscode.postMessage(message),
  listen: (listener) => window.addEventListener("message", ({ data }) => listener(data)),
  getState: () => vscode.getState(),
  setState: (state) => vscode.setState(state),
};

const rpc = new Rpc(port);
const session = new Session(rpc);
const measure = () => session.setWidth(document.documentElement.clientWidth);
window.addEventListener("resize", measure);
document.addEventListener("visibilitychange", () => session.keep());
let started = false;
rpc.on("start", ({ l10n: contents, state }) => {
  // A page that was hidden and comes back has nothing to show but what was kept.
  const kept = port.getState();
  if (!started) {
    if (Object.keys(contents).length > 0) l10n.config({ contents });
    const root = document.getElementById("root") ?? document.body;
    root.replaceChildren();
    render(<App session={session} />, root);
    started = true;
  }
  measure();
  session.start(state ?? (isState(kept) ? kept : null));
});
port.post({ type: "ready" });
