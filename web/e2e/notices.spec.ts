// Notices: the number of unread ones on two devices, an area that is drawn with
// what lies at its border, and the end of mails with one click.
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { mailTo, people, signIn } from "./steps";

for (const path of ["/inbox", "/alerts/new", "/alerts/search?q=Laterne&kind=report"]) {
  test(`${path} for nobody`, async ({ page, check }) => {
    const answer = await page.goto(path);
    expect(answer?.status()).toBe(200);
    expect(answer?.headers()["set-cookie"]).toBeUndefined();
    await check(page);
  });
}

// Corners of a block where nobody else of these tests reports anything.
const west = 11.6402;
const south = 48.0903;
const corners = (w: number) =>
  [
    [w, south],
    [w + 0.001, south],
    [w + 0.001, south + 0.001],
    [w, south + 0.001],
  ]
    .map(([lon, lat]) => `${lon?.toFixed(5)}, ${lat?.toFixed(5)}`)
    .join("\n");

/** report sends a dark lamp at a place and returns its number. */
async function report(page: Page, lon: number, lat: number): Promise<string> {
  const sent = await page.request.post("/api/v1/reports", {
    data: { category: "laterne", place: { lon, lat }, text: "Die Laterne ist dunkel.", answers: { art: ["eine"] } },
  });
  expect(sent.status()).toBe(201);
  return (await sent.json()).number;
}

/** draw fills the form for an area with the corners of a block. */
async function draw(page: Page, ring: string): Promise<void> {
  await page.goto("/alerts/new");
  await page.locator("input[name=where][value=area]").check({ force: true });
  await page.locator(".alertarea summary").click();
  await page.locator("textarea[name=area]").fill(ring);
  await page.locator("input[name=news][value=new]").check({ force: true });
}

const send = "form[action='/alerts/new'] button[type=submit]";

test("an area with its border, unread on two devices", { tag: "@wide" }, async ({ page, newPage, check }) => {
  const other = await newPage();
  await signIn(page, people.waste);
  await signIn(other, people.waste);

  await draw(page, corners(west));
  await page.locator("input[name=cadence][value=never]").check({ force: true });
  await page.locator(send).click();
  await expect(page.locator("[data-area]")).not.toHaveCount(0);
  await check(page);

  await page.goto("/inbox");
  await page
    .locator("form[action='/inbox/read'] button")
    .click({ timeout: 1000 })
    .catch(() => undefined);
  await other.goto("/inbox");
  await expect(other.locator("[data-inbox-count]")).toBeHidden();

  const outside = await report(page, west - 0.00001, south + 0.0005);
  const border = await report(page, west, south + 0.0005);
  const inside = await report(page, west + 0.0005, south + 0.0005);

  // both devices, without being loaded anew
  for (const device of [page, other]) await expect(device.locator("[data-inbox-count]")).toHaveText("2");
  await page.goto("/inbox");
  const rows = page.locator(".notice--new");
  await expect(rows).toHaveCount(2);
  await expect(rows.nth(0)).toContainText(inside);
  await expect(rows.nth(1)).toContainText(border);
  await expect(page.locator("main")).not.toContainText(outside);
  await check(page);

  await rows.nth(0).locator("button").click();
  await expect(page.locator(".notice--new")).toHaveCount(1);
  await expect(other.locator("[data-inbox-count]")).toHaveText("1");
  await page.locator("form[action='/inbox/read'] button").click();
  await expect(other.locator("[data-inbox-count]")).toBeHidden();
});

test("mails about an area end with one click", { tag: "@phone" }, async ({ page, check }) => {
  const ring = corners(west + 0.01);
  const place: [number, number] = [west + 0.0105, south + 0.0005];
  const [who, stays] = [0, 1].map((i) => `gebiet${i}-${Math.random().toString(36).slice(2)}@beispiel.example`) as [
    string,
    string,
  ];
  for (const address of [who, stays]) {
    await draw(page, ring);
    await page.locator("input[name=mail]").fill(address);
    await page.locator(send).click();
    const confirm = (await mailTo(page, address)).find((l) => l.includes("/confirm/")) ?? "";
    await page.goto(new URL(confirm, page.url()).pathname);
    await page.locator("main form [type=submit]").first().click();
    await expect(page.locator("main form")).toHaveCount(0);
  }
  const first = await report(page, ...place);
  await expect(async () => {
    expect((await mailTo(page, who)).some((l) => l.includes(first))).toBe(true);
  }).toPass();
  const stop = (await mailTo(page, who)).find((l) => l.includes("/unsubscribe/")) ?? "";
  await page.goto(new URL(stop, page.url()).pathname);
  await check(page);
  // as a mail program does it (RFC 8058)
  const done = await page.request.post(new URL(stop, page.url()).pathname, {
    form: { "List-Unsubscribe": "One-Click" },
  });
  expect(done.status()).toBe(200);

  const second = await report(page, ...place);
  await expect(async () => {
    expect((await mailTo(page, stays)).some((l) => l.includes(second))).toBe(true);
  }).toPass();
  expect((await mailTo(page, who)).some((l) => l.includes(second))).toBe(false);
});

test("a search is followed from its page", { tag: "@phone" }, async ({ page, check }) => {
  await signIn(page, people.light);
  await page.goto("/search?q=laternen&kind=report");
  await page.locator("a[href^='/alerts/search']").click();
  await page.locator("input[name=cadence][value=never]").check({ force: true });
  await page.locator("form[action='/alerts/search'] button[type=submit]").click();
  await expect(page.locator("#suchen ~ ul [data-area]")).not.toHaveCount(0);
  await check(page);
  const number = await report(page, west + 0.03, south);
  await expect(async () => {
    await page.goto("/inbox");
    await expect(page.locator(".notices")).toContainText(number, { timeout: 500 });
  }).toPass();
  const feed = await page.request.get(
    await page
      .goto("/account/notices")
      .then(() => page.locator("#suchen ~ ul a[href$='feed.atom']").first().getAttribute("href"))
      .then((href) => href ?? ""),
  );
  expect(await feed.text()).toContain(number);
  await page.locator("#suchen ~ ul button[name=end]").first().click();
});
