// The city's programme: chart and table, rating, discussion, time, two editors, the frame for other sites.
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { people, signIn } from "./steps";

const click = (page: Page, selector: string) =>
  Promise.all([page.waitForEvent("load"), page.locator(selector).first().click()]);

const first = async (page: Page): Promise<string> =>
  (await page.locator("tr[data-row='2'] .mt-title a").getAttribute("href")) ?? "";

test("the pages of the programme", async ({ page, check }) => {
  await page.goto("/radar");
  await check(page);
  await page.goto(await first(page));
  await check(page);
  await page.goto("/radar/changes");
  await check(page);
  await page.goto("/radar/report");
  await check(page);
});

test("the chart by keyboard, and an earlier state", { tag: "@wide" }, async ({ page }) => {
  await page.goto("/radar");
  const chart = page.locator("svg[data-radar]");
  await expect(chart).toHaveAttribute("role", "group");
  await expect(chart.locator("a[tabindex='0']")).toHaveCount(1);
  await chart.locator("a[tabindex='0']").focus();
  const before = await chart.locator("a[tabindex='0']").getAttribute("data-no");
  await page.keyboard.press("ArrowDown");
  await expect(chart.locator("a[tabindex='0']")).not.toHaveAttribute("data-no", before ?? "");
  await expect(page.locator("[data-radar-card] h2")).not.toBeEmpty();
  const all = await page.locator("tr[data-row]").count();
  await Promise.all([page.waitForURL(/at=2024/), page.locator("[data-radar-slider]").press("Home")]);
  expect(await page.locator("tr[data-row]").count()).toBeLessThan(all);
});

test("rate, change, follow", { tag: "@phone" }, async ({ page }) => {
  await page.goto("/radar");
  const path = await first(page);
  for (const value of ["2", "5"]) {
    await page.goto(path);
    await page.locator(`[name='rate.importance'][value='${value}']`).check({ force: true });
    await click(page, ".rateform [type=submit]");
    await expect(page.locator(`[name='rate.importance'][value='${value}']`)).toBeChecked();
  }
  await click(page, ".rfollow button");
  await expect(page.locator(".rfollow button")).toHaveAttribute("aria-pressed", "true");
});

test("a change by two people", { tag: "@wide" }, async ({ page, check }) => {
  await signIn(page, people.admin);
  await page.goto("/desk/radar");
  await check(page);
  await click(page, "#alle ~ section tbody a");
  await check(page);
  await page.fill("[name=title_de]", `Neuer Titel ${Date.now() % 1000}`);
  await click(page, "button[value=hand_in]");
  await expect(page.locator("#entwurf")).toBeVisible();
  await expect(page.locator("button[value=approve]")).toHaveCount(0); // not one's own
  await click(page, ".redit button[value=drop]");
  for (const path of ["/desk/radar/inquiries", "/desk/radar/inquiries/new", "/desk/radar/programme?p=digital"]) {
    await page.goto(path);
    await check(page);
  }
});

test("the frame for other sites", { tag: "@wide" }, async ({ page }) => {
  const answer = await page.goto("/radar/embed?frame=chart");
  expect(answer?.headers()["content-security-policy"]).toContain("frame-ancestors *");
  await expect(page.locator("script")).toHaveCount(0);
  await expect(page.locator("svg a.mk").first()).toBeVisible();
});
