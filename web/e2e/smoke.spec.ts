// One way through the whole product, with script and without; the journeys of
// the issue are in files of their own.
import { expect, test } from "./fixtures";
import { next, wizard } from "./steps";

test("a report by a tap on the map", async ({ page, check }) => {
  await wizard.what(page, "Vor dem Haus ist die Laterne dunkel.");
  await check(page);
  await wizard.kind(page, "laterne");
  await wizard.byTap(page);
  await wizard.through(page);
  await check(page);
  await wizard.send(page);
  await check(page);
});

test("a report by address without script", async ({ newPage, check }) => {
  const page = await newPage({ noScript: true });
  await wizard.what(page, "Auf dem Radweg ist ein tiefes Loch.");
  await wizard.kind(page, "schlagloch");
  await wizard.byAddress(page, "Rosenheimer Str 42");
  await wizard.through(page);
  await wizard.send(page);
  await check(page, { noScript: true });
});

test("errors keep what was typed and lead to it", async ({ page, check }) => {
  await wizard.what(page, "Etwas ist kaputt.");
  await wizard.kind(page, "laterne");
  await next(page); // without a place
  const summary = page.locator("[data-error-summary]");
  await expect(summary).toBeFocused();
  await check(page);
});
