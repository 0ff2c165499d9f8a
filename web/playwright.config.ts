// Browser tests on the real binary with a demo city of its own. By default two
// opposite corners of the looks; MITWIRK_LOOKS=all walks all eight, and the
// pages also in forced colours and at 400 % zoom (320 CSS pixels).
import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";
import type { Look } from "./e2e/fixtures";

const corners: Look[] = [
  { lang: "de", scheme: "light", width: 360 },
  { lang: "en", scheme: "dark", width: 1280 },
];

const every: Look[] = (["de", "en"] as const).flatMap((lang) =>
  (["light", "dark"] as const).flatMap((scheme) => [360, 1280].map((width) => ({ lang, scheme, width }) as Look)),
);

const all = process.env.MITWIRK_LOOKS === "all";

// A journey tagged @wide or @phone is walked in the looks of that width only.
const elsewhere = (l: Look) => (l.width > 700 ? /@phone/ : /@wide/);

// Debian's Chromium without its windows: the same engine, a third quicker
const chromium = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"].find(existsSync);

const name = (l: Look) => [l.lang, l.scheme, l.width, l.forced ? "forced" : ""].filter(Boolean).join("-");

// states that only the pages are looked at in
const special: Look[] = [
  { lang: "de", scheme: "light", width: 1280, forced: true },
  { lang: "de", scheme: "dark", width: 360, forced: true },
  { lang: "de", scheme: "light", width: 320 },
];

export default defineConfig<{ look: Look }>({
  testDir: "./e2e",
  outputDir: process.env.MITWIRK_E2E_RESULTS ?? "./e2e/results",
  globalSetup: "./e2e/city.ts",
  fullyParallel: true,
  workers: Number(process.env.MITWIRK_E2E_WORKERS ?? 2),
  timeout: 180_000, // two cores that draw maps in software
  expect: { timeout: 15_000 },
  retries: process.env.CI ? 1 : 0,
  forbidOnly: Boolean(process.env.CI),
  reporter: "list",
  use: {
    actionTimeout: 60_000, // what is not there is a failure, not a wait until the test ends
    // a trace costs a quarter of the time; where there is a second try, it has one
    trace: "on-first-retry",
    launchOptions: {
      executablePath: process.env.MITWIRK_CHROMIUM ?? chromium,
      // root in a container has no sandbox of its own
      args: ["--no-sandbox"],
    },
  },
  projects: [
    ...(all ? every : corners).map((look) => ({ name: name(look), use: { look }, grepInvert: elsewhere(look) })),
    ...special
      .map((look) => ({ name: name(look), use: { look }, testMatch: "pages.spec.ts" }))
      .filter((_, i) => all || i === 2),
  ],
});
