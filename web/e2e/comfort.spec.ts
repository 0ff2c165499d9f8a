// Another device, the place of a photo, and no network at all.
import { Buffer } from "node:buffer";
import type { BrowserContext, Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { next, press, wizard } from "./steps";

/** picture draws a photo in the browser, as a phone would take it at a place. */
async function picture(page: Page, at?: { lat: number; lon: number }): Promise<Buffer> {
  const base64 = await page.evaluate(() => {
    const c = document.createElement("canvas");
    c.width = 800;
    c.height = 600;
    const g = c.getContext("2d");
    if (g) {
      g.fillStyle = "#345";
      g.fillRect(0, 0, 800, 600);
      g.fillStyle = "#fe9";
      g.fillRect(350, 100, 60, 300);
    }
    return c.toDataURL("image/jpeg").split(",")[1] ?? "";
  });
  const plain = Buffer.from(base64, "base64");
  return at ? Buffer.concat([plain.subarray(0, 2), position(at.lat, at.lon), plain.subarray(2)]) : plain;
}

/** position is the EXIF segment that names a place north and east. */
function position(lat: number, lon: number): Buffer {
  const tiff = Buffer.alloc(128);
  tiff.write("II*\0", 0, "latin1");
  tiff.writeUInt32LE(8, 4);
  tiff.writeUInt16LE(1, 8);
  const entry = (at: number, tag: number, type: number, n: number, value: number) => {
    tiff.writeUInt16LE(tag, at);
    tiff.writeUInt16LE(type, at + 2);
    tiff.writeUInt32LE(n, at + 4);
    tiff.writeUInt32LE(value, at + 8);
  };
  entry(10, 0x8825, 4, 1, 26);
  tiff.writeUInt16LE(4, 26);
  entry(28, 1, 2, 2, "N".charCodeAt(0));
  entry(40, 2, 5, 3, 80);
  entry(52, 3, 2, 2, "E".charCodeAt(0));
  entry(64, 4, 5, 3, 104);
  [lat, lon].forEach((v, i) => {
    const d = Math.floor(v);
    const m = Math.floor((v - d) * 60);
    [d, 1, m, 1, Math.round(((v - d) * 60 - m) * 6000), 100].forEach((n, j) => {
      tiff.writeUInt32LE(n, 80 + 24 * i + 4 * j);
    });
  });
  const head = Buffer.from([0xff, 0xe1, 0, tiff.length + 8, 0x45, 0x78, 0x69, 0x66, 0, 0]);
  return Buffer.concat([head, tiff]);
}

const file = (buffer: Buffer) => ({ name: "foto.jpg", mimeType: "image/jpeg", buffer });

async function snap(page: Page, name: string): Promise<void> {
  if (process.env.MITWIRK_SHOTS) {
    await page.screenshot({
      path: `${process.env.MITWIRK_SHOTS}/${test.info().project.name}-${name}.png`,
      fullPage: true,
    });
  }
}

test.describe("another device", () => {
  for (const noScript of [false, true]) {
    test(`goes on with link and digits${noScript ? ", without script" : ""}`, {
      tag: noScript ? "@wide" : "@phone",
    }, async ({ page, newPage, check }) => {
      const first = noScript ? await newPage({ noScript: true }) : page;
      const second = await newPage({ noScript });
      await wizard.what(first, "Die Laterne vor dem Haus ist dunkel.");
      const draft = new URL(first.url()).pathname.split("/")[3];
      await Promise.all([first.waitForEvent("load"), first.locator("form[data-device] button").click()]);
      await check(first, { noScript });
      await snap(first, "hand");
      const link = (await first.locator("[data-device-link]").textContent()) ?? "";
      const code = ((await first.locator("[data-device-code]").textContent()) ?? "").trim();

      await second.goto(new URL(link).pathname);
      await check(second, { noScript });
      await snap(second, "take");
      await second.fill("input[name=code]", code.startsWith("0") ? "111111" : "000000");
      await second.press("input[name=code]", "Enter");
      await expect(second.locator(".errsum")).toBeVisible();
      await check(second, { noScript });
      await snap(second, "take-wrong");
      await second.fill("input[name=code]", code);
      await Promise.all([second.waitForEvent("load"), second.press("input[name=code]", "Enter")]);
      expect(second.url()).toContain(`/reports/new/${draft}/`);
      await second.goto(`/reports/new/${draft}/what`);
      await expect(second.locator("textarea[name=text]")).toHaveValue("Die Laterne vor dem Haus ist dunkel.");

      if (noScript) await first.goto(`/reports/new/${draft}/kind`);
      await expect(first.locator("[data-device-moved]")).toBeVisible();
      await check(first, { noScript });
      await snap(first, "moved");
      const late = await (await newPage()).goto(new URL(link).pathname);
      expect(late?.status()).toBe(410);
    });
  }

  test("a link that is no good", async ({ page, check }) => {
    const answer = await page.goto("/continue/2222-3333-4444-5555");
    expect(answer?.status()).toBe(410);
    await check(page);
    await snap(page, "gone");
  });
});

test.describe("the place of a photo", () => {
  const munich = { lat: 48.1374, lon: 11.5755 };

  test("is offered on the device and taken over", async ({ page, check }) => {
    await page.goto("/reports/new");
    const posted: string[] = [];
    page.on("request", (r) => {
      posted.push(`${r.url()} ${r.postData() ?? ""}`);
    });
    await page.fill("textarea[name=text]", "Die Laterne ist dunkel.");
    await page.setInputFiles("input[type=file]", file(await picture(page, munich)));
    await expect(page.locator("[data-gps]")).toBeVisible();
    await expect(page.locator(".shot[data-photo]")).toHaveCount(1);
    await check(page);
    await snap(page, "gps");
    expect(posted.filter((p) => p.includes("11.57") || p.includes("48.13"))).toEqual([]);
    await page.locator("[data-gps] button.kern-btn").click();
    await expect(page.locator("[data-gps]")).toContainText(/Ort übernommen: |Place taken over: /);
    await check(page);
    await snap(page, "gps-done");
    await next(page);
    await wizard.kind(page, "laterne");
    await expect(page.locator("#ort")).toBeVisible();
  });

  test("outside the city says so", { tag: "@phone" }, async ({ page }) => {
    await page.goto("/reports/new");
    await page.setInputFiles("input[type=file]", file(await picture(page, { lat: 52.5, lon: 13.4 })));
    await page.locator("[data-gps] button.kern-btn").click();
    await expect(page.locator("[data-gps]")).toContainText(/nicht in|not taken in/);
  });

  test("without script the answer offers it once", { tag: "@phone" }, async ({ page, newPage, check }) => {
    await page.goto("/login");
    const photo = await picture(page, munich);
    const plain = await newPage({ noScript: true });
    await plain.goto("/reports/new");
    await plain.fill("textarea[name=text]", "Die Laterne ist dunkel.");
    await plain.setInputFiles("input[type=file]", file(photo));
    await press(plain, "next");
    await check(plain, { noScript: true });
    await snap(plain, "gps-noscript");
    await press(plain, "gps");
    expect(plain.url()).toMatch(/\/kind$/);
  });
});

test.describe("without network", () => {
  /** ready waits until the worker has everything that the form needs. */
  async function ready(page: Page): Promise<void> {
    await page.goto("/");
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
      while (!navigator.serviceWorker.controller) await new Promise((r) => setTimeout(r, 50));
      while (!(await caches.match("/language", { cacheName: "mitwirk-settings" })))
        await new Promise((r) => setTimeout(r, 50));
    });
  }

  async function offline(context: BrowserContext, page: Page, on: boolean): Promise<void> {
    await context.setOffline(on);
    await expect.poll(() => page.evaluate(() => navigator.onLine)).toBe(!on);
  }

  async function keepOne(page: Page, text: string, kind = "laterne"): Promise<void> {
    await page.fill("textarea[name=text]", text);
    await page.selectOption("select[name=category]", kind);
    await page.setInputFiles("input[type=file]", file(await picture(page)));
    await expect(page.locator("[data-offline-shots] .shot")).toHaveCount(1);
    await page.locator("[data-offline-locate]").click();
    await expect(page.locator("[data-offline-place]")).toContainText("8");
    await page.locator("[data-offline-form] button[type=submit]").click();
    await expect(page.locator("[data-kept-item]").first()).toContainText(text);
  }

  test("the form is there, keeps a report over a restart, and deletes it", { tag: "@phone" }, async ({
    page,
    context,
    check,
    look,
  }) => {
    await ready(page);
    await page.goto("/reports/offline");
    await check(page);
    await snap(page, "offline-online");
    await offline(context, page, true);
    await page.goto("/map");
    await expect(page.locator("h1")).toHaveText(look.lang === "de" ? "Ohne Netz melden" : "Report without network");
    await expect(page.locator("[data-offline-state]")).toBeVisible();
    await page.locator("[data-offline-form] button[type=submit]").click();
    await expect(page.locator("[data-offline-error]")).toBeVisible();
    await keepOne(page, "Die Laterne ist seit gestern dunkel.");
    await snap(page, "offline-kept");
    await page.reload();
    await expect(page.locator("[data-kept-item]")).toHaveCount(1);
    await expect(page.locator("[data-kept-send]")).toBeDisabled();
    await offline(context, page, false);
    await page.goto("/reports");
    await expect(page.locator("[data-kept] a")).toBeVisible();
    await check(page);
    await snap(page, "offline-reminder");
    await page.locator("[data-kept] a").click();
    await expect(page.locator("[data-kept-send]")).toBeEnabled();
    await check(page);
    await snap(page, "offline-ask");
    await page.locator("[data-kept-delete]").click();
    await expect(page.locator("[data-kept-item]")).toHaveCount(0);
    expect(await page.evaluate(() => localStorage.getItem("mw.kept"))).toBeNull();
  });

  test("sent once, also when the answer got lost", { tag: "@phone" }, async ({ page, context, check }) => {
    await ready(page);
    await offline(context, page, true);
    await page.goto("/reports/new");
    // a kind without questions that must be answered, far from other reports of it
    await context.setGeolocation({
      longitude: 11.4 + Math.random() / 20,
      latitude: 48.15 + Math.random() / 30,
      accuracy: 8,
    });
    const mark = `Im Park steht seit Tagen ein kaputter Tisch ${Math.random().toString(36).slice(2)}.`;
    await keepOne(page, mark, "sonstiges");
    await offline(context, page, false);

    // the request arrives, its answer does not
    let lost = 0;
    await context.route("**/check", async (route) => {
      await route.fetch({ maxRedirects: 0 });
      await context.setOffline(true);
      lost++;
      await route.abort("connectionreset");
    });
    await page.locator("[data-kept-send]").click();
    await expect(page.locator("[data-kept-said]")).toContainText(/Noch kein Netz|No network yet/);
    expect(lost).toBe(1);
    await check(page).catch(() => {}); // offline: axe runs, the source is the kept one
    await context.unroute("**/check");
    await offline(context, page, false);
    await page.locator("[data-kept-send]").click();
    await page.waitForURL("**/receipt");
    const number = (await page.locator("[data-receipt-number]").textContent())?.trim() ?? "";
    expect(number).toMatch(/^M-\d{4}-/);
    await snap(page, "offline-receipt");

    // the receipt can be opened again from the device, and one report came into being
    await page.goto("/reports/offline");
    await expect(page.locator("[data-kept-item] a")).toHaveAttribute("href", /receipt$/);
    await check(page);
    await snap(page, "offline-sent");
    expect(await page.evaluate(() => localStorage.getItem("mw.kept"))).toBeNull();
    await page.goto(`/reports/${number}`);
    await expect(page.locator("main")).toContainText(mark);
  });

  test("a step of the form moves to the device when the network goes", { tag: "@phone" }, async ({ page, context }) => {
    await ready(page);
    await page.goto("/reports/new");
    await page.fill("textarea[name=text]", "Hier fehlt ein Stück vom Gehweg.");
    await offline(context, page, true);
    await page.setInputFiles("input[type=file]", file(await picture(page)));
    await expect(page.locator(".shot")).toHaveCount(1);
    await page.locator("main form button[name=do][value=next]").click();
    await expect(page.locator("[data-kept-item]")).toContainText("Hier fehlt ein Stück vom Gehweg.");
    await expect(page.locator("[data-kept-item]")).toContainText("1 ");
    await snap(page, "offline-step");
    await offline(context, page, false);
    await page.locator("[data-kept-send]").click();
    await page.waitForURL(/\/reports\/new\/[^/]+\/kind$/); // what kind it is has to be said
    await page.goto(page.url().replace(/kind$/, "what"));
    await expect(page.locator(".shot[data-photo]")).toHaveCount(1);
  });

  test("the worker keeps no page of anybody", { tag: "@phone" }, async ({ page, context }) => {
    await ready(page);
    await wizard.what(page, "Ein Geheimnis, das nirgends liegen bleiben soll");
    await page.goto("/login");
    const kept = await page.evaluate(async () => {
      const all: string[] = [];
      for (const name of await caches.keys())
        for (const r of await (await caches.open(name)).keys()) all.push(new URL(r.url).pathname);
      return [...new Set(all.filter((p) => !p.startsWith("/static/") && !p.startsWith("/icons/")))].sort();
    });
    expect(kept).toEqual(["/language", "/reports/offline"]);
    await context.setOffline(true);
    await expect(page.goto("/desk")).rejects.toThrow();
  });
});
