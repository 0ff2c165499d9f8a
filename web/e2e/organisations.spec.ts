// Signing in at another provider (provider.ts), and several people who act for one organisation.
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { mailTo, wizard } from "./steps";

test.skip(!process.env.MITWIRK_E2E_PROVIDER, "a city that was there before knows no provider of ours");

/** click presses what leads to another page and waits for it. */
const click = (page: Page, selector: string) =>
  Promise.all([page.waitForEvent("load"), page.locator(selector).first().click()]);

/** comeIn signs somebody in at the provider. */
async function comeIn(page: Page, sub: string): Promise<void> {
  await page.goto("/login");
  await click(page, "a[href='/login/with/bayernid']");
  await page.fill("[name=sub]", sub);
  await click(page, "button[name=ok]");
  await expect(page.locator("form[action='/logout']").first()).toBeAttached();
}

test("at another provider: left, broken off, in, known again", { tag: "@wide" }, async ({ page, check }) => {
  await page.goto("/login");
  await check(page);
  await click(page, "a[href='/login/with/bayernid']");
  expect(page.url()).toContain(process.env.MITWIRK_E2E_PROVIDER);
  await click(page, "button:not([name])");
  await expect(page.locator("main h1")).toBeVisible();
  await expect(page.locator("form[action='/logout']")).toHaveCount(0);
  await check(page);

  let back = "";
  page.on("request", (r) => {
    if (r.url().includes("/login/with/bayernid/back")) back = r.url();
  });
  await comeIn(page, "greta");
  await page.goto("/account/security");
  await expect(page.locator("#andere + ul")).toContainText("BayernID");
  await expect(page.locator("#andere + ul a")).toHaveCount(0); // it is linked, not offered
  const name = `Verein Greta ${Date.now()}`;
  await page.goto("/account/organisations");
  await page.fill("[name=organisation]", name);
  await page.fill("[name=name]", "Greta");
  await click(page, "form[action='/account/organisations'] [type=submit]");
  expect((await page.goto(back))?.status()).toBe(410); // the way back is walked once, by the browser that left

  await page.context().clearCookies();
  await comeIn(page, "greta");
  await page.goto("/account/organisations");
  await expect(page.locator("[data-organisations]")).toContainText(name);
});

test("two people report for a house management", { tag: "@phone" }, async ({ page, newPage, check }) => {
  const stamp = Date.now();
  await comeIn(page, `anna-${stamp}`);
  await page.goto("/account/organisations");
  await check(page);
  await page.fill("[name=organisation]", "Hausverwaltung Lindenhof");
  await page.fill("[name=name]", "Anna");
  await click(page, "form[action='/account/organisations'] [type=submit]");
  await check(page);
  const address = `ben-${stamp}@beispiel.example`;
  await page.fill("[name=mail]", address);
  await click(page, "form[action$='/invite'] [type=submit]");
  await expect(page.locator("[data-invitations] li")).toHaveCount(1);

  const ben = await newPage({ storage: false });
  const link = (await mailTo(ben, address)).find((l) => l.includes("/join/")) ?? "";
  await ben.goto(new URL(link).pathname);
  await check(ben);
  await ben.fill("[name=name]", "Ben");
  await click(ben, "main form [type=submit]");
  await expect(ben.locator("[data-members] li")).toHaveCount(2);
  await check(ben);

  await wizard.what(ben, "Die Laterne im Hof ist aus.");
  await wizard.kind(ben, "laterne");
  await wizard.byAddress(ben, "Rosenheimer Straße 1");
  for (let i = 0; i < 5 && (await ben.locator("[name=organisation]").count()) === 0; i++) {
    await wizard.answer(ben);
    await click(ben, "main form button[name=do][value=next]");
  }
  await ben.locator("[name=organisation]").last().check({ force: true });
  await check(ben);
  await wizard.through(ben);
  await expect(ben.locator("dl.check")).toContainText("Hausverwaltung Lindenhof");
  const { number } = await wizard.send(ben);

  await page.goto("/mine");
  const row = page.locator(`[data-row="${number}"], [data-number="${number}"]`).first();
  await expect(row).toContainText("Hausverwaltung Lindenhof");
  await page.goto(`/reports/${number}`);
  await expect(page.locator("[data-for]")).toContainText("Hausverwaltung Lindenhof");
  const stranger = await newPage({ storage: false });
  await stranger.goto(`/reports/${number}`);
  await expect(stranger.locator("[data-for]")).toHaveCount(0);
});
