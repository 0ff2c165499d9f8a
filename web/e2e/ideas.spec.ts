import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { people, signIn, signInByMail } from "./steps";

/** propose sends an idea that nobody else has and gives its number. */
async function propose(page: Page, title: string): Promise<string> {
  await page.goto("/ideas/new");
  await page.locator("#f-title").fill(title);
  await page.locator("#f-text").fill(`${title}: davon haben alle etwas.`);
  await page.locator("form#idee button[name=do][value=send]").click();
  const other = page.locator("[data-send]");
  const number = page.locator("[data-receipt-number]");
  await expect(other.or(number)).toBeVisible();
  if (await other.isVisible()) await other.click();
  return ((await number.textContent()) ?? "").trim();
}

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

test("the map of ideas comes to rest", { tag: "@wide" }, async ({ page }) => {
  let asked = 0;
  page.on("request", (r) => {
    if (r.url().includes("/tiles/ideas/")) asked++;
  });
  await page.goto("/ideas?view=map&sort=supported");
  const map = page.locator("[data-map=list]");
  await map.scrollIntoViewIfNeeded(); // it begins when it comes into sight
  await page.locator("[data-map=list][data-idle]").waitFor({ timeout: 60_000 });
  expect((await map.boundingBox())?.height ?? 0).toBeGreaterThan(200);
  expect(asked).toBeGreaterThan(0);
  const before = asked;
  await page.waitForTimeout(8000); // tiles may be kept for 5 seconds
  expect(asked, "tiles that nobody needs").toBe(before);
});

test("an innovation contest: its page, a finalist, a vote", async ({ page, check }) => {
  await page.goto("/ideas");
  await page.locator(".call h2 a", { hasText: /Amt ohne Warten|offices without waiting/ }).click();
  await expect(page.locator("input[name=for]")).toHaveCount(3);
  await check(page);
  const here = page.url();
  await page.locator("a[href*='/entries/']").first().click();
  await check(page);
  await page.goto(here);
  await page.locator("input[name=for]").nth(1).check({ force: true });
  await page.locator("form[action$='/vote'] button.kern-btn--primary").click();
  await page.goto(here);
  await expect(page.locator("input[name=for]").nth(1)).toBeChecked();
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

test("a draft on two devices", { tag: "@phone" }, async ({ page, newPage }) => {
  const title = `Sitzbank am Weiher ${Date.now()}`;
  await signIn(page, people.parks);
  await page.goto("/ideas/new");
  await page.locator("#f-title").fill(title);
  await expect(page).toHaveURL(/\/ideas\/new\/[0-9a-f-]{36}$/); // kept while typing

  const other = await newPage();
  await signIn(other, people.parks);
  await other.goto("/ideas/new");
  await other.getByRole("link", { name: title }).click();
  await expect(other.locator("#f-title")).toHaveValue(title);
  await other.locator("#f-text").fill("Am Weiher kann man nirgends sitzen.");
  await other.locator("form#idee button[name=do][value=keep]").click();
  await page.reload();
  await expect(page.locator("#f-text")).toHaveValue("Am Weiher kann man nirgends sitzen.");
});

test("a similar idea is offered and supported instead", { tag: "@phone" }, async ({ page }) => {
  await page.goto("/ideas?sort=ending&status=open");
  const title = ((await page.locator(".idea h2 a").first().textContent()) ?? "").trim();
  await page.goto("/ideas/new");
  await page.locator("#f-title").fill(title);
  await page.locator("#f-text").fill(`${title}: das wäre schön.`);
  await page.locator("form#idee button[name=do][value=send]").click();
  const same = page.locator(".similar li", { hasText: title }).first();
  await expect(same).toBeVisible();
  await same.getByRole("button").click();
  await expect(page).toHaveURL(/\/ideas\/I-/);
  await expect(page.locator("[data-support] button")).toHaveAttribute("aria-pressed", "true");
});

test("a support without an account is claimed by signing in, and counts once", { tag: "@wide" }, async ({
  page,
  newPage,
}) => {
  const number = await propose(await newPage(), `Trinkbrunnen am Feld ${Date.now()}`);
  const count = (p: Page) => p.locator(".gauge .n").first();
  const button = (p: Page) => p.locator("[data-support] button");
  const phone = await newPage();
  for (const [device, n] of [
    [page, "1"],
    [phone, "2"],
  ] as const) {
    await device.goto(`/ideas/${number}`);
    await button(device).click();
    await expect(count(device)).toHaveText(n); // nobody knows yet that both are one person
  }
  await signInByMail(page, people.waste);
  await signInByMail(phone, people.waste);
  for (const device of [page, phone]) {
    await device.goto(`/ideas/${number}`);
    await expect(count(device)).toHaveText("1");
    await expect(button(device)).toHaveAttribute("aria-pressed", "true");
  }
});

test("an amendment is proposed and taken over", { tag: "@phone" }, async ({ page, newPage }) => {
  const author = await newPage();
  const number = await propose(author, `Hochbeete am Tor ${Date.now()}`);
  await page.goto(`/ideas/${number}/amend`);
  await page.locator("#f-text").fill("Hochbeete am Tor, und ein Wasserhahn daneben.");
  await page.locator("#f-why").fill("Ohne Wasser wächst nichts.");
  await page.locator(`form[action="/ideas/${number}/amend"] button[type=submit]`).click();
  await expect(page.locator("#vorschlaege ~ div details")).toHaveCount(1);

  await author.goto(`/ideas/${number}`);
  await author.locator("form[action*='/amendments/'] button[value=yes]").click();
  await expect(author.locator(".ideawords").first()).toContainText("ein Wasserhahn daneben");
  await page.goto(`/ideas/${number}/versions`);
  await expect(page.locator("ins").first()).toContainText("Wasserhahn");
});

test("two ideas are merged, and parted again", { tag: "@wide" }, async ({ page, newPage }) => {
  const mark = Date.now();
  const first = await newPage();
  const one = await propose(first, `Kletterbaum ${mark} im Norden`);
  const second = await newPage();
  const two = await propose(second, `Schaukelwiese ${mark} im Osten`);

  await signIn(page, people.triage);
  await page.goto(`/desk/ideas/${one}`);
  const ask = page.locator(`form[action="/desk/ideas/${one}/merge"]`);
  await ask.locator("[name=into]").fill(two);
  await ask.locator("[name=why]").fill("Beide wollen einen Platz zum Spielen.");
  await ask.getByRole("button").click();
  for (const [author, number] of [
    [first, one],
    [second, two],
  ] as const) {
    await author.goto(`/ideas/${number}`);
    await author.locator(`form[action="/ideas/${number}/merge"] button[value=yes]`).click();
  }
  await second.goto(`/ideas/${one}`); // who comes to the first one arrives at the other
  await expect(second).toHaveURL(new RegExp(`/ideas/${two}`));

  await page.goto(`/desk/ideas/${one}`);
  await page.locator(`form[action="/desk/ideas/${one}/unmerge"] button`).click();
  await second.goto(`/ideas/${one}`);
  await expect(second).toHaveURL(new RegExp(`/ideas/${one}`));
});

test("the city's answer is seen live", { tag: "@wide" }, async ({ page, newPage }) => {
  const reader = await newPage();
  const number = await propose(reader, `Regenbogenampel ${Date.now()}`);
  await reader.goto(`/ideas/${number}`);
  const news = reader.locator(`[data-live="idea:${number}"] button`);

  await signIn(page, people.triage);
  await page.goto(`/desk/ideas/${number}?to=declined`);
  await page.locator("[name=reason]").fill("Das Gesetz erlaubt keine anderen Farben.");
  await page.locator("[name=change]").fill("Der Bund müsste das Gesetz ändern.");
  await page.locator(`form[action="/desk/ideas/${number}/status"] button[type=submit]`).click();

  await expect(news).toBeVisible();
  await news.click();
  await expect(reader.locator("[data-live-part=status]")).toContainText("Das Gesetz erlaubt keine anderen Farben.");
});
