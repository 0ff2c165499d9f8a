// The practice mode of the desk, by keyboard; groups and warning pages of the catalogue with their previews.
import { test } from "./fixtures";
import { people, signIn } from "./steps";

const { expect } = test;

test("the practice desk says that nothing is real", async ({ page, check }) => {
  await signIn(page, people.roads);
  await page.goto("/desk/practice");
  await expect(page.locator("[data-practice]")).toBeVisible();
  await check(page);
  await page.goto("/desk/practice/hole");
  await check(page);
});

test("a practice case is done with the keys of the desk and begun anew", { tag: "@wide" }, async ({ page }) => {
  await signIn(page, people.roads);
  await page.goto("/desk/practice/lamp");
  await page.locator("#text-release").fill("Die Laterne vor unserem Haus ist dunkel.");
  await page.getByRole("button", { name: /^(Freigeben|Release)$/ }).click();
  await expect(page.locator("[data-goals] .due--ok")).toHaveCount(1);
  await page.keyboard.press("m");
  await page.keyboard.press("Enter");
  await expect(page.locator("[data-goals] .due--ok")).toHaveCount(2);
  await page.locator("h1").click();
  await page.keyboard.press("p");
  await expect(page.locator("#text-in_progress")).toBeFocused();
  await page.locator("details[open] form[action$='/status'] button").click();
  await expect(page.locator("[data-goals] .due--ok")).toHaveCount(3);
  await page.goto("/desk/practice");
  await page.getByRole("button", { name: /Von vorn beginnen|Begin anew/ }).click();
  await expect(page.locator("[data-flash]")).toBeVisible();
});

test("a group and a warning page show what they become while somebody types", { tag: "@wide" }, async ({
  page,
  check,
  look,
}) => {
  await signIn(page, people.admin);
  for (const [path, field] of [
    ["/desk/admin/groups/weg", `name_${look.lang}`],
    ["/desk/admin/stops/gefahr", `title_${look.lang}`],
  ] as const) {
    await page.goto(path);
    await check(page);
    await page.locator(`input[name=${field}]`).fill("Ganz neue Worte");
    await expect(page.locator("#vorschau-box")).toContainText("Ganz neue Worte");
  }
  await page.goto("/desk/admin/stops");
  await check(page);
});
