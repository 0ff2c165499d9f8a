// The case on the desk: ten tasks with their keys and seconds, ten cases by
// keyboard only, two clerks on one case, merge and undo, absence and
// resubmission.
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { people, signIn } from "./steps";

// One clerk, one list: one after the other.
test.describe.configure({ mode: "default" });

/** openCase opens the nth case of a clerk's list. */
async function openCase(page: Page, nth = 0): Promise<void> {
  await page.goto("/desk");
  const row = page.locator("[data-row] h2 a").nth(nth);
  await expect(row).toBeVisible();
  const href = await row.getAttribute("href");
  await page.goto(href ?? "/desk");
  await expect(page.locator(".casebar h1")).toBeVisible();
}

/** keys presses keys and waits for the page that the last one leads to. */
async function keys(page: Page, ...list: string[]): Promise<void> {
  for (const [i, key] of list.entries()) {
    const link = await page.locator(`[data-key="${key}"][data-go]`).count();
    if (i === list.length - 1 || link > 0) {
      await Promise.all([page.waitForEvent("load"), page.keyboard.press(key)]);
    } else {
      await page.keyboard.press(key);
    }
  }
}

/** newCase opens a case that has just arrived and that no other test works on. */
async function newCase(page: Page): Promise<void> {
  const sent = await page.request.post("/api/v1/reports", {
    data: {
      category: "schlagloch",
      place: { lon: 11.5755, lat: 48.1374 },
      text: "Tiefes Loch in der rechten Spur.",
      answers: { wo: ["fahrbahn"], tiefe: ["mittel"], gefahr: ["nein"] },
    },
  });
  expect(sent.status(), await sent.text()).toBe(201);
  await page.goto(`/desk/reports/${(await sent.json()).number}`);
  await expect(page.locator("form.c-set[action*='in_progress']")).toBeVisible();
}

test("ten tasks of a clerk take a few keys and seconds each", { tag: "@wide" }, async ({ page, check }) => {
  await signIn(page, people.roads);
  await newCase(page);
  await check(page);
  const tasks: { name: string; keys: number; seconds: number }[] = [];
  const task = async (name: string, n: number, run: () => Promise<void>) => {
    const start = Date.now();
    await run();
    tasks.push({ name, keys: n, seconds: (Date.now() - start) / 1000 });
  };
  const typed = async (key: string, field: string, text: string) => {
    await page.keyboard.press(key);
    if ((await page.locator(`[data-key="${key}"][data-go]`).count()) > 0) await page.waitForLoadState("load");
    await expect(page.locator(field)).toBeFocused();
    await page.keyboard.type(text);
    await Promise.all([page.waitForEvent("load"), page.keyboard.press("Control+Enter")]);
  };
  if ((await page.locator("[data-key=r]").count()) > 0) await task("release", 2, () => keys(page, "r", "Enter"));
  await task("send the ready sentence", 2, () => keys(page, "a", "Enter"));
  await expect(page.locator(".c-undo")).toBeVisible();
  await check(page);
  await task("take it back", 2, () => keys(page, "z", "Enter"));
  await expect(page.locator(".c-undo")).toHaveCount(0);
  await task("in progress", 2, () => keys(page, "p", "Enter"));
  if ((await page.locator("[data-key=m]").count()) > 0) await task("assign to me", 2, () => keys(page, "m", "Enter"));
  await task("resubmission in a week", 2, () => keys(page, "v", "Enter"));
  await task("note", 2, () => typed("i", "#f-note", "Firma fragen."));
  await expect(page.locator(".c-note")).toContainText("Firma fragen.");
  await task("ask the person", 2, () => typed("q", "#f-question", "Auf welcher Seite ist es?"));
  await task("solved", 2, () => keys(page, "d", "Enter"));
  await expect(page.locator(".casebar .status")).toBeVisible();
  await task("to the list", 1, () => keys(page, "u"));
  for (const t of tasks) {
    console.log(
      JSON.stringify({
        name: `desk-tasks/${t.name}`,
        value: t.seconds,
        unit: "s",
        keys: t.keys,
        must: 40,
        ok: t.seconds <= 40,
      }),
    );
    expect(t.keys).toBeLessThanOrEqual(3);
    expect(t.seconds).toBeLessThan(40);
  }
  await page.goto("/desk/resubmissions");
  await expect(page.locator(".desklist li").first()).toBeVisible();
  await check(page);
});

test("ten cases by keyboard only", { tag: "@wide" }, async ({ page }) => {
  await signIn(page, people.roads);
  await openCase(page);
  const start = Date.now();
  let done = 0;
  for (let i = 0; i < 30 && done < 10; i++) {
    if ((await page.locator("[data-key=r]:visible").count()) > 0) await keys(page, "r", "Enter");
    if ((await page.locator("form.c-set").count()) > 0) {
      await keys(page, "a", "Enter");
      await expect(page.locator(".c-undo")).toBeVisible();
      done++;
    }
    if ((await page.locator("[data-key=n]").count()) === 0) await openCase(page);
    else await keys(page, "n");
  }
  expect(done).toBe(10);
  console.log(
    JSON.stringify({ name: "desk-tasks/plain case", value: (Date.now() - start) / 10_000, unit: "s", must: 40 }),
  );
});

test("two clerks on one case see each other, and nobody's words are lost", { tag: "@wide" }, async ({
  page,
  newPage,
  check,
}) => {
  await signIn(page, people.roads);
  await newCase(page);
  const address = new URL(page.url()).pathname;
  await page.goto(`${address}/status/no_action`);
  await page.fill("form.c-set [name=reason]", "Die Stelle ist sicher.");
  const other = await newPage();
  await signIn(other, people.roadsLead);
  const seen = await other.goto(address);
  expect(seen?.status()).toBe(200);
  await expect(other.locator(".c-here")).not.toBeEmpty();
  await Promise.all([other.waitForEvent("load"), other.locator("form.c-set [data-send]").click()]);
  await Promise.all([page.waitForEvent("load"), page.locator("form.c-set [data-send]").click()]);
  await expect(page.locator(".c-do [role=alert]")).toBeVisible();
  await expect(page.locator("body")).toContainText("Die Stelle ist sicher.");
  await expect(page.locator(".c-both ins").last()).toContainText("Die Stelle ist sicher.");
  await expect(page.locator(".c-both del").first()).toBeVisible();
  await check(page);
});

test("one key takes over what was written last time, and what is new is marked", { tag: "@wide" }, async ({
  page,
  newPage,
  check,
}) => {
  await signIn(page, people.roads);
  await newCase(page);
  const address = new URL(page.url()).pathname;
  const other = await newPage();
  await signIn(other, people.roadsLead);
  await other.goto(address);
  await other.keyboard.press("i");
  await other.keyboard.type("Bitte heute noch.");
  await Promise.all([other.waitForEvent("load"), other.keyboard.press("Control+Enter")]);
  await page.goto(address);
  await expect(page.locator(".c-past .c-new")).toHaveCount(1);
  await keys(page, "l");
  await expect(page).toHaveURL(/like=M-/);
  await check(page);
  const text = page.locator("form.c-set textarea").first();
  await expect(text).not.toHaveValue("");
  await text.focus();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(" Heute.");
  await expect(text).toHaveValue(/ Heute\.$/); // it can be changed before it is sent
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Control+Enter")]);
  await expect(page.locator(".c-undo")).toBeVisible();
  await expect(page.locator(".c-past .c-new")).toHaveCount(0); // one's own step is no news
});

test("a part is split off, joined again, and that is taken back", { tag: "@wide" }, async ({ page }) => {
  await signIn(page, people.roads);
  await newCase(page);
  const address = new URL(page.url()).pathname;
  await page.locator("form[action*='/split']").evaluate((f) => {
    const fold = f.closest("details");
    if (fold) fold.open = true;
  });
  await page.selectOption("[name=part_category]", "schlagloch");
  await page.fill("[name=part_text]", "Daneben ist ein Loch.");
  await Promise.all([page.waitForEvent("load"), page.locator("form[action*='/split'] button").click()]);
  const part = await page.locator(".c-beside a").first().getAttribute("href");
  await page.goto(part ?? address);
  await keys(page, "x", "Enter");
  await expect(page.locator(".casebar [data-live-part]")).toContainText(/gemeldet|reported/i);
  await keys(page, "z", "Enter");
  await expect(page.locator("form.c-set")).toBeVisible();
});

test("whoever is away has a deputy, and cases again afterwards", { tag: "@wide" }, async ({ page, check }) => {
  await signIn(page, people.roads);
  await page.goto("/desk/absences");
  const others = await page.locator("[name=deputy] option").count();
  expect(others).toBeGreaterThan(1);
  const today = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Berlin" }).format(new Date());
  await page.fill("[name=from]", today);
  await page.fill("[name=to]", today);
  await page.selectOption("[name=deputy]", { index: 1 });
  await Promise.all([page.waitForEvent("load"), page.locator("form.panel button").click()]);
  await expect(page.locator(".desklist li")).toHaveCount(1);
  await check(page);
  await openCase(page, 1);
  await Promise.all([page.waitForEvent("load"), page.locator("[data-key=m]").click()]);
  await expect(page.locator("[data-key=m]")).toBeVisible(); // it went to the deputy
  await page.goto("/desk/absences");
  await Promise.all([page.waitForEvent("load"), page.locator(".desklist form button").click()]);
  await expect(page.locator(".desklist li")).toHaveCount(0);
  await page.goto("/desk/templates/new");
  await page.fill("[name=text]", "Die Instandsetzung erfolgt zeitnah.");
  await expect(page.locator(".c-plain li")).toHaveCount(3);
  await check(page);
});
