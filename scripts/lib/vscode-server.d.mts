export interface Server {
  port: number;
  origin: string;
  uri(path: string): string;
  log(): string;
  stop(): Promise<void>;
  exited: Promise<void>;
}
export interface Installed {
  version: string;
  folder: string;
  node: string;
}

export const versions: Record<string, { vscode: string; node: string; integrity: string }>;
export const today: string;
export const oldest: string;
export function ensureServer(version?: string): Promise<Installed>;
export function startServer(options: {
  version?: string;
  base: string;
  extensions?: string;
  workspace: string;
  port?: number;
  trust?: boolean;
  development?: boolean;
}): Promise<Server>;
export function workbenchAddress(
  server: Pick<Server, "origin" | "uri">,
  options: {
    folder: string;
    workspaceFile?: string | undefined;
    developmentPaths?: string[];
    testsPath?: string;
    openFile?: string;
  },
): string;
export function installExtension(options: {
  version?: string;
  base: string;
  extensions: string;
  vsix: string;
}): Promise<void>;
