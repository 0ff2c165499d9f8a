import { expect, test, vi } from "vitest";
import { masked } from "./case";
import { attach as attachCover, read, write } from "./cover";
import { attach as attachKeys, step, wanted } from "./keys";
import { attach as attachQueue } from "./queue";

test("masked covers the selected words and keeps the spaces around them", () => {
  expect(masked("Rufen Sie Frau Muster an", 9, 22)).toBe("Rufen Sie […] an");
  expect(masked("Text", 2, 2)).toBe("Text");
  expect(masked("a   b", 1, 4)).toBe("a   b");
});

test("keys rest while somebody types", () => {
  document.body.innerHTML = `<main><input id="t"><input id="c" type="checkbox"><textarea id="a"></textarea><a id="l" href="#">x</a></main>`;
  const press = (id: string, more: KeyboardEventInit = {}) => {
    const e = new KeyboardEvent("keydown", { key: "j", bubbles: true, ...more });
    document.getElementById(id)?.dispatchEvent(e);
    return e;
  };
  expect(wanted(press("l"), true)).toBe(true);
  expect(wanted(press("c"), true)).toBe(true);
  expect(wanted(press("l"), false)).toBe(false);
  expect(wanted(press("t"), true)).toBe(false);
  expect(wanted(press("a"), true)).toBe(false);
  expect(wanted(press("l", { ctrlKey: true }), true)).toBe(false);
});

test("j and k go through the rows and stop at the ends; the switch ends it", () => {
  document.body.innerHTML = `<div data-desk-keys="queue"><ul><li data-row="1"><h2><a href="#1">1</a></h2></li><li data-row="2"><h2><a href="#2">2</a></h2></li></ul></div>
    <div data-keybar><span>j</span><button data-keys-toggle data-on="an" data-off="aus"></button></div>`;
  const links = [...document.querySelectorAll("a")];
  expect(step(links, null, 1)).toBe(links[0]);
  expect(step(links, links[1] ?? null, 1)).toBe(links[1]);
  expect(step(links, null, -1)).toBe(links[1]);
  attachKeys(document.querySelector("[data-desk-keys]") as HTMLElement);
  const press = () => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true }));
  press();
  expect(document.activeElement).toBe(links[0]);
  const toggle = document.querySelector("button") as HTMLButtonElement;
  expect(toggle.textContent).toBe("aus");
  toggle.click();
  expect(toggle.textContent).toBe("an");
  press();
  expect(document.activeElement).toBe(links[0]);
});

test("the switch holds for the keys of the list too, also where the device keeps nothing", () => {
  localStorage.clear();
  document.body.innerHTML = `<div data-desk-keys="queue" data-queue><ul><li data-row="1"><h2><a href="#1">1</a></h2><input type="checkbox" data-bulk-one></li></ul></div>
    <div data-keybar><button data-keys-toggle data-on="an" data-off="aus"></button></div>`;
  const root = document.querySelector("[data-queue]") as HTMLElement;
  attachKeys(root);
  attachQueue(root);
  const keep = vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
    throw new Error("no storage");
  });
  const box = document.querySelector("input") as HTMLInputElement;
  const press = () => box.dispatchEvent(new KeyboardEvent("keydown", { key: "x", bubbles: true }));
  box.focus();
  press();
  expect(box.checked).toBe(true);
  (document.querySelector("button") as HTMLButtonElement).click();
  box.focus();
  press();
  expect(box.checked).toBe(true);
  keep.mockRestore();
});

const row = `<fieldset data-rect><legend>Stelle 1</legend><label for="f-x">x</label><input id="f-x" name="x[]"><input name="y[]"><input name="w[]"><input name="h[]"><button type="button" data-drop>Stelle 1 löschen</button></fieldset>`;

test("a box and its row of numbers say the same", () => {
  document.body.innerHTML = row;
  const fields = document.querySelector("fieldset") as HTMLElement;
  expect(read(fields)).toBeNull();
  write(fields, { x: 0.1234, y: 0.5, w: 0.25, h: 0.3 });
  expect([...fields.querySelectorAll("input")].map((i) => i.value)).toEqual(["12.3", "50", "25", "30"]);
  expect(read(fields)?.x).toBeCloseTo(0.123);
  write(fields, null);
  expect(read(fields)).toBeNull();
});

test("adding needs no pointer, deleting empties the row, names stay unique", () => {
  document.body.innerHTML = `<form data-cover><div data-stage></div><button type="button" data-add>+</button><div data-rects>${row}</div></form>`;
  const form = document.querySelector("form") as HTMLFormElement;
  attachCover(form);
  const add = form.querySelector("[data-add]") as HTMLButtonElement;
  add.click();
  add.click();
  expect(form.querySelectorAll("[data-rect]:not([hidden])")).toHaveLength(2);
  expect(document.querySelectorAll("#f-x")).toHaveLength(1);
  expect([...form.querySelectorAll("legend")].map((l) => l.textContent)).toEqual(["Stelle 1", "Stelle 2"]);
  document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key: "Delete", bubbles: true }));
  expect(form.querySelectorAll("[data-rect]:not([hidden])")).toHaveLength(1);
  expect(form.querySelectorAll(".cover-box")).toHaveLength(1);
});
