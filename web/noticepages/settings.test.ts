import { beforeEach, describe, expect, it, vi } from "vitest";
import { attach, fill, keyOf } from "./settings";

const page = `<form data-push data-key="BAEC" hidden method="post">
  <input type="hidden" name="endpoint"><input type="hidden" name="p256dh"><input type="hidden" name="auth">
  <p data-push-failed hidden>No.</p><button>On</button></form>`;

const sub = { endpoint: "https://push.example/1", keys: { p256dh: "a", auth: "b" } };

/** browser invents one that answers so. */
function browser(answer: string): void {
  const manager = { getSubscription: async () => null, subscribe: async () => ({ toJSON: () => sub }) };
  vi.stubGlobal("navigator", { serviceWorker: { ready: Promise.resolve({ pushManager: manager }) } });
  vi.stubGlobal("PushManager", class {});
  vi.stubGlobal("Notification", { requestPermission: async () => answer });
}

describe("push", () => {
  beforeEach(() => {
    vi.unstubAllGlobals();
    document.body.innerHTML = page;
  });
  const form = () => document.querySelector("form") as HTMLFormElement;

  it("reads keys in base64url", () => {
    expect([...keyOf("BAEC_-8")]).toEqual([4, 1, 2, 255, 239]);
  });

  it("sends what the push service gave", async () => {
    browser("granted");
    const sent = vi.spyOn(form(), "submit").mockImplementation(() => {});
    attach(form());
    expect(form().hidden).toBe(false);
    form().dispatchEvent(new Event("submit", { cancelable: true }));
    await vi.waitFor(() => expect(sent).toHaveBeenCalledOnce());
    expect((form().elements.namedItem("endpoint") as HTMLInputElement).value).toBe(sub.endpoint);
  });

  it("says when the browser does not want to", async () => {
    browser("denied");
    const sent = vi.spyOn(form(), "submit").mockImplementation(() => {});
    attach(form());
    form().dispatchEvent(new Event("submit", { cancelable: true }));
    await vi.waitFor(() => expect(document.querySelector<HTMLElement>("[data-push-failed]")?.hidden).toBe(false));
    expect(sent).not.toHaveBeenCalled();
  });

  it("offers nothing where there is no push, and sends nothing without keys", () => {
    vi.stubGlobal("navigator", {});
    attach(form());
    expect(form().hidden).toBe(true);
    expect(fill(form(), { endpoint: "https://push.example/1" })).toBe(false);
  });
});
