// Rules for new cases and big events, as admins work on them; figures for all.
import { test } from "./fixtures";
import { people, signIn } from "./steps";

const { expect } = test;

test("a rule is drafted, tried out on past cases, and put live", { tag: "@wide" }, async ({ page, check }) => {
  await signIn(page, people.admin);
  await page.goto("/desk/routing");
  await check(page);
  await page.getByRole("link", { name: /Neue Regel|New rule/ }).click();
  const name = `Graffiti ${Date.now()}`;
  await page.locator("input[name=name]").fill(name);
  await page.locator("select[name=c0_in]").selectOption({ index: 1 });
  await page.locator("select[name=add]").selectOption("words");
  await page.getByRole("button", { name: /^(Hinzufügen|Add)$/ }).click();
  await page.locator("textarea[name=c1_in]").fill("Laterne\nGraffiti");
  await page.locator("input[name=mode][value=any]").check();
  await page.locator("select[name=priority]").selectOption("high");
  await check(page);
  await page.getByRole("button", { name: /In den Entwurf|Put into the draft/ }).click();
  await expect(page.locator("li.rule", { hasText: name })).toBeVisible();
  await check(page);
  await page.getByRole("button", { name: /Entwurf ausprobieren|Try the draft/ }).click();
  await expect(page.locator("#nach-stelle")).toBeVisible();
  await check(page);
  await page.getByRole("button", { name: /Live schalten|Put live/ }).click();
  await expect(page.locator("li.rule", { hasText: name })).toBeVisible();
  await page.goto("/desk/routing/history");
  await expect(page.locator("tbody tr", { hasText: name })).toBeVisible();
  await check(page);
});

test("a storm: made without script, answered once, read by everybody", { tag: "@wide" }, async ({
  newPage,
  page,
  check,
}) => {
  const plain = await newPage({ noScript: true });
  await signIn(plain, people.admin);
  await plain.goto("/desk/events/new");
  for (const [field, text] of Object.entries({
    title_de: "Sturm Xaver",
    title_en: "Storm Xaver",
    text_de: "Wir räumen zuerst die Straßen frei.",
    text_en: "We clear the streets first.",
    area: "11.5, 48.1\n11.6, 48.1\n11.55, 48.2",
  }))
    await plain.locator(`[name=${field}]`).fill(text);
  await check(plain, { noScript: true });
  await plain.getByRole("button", { name: /Ereignis speichern|Save event/ }).click();
  await plain.locator("[name=words_de]").fill("Die Feuerwehr ist unterwegs.");
  await plain.locator("[name=words_en]").fill("The fire brigade is on its way.");
  await plain.getByRole("button", { name: /Allen antworten|Answer all/ }).click();
  const path = new URL(plain.url()).pathname.replace("/desk", "");
  await page.goto(path);
  await expect(page.locator("main")).toContainText(/Feuerwehr|fire brigade/);
  await check(page);
  await page.goto("/events");
  await check(page);
  await plain.goto(`/desk${path}`);
  await plain.getByRole("button", { name: /Ereignis beenden|End event/ }).click();
});

test("figures: chart, table and files", async ({ page, check }) => {
  await page.goto("/statistics");
  await expect(page.locator(".statstbl tbody tr").first()).toBeVisible();
  await check(page);
  await page.goto("/statistics?by=category");
  await check(page);
  const csv = await page.request.get("/statistics.csv?by=district");
  expect(csv.ok()).toBe(true);
});
