import { beforeEach, describe, expect, it, vi } from "vitest";
import { attachErrorSummary, attachMenu, attachTheme } from "./frame";

beforeEach(() => {
  document.body.replaceChildren();
  delete document.documentElement.dataset.kernTheme;
});

describe("error summary", () => {
  it("takes the focus and leads into closed details", () => {
    document.body.innerHTML = `<section data-error-summary tabindex="-1"><a href="#f-kind">x</a></section>
      <details><summary>y</summary><fieldset id="f-kind"><input type="radio" name="kind"></fieldset></details>`;
    attachErrorSummary();
    expect(document.activeElement?.hasAttribute("data-error-summary")).toBe(true);
    document.querySelector("a")?.click();
    expect(document.querySelector("details")?.open).toBe(true);
    expect(document.activeElement).toBe(document.querySelector("input"));
  });
});

describe("menu", () => {
  it("closes by Escape and gives the focus back", () => {
    document.body.innerHTML = `<details data-menu open><summary tabindex="0">Menü</summary><a href="/x">x</a></details>`;
    attachMenu();
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    const menu = document.querySelector("details");
    expect(menu?.open).toBe(false);
    expect(document.activeElement).toBe(menu?.querySelector("summary"));
  });
});

describe("theme", () => {
  it("changes at once and tells the server", () => {
    const fetch = vi.fn(() => Promise.resolve(new Response()));
    vi.stubGlobal("fetch", fetch);
    document.body.innerHTML = `<form data-theme-form action="/theme" method="post">
      <button name="theme" value="" aria-pressed="true">a</button><button name="theme" value="dark" aria-pressed="false">b</button></form>`;
    attachTheme();
    const [system, dark] = document.querySelectorAll("button");
    dark?.click();
    expect(document.documentElement.dataset.kernTheme).toBe("dark");
    expect(dark?.getAttribute("aria-pressed")).toBe("true");
    expect(fetch).toHaveBeenCalledOnce();
    system?.click();
    expect(document.documentElement.dataset.kernTheme).toBeUndefined();
  });
});
