// The list of cases: keys, filters, views, several cases at once with preview
// and undo, the list of the day.
import { expect, test } from "./fixtures";
import { people, signIn } from "./steps";

test("a clerk filters, keeps the view, and works the list by keys", async ({ page, check, look }) => {
  await signIn(page, people.roads);
  await page.goto("/desk");
  await check(page);
  await expect(page.locator(".deskbar a[aria-current=page]")).toHaveAttribute("href", "/desk");
  await page.locator("#filter > summary").click();
  await check(page); // every filter
  await page.selectOption("select[name=sort]", "new");
  await page.selectOption("select[name=photo]", "no");
  await page.locator(".qfilterform button[type=submit]").click();
  await expect(page).toHaveURL(/photo=no/);
  await expect(page.locator(".chips .chip")).toHaveCount(1);
  await page.locator(".chips .chip").click();
  await expect(page).not.toHaveURL(/photo=no/);
  if (look.width < 700) return;
  await page.goto("/desk");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await expect(page.locator("[data-bulk-one]:checked")).toHaveCount(2);
  await page.keyboard.press("?");
  await expect(page.locator("dialog[data-keyhelp]")).toBeVisible();
  await check(page);
  await page.keyboard.press("Escape");
  await page.locator("[data-keys-toggle]").click(); // off: WCAG 2.1.4
  await page.keyboard.press("x");
  await expect(page.locator("[data-bulk-one]:checked")).toHaveCount(2);
  await page.locator("[data-keys-toggle]").click();
});

test("several cases at once: preview, apply, undo; and the list of the day", { tag: "@wide" }, async ({
  page,
  check,
  look,
}) => {
  await signIn(page, people.roads);
  await page.goto("/desk");
  const boxes = page.locator("[data-bulk-one]");
  await boxes.nth(0).check();
  await boxes.nth(1).check();
  await page.locator(".qbulk button[type=submit]").first().click();
  await check(page);
  await page.locator("input[name=kind][value=note]").check();
  await page.fill("textarea[name=note]", `Leiter mitnehmen ${look.width}`);
  await page.locator(".qbulkform button[type=submit]").click();
  await expect(page.locator(".qitems li")).toHaveCount(2);
  await check(page);
  await page.locator("form[action^='/desk/bulk/apply'] button[type=submit]").click();
  await expect(page).toHaveURL(/\/desk\/bulk\/[0-9a-f-]{36}$/);
  await check(page);
  await page.locator("form[action$='/undo'] button").click();
  await expect(page.locator("form[action$='/undo']")).toHaveCount(0);

  await page.goto("/desk");
  await boxes.nth(0).check();
  await boxes.nth(1).check();
  await page.locator("button[formaction='/desk/today/add']").click();
  await expect(page).toHaveURL(/\/desk\/today/);
  await page.locator("form[action^='/desk/today/route'] button[type=submit]").click();
  await page.locator(".qstops button[value=done]").first().click();
  await expect(page.locator(".qstops li.done")).not.toHaveCount(0);
  await check(page);
});

test("the map beside the list", { tag: "@wide" }, async ({ page, check }) => {
  await signIn(page, people.roads);
  await page.goto("/desk?map=1");
  await expect(page.locator(".qmap canvas")).toBeVisible();
  await check(page);
});
