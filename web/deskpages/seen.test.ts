import { beforeEach, expect, test } from "vitest";
import { attach, newer } from "./seen";

function page(...dates: string[]): HTMLElement {
  const rows = dates.map((d) => `<li><h3>Schritt</h3><time datetime="${d}"></time></li>`).join("");
  document.body.innerHTML = `<div data-seen="M-2026-7K3QX9" data-seen-who="a1" data-seen-new="Neu" data-seen-sum="%n neu"><p data-seen-line hidden></p><ol class="track">${rows}</ol></div>
    <form method="post" action="/desk/reports/M-2026-7K3QX9/note"></form><form method="post" action="/logout"></form>`;
  return document.querySelector("[data-seen]") as HTMLElement;
}

const one = "2026-03-14T09:00:00Z";
const two = "2026-03-14T10:00:00Z";

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});

test("nothing is new the first time, and what came since is marked once", () => {
  expect(newer([one], undefined)).toEqual([]);
  attach(page(one));
  expect(document.querySelectorAll(".c-new")).toHaveLength(0);
  attach(page(two, one));
  expect(document.querySelectorAll(".c-new")).toHaveLength(1);
  expect(document.querySelector("[data-seen-line]")?.textContent).toBe("1 neu");
  attach(page(two, one));
  expect(document.querySelectorAll(".c-new")).toHaveLength(0);
});

test("one's own step is no news, and only dates of steps are kept", () => {
  attach(page(one));
  document.querySelector("form")?.dispatchEvent(new Event("submit", { bubbles: true }));
  attach(page(two, one));
  expect(document.querySelectorAll(".c-new")).toHaveLength(0);
  expect(JSON.parse(localStorage.getItem("mw-desk-seen") ?? "")).toEqual({ "a1 M-2026-7K3QX9": two });
});

test("another person on this device has marks of their own; signing out deletes all", () => {
  attach(page(one));
  const box = page(two, one);
  box.dataset.seenWho = "b2";
  attach(box);
  expect(document.querySelectorAll(".c-new")).toHaveLength(0);
  document.querySelectorAll("form")[1]?.dispatchEvent(new Event("submit", { bubbles: true }));
  expect(localStorage.getItem("mw-desk-seen")).toBeNull();
});
