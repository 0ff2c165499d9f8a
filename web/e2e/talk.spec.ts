// The dialogue and those without an account: a report taken on the phone, an office that answers a
// mail, a crew with a QR code, files and faces of whoever reported.
import { expect, test } from "./fixtures";
import { mailTo, people, signIn } from "./steps";

/** emptyPage is a PDF of one page with nothing on it. */
const emptyPage = Buffer.from(
  "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
);

test("captured on the phone with the keyboard, handed over by mail, answered by link", { tag: "@phone" }, async ({
  page,
  newPage,
  check,
}) => {
  await signIn(page, people.roads);
  await page.goto("/desk/capture");
  await check(page);
  const began = Date.now();
  let keys = 0;
  const type = async (text: string) => {
    await page.keyboard.type(text);
    keys += text.length;
  };
  const key = async (name: string) => {
    await page.keyboard.press(name);
    keys++;
  };
  await page.locator("[name=text]").focus();
  await type("Tiefes Loch in der Fahrbahn");
  await key("Tab");
  await type("Rosenheimer Straße 12");
  await Promise.all([page.waitForEvent("load"), key("Enter")]);
  await expect(page.locator("[name=category]")).toHaveValue("schlagloch");
  await page.locator("[name=note]").focus();
  await Promise.all([page.waitForEvent("load"), key("Enter")]);
  await expect(page.locator(".spelled li")).toHaveCount(12);
  const seconds = (Date.now() - began) / 1000;
  console.log(`capture: ${keys} keys, ${seconds.toFixed(1)} s`);
  expect(seconds).toBeLessThan(40);
  await check(page);
  const number = ((await page.locator(".receipt-read .big").first().textContent()) ?? "").trim();
  const code = ((await page.locator(".receipt-read .big").last().textContent()) ?? "").trim();

  // a partner without a desk
  await page.goto(`/desk/reports/${number}/talk`);
  await check(page);
  await page.locator("[name=need]").fill("Bitte den Gully prüfen.");
  const before = page.locator("form[action$='/handover'] [type=submit]");
  await Promise.all([page.waitForEvent("load"), before.click()]);
  const link = (await mailTo(page, "entwaesserung@demo.example")).find((l) => l.includes("/p/")) ?? "";
  const partner = await newPage();
  await partner.goto(new URL(link).pathname);
  await check(partner);
  await partner.locator("[name=kind][value=done]").check({ force: true });
  await partner.locator("[name=text]").fill("Gully gereinigt, Loch geschlossen.");
  await Promise.all([partner.waitForEvent("load"), partner.locator("main form [type=submit]").first().click()]);
  await expect(partner.locator("main form")).toHaveCount(0);
  await page.reload();
  await expect(page.locator("article.panel")).toContainText("Gully gereinigt");

  // whoever called opens it with number and code, says what they think of it, and sends a file
  const caller = await newPage();
  await caller.goto("/reports/open");
  await caller.fill("[name=number]", number);
  await caller.fill("[name=code]", code);
  await Promise.all([caller.waitForEvent("load"), caller.locator("main form [type=submit]").first().click()]);
  await expect(caller.locator("main")).toContainText("Stadtentwässerung");
  await check(caller);
  await caller.locator("[name=value][value='3']").check({ force: true });
  await caller.locator("[name=opinion]").fill("Das ging schnell, danke.");
  await Promise.all([caller.waitForEvent("load"), caller.locator("form[action$='/rate'] [type=submit]").click()]);
  await page.goto("/desk/thanks");
  await expect(page.locator(".thankslist")).toContainText("Das ging schnell, danke.");
  await check(page);
  // and it is still there: opened again
  await caller.locator("[name=value][value='1']").check({ force: true });
  await caller.locator("[name=still]").check({ force: true });
  await Promise.all([caller.waitForEvent("load"), caller.locator("form[action$='/rate'] [type=submit]").click()]);
  const fold = caller.locator("details:has(form[action$='/add'])");
  await fold.locator("summary").click();
  await fold
    .locator("input[type=file]")
    .setInputFiles({ name: "Plan.pdf", mimeType: "application/pdf", buffer: emptyPage });
  await Promise.all([caller.waitForEvent("load"), fold.locator("[type=submit]").click()]);
  await page.goto(`/desk/reports/${number}/talk`);
  // seen as pictures before the file itself can be had
  await page.goto((await page.locator(".talkfiles a").first().getAttribute("href")) ?? "");
  const first = page.locator(".previews img").first();
  await expect.poll(() => first.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0);
  await check(page);
  const file = await page.request.get((await page.locator("#original ~ p a").getAttribute("href")) ?? "");
  expect(file.headers()["content-security-policy"]).toContain("sandbox");
  expect(file.headers()["content-disposition"]).toContain("attachment");

  // a crew: sheet, code, one tap and one more
  await page.goto(`/desk/route?number=${number}`);
  await page.fill("[name=crew]", "Trupp Nord");
  await Promise.all([page.waitForEvent("load"), page.locator("main form [type=submit]").first().click()]);
  await check(page);
  const crewLink = (await page.locator(".stops a").first().getAttribute("href")) ?? "";
  const crew = await newPage();
  await crew.goto(new URL(crewLink).pathname);
  await check(crew);
  await Promise.all([crew.waitForEvent("load"), crew.locator(".crew-done").click()]);
  await expect(crew.locator("main form")).toHaveCount(0);
  await caller.goto(`/reports/${number}`);
  await expect(caller.locator("[name=value]").first()).toBeAttached();
});

test("the offices without a desk", async ({ page, check }) => {
  await signIn(page, people.admin);
  await page.goto("/desk/partners");
  await check(page);
  await page.goto("/desk/partners/new");
  await check(page);
});
