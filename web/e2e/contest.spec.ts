// An innovation contest from its blueprint to "tell me next year". Its phases
// last days: it has a city of its own, which is started again for each of them
// with a clock that stands at noon of that day ("mitwirk dev --clock").
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { build, type City, freePort, launch } from "./city";
import { expect, test } from "./fixtures";
import { client, provider } from "./provider";
import { mailTo, people, signInByMail } from "./steps";

const start = Date.now(); // it may be past midnight before the test is over

/** day is a date so many days after today, as a form takes it. */
const day = (n: number) => new Date(start + n * 86_400_000).toISOString().slice(0, 10);

/** submit sends the one form with an action that ends so, by its first button or by another. */
async function submit(page: Page, action: string, button = "[type=submit]"): Promise<void> {
  const form = page.locator(`main form[action$="${action}"]`).last();
  await Promise.all([page.waitForEvent("load"), form.locator(button).first().click()]);
}

/** invited reads the link that the page shows once. */
async function invited(page: Page): Promise<string> {
  const link = await page.locator("main .notice a, main .num a").first().getAttribute("href");
  return new URL(link ?? "", page.url()).pathname;
}

test("an innovation contest through all its phases", { tag: "@wide" }, async ({ newPage, look, check }) => {
  test.setTimeout(900_000);
  const data = mkdtempSync(join(tmpdir(), "mitwirk-contest-"));
  const binary = process.env.MITWIRK_E2E_BIN ?? build(data);
  const port = await freePort();
  const elsewhere = await provider(); // where residents sign in
  const env = { MITWIRK_OIDC_PROVIDERS: `bayernid=${elsewhere.issuer}|${client}||BayernID|level=2` };
  const shared = process.env.MITWIRK_E2E_URL;
  let city: City | undefined;
  let visitor: Page | undefined;
  const clock = async (n?: number) => {
    await city?.stop();
    if (visitor) {
      // pages for everybody are good for 5 s, in which this city goes on by a day
      const browser = await visitor.context().newCDPSession(visitor);
      await browser.send("Network.clearBrowserCache");
      await browser.detach();
    }
    const flags = n === undefined ? [] : [`--clock=${day(n)}T12:00:00Z`];
    city = await launch(binary, join(data, "city"), port, flags, env);
    process.env.MITWIRK_E2E_URL = city.url; // what the pages of this worker are relative to
  };
  try {
    await clock(0);
    const office = await newPage();
    const clerk = async () => {
      await office.context().clearCookies(); // sessions of staff end after some hours
      await signInByMail(office, people.roadsLead);
    };
    const resident = async (name: string) => {
      const page = await newPage();
      await page.goto("/login");
      await Promise.all([page.waitForEvent("load"), page.click("a[href='/login/with/bayernid']")]);
      await page.fill("[name=sub]", name);
      await Promise.all([page.waitForEvent("load"), page.click("button[name=ok]")]);
      await expect(page.locator("form[action='/logout']").first()).toBeAttached();
      return page;
    };

    // a department sets it up from the blueprint
    await clerk();
    const setUp = async (title: string, from: number): Promise<string> => {
      await office.goto("/desk/calls");
      await office.locator("main input[name=from][value=contest]").check({ force: true });
      await submit(office, "/desk/calls/new");
      await office.fill("[name=title]", title);
      await office.fill("[name=text]", "Wir suchen Lösungen.");
      await office.fill("[name=criteria]", "Hilft vielen\nIst neu");
      await office.fill("[name=answer_by]", day(from + 9));
      for (const [i, phase] of ["collect", "check", "support", "decide", "implement"].entries()) {
        await office.fill(`[name=${phase}_from]`, day(from + i));
        await office.fill(`[name=${phase}_to]`, day(from + i));
      }
      await check(office);
      await Promise.all([
        office.waitForURL(/\/desk\/calls\/A-/),
        office.locator("form.stack:has([name=collect_from]) [type=submit]").last().click(),
      ]);
      const desk = new URL(office.url()).pathname;
      await office.goto(`${desk}/contest`);
      const form = office.locator("form[action$='/challenges']").last();
      await form.locator("[name=title]").fill("Wartezeiten");
      await form.locator("[name=text]").fill("Niemand soll warten.");
      await submit(office, "/challenges", "[value=save]");
      await office.locator("main [name=series]").fill("innovation");
      await submit(office, "/series");
      await check(office);
      await office.goto(desk);
      await submit(office, "/publish");
      return desk;
    };
    const desk = await setUp("Wettbewerb durch alle Phasen", 1);
    const at = desk.replace("/desk/", "/ideas/");
    const alpha = await resident("alpha");
    const mate = await resident("mate");
    const beta = await resident("beta");
    const jury = await resident("jury");
    const biased = await resident("befangen");
    visitor = await newPage();
    for (const juror of [jury, biased]) {
      await office.goto(`${desk}/contest`);
      await submit(office, "/contest/jury");
      await juror.goto(await invited(office));
      await juror.fill("main [name=name]", "Prof. Beispiel");
      await Promise.all([juror.waitForURL(/\/jury$/), juror.locator("main form [type=submit]").last().click()]);
    }
    await visitor.goto(at);
    await check(visitor);

    await clock(1); // teams enter, in confidence
    for (const [page, name] of [
      [alpha, "Alpha"],
      [beta, "Beta"],
    ] as const) {
      await page.goto(`${at}/teams/new`);
      await page.fill("main [name=name]", `Team ${name}`);
      await Promise.all([page.waitForURL(/\/team$/), page.locator("main form [type=submit]").last().click()]);
      await page.locator("main [name=challenge]").selectOption({ index: 1 });
      await page.fill("main [name=title]", `Lösung ${name}`);
      await page.fill("main [name=summary]", `Kurz ${name}`);
      await page.fill("main [name=plan]", `Geheimplan ${name}`);
      await submit(page, "/team", "[value=send]");
      await check(page);
    }
    await submit(alpha, "/team/invite");
    await mate.goto(await invited(alpha));
    await Promise.all([mate.waitForURL(/\/team$/), mate.locator("main form [type=submit]").last().click()]);
    await expect(mate.locator("main [name=title]")).toHaveValue("Lösung Alpha");
    await visitor.goto(at);
    await expect(visitor.locator("main")).not.toContainText("Alpha");

    await clock(2); // the jury declares conflicts and scores
    await jury.goto(`${at}/jury`);
    await check(jury);
    const entry = async (name: string) => {
      await jury.goto(`${at}/jury`);
      return (await jury.locator("main h2 a", { hasText: `Lösung ${name}` }).getAttribute("href")) ?? "";
    };
    const first = await entry("Alpha");
    const second = await entry("Beta");
    for (const page of [visitor, beta]) expect((await page.goto(first))?.status(), "an entry in confidence").toBe(404);
    const declare = async (page: Page, to: string, conflict: "yes" | "no", why = "") => {
      await page.goto(to);
      await expect(page.locator("main")).not.toContainText("Geheimplan");
      await page.locator(`main input[name=conflict][value=${conflict}]`).check({ force: true });
      await page.fill("main [name=why]", why);
      await submit(page, "/conflict");
    };
    const score = async (page: Page, to: string, points: string, reason: string) => {
      await declare(page, to, "no");
      await expect(page.locator("main")).toContainText("Geheimplan");
      await page.fill("main [name=score_0]", points);
      await page.fill("main [name=score_1]", "6");
      await page.fill("main [name=reason]", reason);
      await submit(page, "/score");
    };
    await score(jury, first, "10", "Sehr überzeugend");
    await score(jury, second, "2", "Zu teuer gedacht");
    await declare(biased, first, "yes", "Meine Schwester ist dabei");
    await expect(biased.locator("main [name=score_0]")).toHaveCount(0);
    await clerk();
    await office.goto(`${desk}/contest`);
    await expect(office.locator("main")).not.toContainText("Sehr überzeugend"); // sealed
    await expect(office.locator("form[action$='/finalists']")).toHaveCount(0);
    await score(biased, second, "4", "Ginge auch");
    await check(biased);

    // finalists, each with reasons
    await office.goto(`${desk}/contest`);
    await expect(office.locator("[data-rank] h3").first()).toHaveText("Lösung Alpha");
    const rank = (name: string) => office.locator("[data-rank]", { hasText: name });
    await rank("Lösung Alpha").locator("input[type=checkbox]").check({ force: true });
    await rank("Lösung Alpha").locator("textarea").fill("Sofort machbar");
    await rank("Lösung Beta").locator("textarea").fill("Noch zu früh");
    await check(office);
    await submit(office, "/finalists");
    await visitor.goto(at);
    await expect(visitor.locator("[data-finalist]")).toHaveCount(1);
    await expect(visitor.locator("main")).toContainText("Sofort machbar");
    for (const secret of ["Lösung Beta", "Team Beta", "Noch zu früh", "Geheimplan", "Sehr überzeugend"])
      await expect(visitor.locator("main")).not.toContainText(secret);
    await beta.goto(`${at}/team`);
    await expect(beta.locator("main")).toContainText("Noch zu früh");

    await clock(3); // everybody votes
    for (const voter of [mate, visitor]) {
      await voter.goto(at);
      await voter.locator("main input[name=for]").first().check({ force: true });
      await submit(voter, "/vote");
      await voter.goto(at);
      await expect(voter.locator("main input[name=for]").first()).toBeChecked();
      await check(voter);
    }

    await clock(4); // the result
    await clerk();
    await office.goto(`${desk}/contest`);
    await rank("Lösung Alpha").locator("input[type=checkbox]").check({ force: true });
    await rank("Lösung Alpha").locator("textarea").fill("Die meisten Stimmen");
    await submit(office, "/winners");
    await visitor.goto(at);
    // the visitor has not confirmed an address
    await expect(visitor.locator("[data-finalist]")).toContainText(look.lang === "de" ? "1 Stimme" : "1 vote");
    await expect(visitor.locator("main")).toContainText("Die meisten Stimmen");

    await clock(5); // the pilot and its report
    await clerk();
    const pilot = async (fields: Record<string, string>, outcome?: number) => {
      await office.goto(`${desk}/contest`);
      const form = office.locator("form[action*='/pilots/']");
      for (const [name, value] of Object.entries(fields)) await form.locator(`[name=${name}]`).fill(value);
      if (outcome) await form.locator("[name=outcome]").selectOption({ index: outcome });
      await Promise.all([office.waitForEvent("load"), form.locator("[type=submit]").click()]);
    };
    await pilot({ partner: "Stadtbibliothek", tests: "Zwei Schalter", from: day(5), to: day(60) });
    await visitor.goto(at);
    await expect(visitor.locator("main")).toContainText("Stadtbibliothek");
    await pilot({ report: "Es hat sich gelohnt." }, 1);
    await check(office);
    await visitor.goto(at);
    await expect(visitor.locator("main")).toContainText("Es hat sich gelohnt.");
    await check(visitor);

    // "tell me next year": who said so hears of the next one of the series
    await mate.goto(at);
    await submit(mate, "/remind");
    const address = "mate@beispiel.example"; // who signed in elsewhere has none yet
    await mate.fill("form[action$='/remind'] [name=mail]", address);
    await check(mate);
    await submit(mate, "/remind");
    const confirm = (await mailTo(mate, address)).find((l) => l.includes("/confirm/")) ?? "";
    await mate.goto(new URL(confirm).pathname);
    await Promise.all([mate.waitForEvent("load"), mate.locator("main form [type=submit]").first().click()]);
    const next = await setUp("Wettbewerb im nächsten Jahr", 366);
    const known = next.replace("/desk", "/ideas");
    const told = async () => (await mailTo(mate, address)).map((l) => new URL(l, mate.url()).pathname);
    expect(await told(), "before it begins").not.toContain(known);
    await clock(366);
    await expect(async () => {
      expect(await told()).toContain(known);
    }).toPass({ timeout: 90_000 });
  } finally {
    process.env.MITWIRK_E2E_URL = shared;
    await city?.stop();
    await elsewhere.end();
    rmSync(data, { recursive: true, force: true });
  }
});
