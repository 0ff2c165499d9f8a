// Discussions: said on one device, seen on another without anything moving,
// answered in its place; the receipt of a vote; votes that are held.
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { people, signIn } from "./steps";

/** idea leads to the page of the idea with the most supports. */
async function idea(page: Page): Promise<string> {
  await page.goto("/ideas?sort=supported");
  const path = await page.locator(".idea h2 a").first().getAttribute("href");
  if (!path) throw new Error("no idea");
  await page.goto(path);
  return path;
}

test("the pages of a discussion and of receipts", async ({ page, check }) => {
  await idea(page);
  const own = (await page.locator("[data-discussion]").getAttribute("data-discussion")) ?? "";
  await page.goto(own);
  await check(page);
  await page.goto(`${own}/write`);
  await page.locator(".disc-form button[type=submit]").click();
  await expect(page.locator(".errsum")).toBeVisible();
  await check(page);
  await page.goto("/votes/receipt");
  await check(page);
});

test("said here, seen there, answered", { tag: "@phone" }, async ({ page, newPage }) => {
  const path = await idea(page);
  const other = await newPage();
  await other.goto(path);
  const top = other.locator("[data-discussion-list] > .cmt").first();
  const words = `Bitte auch an Bänke denken. ${Date.now()}`;

  await page.locator(".disc-write > summary").click();
  await page.locator(".disc-write #f-text").fill(words);
  await page.locator(".disc-write button[type=submit]").click();
  await expect(page.locator(".cmt-text", { hasText: words })).toBeVisible();

  // the other page offers it, and shows it only when asked
  const news = other.locator("[data-discussion-live] button");
  await expect(news).toBeVisible();
  await expect(other.locator(".cmt-text", { hasText: words })).toHaveCount(0);
  await news.click();
  await expect(top.locator(".cmt-text").first()).toContainText(words);

  await top.locator("a[data-answer]").first().click();
  const form = top.locator("[data-answer-form]");
  await form.locator("textarea").fill(`Ja, mit Lehne. ${words}`);
  await form.locator("button[type=submit]").click();
  await expect(other.locator(".cmts--in .cmt-text", { hasText: `Lehne. ${words}` })).toBeVisible();

  const helpful = other.locator(".cmt", { hasText: words }).first().locator("[data-helpful] button").first();
  await helpful.click();
  await expect(helpful).toHaveAttribute("aria-pressed", "true");
});

test("votes that are held", { tag: "@wide" }, async ({ page, check }) => {
  await signIn(page, people.moderator);
  await page.goto("/desk/votes");
  await check(page);
});
