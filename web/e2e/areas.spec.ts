// Areas drawn on the map, streets by colour, and photos that moderators cover.
import { expect, test } from "./fixtures";
import { people, signIn } from "./steps";

test("an area for a rule is drawn by mouse, changed by keyboard, and typed", { tag: "@wide" }, async ({
  page,
  check,
}) => {
  await signIn(page, people.admin);
  await page.goto("/desk/routing/rules/new");
  await page.locator("select[name=add]").selectOption("area");
  await page.getByRole("button", { name: /^(Hinzufügen|Add)$/ }).click();
  const map = page.locator("[data-map=area]");
  const field = page.locator("textarea[name=c1_area]");
  const lines = async () => (await field.inputValue()).split("\n").filter(Boolean);
  await map.scrollIntoViewIfNeeded();
  await expect(map).toHaveAttribute("data-idle", "true");
  const box = (await map.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  const at = (x: number, y: number): [number, number] => [box.x + box.width * x, box.y + box.height * y];
  for (const [x, y] of [at(0.3, 0.3), at(0.7, 0.3), at(0.7, 0.7)]) await page.mouse.click(x, y);
  expect(await lines()).toHaveLength(3);
  const corners = page.locator(".areacorner");
  await expect(corners).toHaveCount(3);
  await check(page);

  // a corner is dragged, and one is put between two
  const before = await lines();
  await page.mouse.move(...at(0.7, 0.7));
  await page.mouse.down();
  await page.mouse.move(...at(0.6, 0.8), { steps: 4 });
  await page.mouse.up();
  expect((await lines())[2]).not.toBe(before[2]);
  expect(await lines()).toHaveLength(3);
  await page.locator(".areamid").first().click();
  expect(await lines()).toHaveLength(4);

  // without dragging: choose a corner, then tap its new place
  const third = (await lines())[0];
  await corners.first().click();
  await page.mouse.click(...at(0.2, 0.2));
  expect((await lines())[0]).not.toBe(third);

  // by keyboard: move a corner, take one away, set one below the cross
  await corners.nth(1).focus();
  const second = (await lines())[1];
  await page.keyboard.press("ArrowUp");
  expect((await lines())[1]).not.toBe(second);
  await page.keyboard.press("Delete");
  expect(await lines()).toHaveLength(3);
  await map.locator("canvas").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  expect(await lines()).toHaveLength(4);
  await page.keyboard.press("Backspace");
  expect(await lines()).toHaveLength(3);

  // what is typed is drawn, and saved like what is drawn
  await field.fill("11.5, 48.1\n11.6, 48.1\n11.6, 48.2\n11.5, 48.2");
  await expect(corners).toHaveCount(4);
  await page.locator("input[name=name]").fill(`Altstadt ${Date.now()}`);
  await page.locator("select[name=c0_in]").selectOption({ index: 1 });
  await page.locator("select[name=priority]").selectOption("high");
  await page.getByRole("button", { name: /In den Entwurf|Put into the draft/ }).click();
  await expect(page.locator("li.rule", { hasText: "Altstadt" }).last()).toBeVisible();
  await page.getByRole("button", { name: /Entwurf verwerfen|Discard the draft/ }).click();
});

test("the list of cases inside an area that is tapped", { tag: "@phone" }, async ({ page, check }) => {
  await signIn(page, people.roads);
  await page.goto("/desk");
  await page.locator("#filter > summary").click();
  await page.locator("#filter summary", { hasText: /Fläche zeichnen|Draw an area/ }).click();
  const map = page.locator("[data-map=area]");
  await map.scrollIntoViewIfNeeded();
  await expect(map).toHaveAttribute("data-idle", "true");
  const canvas = map.locator("canvas");
  const box = (await canvas.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  for (const [x, y] of [
    [0.1, 0.1],
    [0.7, 0.1],
    [0.7, 0.6],
    [0.1, 0.6],
  ] as const)
    await canvas.click({ position: { x: box.width * x, y: box.height * y } });
  await expect(page.locator(".areacorner")).toHaveCount(4);
  await check(page);
  await page.locator(".qfilterform button[type=submit]").click();
  await expect(page).toHaveURL(/area=/);
  await expect(page.locator(".chips .chip", { hasText: /Gezeichnete Fläche|Drawn area/ })).toBeVisible();
});

test("streets by colour, the same as in the table", async ({ page, check }) => {
  await page.goto("/statistics");
  const rows = page.locator("#strassen-tabelle tbody tr");
  const map = page.locator("[data-map=heat]");
  await map.scrollIntoViewIfNeeded();
  await expect(map).toHaveAttribute("data-streets", /[1-9]/);
  expect(await rows.count()).toBeGreaterThanOrEqual(Number(await map.getAttribute("data-streets")));
  await expect(map).toHaveAttribute("data-idle", "true");
  await check(page);
});

test("a moderator covers a part of a photo, which opens only on request", { tag: "@wide" }, async ({ page, check }) => {
  await signIn(page, people.moderator2);
  const list = await (await page.request.get("/api/v1/reports?limit=100")).json();
  const number = list.items.find((r: { photo?: string }) => r.photo)?.number;
  await page.goto(`/desk/moderation/look?number=${number}&part=whole`);
  const blurred = page.locator("details.blurred").first();
  await expect(blurred.locator("> img")).toBeHidden();
  await blurred.locator("summary").press("Enter");
  await expect(blurred.locator("> img")).toBeVisible();
  await page.locator("a[href*='part=photo']").first().click();
  await page.locator("a[href$='/cover']").first().click();
  await expect(page.locator("[data-stage] img")).toBeHidden();
  await page.locator("[data-cover] summary").first().press("Enter");
  const stage = page.locator("[data-stage]");
  await stage.scrollIntoViewIfNeeded();
  const box = (await stage.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  await page.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.5, { steps: 4 });
  await page.mouse.up();
  await expect(page.locator(".cover-box")).toBeFocused();
  await page.keyboard.press("Shift+ArrowRight");
  await check(page);
  await page.locator("input[name=ground][value=rule]").check();
  await page.locator("[name=rule_no]").selectOption("2");
  await page.fill("[name=explanation]", "Ein Gesicht ist zu sehen.");
  await Promise.all([page.waitForEvent("load"), page.locator("[data-cover] [type=submit]").click()]);
  await expect(page).toHaveURL(/\/desk\/moderation$/);
});
