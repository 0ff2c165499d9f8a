// What belongs to whoever looks: the overview, taking the data along, erasure;
// and a district's month in figures.
import { readFile } from "node:fs/promises";
import { expect, test } from "./fixtures";
import { wizard } from "./steps";

for (const path of ["/mine", "/mine/data", "/mine/erase", "/districts"]) {
  test(`${path} for nobody`, async ({ page, check }) => {
    const answer = await page.goto(path);
    expect(answer?.status()).toBe(200);
    expect(answer?.headers()["set-cookie"]).toBeUndefined();
    await check(page);
  });
}

test("from a draft over the data to nothing left", { tag: "@phone" }, async ({ page, check, look }) => {
  await wizard.what(page, "Der Mülleimer am Brunnen quillt über.");
  await expect(page).toHaveURL(/\/reports\/new\/[0-9a-f-]{36}/);

  await page.goto("/mine");
  await expect(page.locator(".minedrafts h3")).toHaveText("Der Mülleimer am Brunnen quillt über.");
  await check(page);

  await page.goto("/mine/data");
  await check(page);
  const download = page.waitForEvent("download");
  await page.locator("button[name=form][value=json]").click();
  const file = await download;
  expect(await readFile(await file.path(), "utf8")).toContain("Der Mülleimer am Brunnen");
  await page.locator("button[name=form][value=html]").click();
  await expect(page.locator("h1")).toHaveText(look.lang === "en" ? "Your data at Mitwirk" : "Ihre Daten bei Mitwirk");
  await expect(page.locator("#t-drafts")).toBeVisible();
  await check(page);

  await page.goto("/mine/erase");
  await check(page);
  await page.locator("form[action='/mine/erase'] button").click();
  await expect(page.locator(".errsum")).toBeVisible();
  await check(page);
  await page.locator("#f-sure").check();
  await page.locator("form[action='/mine/erase'] button").click();
  await expect(page.locator("h1")).toHaveText(
    look.lang === "en" ? "Your data are being deleted" : "Ihre Daten werden gelöscht",
  );
  await check(page);
  await page.goto("/mine");
  await expect(page.locator(".minedrafts")).toHaveCount(0);
});

test("a district's month", async ({ page, check }) => {
  await page.goto("/districts");
  await page.locator(".districtlist a").first().click();
  await expect(page.locator("dl.figures dd").first()).toBeVisible();
  await check(page);
  const csv = await page.request.get(
    (await page.locator("a[href$='.csv'], a[href*='sheet.csv']").first().getAttribute("href")) ?? "",
  );
  expect(csv.status()).toBe(200);
  expect(await csv.text()).toContain("median_days");
  await page.locator(".monthlist a").nth(1).click();
  await expect(page.locator(".monthlist [aria-current=page]")).toHaveCount(1);
});
