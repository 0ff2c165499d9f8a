import { expect, test } from "./fixtures";
import { people, signIn } from "./steps";

// Ideas: proposed, supported, answered.
test("the pages of ideas", async ({ page, check }) => {
  for (const path of ["/ideas", "/ideas?view=map", "/ideas/new", "/ideas/mine"]) {
    await page.goto(path);
    await check(page);
  }
  await page.goto("/ideas?sort=supported");
  await page.locator(".idea h2 a").first().click();
  await check(page);
  await page.goto("/ideas");
  await page.locator(".call h2 a").first().click();
  await check(page);
});

test("an idea from the form to the first support", { tag: "@phone" }, async ({ page }) => {
  await page.goto("/ideas/new");
  await page.locator("#f-title").fill("Trinkbrunnen am Spielplatz im Weißenseepark");
  await page.locator("#f-text").fill("Kinder spielen dort viele Stunden, und es gibt kein Wasser.");
  await page.locator("form#idee button[name=do][value=send]").click();
  const other = page.locator("[data-send]");
  if (await other.isVisible()) await other.click();
  const number = ((await page.locator("[data-receipt-number]").textContent()) ?? "").trim();
  await page.goto(`/ideas/${number}`);
  await page.locator("[data-support] button").click();
  await expect(page.locator(".gauge .n").first()).toHaveText("1");
});

test("the desk of ideas", { tag: "@wide" }, async ({ page, check }) => {
  await signIn(page, people.triage);
  await page.goto("/desk/ideas?due=all");
  await check(page);
});
