// The start page, the pages around the product, and the desk of the operator.
import { expect, test } from "./fixtures";

const paths = [
  "/",
  "/?ort=Marienplatz",
  "/?lang=de-x-leicht",
  "/reports/new?lang=de-x-leicht",
  "/help",
  "/how-it-works",
  "/how-it-works?lang=de-x-leicht",
  "/impressum",
  "/datenschutz",
  "/barrierefreiheit",
  "/barrierefreiheit/melden",
  "/contact",
  "/rules",
];

for (const path of paths) {
  test(path, async ({ page, check }) => {
    const answer = await page.goto(path);
    expect(answer?.status()).toBe(200);
    await check(page);
  });
}

test("what is going on near me, by address and by the device", async ({ page, check, look }) => {
  await page.goto("/");
  await page.fill("#f-ort", "Rosenheimer Straße");
  await page.locator("[data-nearform] button[type=submit]").click();
  await expect(page.locator("#nahe [role=status]").first()).toContainText("Rosenheimer Straße");
  await page.goto("/");
  await page.locator("[data-nearme]").click();
  await expect(page).toHaveURL(/lon=11\.57\d&lat=48\.13\d/);
  await expect(page.locator("#nahe [role=status]").first()).toContainText(
    look.lang === "de" ? "Ihren Standort" : "your position",
  );
  await check(page);
});

test("a barrier gets a number, without script", { tag: "@phone" }, async ({ newPage, check }) => {
  const page = await newPage({ noScript: true });
  await page.goto("/barrierefreiheit/melden?seite=/map");
  await page.locator("main button[type=submit]").click();
  await expect(page.locator("[data-error-summary]")).toBeVisible();
  await page.fill("#f-text", "Die Karte lässt sich nicht mit der Tastatur bedienen.");
  await page.locator("main button[type=submit]").click();
  await expect(page.locator("main strong")).toHaveText(/^H-\d{4}-[2-9A-Z]{6}$/);
  expect(await page.context().cookies()).toEqual([]);
  await check(page, { noScript: true });
});

test("was this page helpful, without script and cookie", { tag: "@phone" }, async ({ newPage }) => {
  const page = await newPage({ noScript: true });
  await page.goto("/help");
  await page.locator(".helpful button[value=no]").click();
  await expect(page).toHaveURL(/\/help\?danke=1#hilfreich$/);
  await expect(page.locator(".helpful [role=status]")).toBeVisible();
  expect(await page.context().cookies()).toEqual([]);
});

test("security.txt", { tag: "@phone" }, async ({ page }) => {
  const answer = await page.request.get("/.well-known/security.txt");
  expect(answer.status()).toBe(200);
  const expires = /^Expires: (.+)$/m.exec(await answer.text())?.[1] ?? "";
  expect(Date.parse(expires)).toBeGreaterThan(Date.now());
});

test("metrics are not public", { tag: "@phone" }, async ({ page }) => {
  expect((await page.request.get("/metrics")).status()).toBe(404);
});

test("the language menu leads to Leichte Sprache and back", async ({ page }) => {
  await page.goto("/");
  await page.locator("footer a[hreflang=de-x-leicht]").click();
  await expect(page.locator("html")).toHaveAttribute("lang", "de-x-leicht");
  await expect(page.locator(".easydraft")).toBeVisible();
  await page.locator("footer a[hreflang=en]").click();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
});
