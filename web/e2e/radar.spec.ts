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

test("written by one, published by another, helped by a third", { tag: "@wide" }, async ({ page, newPage, check }) => {
  await signIn(page, people.editor);
  await page.goto("/desk/radar");
  const path = (await page.locator("#alle ~ section tbody a").nth(3).getAttribute("href")) ?? "";
  await page.goto(path);
  const title = `Titel von zweien ${Date.now() % 100000}`;
  await page.fill("[name=title_de]", title);
  await click(page, "button[value=hand_in]");
  await expect(page.locator("button[value=approve]")).toHaveCount(0);
  await page.locator("details:has(form[action$='/help']) > summary").click();
  const ask = page.locator("form[action$='/help']");
  await ask.locator("[name=wanted_de]").fill("Wer probiert es aus?");
  await ask.locator("[name=until]").fill("2020-01-01");
  await click(page, "form[action$='/help'] [type=submit]");
  await expect(ask.locator("[name=wanted_de]")).toHaveValue("Wer probiert es aus?"); // too late a day costs no words
  await check(page);
  await ask.locator("[name=until]").fill("2099-01-01");
  await click(page, "form[action$='/help'] [type=submit]");

  const two = await newPage();
  await signIn(two, people.editor2);
  await two.goto("/desk/radar");
  await expect(two.locator(`[data-second-person] a[href^='${path}']`).first()).toBeVisible();
  await check(two);
  await two.goto(path);
  await two.locator("[data-review-row] > summary").first().click();
  await check(two);
  await click(two, "section:has(> #entwurf) button[value=approve]");
  await click(two, "section:has(> #mithilfe) button[value=approve]");

  const own = path.replace("/desk", "");
  const helper = await newPage();
  await signIn(helper, people.parks);
  await helper.goto(`${own}?lang=de`);
  await expect(helper.locator("h1")).toHaveText(title);
  await click(helper, "form[action*='/help/'] button[value='1']");
  await two.goto(path);
  await two.locator("details:has(button[value=message]) > summary").click();
  await two.locator("[name=message_de]").fill("Treffpunkt am Brunnen.");
  await click(two, "button[value=message]");
  await check(two);
  await helper.goto(own);
  await expect(helper.locator("[data-help-said]")).toContainText("Treffpunkt am Brunnen.");
  await check(helper);
  await expect(async () => {
    await helper.goto("/inbox");
    await expect(helper.locator("main")).toContainText(title, { timeout: 500 });
  }).toPass();
});

test("asked about a measure, answered by the city, seen live", { tag: "@phone" }, async ({ page, newPage, check }) => {
  await page.goto("/radar");
  const path = (await page.locator("tr[data-row='43'] .mt-title a").getAttribute("href")) ?? "";
  await page.goto(path);
  const asked = `Welche Bäume sind die nächsten? ${Date.now()}`;
  await page.locator(".disc-write > summary").click();
  await page.locator(".disc-write #f-text").fill(asked);
  await page.locator(".disc-write button[type=submit]").click();
  await expect(page.locator(".cmt-text", { hasText: asked })).toBeVisible();

  const office = await newPage();
  await signIn(office, people.editor);
  await office.goto(path);
  const question = office.locator("[data-discussion-list] > .cmt", { hasText: asked });
  await question.locator("a[data-answer]").first().click();
  const form = question.locator("[data-answer-form]");
  const answer = `Die in Ihrer Straße. ${Date.now()}`;
  await form.locator("textarea").fill(answer);
  await form.locator("[name=official]").check({ force: true });
  await form.locator("button[type=submit]").click();
  await page.locator("[data-discussion-live] button").click(); // on the open page of whoever asked, and nothing moved before
  await expect(page.locator(".cmt--city", { hasText: answer }).first()).toBeVisible();
  await check(page);
});
