// The private door: written on the phone, continued elsewhere by code, answered by two, checked once more.
import { expect, test } from "./fixtures";
import { people, signIn } from "./steps";

const scan = Buffer.from(
  "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
);

test("pages of the private door", async ({ page, check }) => {
  await page.goto("/complaints/new");
  await check(page);
  await page.locator("[name=text]").fill("Warum kostet die Ummeldung jetzt mehr? Ich habe einen Bescheid bekommen.");
  await page.locator("[name=do][value=next]").click();
  await expect(page.locator("[name=kind][value=question]")).toBeChecked();
  await page.locator("[name=notice]").check();
  await check(page);
  await page.locator("[name=do][value=next]").click();
  await check(page);
  await page.locator("[name=contact][value=code]").check();
  await page.locator("[name=do][value=next]").click();
  await page.locator("[name=do][value=next]").click();
  await expect(page.locator(".errsum a")).toHaveCount(2); // deadline and code have to be confirmed
  await check(page);
  for (const path of ["/complaints/statistics", "/receipts", "/cases/open"]) {
    await page.goto(path);
    await check(page);
  }
});

test("written with a file on the phone, continued elsewhere by code, answered by two people, checked again", {
  tag: "@phone",
}, async ({ page, newPage, check }) => {
  await page.goto("/complaints/new");
  await page.locator("[name=text]").fill("Zwei Antworten, zwei verschiedene Gebühren für dieselbe Urkunde.");
  await page.locator("[name=do][value=next]").click();
  await page.locator("[name=topic]").selectOption("fees");
  await page.locator("[name=files]").setInputFiles({ name: "Brief.pdf", mimeType: "application/pdf", buffer: scan });
  await page.locator("[name=do][value=next]").click();
  await page.locator("[name=contact][value=code]").check();
  await page.locator("[name=do][value=next]").click();
  await page.locator("[name=code_read]").check();
  await page.locator("[name=do][value=next]").click();
  await check(page);
  const number = ((await page.locator("[data-receipt-number]").textContent()) ?? "").trim();
  const code = ((await page.locator("[data-receipt-code]").textContent()) ?? "").trim();
  const proof = (await page.locator(".complaintproof").textContent()) ?? "";
  await page.goto("/receipts");
  await page.locator("[name=text]").fill(proof);
  await page.locator("main form [type=submit]").click();
  await expect(page.locator("main [role=status]")).toContainText(number);

  const desk = await newPage();
  await signIn(desk, "beschwerde@demo.example");
  await desk.goto("/desk/complaints");
  await check(desk);
  await desk.goto(`/desk/complaints/${number}`);
  await desk.locator("form[action$='/take'] [type=submit]").click();
  await desk.locator("details:has(form[action$='/ask']) > summary").click();
  await desk.locator("form[action$='/ask'] [name=question]").fill("Welche Urkunde war es?");
  await desk.locator("form[action$='/ask'] [type=submit]").click();
  await check(desk);

  const elsewhere = await newPage();
  expect((await elsewhere.goto(`/cases/${number}`))?.status()).toBe(404);
  await elsewhere.goto("/cases/open");
  await elsewhere.locator("[name=number]").fill(number);
  await elsewhere.locator("[name=code]").fill(code);
  await elsewhere.locator("main form [type=submit]").click();
  await elsewhere.locator("form[action$='/answer'] [name=answer]").fill("Die Geburtsurkunde.");
  await elsewhere.locator("form[action$='/answer'] [type=submit]").click();
  await check(elsewhere);

  await desk.goto(`/desk/complaints/${number}`);
  await desk.locator("form[action$='/sort'] [name=kind]").selectOption("question");
  await desk.locator("form[action$='/sort'] [type=submit]").click();
  await desk.locator("form[action$='/reply'] [name=text]").fill("Die Gebühr ist 12 Euro.");
  await desk.locator("form[action$='/reply'] [value=explained]").check();
  await desk.locator("form[action$='/reply'] [type=submit]").click();
  await expect(desk.locator("form[action$='/release']")).toHaveCount(0); // not by who wrote it

  const lead = await newPage();
  await signIn(lead, "beschwerde2@demo.example");
  await lead.goto(`/desk/complaints/${number}`);
  await lead.locator("form[action$='/release'] [type=submit]").click();

  await elsewhere.goto(`/cases/${number}`);
  await expect(elsewhere.locator(".complaintanswer")).toContainText("12 Euro");
  await expect(elsewhere.locator("main")).toContainText("verschiedene Gebühren"); // nothing was lost by sorting
  await elsewhere.locator("form[action$='/rate'] [value='1']").check({ force: true });
  await elsewhere.locator("form[action$='/rate'] [type=submit]").click();
  await elsewhere.locator("details:has(form[action$='/reopen']) > summary").click();
  await elsewhere.locator("form[action$='/reopen'] [name=reopen]").fill("Ich habe zweimal bezahlt.");
  await elsewhere.locator("form[action$='/reopen'] [type=submit]").click();
  await expect(elsewhere.locator("form[action$='/reopen']")).toHaveCount(0); // once
  await desk.goto(`/desk/complaints/${number}`);
  await desk.locator("form[action$='/reply'] [name=text]").fill("Einmal bekommen Sie zurück.");
  await desk.locator("form[action$='/reply'] [value=helped]").check();
  await desk.locator("form[action$='/reply'] [type=submit]").click();
  await lead.goto(`/desk/complaints/${number}`);
  await lead.locator("form[action$='/release'] [type=submit]").click();
  await elsewhere.goto(`/cases/${number}`);
  await expect(elsewhere.locator(".complaintanswer")).toHaveCount(2);
  await elsewhere.locator("details:has(form[action$='/second']) > summary").click();
  await elsewhere.locator("form[action$='/second'] [name=second]").fill("Im Brief stehen 18 Euro.");
  await elsewhere.locator("form[action$='/second'] [type=submit]").click();
  await check(elsewhere);
  expect((await desk.goto(`/desk/complaints/${number}`))?.status()).toBe(404); // another office has it now
  const other = await newPage();
  await signIn(other, people.triage);
  await other.goto(`/desk/complaints/${number}`);
  await expect(other.locator("form[action$='/reply']")).toBeVisible();
});

test("the rest of the desk", { tag: "@wide" }, async ({ page, check }) => {
  await signIn(page, "beschwerde2@demo.example");
  for (const path of ["/desk/complaints/notes", "/desk/complaints/archive"]) {
    await page.goto(path);
    await check(page);
  }
  await signIn(page, people.admin);
  await page.goto("/desk/complaints/setup");
  await check(page);
});
