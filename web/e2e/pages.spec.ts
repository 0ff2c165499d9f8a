// Walks every page that can be had by its address and looks at it with every
// rule; a page that leads nowhere (404) fails too.
import { expect, test } from "./fixtures";

const paths = [
  "/",
  "/map",
  "/map?status=in_progress",
  "/reports",
  "/reports?status=open",
  "/reports/new",
  "/login",
  "/dev/outbox",
];

for (const path of paths) {
  test(path, async ({ page, check }) => {
    const answer = await page.goto(path);
    expect(answer?.status()).toBe(200);
    await check(page);
  });
}

test("a report", async ({ page, check }) => {
  await page.goto("/reports");
  await page.locator(".items a[href^='/reports/M-']").first().click();
  await expect(page.locator("h1")).toBeVisible();
  await check(page);
});

test("a page that does not exist", async ({ page, check }) => {
  const answer = await page.goto("/gibt-es-nicht");
  expect(answer?.status()).toBe(404);
  await check(page);
});

test("every link of the frame leads somewhere", { tag: "@phone" }, async ({ page }) => {
  await page.goto("/reports/new");
  const links = await page
    .locator("header a, footer a")
    .evaluateAll((all) => [...new Set(all.map((a) => (a as HTMLAnchorElement).href))]);
  for (const link of links) {
    expect((await page.request.get(link)).status(), link).toBe(200);
  }
});

test("the menu and the theme work without script", async ({ newPage, look }) => {
  const page = await newPage({ noScript: true });
  await page.goto("/login");
  if (look.width < 992) {
    await page.locator("details.menu summary").click();
    await expect(page.locator(".menu .sheet")).toBeVisible();
    await page.locator("details.menu summary").click();
  }
  await page.locator("footer button[name=theme][value=dark]").click();
  await expect(page.locator("html")).toHaveAttribute("data-kern-theme", "dark");
});
