// The journeys that the product exists for, each from a person's first page to
// what became of it.
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { next, people, signIn, wizard } from "./steps";

/** marks are what a camera leaves in a picture and nobody may get. */
const marks = ["Exif", "http://ns.adobe.com/xap", "MITWIRK-MARK"];

/** segment is a JPEG segment with its length (ITU T.81, B.1.1.4). */
function segment(marker: number, body: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

/** takePhoto draws a picture and puts into it what a phone would: a position, XMP, a comment. */
async function takePhoto(page: Page): Promise<Buffer> {
  const base64 = await page.evaluate(() => {
    const c = document.createElement("canvas");
    c.width = 640;
    c.height = 480;
    const g = c.getContext("2d") as CanvasRenderingContext2D;
    for (let i = 0; i < 480; i++) {
      g.fillStyle = `hsl(${i / 2} 40% 50%)`;
      g.fillRect(0, i, 640, 1);
    }
    return c.toDataURL("image/jpeg").split(",")[1] ?? "";
  });
  const plain = Buffer.from(base64, "base64");
  // TIFF, little endian: one directory that points to a GPS directory with a latitude reference "N"
  const tiff = Buffer.from([
    0x49, 0x49, 0x2a, 0, 8, 0, 0, 0, 1, 0, 0x25, 0x88, 4, 0, 1, 0, 0, 0, 26, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 2, 0, 2,
    0, 0, 0, 0x4e, 0, 0, 0, 0, 0, 0, 0,
  ]);
  return Buffer.concat([
    plain.subarray(0, 2),
    segment(0xe1, Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff])),
    segment(0xe1, Buffer.from("http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>", "latin1")),
    segment(0xfe, Buffer.from("MITWIRK-MARK")),
    plain.subarray(2),
    Buffer.from("MITWIRK-MARK"),
  ]);
}

/** submit presses a form's button and waits for the page that answers. */
async function submit(page: Page, selector: string): Promise<void> {
  await Promise.all([page.waitForEvent("load"), page.locator(selector).first().click()]);
}

/** reported makes a report by address and returns its receipt; the page shows the receipt. */
async function reported(page: Page, kind: string, text: string, address: string) {
  await wizard.what(page, text);
  await wizard.kind(page, kind);
  await wizard.byAddress(page, address);
  await wizard.through(page);
  return wizard.send(page);
}

/** asDesk signs a clerk in on a page of their own and opens the case. */
async function asDesk(page: Page, who: string, number: string): Promise<void> {
  await signIn(page, who);
  await page.goto(`/desk/reports/${number}`);
  await expect(page.locator("h1")).toBeVisible();
}

/** setStatus sets a status with what it needs. */
async function setStatus(page: Page, number: string, to: string, fields: Record<string, string> = {}): Promise<void> {
  await page.goto(`/desk/reports/${number}/status/${to}`);
  for (const [name, value] of Object.entries(fields)) {
    const field = page.locator(`form.c-set [name="${name}"]`).first();
    if ((await field.getAttribute("type")) === "radio") {
      await page.locator(`form.c-set [name="${name}"][value="${value}"]`).check({ force: true });
    } else {
      await field.fill(value);
    }
  }
  await submit(page, "form.c-set button[name=do][value=set]");
}

test("a photo is held, released by staff, and comes out without a byte of metadata", { tag: "@phone" }, async ({
  page,
  newPage,
  check,
}) => {
  await page.goto("/reports/new");
  await page.fill("textarea[name=text]", "Die Bank am Weg hat keine Latten mehr.");
  const given = await takePhoto(page);
  await page
    .locator("input[type=file][name=photo]")
    .first()
    .setInputFiles({ name: "bank.jpg", mimeType: "image/jpeg", buffer: given });
  await expect(page.locator("[data-photos-list] img").first()).toBeVisible();
  await next(page);
  await wizard.kind(page, "parkmoebel");
  await wizard.byTap(page);
  await wizard.through(page);
  await expect(page.locator("main img").first()).toBeVisible();
  await check(page);
  const { number } = await wizard.send(page);

  // the author sees the photo, the public does not
  await page.goto(`/reports/${number}`);
  const src = await page.locator(".pics img").first().getAttribute("src");
  expect(src).toBeTruthy();
  await check(page);
  const public_ = await newPage();
  await public_.goto(`/reports/${number}`);
  await expect(public_.locator(".pics img")).toHaveCount(0);
  expect((await public_.request.get(src ?? "")).status()).toBe(404);

  const desk = await newPage();
  await asDesk(desk, people.parks, number);
  await check(desk);
  for (const box of await desk.locator("form[action$='/release'] input[name=show]").all()) await box.check();
  await submit(desk, "form[action$='/release'] button[name=do][value=release]");

  await public_.reload();
  const shown = public_.locator(".pics img").first();
  await expect(shown).toBeVisible();
  await check(public_);
  const answer = await public_.request.get((await shown.getAttribute("src")) ?? "");
  expect(answer.headers()["content-type"]).toBe("image/jpeg");
  const body = await answer.body();
  for (const mark of marks) {
    expect(given.includes(mark), mark).toBe(true);
    expect(body.includes(mark), mark).toBe(false);
  }
});

test("a report with the keyboard only", { tag: "@wide" }, async ({ page }) => {
  await page.goto("/reports/new");
  const reach = async (selector: string) => {
    for (let i = 0; i < 120; i++) {
      if (await page.locator(`${selector}:focus`).count()) return;
      await page.keyboard.press("Tab");
    }
    throw new Error(`Tab does not lead to ${selector} at ${page.url()}`);
  };
  const enter = async () => {
    await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
  };
  await reach("textarea[name=text]");
  await page.keyboard.type("Die Ampel bleibt rot, auch wenn man drückt.");
  await reach("main form button[name=do][value=next]");
  await enter();
  await reach("input[name=category]");
  await page.keyboard.press("Space");
  await reach("main form button[name=do][value=next]");
  await enter();
  await reach("input[name=address]");
  await page.keyboard.type("Leopoldstraße 12");
  await page.locator("[role=option]").first().waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.locator("[name=lon]")).not.toHaveValue("");
  for (let i = 0; i < 8 && !(await page.locator("button[name=do][value=send]").count()); i++) {
    const need = page.locator("main form input[type=radio][required]").first();
    if (await need.count()) {
      await need.focus();
      await page.keyboard.press("ArrowDown"); // the second answer: the first one leads to a stop page
    }
    await reach("main form button[name=do][value=next]");
    await enter();
  }
  await reach("button[name=do][value=send]");
  await enter();
  await expect(page.locator("[data-receipt-number]")).toContainText("M-");
});

test("a report nearby is joined and counts once", { tag: "@phone" }, async ({ page, newPage, check, look }) => {
  const street = `Balanstraße ${look.lang === "de" ? 21 : 121}`;
  const first = await newPage();
  const { number } = await reported(first, "laterne", "Die Laterne ist dunkel.", street);
  await wizard.what(page, "Hier ist eine Laterne dunkel.");
  await wizard.kind(page, "laterne");
  await wizard.byAddress(page, street);
  const same = page.locator(
    `form:has(a[href*="${number}"]), li:has(a[href*="${number}"]), article:has(a[href*="${number}"])`,
  );
  await expect(same.first()).toBeVisible();
  await check(page);
  await submit(page, `button[name=do][value=same]`);
  await expect(page).toHaveURL(/joined/);
  await check(page);
  await page.goto(`/reports/${number}`);
  await expect(page.locator("[data-metoo] button, form[action$='/metoo'] button").first()).toHaveAttribute(
    "aria-pressed",
    "true",
  );
});

test("number and access code open a report on another device", { tag: "@phone" }, async ({ page, newPage, check }) => {
  const { number, code } = await reported(page, "laterne", "Die Laterne flackert.", "Leopoldstraße 50");
  const phone = await newPage({ noScript: true });
  await phone.goto("/reports/open");
  await phone.fill("[name=number]", number.toLowerCase());
  await phone.fill("[name=code]", "2222-2222-2222");
  await submit(phone, "main form [type=submit]");
  await expect(phone.locator("[data-error-summary], .field--err, .err").first()).toBeVisible();
  await expect(phone.locator("[name=number]")).toHaveValue(/m-/i);
  await phone.fill("[name=code]", code);
  await submit(phone, "main form [type=submit]");
  await expect(phone).toHaveURL(new RegExp(number));
  await expect(phone.locator("main")).toContainText("Die Laterne flackert.");
  await phone.goto(`/reports/${number}/withdraw`);
  await submit(phone, "main form[action*='withdraw'] [type=submit]");
  await phone.goto(`/reports/${number}`);
  await expect(phone.locator(".lead-status, [data-live-part=status]").first()).toContainText(/Zurückgezogen|Withdrawn/);
  await check(phone, { noScript: true });
});

test("a status set by staff appears on an open page within a second; reopening", { tag: "@wide" }, async ({
  page,
  newPage,
  check,
}) => {
  const { number } = await reported(page, "laterne", "Die Laterne brennt am Tag.", "Arnulfstraße 60");
  const opening = page.waitForEvent("websocket");
  await page.goto(`/reports/${number}`);
  await (await opening).waitForEvent("framereceived"); // the topic is followed
  const rows = page.locator("#timeline .track > li");
  const before = await rows.count();
  const button = page.locator("#timeline [data-live]");

  const desk = await newPage();
  await asDesk(desk, people.light, number);
  await desk.goto(`/desk/reports/${number}/status/in_progress`);
  const field = page.locator("[name=follow]");
  await field.focus();
  const place = (await field.boundingBox())?.y;
  await desk.locator("form.c-set button[name=do][value=set]").click();
  const began = Date.now();
  await expect(button.locator("button")).toBeVisible({ timeout: 5_000 });
  const took = Date.now() - began;
  test.info().annotations.push({ type: "live", description: `${took} ms from the click of the clerk to the button` });
  await expect(field).toBeFocused();
  expect(Math.abs(((await field.boundingBox())?.y ?? 0) - (place ?? 0)), "what is read has moved").toBeLessThan(2);
  await button.locator("button").click();
  await expect(rows).toHaveCount(before + 1);
  await expect(page.locator("[data-live-part=status]")).toContainText(/In Arbeit|In progress/);
  await check(page);

  await setStatus(desk, number, "resolved", { done: "Die Laterne ist repariert.", seen_by: "crew" });
  await page.reload();
  await expect(page.locator("[data-live-part=status]")).toContainText(/Gelöst|Solved/);
  const reopen = page.locator("form[action$='/reopen']");
  await page.locator("details.fold", { has: reopen }).locator("summary").click();
  await reopen.locator("textarea").fill("Sie brennt immer noch am Tag.");
  await submit(page, "form[action$='/reopen'] [type=submit]");
  await expect(page.locator("[data-live-part=status]")).toContainText(/Wieder offen|Open again/);
  await check(page);
});

test("a question of the team is answered with the access code", { tag: "@phone" }, async ({ page, newPage, check }) => {
  const { number } = await reported(page, "laterne", "Irgendwo hier ist es dunkel.", "Lindwurmstraße 80");
  const desk = await newPage();
  await asDesk(desk, people.light, number);
  const soon = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);
  await setStatus(desk, number, "waiting", { question: "Welche Nummer steht am Mast?", until: soon });
  await check(desk);
  await page.goto(`/reports/${number}`);
  await expect(page.locator("main")).toContainText("Welche Nummer steht am Mast?");
  const public_ = await newPage();
  await public_.goto(`/reports/${number}`);
  await expect(public_.locator("main")).not.toContainText("Welche Nummer steht am Mast?");
  await page.locator("form[action$='/answer'] textarea").fill("Mast 17.");
  await submit(page, "form[action$='/answer'] [type=submit]");
  await expect(page.locator("[data-live-part=status]")).toContainText(/Wird geprüft|Being checked/);
});

test("a stop page comes before anything is sent, and a hard one ends there", async ({ page, check }) => {
  await wizard.what(page, "Jemand steckt im Aufzug fest.");
  await wizard.kind(page, "haltestelle");
  await wizard.byAddress(page, "Marienplatz 8");
  for (let i = 0; i < 4 && !(await page.locator("[name=q_was]").count()); i++) await next(page);
  await page.locator("[name=q_was][value=aufzug]").check({ force: true });
  const stuck = page.locator("[name=q_drin][value=ja]");
  if (!(await stuck.isVisible())) await next(page);
  await stuck.check({ force: true });
  await next(page);
  await expect(page.locator("main a[href='tel:112']").first()).toBeVisible();
  await expect(page.locator("button[name=do][value=send], button[name=do][value=next]")).toHaveCount(0);
  await check(page);
});
