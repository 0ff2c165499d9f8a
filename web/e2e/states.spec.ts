// Pages in the states that only an action brings about: menus, lists of
// proposals, dialogs, errors, empty lists. Each is looked at with every rule.
import { Buffer } from "node:buffer";
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { next, people, signIn, wizard } from "./steps";

/** picture draws a photo in the browser. */
async function picture(page: Page): Promise<Buffer> {
  const base64 = await page.evaluate(() => {
    const c = document.createElement("canvas");
    c.width = 1200;
    c.height = 900;
    const g = c.getContext("2d");
    if (g) {
      g.fillStyle = "#567";
      g.fillRect(0, 0, 1200, 900);
      g.fillStyle = "#cba";
      g.fillRect(300, 300, 200, 100);
    }
    return c.toDataURL("image/jpeg").split(",")[1] ?? "";
  });
  return Buffer.from(base64, "base64");
}

async function toPlace(page: Page): Promise<void> {
  await wizard.what(page, "Vor dem Haus ist die Laterne dunkel.");
  await wizard.kind(page, "laterne");
  await page.locator("[data-map=pick][data-idle]").waitFor({ timeout: 60_000 });
}

test("the menu of a phone", { tag: "@phone" }, async ({ page, check }) => {
  await page.goto("/");
  await page.locator("details.menu summary").click();
  await check(page);
  await page.keyboard.press("Escape");
  await expect(page.locator("details.menu summary")).toBeFocused();
});

test("likely kinds while people write", async ({ page, check }) => {
  await page.goto("/reports/new");
  await page.fill("textarea[name=text]", "Die Laterne ist dunkel und der Mülleimer ist voll");
  await expect(page.locator("[data-suggestions]")).toBeVisible();
  await expect(page.locator("[data-autosave-status]")).not.toBeEmpty();
  await check(page);
});

test("a photo, covered and described", async ({ page, check }) => {
  await page.goto("/reports/new");
  const sent = page.waitForResponse((r) => r.url().endsWith("/uploads") && r.request().method() === "POST");
  await page.setInputFiles("input[type=file]", { name: "a.jpg", mimeType: "image/jpeg", buffer: await picture(page) });
  expect((await sent).status()).toBe(201);
  const first = await page.locator(".shot").getAttribute("data-photo");
  await check(page);
  await page.locator(".shot button.chip:not([data-remove]):visible").click();
  const dialog = page.locator("dialog.cover");
  await expect(dialog).toBeVisible();
  // by keyboard only: add, move, make larger
  await page.keyboard.press("Enter");
  await expect(dialog.locator(".cover-box")).toBeFocused();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Shift+ArrowRight");
  await check(page);
  await dialog.locator(".kern-btn--primary").click();
  await expect(page.locator(".shot")).not.toHaveAttribute("data-photo", first ?? "");
  await page.locator(".shot input").fill("Eine Laterne");
  await page.locator("[data-remove]").click();
  await expect(page.locator(".shot")).toHaveCount(0);
  await expect(page.locator("input[type=file]")).toBeFocused();
});

test("a file that is no photo", async ({ page, check }) => {
  await page.goto("/reports/new");
  await page.fill("textarea[name=text]", "Das bleibt stehen.");
  await page.setInputFiles("input[type=file]", {
    name: "a.jpg",
    mimeType: "image/jpeg",
    buffer: Buffer.from("no photo"),
  });
  await expect(page.locator(".shot .err")).toBeVisible();
  await expect(page.locator("textarea[name=text]")).toHaveValue("Das bleibt stehen.");
  await check(page);
});

test("proposals of the address search", async ({ page, check }) => {
  await toPlace(page);
  await page.fill("input[name=address]", "rosenheimer strasse");
  await page.locator("[role=option]").first().waitFor();
  await page.keyboard.press("ArrowDown");
  await check(page);
});

test("the place by keyboard, and a vague position", async ({ page, check, context }) => {
  await toPlace(page);
  await page.locator("[data-map=pick] canvas").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect(page.locator("[name=lon]")).not.toHaveValue("");
  await expect(page.locator("[data-place-info]")).not.toBeEmpty();
  await context.setGeolocation({ longitude: 11.5755, latitude: 48.1374, accuracy: 90 });
  await page.locator("[data-locate]").click();
  await expect(page.locator("#stimmt input[name=sure]")).toBeVisible();
  await check(page);
});

test("a place outside the city", async ({ page, check, context }) => {
  await context.setGeolocation({ longitude: 13.4, latitude: 52.5, accuracy: 5 });
  await toPlace(page);
  await page.locator("[data-locate]").click();
  await expect(page.locator("[data-place-info] .notice.bad")).toBeVisible();
  await next(page);
  await expect(page.locator("[data-error-summary]")).toBeFocused();
  await check(page);
});

test("the map follows people, and the list follows the map", async ({ page, check, look }) => {
  await page.goto("/map");
  await page.locator("[data-map=list][data-idle]").waitFor({ timeout: 60_000 });
  const before = page.url();
  await page.locator(".mapctl button").first().click();
  await expect(page).not.toHaveURL(before);
  expect(page.url()).toContain("bbox=");
  await page.reload(); // the link shows the same
  await page.locator("[data-map=list][data-idle]").waitFor({ timeout: 60_000 });
  await check(page);
  if (look.width < 700) {
    await page.locator("[data-sheet-show=list]").click();
    await expect(page.locator("[data-sheet-show=list]")).toHaveAttribute("aria-pressed", "true");
    await check(page);
  }
});

test("without a map", async ({ page, check }) => {
  await page.route("**/geo/*.json", (r) => r.abort());
  await page.route("**/tiles/**", (r) => r.abort());
  await page.goto("/map");
  await expect(page.locator(".map--failed")).toBeVisible();
  await expect(page.locator("[data-list] [data-row], [data-list] .item").first()).toBeVisible();
  await check(page);
});

test("an empty list", async ({ page, check }) => {
  await page.goto("/reports?q=xyzzyplugh");
  await check(page);
});

test("the desk", async ({ page, check }) => {
  await signIn(page, people.light);
  await page.goto("/desk");
  await check(page);
  const first = page.locator("main a[href^='/desk/reports/M-']").first();
  if ((await first.count()) > 0) {
    await first.click();
    await expect(page.locator("h1")).toBeVisible();
    await check(page);
  }
});

test("own drafts and reports", async ({ page, check }) => {
  await wizard.what(page, "Das schreibe ich später weiter.");
  await page.goto("/reports/new");
  await check(page);
  await page.goto("/reports/open");
  await check(page);
});
