// The API's reference page in a browser, and the API itself from outside: by
// the document that the server gives away.
import { expect, test } from "./fixtures";

test("the reference", { tag: "@phone" }, async ({ page, check, look }) => {
  const answer = await page.goto("/api/docs");
  expect(answer?.status()).toBe(200);
  await check(page);
  await expect(page.locator("h1")).toHaveText(look.lang === "de" ? "Die API von Mitwirk" : "The API of Mitwirk");
  await page.locator(".apitoc a[href$='#createReport']").click();
  await expect(page.locator("#createReport")).toBeInViewport();
  await expect(page.locator("#createReport h3")).toHaveAttribute("lang", "en");
  await check(page);
});

test("the reference without script", { tag: "@wide" }, async ({ newPage, check }) => {
  const page = await newPage({ noScript: true });
  await page.goto("/api/docs");
  await page.locator(".apitoc a[href$='#setStatus']").click();
  await expect(page.locator("#setStatus")).toBeInViewport();
  await page.locator("a[rel=next]").click();
  await expect(page.locator(".apipart").first()).toBeVisible();
  await check(page, { noScript: true });
});

test("a report by the API is on the page, and its code opens it there", { tag: "@wide" }, async ({ page, look }) => {
  const document = await (await page.request.get("/api/v1/openapi.json")).json();
  expect(document.openapi).toMatch(/^3\.1/);
  const headers = { "Accept-Language": look.lang };
  const sent = await page.request.post("/api/v1/reports", {
    headers,
    data: {
      category: "laterne",
      place: { lon: 11.5755, lat: 48.1374 },
      text: "Die Laterne vor dem Kindergarten ist dunkel.",
      answers: { art: ["eine"] },
    },
  });
  expect(sent.status()).toBe(201);
  const receipt = await sent.json();
  const said = await page.goto(receipt.links.page);
  expect(said?.status()).toBe(200);
  await expect(page.locator("main")).not.toContainText("Kindergarten");
  await page.goto(`/reports/open?number=${receipt.number}`);
  await page.locator("input[name=code]").fill(receipt.access_code);
  await page.locator("main form button[type=submit]").first().click();
  await expect(page.locator("main")).toContainText("Kindergarten");
});
