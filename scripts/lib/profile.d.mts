export type Theme = "dark" | "light" | "hc-dark" | "hc-light";
export type Host = "desktop" | "web";

export const configurations: { version: string; host: Host; name: string }[];
export function themeName(theme: Theme, version?: string): string;
export const themeClasses: Record<Theme, string>;
export function userSettings(options?: {
  version?: string;
  theme?: Theme;
  extra?: Record<string, unknown>;
}): Record<string, unknown>;
export function temporaryFolder(name?: string): string;
export function writeSettings(base: string, settings: Record<string, unknown>): void;
export function packedExtension(): string;
export function prepareExtension(options: {
  version: string;
  host: Host;
  folder: string;
  vsix?: string;
}): Promise<string>;
