// A call for people of an age who live in the city: set up, proved by eID, and refused kindly.
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { people, signIn } from "./steps";

test.skip(!process.env.MITWIRK_E2E_PROVIDER, "a city that was there before knows no provider of ours");

/** prove presses the call's button and is, at the eID, who it is told to be. */
async function prove(page: Page, sub: string, born: string, town: string): Promise<void> {
  await page.locator("[data-proof] a[href^='/login/with/bayernid']").click();
  expect(page.url()).toContain(process.env.MITWIRK_E2E_PROVIDER);
  await page.fill("[name=sub]", sub);
  await page.fill("[name=born]", born);
  await page.fill("[name=town]", town);
  await page.locator("[name=ok]").click();
}

test("a call asks an eID", { tag: "@wide" }, async ({ page, newPage, check }) => {
  await signIn(page, people.roadsLead);
  await page.goto("/desk/calls/new?from=ideas");
  await page.fill("#f-title", `Jugend plant den Platz ${Date.now()}`);
  await page.fill("#f-text", "Was fehlt euch am Platz?");
  await page.locator("#f-who").selectOption("proved");
  await page.locator("[data-proof-fields] > summary").click();
  await page.locator("#f-proof_city").check({ force: true });
  await page.fill("#f-age_from", "16");
  await check(page);
  await page.locator("form.stack button.kern-btn--primary").last().click();
  await expect(page.locator("[data-proof]")).toBeVisible(); // the preview
  await check(page);
  await page.locator("form[action$='/publish'] button").click();
  const number = /A-\d{4}-[0-9A-Z]{6}/.exec(page.url())?.[0] ?? "";

  const resident = await newPage();
  await resident.goto(`/ideas/calls/${number}`);
  await expect(resident.locator("[data-proof]")).toContainText("16");
  await check(resident);
  await prove(resident, `jung-${Date.now()}`, "2022-01-01", "München");
  await expect(resident).toHaveURL(new RegExp(`/ideas/calls/${number}$`));
  await expect(resident.locator("[data-proof-no]")).toBeVisible();
  await check(resident);
  // at the eID they think better of it
  await resident.locator("[data-proof] a[href^='/login/with/bayernid']").click();
  await resident.locator("button:not([name])").click();
  await expect(resident).toHaveURL(new RegExp(`/ideas/calls/${number}$`));

  const grown = await newPage();
  await grown.goto(`/ideas/calls/${number}`);
  await prove(grown, `alt-${Date.now()}`, "1980-01-01", "München");
  await expect(grown).toHaveURL(new RegExp(`/ideas/calls/${number}$`));
  await expect(grown.locator("[data-proof-yes]")).toBeVisible();
  await check(grown);
  // nobody else reads either
  await page.goto(`/ideas/calls/${number}`);
  await expect(page.locator("[data-proof-no], [data-proof-yes]")).toHaveCount(0);
});
