import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { attach } from "./share";

function box(): HTMLDetailsElement {
  document.body.innerHTML =
    '<details data-share-box data-url="https://mitwirk.example/reports/M-2026-7K3QX9" data-title="Laterne"><summary>Teilen</summary><input value="x"></details>';
  return document.querySelector("details") as HTMLDetailsElement;
}

function click(d: HTMLDetailsElement): Event {
  const e = new Event("click", { cancelable: true, bubbles: true });
  d.querySelector("summary")?.dispatchEvent(e);
  return e;
}

describe("share", () => {
  beforeEach(() => vi.stubGlobal("navigator", {}));
  afterEach(() => vi.unstubAllGlobals());

  it("leaves the box alone where there is no sheet", () => {
    const d = box();
    attach(d);
    expect(click(d).defaultPrevented).toBe(false);
  });

  it("opens the device's sheet with the page's address", () => {
    const share = vi.fn(() => Promise.resolve());
    vi.stubGlobal("navigator", { share });
    const d = box();
    attach(d);
    expect(click(d).defaultPrevented).toBe(true);
    expect(share).toHaveBeenCalledWith({ title: "Laterne", url: "https://mitwirk.example/reports/M-2026-7K3QX9" });
  });

  it("shows the address when the sheet fails, and nothing when it was closed", async () => {
    for (const [name, open] of [
      ["NotAllowedError", true],
      ["AbortError", false],
    ] as const) {
      vi.stubGlobal("navigator", { share: () => Promise.reject(new DOMException("no", name)) });
      const d = box();
      attach(d);
      click(d);
      await new Promise((r) => setTimeout(r));
      expect(d.open).toBe(open);
    }
  });
});
