// Signing in: the code of the mail, then a passkey that is made and signs in by itself.
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { people } from "./steps";

/** letters are the paths of all mails in the outbox of the demonstration, newest first. */
async function letters(page: Page): Promise<string[]> {
  const outbox = await (await page.request.get("/dev/outbox")).text();
  return [...outbox.matchAll(/href="(\/dev\/outbox\/[^"]+)"/g)].map((m) => m[1] ?? "");
}

/** codeFor waits for the code in a mail to an address that is not among known. */
async function codeFor(page: Page, address: string, known: Set<string>): Promise<string> {
  let code: string | undefined;
  await expect(async () => {
    for (const path of (await letters(page)).filter((p) => !known.has(p))) {
      const html = await (await page.request.get(path)).text();
      if (!/data-mail-to[^>]*>([^<]*)</.exec(html)?.[1]?.includes(address)) continue;
      code ??= /: (\d{3} \d{3})/.exec(html.replace(/<[^>]+>/g, ""))?.[1];
    }
    expect(code, `a code in a new mail to ${address}`).toBeTruthy();
  }).toPass({ timeout: 15_000 });
  return code ?? "";
}

test("the code of the mail, then a passkey @wide", async ({ page, check }) => {
  // browsers know no passkeys for an IP address
  const home = new URL(process.env.MITWIRK_E2E_URL ?? "");
  home.hostname = "localhost";
  const at = (path: string) => new URL(path, home).href;
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await page.goto(at("/login"));
  await check(page);
  await expect(async () => {
    // another test may ask for the same person and make our code worthless
    const known = new Set(await letters(page));
    await page.goto(at("/login"));
    await page.fill("[name=mail]", people.admin);
    await Promise.all([page.waitForEvent("load"), page.locator("main form [type=submit]").first().click()]);
    await page.fill("[name=code]", await codeFor(page, people.admin, known));
    await Promise.all([page.waitForEvent("load"), page.locator("form[action='/login/code'] [type=submit]").click()]);
    expect(await page.locator("form[action='/logout']").count()).toBeGreaterThan(0);
  }).toPass({ timeout: 60_000 });

  await page.goto(at("/account/security"));
  await check(page);
  await page.fill("form[data-passkey=create] [name=name]", "Testgerät");
  await Promise.all([page.waitForEvent("load"), page.locator("form[data-passkey=create] [type=submit]").click()]);
  await expect(page.locator("[data-recovery] li")).toHaveCount(10);
  await check(page);
  await page.goto(at("/account/security"));
  await expect(page.locator("[data-passkeys]")).toContainText("Testgerät");

  await page.context().clearCookies();
  await page.goto(at("/login"));
  await Promise.all([page.waitForURL(/\/desk/), page.locator("form[data-passkey=ask] [type=submit]").click()]);
  await page.goto(at("/account/security"));
  await page.locator("[data-passkeys] form [type=submit]").first().click();
  await expect(page.locator("[data-passkeys]")).toHaveCount(0);
});
