import type { Browser } from "playwright-core";

export function findBrowser(): string | undefined;
export function ensureBrowser(): Promise<string>;
export function launchBrowser(): Promise<Browser>;
