import { beforeEach, describe, expect, it, vi } from "vitest";
import { attach, problem } from "./photos";
import { clamp, keyed, spanned } from "./photos-cover";
import { scaled } from "./photos-shrink";

describe("scaled", () => {
  it("brings the longer side to 2048 and never makes a picture larger", () => {
    expect(scaled(4000, 3000)).toEqual({ width: 2048, height: 1536 });
    expect(scaled(800, 600)).toEqual({ width: 800, height: 600 });
    expect(scaled(20_000, 10)).toEqual({ width: 2048, height: 1 });
  });
});

describe("covering", () => {
  const box = { x: 0.4, y: 0.4, w: 0.2, h: 0.2 };
  it("moves with arrows and grows with Shift", () => {
    expect(keyed(box, "ArrowRight", false)).toMatchObject({ x: expect.closeTo(0.41), w: 0.2 });
    expect(keyed(box, "ArrowDown", true)).toMatchObject({ y: 0.4, h: expect.closeTo(0.21) });
    expect(keyed(box, "Delete", false)).toBe("delete");
    expect(keyed(box, "a", false)).toBeNull();
  });
  it("stays inside the picture", () => {
    expect(clamp({ x: 0.95, y: -1, w: 0.2, h: 0 })).toEqual({ x: 0.8, y: 0, w: 0.2, h: 0.02 });
    expect(spanned(0.6, 0.7, 0.2, 0.3)).toEqual({ x: 0.2, y: 0.3, w: expect.closeTo(0.4), h: expect.closeTo(0.4) });
  });
});

describe("problem", () => {
  it("says what to do", async () => {
    expect(await problem(new Response("", { status: 413 }))).toContain("12 MB");
    expect(await problem(new Response("", { status: 415 }))).toContain("JPEG, PNG oder WebP");
    expect(await problem(new Response('{"detail":"Genug."}', { status: 429 }))).toBe("Genug.");
    expect(await problem(new Response("<html>", { status: 502 }))).toContain("noch nicht bei uns");
  });
});

describe("photos", () => {
  const settle = () => vi.waitFor(() => expect(document.querySelector("[data-photo], .err")).not.toBeNull());
  beforeEach(() => {
    document.body.innerHTML = `<form action="/x"><input type="hidden" name="draft" value="d1">
      <fieldset data-photos data-max="2"><div data-photos-list></div>
      <div class="drop"><input type="file" multiple></div></fieldset><textarea name="text">bleibt</textarea></form>`;
    vi.stubGlobal("createImageBitmap", () => Promise.reject(new Error("no codec here")));
  });

  function choose(...files: File[]): void {
    attach(document.querySelector("[data-photos]") as HTMLElement);
    const input = document.querySelector<HTMLInputElement>("input[type=file]") as HTMLInputElement;
    Object.defineProperty(input, "files", { value: files, configurable: true });
    input.dispatchEvent(new Event("change"));
  }

  it("sends at once and names the description by the photo", async () => {
    const fetch = vi.fn((_url: string, _init: RequestInit) =>
      Promise.resolve(new Response(JSON.stringify({ id: "p1", url: "/photos/p1" }), { status: 201 })),
    );
    vi.stubGlobal("fetch", fetch);
    choose(new File(["x"], "a.jpg", { type: "image/jpeg" }));
    await settle();
    expect(fetch.mock.calls[0]?.[0]).toBe("/uploads");
    const sent = fetch.mock.calls[0]?.[1]?.body;
    expect(sent instanceof FormData && sent.get("draft")).toBe("d1");
    expect(document.querySelector<HTMLInputElement>(".shot input")?.name).toBe("alt-p1");
  });

  it("keeps a refused photo in sight and the rest untouched", async () => {
    vi.stubGlobal(
      "fetch",
      vi.fn(() => Promise.resolve(new Response("", { status: 415 }))),
    );
    choose(new File(["x"], "a.jpg", { type: "image/jpeg" }));
    await settle();
    expect(document.querySelector(".err")?.textContent).toContain("nicht lesen");
    expect(document.querySelector("textarea")?.value).toBe("bleibt");
    document.querySelector<HTMLElement>("[data-remove]")?.click();
    expect(document.querySelector(".shot")).toBeNull();
  });

  it("takes no more than there is room for", async () => {
    vi.stubGlobal(
      "fetch",
      vi.fn(() => Promise.resolve(new Response(JSON.stringify({ id: "p", url: "" }), { status: 201 }))),
    );
    const f = () => new File(["x"], "a.jpg", { type: "image/jpeg" });
    choose(f(), f(), f());
    await settle();
    expect(document.querySelectorAll(".shot").length).toBe(2);
    expect(document.querySelector("[data-photos-said]")?.textContent).toContain("Mehr als 2");
    expect(document.querySelector<HTMLElement>(".drop")?.hidden).toBe(true);
  });

  it("lets nobody leave a photo behind", async () => {
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
    choose(new File(["x"], "a.jpg", { type: "image/jpeg" }));
    const form = document.querySelector("form") as HTMLFormElement;
    const again = vi.spyOn(form, "requestSubmit").mockImplementation(() => {});
    const submit = new Event("submit", { cancelable: true });
    form.dispatchEvent(submit);
    expect(submit.defaultPrevented).toBe(true);
    expect(document.querySelector("[data-photos-said]")?.textContent).toContain("noch gesendet");
    expect(again).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(fetch).toHaveBeenCalled());
    arrived(new Response(JSON.stringify({ id: "p1", url: "" }), { status: 201 }));
    await vi.waitFor(() => expect(again).toHaveBeenCalledOnce());
    const free = new Event("submit", { cancelable: true });
    form.dispatchEvent(free);
    expect(free.defaultPrevented).toBe(false);
  });

  it("takes over what the server has drawn", () => {
    const list = document.querySelector("[data-photos-list]") as HTMLElement;
    list.innerHTML = `<div class="shot" data-photo="s1"><img src="/photos/s1" alt="">
      <div class="field"><label for="f-alt-s1">a</label><input id="f-alt-s1" name="alt-s1"></div>
      <div class="wide row"><button type="submit" name="do" value="remove:s1">weg</button></div></div>`;
    attach(document.querySelector("[data-photos]") as HTMLElement);
    expect(list.querySelector('button[value="remove:s1"]')).toBeNull();
    expect(list.querySelector("[data-remove]")?.textContent).toBe("Foto 1 entfernen");
    expect(list.querySelector("label")?.textContent).toBe("Was sieht man auf Foto 1?");
  });
});
