// A content is reported, removed with reasons, appealed against and put back.
import { expect, test } from "./fixtures";
import { people, signIn, wizard } from "./steps";

test("a content is flagged, decided about, appealed and restored", { tag: "@phone" }, async ({
  page,
  newPage,
  check,
}) => {
  const text = "Die Lampe ist dunkel. Der Nachbar ist ein Esel.";
  // somebody reports a lamp, a clerk releases the text
  await wizard.what(page, text);
  await wizard.kind(page, "laterne");
  await wizard.byAddress(page, "Marienplatz 8");
  await wizard.through(page);
  const receipt = await wizard.send(page);
  const report = `/reports/${receipt.number}`;
  const clerk = await newPage();
  await signIn(clerk, people.light);
  await clerk.goto(`/desk${report}`);
  await Promise.all([
    clerk.waitForEvent("load"),
    clerk.locator("form[action*='/release'] [type=submit]").first().click(),
  ]);

  // somebody else, without an account, objects to it
  const guest = await newPage();
  await guest.goto(report);
  await expect(guest.locator("main")).toContainText(text);
  await guest.locator(".flaglinks a").nth(1).click();
  await check(guest);
  await guest.locator("input[name=category][value=rule3]").check();
  await guest.fill("[name=explanation]", "Der zweite Satz beleidigt einen Menschen.");
  await guest.locator("input[name=good_faith]").check();
  await Promise.all([guest.waitForEvent("load"), guest.locator("main form [type=submit]").click()]);
  await expect(guest.locator("[role=status]").first()).toContainText("H-");
  await check(guest);
  await guest.locator("main a[href^='/flag/H-']").click();
  await check(guest);
  await guest.goto(report);
  await expect(guest.locator("main")).toContainText(text);

  // a moderator decides, by keyboard; the open page of the guest loses the text without being asked
  const first = await newPage();
  await signIn(first, people.moderator);
  await first.goto("/desk/moderation");
  await check(first);
  await first.locator(`.modrow:has-text("${receipt.number}") h2 a`).press("Enter");
  await first.waitForURL(/items/);
  await check(first);
  await first.locator("input[name=action][value=hide]").press("Space");
  await first.locator("input[name=ground][value=rule]").press("Space");
  await first.locator("[name=rule_no]").selectOption("3");
  await Promise.all([
    first.waitForEvent("load"),
    first.locator("section form [type=submit]:not([name])").press("Enter"),
  ]);
  await expect(first.locator(".errsum")).toBeVisible(); // not without reasons
  await first.locator("#f-explanation").fill("Der zweite Satz beleidigt einen Menschen.");
  await Promise.all([
    first.waitForEvent("load"),
    first.locator("section form [type=submit]:not([name])").press("Enter"),
  ]);
  await expect(guest.locator("main")).not.toContainText("Esel", { timeout: 2000 });
  await guest.goto(report);
  await expect(guest.locator("[data-stub=text]")).toContainText("3");
  await check(guest);

  // the author reads why and sees it differently
  await page.goto(report);
  await page.locator("[data-stub=text] a").first().click();
  await check(page);
  await page.fill("[name=text]", "Der Nachbar heißt so: Es ist sein Name.");
  await Promise.all([page.waitForEvent("load"), page.locator("main form [type=submit]").click()]);
  await expect(page.locator("[role=status]")).toBeVisible();

  // another moderator decides about that; the first one may not
  await first.goto("/desk/moderation/appeals");
  await expect(first.locator(".modrow a")).toHaveCount(0);
  const second = await newPage();
  await signIn(second, people.moderator2);
  await second.goto("/desk/moderation/appeals");
  await check(second);
  await second.locator(".modrow a").first().click();
  await check(second);
  await second.locator("input[name=outcome][value=reversed]").check();
  await second.fill("[name=reasons]", "Esel ist der Name. Wir haben uns geirrt.");
  await Promise.all([second.waitForEvent("load"), second.locator("main form [type=submit]").last().click()]);
  await guest.goto(report);
  await expect(guest.locator("main")).toContainText(text);
  await expect(guest.locator("[data-stub]")).toHaveCount(0);
});

test("what anybody and what moderators see beside it", async ({ page, newPage, check }) => {
  for (const path of ["/moderation/register", "/moderation/transparency"]) {
    await page.goto(path);
    await check(page);
  }
  const desk = await newPage();
  await signIn(desk, people.moderator);
  for (const path of ["rules", "copies", "accounts"]) {
    await desk.goto(`/desk/moderation/${path}`);
    await check(desk);
  }
});
