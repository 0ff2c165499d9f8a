// Where the city sets itself up: people and invitations, the catalogue with its
// preview, departments, days off, districts, the log, exports; and the texts of
// the site, which are reached from the same page.
import { expect, test } from "./fixtures";
import { mailTo, people, signIn } from "./steps";

test("everything that is managed", async ({ page, check }) => {
  await signIn(page, people.admin);
  await page.goto("/desk/admin");
  await check(page);
  const paths = await page
    .locator(".adminareas a")
    .evaluateAll((links) => links.map((a) => (a as HTMLAnchorElement).pathname));
  expect(paths).toContain("/desk/site");
  for (const path of [...paths, "/desk/admin/invitations/new", "/desk/admin/departments/bau-lic"]) {
    expect((await page.goto(path))?.status(), path).toBe(200);
    await check(page);
  }
});

test("a text of the site is previewed and saved", { tag: "@wide" }, async ({ page, check }) => {
  await signIn(page, people.admin);
  await page.goto("/desk/site/texts/rules?of=de");
  const text = await page.locator("#f-body").inputValue();
  await page.fill("#f-body", `${text}\n\n## Noch etwas\n\nBitte freundlich.`);
  await page.locator("button[value=preview]").click();
  await expect(page.locator(".preview")).toContainText("Bitte freundlich.");
  await check(page);
});

test("invite, accept by the link, see it in the log", { tag: "@wide" }, async ({ page, newPage, check, look }) => {
  await signIn(page, people.admin);
  await page.goto("/desk/admin/invitations/new");
  const address = `neu-${look.width}-${look.lang}-${look.scheme}@demo.example`;
  await page.fill("#f-mail", address);
  await page.locator("input[name=role][value=analyst]").check();
  await page.locator("main form button[type=submit]").click();
  await expect(page.locator("[data-error-summary]")).toBeVisible();
  await page.fill("#f-reason", "Neu im Haus");
  await page.locator("main form button[type=submit]").click();
  await expect(page).toHaveURL(/\/desk\/admin\/invitations$/);
  await check(page);
  const guest = await newPage();
  const [link] = (await mailTo(guest, address)).filter((l) => l.includes("/invitations/"));
  await guest.goto(link ?? "");
  await check(guest);
  await guest.locator("main form button[type=submit]").click();
  await expect(guest).not.toHaveURL(/\/invitations\//);
  await page.goto("/desk/admin/audit?action=invitation.take");
  await expect(page.locator(".audittbl tbody tr").first()).toBeVisible();
  await page.locator("form[action$='/audit/check'] button").click();
  await expect(page.locator("[data-flash]")).toBeVisible();
  await check(page);
});

test("a question is changed with the preview beside it, and residents see it at once", { tag: "@wide" }, async ({
  page,
  check,
  look,
}) => {
  await signIn(page, people.admin);
  await page.goto("/desk/admin/categories/schild");
  await check(page);
  await page.goto("/desk/admin/categories/schild/questions/welches");
  const words = `Welches Schild ist es? ${look.width} ${look.lang}`;
  await page.fill("#f-label_de", words);
  await page.fill("#f-label_en", words);
  // nothing is pressed: the preview follows
  await expect(page.locator("#vorschau-box")).toContainText(words);
  await check(page);
  await page.locator("main form[data-admin-edit] .row button[value=save]").click();
  await expect(page.locator("#fragen")).toBeVisible();
  await expect(page.locator("#vorschau-box")).toContainText(words);
  await page.goto("/desk/admin/categories/laterne/questions/art");
  await check(page);
});

test("without script the button shows the preview", { tag: "@wide" }, async ({ newPage, check }) => {
  const page = await newPage({ noScript: true });
  await signIn(page, people.admin);
  await page.goto("/desk/admin/categories/gehweg");
  await page.fill("#f-name_de", "Gehweg mit Loch");
  await page.fill("#f-name_en", "Pavement with a hole");
  await page.locator("button[value=preview]").click();
  await expect(page.locator("#vorschau-box")).toContainText(/Gehweg mit Loch|Pavement with a hole/);
  await check(page, { noScript: true });
});

test("other districts: load, look, discard", { tag: "@wide" }, async ({ page, check }) => {
  await signIn(page, people.admin);
  await page.goto("/desk/admin/districts");
  const ring = [
    [11.5, 48.1],
    [11.6, 48.1],
    [11.6, 48.2],
    [11.5, 48.2],
    [11.5, 48.1],
  ];
  const file = {
    type: "FeatureCollection",
    features: [
      {
        type: "Feature",
        properties: { ref: "1", name: "Mitte" },
        geometry: { type: "Polygon", coordinates: [ring] },
      },
    ],
  };
  await page.setInputFiles("#f-file", {
    name: "probe.geojson",
    mimeType: "application/geo+json",
    buffer: Buffer.from(JSON.stringify(file)),
  });
  await page.locator("main form[enctype] button[type=submit]").click();
  await expect(page.locator("table")).toContainText("Mitte");
  await check(page);
  await page.locator("form[action$='/discard'] button").click();
  await expect(page.locator("[data-flash]")).toBeVisible();
});

test("personal data of many people need a second person", { tag: "@wide" }, async ({ page, newPage, check }) => {
  await signIn(page, people.roadsLead);
  await page.goto("/desk/admin/exports");
  await page.fill("#f-reason", "Befragung der Meldenden");
  await page.locator("#f-contacts").check();
  await page.locator("main form button[type=submit]").first().click();
  const own = page.locator(".adminrows > li").first();
  await expect(own).toBeVisible();
  await check(page);
  if ((await own.locator("form[action$='/fetch']").count()) === 0) {
    const admin = await newPage();
    await signIn(admin, people.admin);
    await admin.goto("/desk/admin/exports");
    await admin.locator(".adminrows > li").first().locator("button[value=approve]").click();
    await expect(admin.locator("[data-flash]")).toBeVisible();
    await page.reload();
  }
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    own.locator("form[action$='/fetch'] button").click(),
  ]);
  expect(file.suggestedFilename()).toBe("export.csv");
  await page.reload();
  await expect(own.locator("form")).toHaveCount(0);
});
