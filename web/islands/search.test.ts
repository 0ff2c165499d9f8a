import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { attach, readProposals } from "./search";

beforeEach(() => {
  vi.useFakeTimers();
  document.body.innerHTML = `<form action="/search" data-search data-list="Vorschläge" data-none="Keine" data-one="1 Vorschlag" data-many="{n} Vorschläge" data-for="suchen"><label for="q">Suche</label><input id="q" name="q" type="search"></form>`;
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function answers(list: unknown): void {
  vi.stubGlobal(
    "fetch",
    vi.fn(async () => ({ ok: true, json: async () => list })),
  );
}

async function type(text: string): Promise<HTMLInputElement> {
  const form = document.querySelector("form") as HTMLFormElement;
  attach(form);
  const input = document.querySelector("input") as HTMLInputElement;
  input.focus();
  input.value = text;
  input.dispatchEvent(new Event("input"));
  await vi.advanceTimersByTimeAsync(200);
  return input;
}

function press(input: HTMLInputElement, key: string): void {
  input.dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true }));
}

test("only what makes sense is proposed", () => {
  expect(readProposals({})).toEqual([]);
  expect(readProposals([{ text: "" }, { text: 1 }, { text: "a", path: "https://elsewhere.example" }])).toEqual([
    { text: "a", kind: undefined, path: undefined },
  ]);
  expect(readProposals([{ text: "a", path: "//elsewhere.example" }])[0]?.path).toBeUndefined();
});

test("words are chosen with the keyboard and searched for", async () => {
  answers([
    { text: "Laterne" },
    { text: "Laterne dunkel", kind: "Schaden melden", path: "/reports/new?category=laterne" },
  ]);
  const input = await type("later");
  const list = document.querySelector("[role=listbox]") as HTMLElement;
  expect(input.getAttribute("aria-expanded")).toBe("true");
  expect(list.children).toHaveLength(2);
  expect(document.querySelector("[role=status]")?.textContent).toBe("2 Vorschläge");

  const sent = vi.fn();
  (document.querySelector("form") as HTMLFormElement).requestSubmit = sent;
  press(input, "ArrowDown");
  expect(input.getAttribute("aria-activedescendant")).toBe(list.children[0]?.id);
  press(input, "Enter");
  expect(input.value).toBe("Laterne");
  expect(sent).toHaveBeenCalledOnce();
  expect(list.hidden).toBe(true);
});

test("arrows go round over the field, Escape closes and keeps what was typed", async () => {
  answers([{ text: "eins" }, { text: "zwei" }]);
  const input = await type("ein");
  press(input, "ArrowUp");
  press(input, "ArrowUp");
  expect(document.querySelectorAll("[aria-selected=true]")).toHaveLength(1);
  press(input, "ArrowDown");
  press(input, "ArrowDown");
  press(input, "Escape");
  expect(input.getAttribute("aria-expanded")).toBe("false");
  expect(input.hasAttribute("aria-activedescendant")).toBe(false);
  expect(input.value).toBe("ein");
});

test("nothing found is said once", async () => {
  answers([]);
  const input = await type("xyz");
  expect(input.getAttribute("aria-expanded")).toBe("false");
  expect(document.querySelector("[role=status]")?.textContent).toBe("Keine");
});
