// What all browser tests start from: a page in one of the looks that fails the
// test on any violation of the content security policy and on any script error,
// and check(), which looks at a page in a certain state with every rule there is.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import AxeBuilder from "@axe-core/playwright";
import { type BrowserContext, test as base, expect, type Page } from "@playwright/test";
import axe from "axe-core";
import { validate } from "./html";

/** Look is one way to see the product. */
export interface Look {
  lang: "de" | "en";
  scheme: "light" | "dark";
  width: number;
  forced?: boolean;
}

// read by every page that is looked at: the smaller one takes half the time
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Rules of axe that are off, each with its reason. All others are on, also the experimental ones and 7:1 contrast. */
const off: Record<string, string> = {
  // color-contrast-enhanced asks for 7:1 of the same texts; e2e-all runs both
  ...(process.env.MITWIRK_LOOKS === "all" ? {} : { "color-contrast": "its stricter twin is on" }),
};
// 400 % zoom shows the words and colours that 360 px show; measuring them is two thirds of axe's time
const offZoomed: Record<string, string> = {
  "color-contrast": "the colours are those of 360 px",
  "color-contrast-enhanced": "the colours are those of 360 px",
};
// forced colours are the reader's own: what we could measure is the browser's stand-in for them
const offInForced: Record<string, string> = {
  "color-contrast": "the colours are the reader's own",
  "color-contrast-enhanced": "the colours are the reader's own",
};

export interface CheckOptions {
  /** the page runs without script: axe can't run there, its HTML is looked at only */
  noScript?: boolean;
}

/** sources holds what the server sent for the page that is shown, before any script changed it. */
const sources = new WeakMap<Page, Promise<string>>();

interface Fixtures {
  look: Look;
  /** problems collects what went wrong in any page of the test; the test fails when it is not empty. */
  problems: string[];
  /** newPage opens another page in the same look, e.g. for a second person or without script. */
  newPage: (options?: { noScript?: boolean; storage?: boolean }) => Promise<Page>;
  /** check looks at a page as it is now: axe, sideways scrolling, the HTML of its source. */
  check: (page: Page, options?: CheckOptions) => Promise<void>;
}

function contextOptions(look: Look) {
  return {
    baseURL: process.env.MITWIRK_E2E_URL,
    locale: look.lang === "en" ? "en-GB" : "de-DE",
    timezoneId: "Europe/Berlin",
    colorScheme: look.scheme,
    forcedColors: look.forced ? ("active" as const) : ("none" as const),
    reducedMotion: "reduce" as const,
    viewport: { width: look.width, height: look.width < 700 ? 740 : 800 },
    hasTouch: look.width < 700,
    geolocation: { longitude: 11.5755, latitude: 48.1374, accuracy: 8 },
    permissions: ["geolocation", "clipboard-read", "clipboard-write"],
  };
}

async function watch(context: BrowserContext, problems: string[], noScript = false): Promise<void> {
  context.on("page", (page) => watchPage(page, problems));
  if (noScript) return;
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (e) => {
      console.error(`CSP: ${e.violatedDirective} blocked ${e.blockedURI} in ${e.sourceFile}:${e.lineNumber}`);
    });
  });
}

function watchPage(page: Page, problems: string[]): void {
  page.on("response", (r) => {
    if (!r.request().isNavigationRequest() || r.frame() !== page.mainFrame() || (r.status() >= 300 && r.status() < 400))
      return;
    sources.set(
      page,
      r.text().catch(() => ""),
    );
  });
  page.on("pageerror", (e) => problems.push(`script error at ${page.url()}: ${e.message}`));
  page.on("console", (m) => {
    if (m.text().startsWith("CSP: ") || /Content Security Policy/.test(m.text())) {
      problems.push(`at ${page.url()}: ${m.text()}`);
    }
  });
}

export const test = base.extend<Fixtures>({
  look: [{ lang: "de", scheme: "light", width: 360 }, { option: true }],

  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures from this pattern
  problems: async ({}, use) => {
    const problems: string[] = [];
    await use(problems);
    expect(problems).toEqual([]);
  },

  context: async ({ browser, look, problems }, use) => {
    const context = await browser.newContext(contextOptions(look));
    await watch(context, problems);
    await use(context);
    await context.close();
  },

  newPage: async ({ browser, look, problems }, use) => {
    const opened: BrowserContext[] = [];
    await use(async ({ noScript = false } = {}) => {
      const context = await browser.newContext({ ...contextOptions(look), javaScriptEnabled: !noScript });
      opened.push(context);
      await watch(context, problems, noScript);
      return context.newPage();
    });
    for (const c of opened) await c.close();
  },

  check: async ({ look }, use) => {
    await use(async (page, options = {}) => {
      const at = `${page.url()} (${look.lang} ${look.scheme} ${look.width}${look.forced ? " forced" : ""})`;
      expect(await validate((await sources.get(page)) ?? ""), `HTML of ${at}`).toEqual([]);
      if (options.noScript) return;
      // a map is part of the page: wait until it is drawn or has given up
      for (const map of await page.locator("[data-map]:visible").all()) await map.scrollIntoViewIfNeeded();
      const maps = await page.locator("[data-map]:visible").count();
      await expect(page.locator(":is([data-map][data-idle], [data-map][data-failed]):visible")).toHaveCount(maps, {
        timeout: 60_000,
      });
      const without = { ...off, ...(look.forced ? offInForced : {}), ...(look.width < 360 ? offZoomed : {}) };
      const rules = Object.fromEntries(axe.getRules().map((r) => [r.ruleId, { enabled: !(r.ruleId in without) }]));
      // The other mode opens a blank page per look, to join what frames say. Our pages have no frames.
      expect(await page.locator("iframe, frame").count(), "frames").toBe(0);
      const found = await new AxeBuilder({ page, axeSource })
        .setLegacyMode(true)
        .options({ rules, resultTypes: ["violations"] })
        .analyze();
      const lines = found.violations.flatMap((v) =>
        v.nodes.map(
          (n) => `${v.id}: ${n.target.join(" ")}: ${n.failureSummary?.split("\n").slice(1).join(" ").trim()}`,
        ),
      );
      expect(lines, `axe at ${at}`).toEqual([]);
      const sideways = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(sideways, `scrolls sideways at ${at}`).toBeLessThanOrEqual(0);
    });
  },
});

export { expect };
