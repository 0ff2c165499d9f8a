// More channels: the page of an object and its sticker, a street and its poster,
// the list as feed and files, passing a page on, and paper.
import { expect, test } from "./fixtures";
import { people, signIn } from "./steps";

const street = "/hier/Rosenheimer-Straße";

for (const path of ["/hier", "/hier?letter=R", street, `${street}?show=all`, `${street}/poster`, "/o"]) {
  test(path, async ({ page, check }) => {
    const answer = await page.goto(path);
    expect(answer?.status()).toBe(200);
    await check(page);
  });
}

test("a street that nobody knows", { tag: "@wide" }, async ({ page, check }) => {
  expect((await page.goto("/hier/Quxweg"))?.status()).toBe(404);
  await expect(page.getByRole("searchbox")).toBeVisible();
  await check(page);
});

test("a choice of streets", async ({ page, check }) => {
  expect((await page.goto("/hier/Rosenheimer"))?.status()).toBe(404);
  await expect(page.locator(".streetlist a").first()).toBeVisible();
  await check(page);
});

test("from a report to its object and on to a report of it", { tag: "@phone" }, async ({ page, check, look }) => {
  // the newest may be those of other looks, which have no object
  let older: string | null = "/reports?category=laterne";
  for (let found = false; older && !found; ) {
    await page.goto(older);
    const next = page.locator("a[rel=next]");
    older = (await next.count()) > 0 ? await next.getAttribute("href") : null;
    const links = await page
      .locator(".items a[href^='/reports/M-']")
      .evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href));
    for (const link of links) {
      await page.goto(link);
      found = (await page.locator("aside a[href^='/o/']").count()) > 0;
      if (found) break;
    }
  }
  await page.locator("aside a[href^='/o/']").first().click();
  await expect(page.locator("h1")).toContainText(look.lang === "en" ? "Street light" : "Laterne");
  await check(page);
  await page.locator(".objectways a").first().click();
  await expect(page).toHaveURL(/\/reports\/new\?.*object=[2-9A-Z]{8}/);
  await expect(page.locator(".flash")).toContainText(look.lang === "en" ? "Object: Street light" : "Objekt: Laterne");
  await expect(page.locator("input[name=object]")).toHaveValue(/^[2-9A-Z]{8}$/);
  await check(page);
});

test("an address is passed on with and without script", { tag: "@phone" }, async ({ page, newPage, check }) => {
  await page.goto("/reports");
  await page.locator(".items a[href^='/reports/M-']").first().click();
  await page.evaluate(() => Object.defineProperty(navigator, "share", { value: undefined }));
  await page.locator(".share summary").click();
  await expect(page.locator(".sharebox input")).toHaveValue(/\/reports\/M-/);
  await check(page);
  const plain = await newPage({ noScript: true });
  await plain.goto(page.url());
  await plain.locator(".share summary").click();
  await expect(plain.locator(".sharebox input")).toBeVisible();
  await expect(plain.locator(".sharebox a[href^='mailto:']")).toBeVisible();
  await expect(plain.locator(".sharebox [data-copy]")).toBeHidden();
});

test("the list as a feed and as files, with its filters", { tag: "@wide" }, async ({ page }) => {
  await page.goto("/reports?status=open");
  const feed = await page.locator("link[type='application/atom+xml']").getAttribute("href");
  expect(feed).toBe("/reports.atom?status=open");
  const kinds: Record<string, string> = {
    atom: "application/atom+xml",
    csv: "text/csv",
    geojson: "application/geo+json",
  };
  for (const [kind, type] of Object.entries(kinds)) {
    const href = await page.locator(`.takelist a[href^='/reports.${kind}']`).getAttribute("href");
    expect(href).toContain("status=open");
    const answer = await page.request.get(href as string);
    expect(answer.status(), kind).toBe(200);
    expect(answer.headers()["content-type"]).toContain(type);
  }
});

test("a report on paper", { tag: "@wide" }, async ({ page }) => {
  await page.goto("/reports?category=laterne");
  await page.locator(".items a[href^='/reports/M-']").first().click();
  await page.emulateMedia({ media: "print" });
  for (const gone of ["header.top", "footer.foot", ".share", "form[data-metoo]"]) {
    await expect(page.locator(gone).first()).toBeHidden();
  }
  await expect(page.locator(".printed .qr")).toBeVisible();
  await expect(page.locator(".printed-place")).toBeVisible();
  await expect(page.locator(".track li").first()).toBeVisible();
  for (const picture of [".printed .qr", ".printed-place"]) {
    await page.locator(picture).scrollIntoViewIfNeeded();
    await expect
      .poll(() => page.locator(picture).evaluate((i) => (i as HTMLImageElement).naturalWidth), { message: picture })
      .toBeGreaterThan(0);
  }
});

test("a poster is one page A4", { tag: "@wide" }, async ({ page }) => {
  await page.goto(`${street}/poster`);
  await page.emulateMedia({ media: "print" });
  const size = await page.locator(".poster").evaluate((p) => {
    const box = p.getBoundingClientRect();
    return { w: (box.width * 25.4) / 96, h: (box.height * 25.4) / 96, over: p.scrollHeight - p.clientHeight };
  });
  expect(size.w).toBeCloseTo(210, 0);
  expect(size.h).toBeCloseTo(297, 0);
  expect(size.over).toBeLessThanOrEqual(1);
  const pdf = await page.pdf({ preferCSSPageSize: true });
  expect(pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
});

test("stickers are exact to the millimetre", { tag: "@wide" }, async ({ page, check }) => {
  await signIn(page, people.light);
  await page.goto("/desk/objects?kind=lamp&q=Rosenheimer");
  await check(page);
  await page.locator("a[href^='/desk/objects/print']").click();
  await check(page);
  for (const [size, w, h, n] of [
    ["70x37", 70, 37, 24],
    ["63x38", 63.5, 38.1, 21],
    ["105x74", 105, 74, 8],
  ] as const) {
    await page.emulateMedia({ media: "screen" });
    await page.goto(`/desk/objects/print?kind=lamp&q=Rosenheimer&size=${size}`);
    await page.emulateMedia({ media: "print" });
    const sheet = page.locator(".stickers").first();
    const labels = sheet.locator(".sticker");
    expect(await labels.count()).toBeLessThanOrEqual(n);
    const mm = await labels.first().evaluate((l) => {
      const box = l.getBoundingClientRect();
      return { w: (box.width * 25.4) / 96, h: (box.height * 25.4) / 96 };
    });
    expect(mm.w, size).toBeCloseTo(w, 1);
    expect(mm.h, size).toBeCloseTo(h, 1);
    const cut = await labels.evaluateAll(
      (all) => all.filter((l) => l.scrollHeight > l.clientHeight + 1 || l.scrollWidth > l.clientWidth + 1).length,
    );
    expect(cut, `${size}: labels whose text does not fit`).toBe(0);
    const pdf = await page.pdf({ preferCSSPageSize: true });
    const sheets = await page.locator(".stickers").count();
    expect(pdf.toString("latin1").match(/\/Type\s*\/Page\b/g), size).toHaveLength(sheets);
  }
});
