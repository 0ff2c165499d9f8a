// The search: typing error, compound and umlaut by keyboard alone; what the page
// says when nothing fits; without script.
import { expect, test } from "./fixtures";

for (const path of ["/search", "/search?q=Laterne", "/search?q=Latrene", "/search?q=Wolkenkuckucksheim"]) {
  test(`${path} in order`, async ({ page, check }) => {
    await page.goto(path);
    await check(page);
  });
}

test("typing error, compound and umlaut by keyboard", { tag: "@wide" }, async ({ page, check, look }) => {
  await page.goto("/");
  const box = page.locator(".hero input[name=q]");
  await expect(box).toHaveAttribute("role", "combobox");
  await box.focus();

  // a typing error: the proposal is the word that was meant
  await page.keyboard.type("Latrene");
  await expect(page.locator("[role=option]").first()).toContainText("Laterne");
  await check(page);
  await page.keyboard.press("Enter"); // as typed
  await expect(page).toHaveURL(/\/search\?q=Latrene/);
  await expect(page.locator(".searchnote")).toContainText("Laterne");
  await expect(page.locator(".items .item").first()).toContainText(/laterne|street light/i);

  // umlaut as ue, a beginning, chosen with the arrow keys
  const again = page.locator(".searchform input[name=q]");
  await again.focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("muell");
  await expect(page.locator("[role=option]").first()).toBeVisible();
  await expect(page.locator("[role=status]").last()).toHaveText(look.lang === "en" ? /proposal/ : /Vorschl/);
  await page.keyboard.press("ArrowDown");
  await expect(again).toHaveAttribute("aria-activedescendant", /-0$/);
  await page.keyboard.press("Enter");
  await expect(page.locator(".items .item").first()).toBeVisible();

  // a part finds the compound
  await page.goto("/search?q=laternen");
  await expect(page.locator(".items .item").first()).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(page.locator(":focus")).toBeVisible();

  // what was found is marked where the text is in the language of the words
  await page.goto("/search?lang=de&q=Latrene");
  await expect(page.locator(".items .item mark").first()).toHaveText(/laterne/i);
});

test("kinds, filter and order without script", { tag: "@phone" }, async ({ newPage }) => {
  const page = await newPage({ noScript: true });
  await page.goto("/search?q=laterne");
  await page.locator("nav .chips a").nth(1).click();
  await expect(page).toHaveURL(/kind=/);
  await page.goto("/search?q=laterne&kind=report");
  await page.locator("#filter summary").click();
  await page.locator("select[name=status]").selectOption({ index: 1 });
  await page.locator("#filter button").click();
  await expect(page).toHaveURL(/status=/);
  await expect(page.locator(".items .item").first()).toBeVisible();
  await page.locator(".searchsorts a").nth(1).click();
  await expect(page).toHaveURL(/sort=newest/);
});
