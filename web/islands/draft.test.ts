import { beforeEach, describe, expect, it, vi } from "vitest";
import { attach } from "./draft";

let form: HTMLFormElement;
let text: HTMLTextAreaElement;
const status = () => document.querySelector("[data-autosave-status]")?.textContent ?? "";

beforeEach(() => {
  document.body.innerHTML = `<form action="/reports/new" method="post" data-autosave>
    <input type="hidden" name="draft" value=""><input type="hidden" name="version" value="1">
    <textarea name="text"></textarea><p data-autosave-status role="status"></p></form>`;
  form = document.querySelector("form") as HTMLFormElement;
  text = document.querySelector("textarea") as HTMLTextAreaElement;
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

function type(value: string): void {
  text.value = value;
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

describe("draft", () => {
  it("saves once people pause, and goes on with the server's version", async () => {
    const fetch = vi.fn((_url: string, _init: RequestInit) =>
      Promise.resolve(
        new Response(JSON.stringify({ draft: "d1", version: 2 }), { headers: { "Content-Type": "application/json" } }),
      ),
    );
    vi.stubGlobal("fetch", fetch);
    attach(form);
    type("Die La");
    type("Die Laterne");
    await vi.advanceTimersByTimeAsync(2000);
    expect(fetch).toHaveBeenCalledOnce();
    const init = fetch.mock.calls[0]?.[1] as RequestInit;
    expect(new Headers(init.headers).get("X-Autosave")).toBe("1");
    expect((init.body as FormData).get("text")).toBe("Die Laterne");
    expect(form.querySelector<HTMLInputElement>("[name=version]")?.value).toBe("2");
    expect(form.querySelector<HTMLInputElement>("[name=draft]")?.value).toBe("d1");
    expect(status()).toMatch(/Gespeichert um \d\d:\d\d/);
  });

  it("tells the truth about an error and tries again", async () => {
    const fetch = vi.fn<() => Promise<Response>>(() => Promise.reject(new Error("down")));
    vi.stubGlobal("fetch", fetch);
    attach(form);
    type("x");
    await vi.advanceTimersByTimeAsync(2000);
    expect(status()).toContain("Noch nicht gespeichert");
    expect(text.value).toBe("x");
    fetch.mockImplementation(() => Promise.resolve(new Response(null, { status: 204 })));
    await vi.advanceTimersByTimeAsync(15_000);
    expect(status()).toContain("Gespeichert");
  });

  it("lets the form wait for a save that is on its way", async () => {
    let arrived: (r: Response) => void = () => {};
    vi.stubGlobal(
      "fetch",
      vi.fn(
        () =>
          new Promise<Response>((r) => {
            arrived = r;
          }),
      ),
    );
    attach(form);
    type("x");
    await vi.advanceTimersByTimeAsync(1600);
    const again = vi.spyOn(form, "requestSubmit").mockImplementation(() => {});
    const first = new Event("submit", { cancelable: true });
    form.dispatchEvent(first);
    form.dispatchEvent(new Event("submit", { cancelable: true }));
    expect(first.defaultPrevented).toBe(true);
    arrived(new Response(null, { status: 204 }));
    await vi.advanceTimersByTimeAsync(0);
    expect(again).toHaveBeenCalledOnce();
    const second = new Event("submit", { cancelable: true });
    form.dispatchEvent(second);
    expect(second.defaultPrevented).toBe(false);
  });

  it("sends nothing when nothing changed", async () => {
    const fetch = vi.fn();
    vi.stubGlobal("fetch", fetch);
    attach(form);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(fetch).not.toHaveBeenCalled();
  });
});
