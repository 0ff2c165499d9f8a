// Tests of the small islands: metoo, remember, copy, place, suggest, the wizard's questions, the list beside a map.
import { beforeEach, describe, expect, it, vi } from "vitest";
import { copy } from "./copy";
import { sendPlace } from "./dom";
import { takeOver } from "./map-list";
import { attach as metoo } from "./metoo";
import { attach as place } from "./place";
import { forget, list, remember, attach as remembered } from "./remember";
import { attach as suggest } from "./suggest";
import { attach as questions } from "./wizard-questions";

vi.mock("maplibre-gl", () => ({}));

beforeEach(() => {
  document.body.replaceChildren();
  localStorage.clear();
});

describe("metoo", () => {
  const html = (
    on: boolean,
  ) => `<form action="/m" data-metoo><button name="on" value="${on ? 0 : 1}" aria-pressed="${on}">
    <span data-metoo-word>x</span> <span data-metoo-count>23</span></button></form>`;
  const press = () => {
    const form = document.querySelector("form") as HTMLFormElement;
    metoo(form);
    form.dispatchEvent(new Event("submit", { cancelable: true }));
    return document.querySelector("button") as HTMLButtonElement;
  };

  it("counts at once and takes the server's number", async () => {
    document.body.innerHTML = html(false);
    vi.stubGlobal("fetch", () =>
      Promise.resolve(new Response('{"on":true,"count":30}', { headers: { "Content-Type": "application/json" } })),
    );
    const b = press();
    expect(b.getAttribute("aria-pressed")).toBe("true");
    expect(b.textContent).toContain("24");
    await vi.waitFor(() => expect(b.textContent).toContain("30"));
    expect(b.textContent).toContain("Sie sind dabei");
  });

  it("goes back when the server says no", async () => {
    document.body.innerHTML = html(true);
    vi.stubGlobal("fetch", () => Promise.resolve(new Response("", { status: 500 })));
    const b = press();
    expect(b.textContent).toContain("22");
    await vi.waitFor(() => expect(b.textContent).toContain("23"));
    expect(b.getAttribute("aria-pressed")).toBe("true");
  });
});

describe("remember", () => {
  it("keeps numbers on this device only, newest first, each once", () => {
    remember("M-2026-7K3QX9", "Laterne");
    remember("M-2026-222222", "Loch");
    remember("M-2026-7K3QX9", "Laterne dunkel");
    expect(list().map((r) => r.title)).toEqual(["Laterne dunkel", "Loch"]);
    forget("M-2026-222222");
    expect(list().length).toBe(1);
  });
  it("survives a foreign hand in the storage", () => {
    localStorage.setItem("mw.remembered", '[{"number":"<b>","title":"x"},7,{"number":"M-2026-7K3QX9","title":"ok"}]');
    expect(list()).toEqual([{ number: "M-2026-7K3QX9", title: "ok" }]);
    localStorage.setItem("mw.remembered", "{");
    expect(list()).toEqual([]);
  });
  it("leads to ideas and to reports", () => {
    remember("M-2026-7K3QX9", "Laterne");
    remember("I-2026-222222", "Trinkbrunnen");
    document.body.innerHTML = "<section data-remembered hidden></section>";
    const root = document.querySelector("section") as HTMLElement;
    remembered(root);
    expect([...root.querySelectorAll("a")].map((a) => a.getAttribute("href"))).toEqual([
      "/ideas/I-2026-222222",
      "/reports/M-2026-7K3QX9",
    ]);
  });
  it("shows the list as text", () => {
    remember("M-2026-7K3QX9", "<i>x</i>");
    document.body.innerHTML = "<section data-remembered hidden></section>";
    const root = document.querySelector("section") as HTMLElement;
    remembered(root);
    expect(root.hidden).toBe(false);
    expect(root.querySelector("i")).toBeNull();
    root.querySelector("button")?.click();
    expect(root.hidden).toBe(true);
  });
});

describe("copy", () => {
  it("says whether it worked", async () => {
    vi.stubGlobal("navigator", { clipboard: { writeText: () => Promise.reject(new Error("no")) } });
    expect(await copy("x")).toBe(false);
  });
});

describe("place", () => {
  beforeEach(() => {
    document.body.innerHTML = `<form><input type="hidden" id="f-lon" name="lon"><input type="hidden" id="f-lat" name="lat">
      <input type="hidden" id="f-accuracy" name="accuracy"><div data-place-info="/reports/new/place" data-category="lampe"></div></form>`;
    vi.stubGlobal(
      "fetch",
      vi.fn(() => Promise.resolve(new Response('<div class="notice ok">Tal 50</div>'))),
    );
    place(document.querySelector("[data-place-info]") as HTMLElement);
  });
  it("writes the place into the form and shows what is known", async () => {
    sendPlace({ lon: 11.58, lat: 48.136, from: "map" });
    expect(document.querySelector<HTMLInputElement>("#f-lon")?.value).toBe("11.580000");
    await vi.waitFor(() => expect(document.querySelector("[data-place-info]")?.textContent).toBe("Tal 50"));
    expect(document.querySelector("#stimmt")).toBeNull();
  });
  it("asks about a vague position, until a pin is set by hand", () => {
    sendPlace({ lon: 11.58, lat: 48.136, accuracy: 64.4, from: "device" });
    expect(document.querySelector("#stimmt")?.textContent).toContain("64 Meter");
    expect(document.querySelector<HTMLInputElement>("#f-accuracy")?.value).toBe("64");
    sendPlace({ lon: 11.59, lat: 48.137, from: "map" });
    expect(document.querySelector("#stimmt")).toBeNull();
    expect(document.querySelector<HTMLInputElement>("#f-accuracy")?.value).toBe("");
    sendPlace({ lon: 11.59, lat: 48.137, accuracy: 20, from: "device" });
    expect(document.querySelector("#stimmt")).toBeNull();
  });
});

describe("suggest", () => {
  it("sends the text in the body, never in the address", async () => {
    vi.useFakeTimers();
    const fetch = vi.fn((_url: string, _init: RequestInit) =>
      Promise.resolve(new Response('<label><input type="radio" value="lampe">Laterne</label>')),
    );
    vi.stubGlobal("fetch", fetch);
    document.body.innerHTML = `<form><textarea data-suggest="/reports/new/suggest"></textarea><div data-suggestions hidden></div></form>`;
    const text = document.querySelector("textarea") as HTMLTextAreaElement;
    suggest(text);
    text.value = "Die Laterne ist dunkel";
    text.dispatchEvent(new Event("input", { bubbles: true }));
    await vi.advanceTimersByTimeAsync(600);
    vi.useRealTimers();
    expect(fetch.mock.calls[0]?.[0]).toBe("/reports/new/suggest");
    expect(String(fetch.mock.calls[0]?.[1].body)).toContain("Laterne");
    expect(document.querySelector<HTMLElement>("[data-suggestions]")?.hidden).toBe(false);
  });

  it("moves nothing between press and release", async () => {
    vi.useFakeTimers();
    vi.stubGlobal("fetch", () => Promise.resolve(new Response("<p>Laterne</p>")));
    document.body.innerHTML = `<form><textarea data-suggest="/s"></textarea><div data-suggestions hidden></div><button>x</button></form>`;
    const text = document.querySelector("textarea") as HTMLTextAreaElement;
    suggest(text);
    text.value = "Die Laterne ist dunkel";
    text.dispatchEvent(new Event("input", { bubbles: true }));
    document.querySelector("button")?.dispatchEvent(new Event("pointerdown", { bubbles: true }));
    await vi.advanceTimersByTimeAsync(600);
    const place = document.querySelector<HTMLElement>("[data-suggestions]");
    expect(place?.hidden).toBe(true);
    document.dispatchEvent(new Event("pointerup"));
    await vi.advanceTimersByTimeAsync(10);
    vi.useRealTimers();
    expect(place?.hidden).toBe(false);
  });
});

describe("questions", () => {
  it("shows what follows from an answer", () => {
    const rules = {
      category: "lampe",
      department: "x",
      publish: "A",
      days: 5,
      targets: true,
      wish: false,
      questions: [
        {
          key: "dunkel",
          type: "one",
          options: [
            { key: "eine", effects: {} },
            { key: "mehrere", effects: {} },
          ],
        },
        { key: "wieviele", type: "number", shown_if: [{ question: "dunkel", any: ["mehrere"] }] },
      ],
    };
    document.body.innerHTML = `<form><div data-questions><div data-question="dunkel"><input type="radio" name="q_dunkel" value="eine" checked>
      <input type="radio" name="q_dunkel" value="mehrere" id="m"></div><div data-question="wieviele"><input name="q_wieviele"></div></div></form>`;
    const root = document.querySelector<HTMLElement>("[data-questions]") as HTMLElement;
    root.dataset.questions = JSON.stringify(rules);
    questions(root);
    const more = document.querySelector<HTMLElement>('[data-question="wieviele"]');
    expect(more?.hidden).toBe(true);
    const several = document.querySelector<HTMLInputElement>("#m") as HTMLInputElement;
    several.checked = true;
    several.dispatchEvent(new Event("change", { bubbles: true }));
    expect(more?.hidden).toBe(false);
  });
});

describe("takeOver", () => {
  it("replaces the list and keeps open details open", () => {
    document.body.innerHTML = `<div data-swap="filters"><details id="d" open></details></div><ul data-list data-count="3"><li>alt</li></ul>`;
    const page = new DOMParser().parseFromString(
      `<div data-swap="filters"><details id="d"><a href="/neu">x</a></details></div><ul data-list data-count="9"><li>neu</li></ul>`,
      "text/html",
    );
    takeOver(page);
    expect(document.querySelector("li")?.textContent).toBe("neu");
    expect(document.querySelector<HTMLElement>("[data-list]")?.dataset.count).toBe("9");
    expect(document.querySelector("details")?.open).toBe(true);
    expect(document.querySelector("a")).not.toBeNull();
  });
});
