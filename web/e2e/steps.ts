// The steps that journeys are made of, in any language: they find things by
// names of fields and hooks, not by words.
import { type BrowserContext, expect, type Page } from "@playwright/test";

/** People of the demo city who can sign in. */
export const people = {
  triage: "lotse@demo.example",
  roads: "strasse@demo.example",
  roadsLead: "leitung@demo.example",
  light: "licht@demo.example",
  parks: "garten@demo.example",
  waste: "abfall@demo.example",
  moderator: "moderation@demo.example",
  moderator2: "moderation2@demo.example",
  editor: "redaktion@demo.example",
  editor2: "redaktion2@demo.example",
  admin: "admin@demo.example",
} as const;

/** letters lists the paths of all mails in the outbox of the demonstration, newest first. */
async function letters(page: Page): Promise<string[]> {
  const outbox = await (await page.request.get("/dev/outbox")).text();
  return [...outbox.matchAll(/href="(\/dev\/outbox\/[^"]+)"/g)].map((m) => m[1] ?? "");
}

/** linksTo gives the links in the mails to an address, newest first, leaving out the mails in known. */
async function linksTo(page: Page, address: string, known: Set<string>): Promise<string[]> {
  const links: string[] = [];
  for (const path of await letters(page)) {
    if (known.has(path)) continue;
    const html = await (await page.request.get(path)).text();
    const to = /data-mail-to[^>]*>([^<]*)</.exec(html)?.[1] ?? "";
    const body = /<div data-mail[^>]*>([\s\S]*?)<\/div>/.exec(html)?.[1] ?? "";
    if (to.includes(address)) links.push(...[...body.matchAll(/href="([^"]+)"/g)].map((m) => m[1] ?? ""));
  }
  return links;
}

/** mailTo waits for a mail to an address that is not among known, and returns its links. */
export async function mailTo(page: Page, address: string, known = new Set<string>()): Promise<string[]> {
  let links: string[] = [];
  await expect(async () => {
    links = await linksTo(page, address, known);
    expect(links.length, `links in mails to ${address}`).toBeGreaterThan(0);
  }).toPass({ timeout: 30_000 });
  return links;
}

/** signedIn holds what a person's browser keeps once they are in, for the other tests of this worker. */
const signedIn = new Map<string, Awaited<ReturnType<BrowserContext["cookies"]>>>();

/** signIn lets somebody in, the first time by the link that the mail holds. Who ends the session afterwards uses signInByMail. */
export async function signIn(page: Page, address: string): Promise<void> {
  const cookies = signedIn.get(address);
  if (cookies) {
    await page.context().addCookies(cookies);
    return;
  }
  await signInByMail(page, address);
  const all = await page.context().cookies();
  signedIn.set(
    address,
    all.filter((c) => c.httpOnly),
  );
}

/** signInByMail lets somebody in by the link that the mail holds. */
export async function signInByMail(page: Page, address: string): Promise<void> {
  await expect(async () => {
    // A new link ends the one before: when another test asks for the same person
    // at the same time, its link lets in, or none does and it is asked again.
    const known = new Set(await letters(page));
    await page.goto("/login");
    await page.fill("[name=mail]", address);
    await Promise.all([page.waitForEvent("load"), page.locator("main form [type=submit]").first().click()]);
    for (const link of (await mailTo(page, address, known)).filter((l) => l.includes("/login/"))) {
      await page.goto(new URL(link, page.url()).pathname);
      const button = page.locator("main form:not([action]) [type=submit]").first();
      if ((await button.count()) === 0) continue;
      await Promise.all([page.waitForEvent("load"), button.click()]);
      if ((await page.locator("form[action='/logout']").count()) > 0) return;
    }
    throw new Error("no link lets them in yet");
  }).toPass({ timeout: 90_000 });
}

/** press sends the wizard's form by one of its buttons and waits for the page that answers. */
export async function press(page: Page, value: string): Promise<void> {
  await Promise.all([
    page.waitForEvent("load"),
    page.locator(`main form button[name=do][value=${value}]`).first().click(),
  ]);
}

/** next goes on to the wizard's next step. */
export async function next(page: Page): Promise<void> {
  await press(page, "next");
}

export interface Report {
  text?: string;
  photo?: string;
  kind: string; // key of the category, e.g. "laterne"
  address: string;
  mail?: string;
}

/** wizard holds the steps of the way to report, one function each. */
export const wizard = {
  async what(page: Page, text: string): Promise<void> {
    await page.goto("/reports/new");
    await page.fill("textarea[name=text]", text);
    await next(page);
  },

  async kind(page: Page, key: string): Promise<void> {
    const choices = page.locator(`input[name=category][value="${key}"]`);
    const first = choices.first();
    if (!(await first.isVisible()))
      await page.locator(`details:has(input[name=category][value="${key}"]) > summary`).first().click();
    await first.check({ force: true });
    await next(page);
  },

  /** byAddress chooses the first proposal of the search; works with and without script. */
  async byAddress(page: Page, address: string): Promise<void> {
    const field = page.locator("input[name=address]");
    await field.fill(address);
    if ((await page.locator("html.js").count()) > 0) {
      await page.locator("[role=option]").first().waitFor();
      await field.press("ArrowDown");
      await field.press("Enter");
      await expect(page.locator("[name=lon]")).not.toHaveValue("");
    } else {
      await press(page, "search");
      await page.locator("input[name=hit]").first().check({ force: true });
      await press(page, "pick");
    }
    await next(page);
  },

  /** byTap sets the pin by a tap on the map. */
  async byTap(page: Page): Promise<void> {
    const map = page.locator("[data-map=pick][data-idle]");
    await map.waitFor({ timeout: 60_000 });
    await map.locator("canvas").click({ position: { x: 120, y: 120 } });
    await expect(page.locator("[name=lon]")).not.toHaveValue("");
    await next(page);
  },

  /** answer takes the first choice of each question in sight that does not end in a warning. */
  async answer(page: Page): Promise<void> {
    const rules = await page
      .locator("main [data-questions]")
      .first()
      .getAttribute("data-questions", { timeout: 1000 })
      .catch(() => null);
    if (!rules) return;
    const { questions } = JSON.parse(rules) as {
      questions?: { key: string; options?: { key: string; effects?: { stop?: string } }[] }[];
    };
    for (const q of questions ?? []) {
      const part = page.locator(`main [data-question="${q.key}"]`);
      const harmless = q.options?.find((o) => !o.effects?.stop);
      if (!harmless || !(await part.isVisible()) || (await part.locator("input:checked").count()) > 0) continue;
      await part.locator(`input[value="${harmless.key}"]`).check({ force: true });
    }
  },

  /** through goes on to the last page: answers questions, is none of the reports near by, leaves no address. */
  async through(page: Page): Promise<void> {
    for (let i = 0; i < 6; i++) {
      if (await page.locator("button[name=do][value=send]").count()) return;
      await wizard.answer(page);
      await next(page);
    }
    await expect(page.locator("button[name=do][value=send]")).toBeVisible();
  },

  /** send sends the report and returns number and access code of the receipt. */
  async send(page: Page): Promise<{ number: string; code: string }> {
    await press(page, "send");
    const number = (await page.locator("[data-receipt-number]").textContent())?.trim() ?? "";
    const code = (await page.locator("[data-receipt-code]").textContent())?.trim() ?? "";
    expect(number).toMatch(/^M-\d{4}-[2-9A-HJKMNP-Z]{6}$/);
    expect(code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    return { number, code };
  },
};
