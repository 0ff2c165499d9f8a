import { beforeEach, describe, expect, it, vi } from "vitest";
import { attach, readHits } from "./address";
import { onPlace, type Place } from "./dom";

const answer = {
  hits: [
    { label: "Tal 50", district: "Altstadt-Lehel", lon: 11.58, lat: 48.136 },
    { label: "Talkirchner Straße", lon: 11.55, lat: 48.12 },
  ],
};

beforeEach(() => {
  document.body.innerHTML = `<form><input type="hidden" id="f-lon" name="lon"><input type="hidden" id="f-lat" name="lat">
    <div data-address><label for="f-address">Adresse</label><input type="text" id="f-address" name="address"></div></form>`;
  vi.useFakeTimers();
  vi.stubGlobal(
    "fetch",
    vi.fn(() => Promise.resolve(new Response(JSON.stringify(answer)))),
  );
  return () => vi.useRealTimers();
});

async function typed(text: string): Promise<HTMLInputElement> {
  const root = document.querySelector<HTMLElement>("[data-address]") as HTMLElement;
  attach(root);
  const input = root.querySelector("input") as HTMLInputElement;
  input.focus();
  input.value = text;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  await vi.advanceTimersByTimeAsync(300);
  return input;
}

function press(input: HTMLElement, key: string): void {
  input.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}

describe("address", () => {
  it("proposes and takes by keyboard", async () => {
    const places: Place[] = [];
    onPlace((p) => places.push(p));
    const input = await typed("tal");
    expect(input.getAttribute("aria-expanded")).toBe("true");
    expect(document.querySelectorAll("[role=option]").length).toBe(2);
    press(input, "ArrowDown");
    expect(input.getAttribute("aria-activedescendant")).toBe("f-address-list-0");
    press(input, "ArrowUp"); // the field itself
    expect(input.hasAttribute("aria-activedescendant")).toBe(false);
    press(input, "ArrowUp");
    expect(input.getAttribute("aria-activedescendant")).toBe("f-address-list-1");
    press(input, "ArrowDown");
    press(input, "ArrowDown");
    press(input, "Enter");
    expect(input.value).toBe("Tal 50");
    expect(input.getAttribute("aria-expanded")).toBe("false");
    expect(places).toEqual([{ lon: 11.58, lat: 48.136, address: "Tal 50", from: "address" }]);
  });

  it("closes by Escape and keeps what was typed", async () => {
    const input = await typed("tal");
    press(input, "Escape");
    expect(document.querySelector<HTMLElement>("[role=listbox]")?.hidden).toBe(true);
    expect(input.value).toBe("tal");
  });

  it("stays a plain field when the search fails", async () => {
    vi.stubGlobal(
      "fetch",
      vi.fn(() => Promise.reject(new Error("down"))),
    );
    const input = await typed("tal");
    expect(input.value).toBe("tal");
    expect(input.getAttribute("aria-expanded")).toBe("false");
  });
});

describe("readHits", () => {
  it("takes arrays and objects, and drops what has no place", () => {
    expect(readHits([{ label: "a", lon: 1, lat: 2 }, { label: "b" }, { lon: 1, lat: 2 }])).toEqual([
      { label: "a", sub: "", lon: 1, lat: 2 },
    ]);
    expect(readHits(null)).toEqual([]);
  });
});
