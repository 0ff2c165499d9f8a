import { afterEach, expect, test, vi } from "vitest";
import { attach } from "./hall";

function form(): HTMLFormElement {
  document.body.innerHTML = `<form data-nearform data-failed="Nicht zu bekommen."><button type="button" data-nearme></button></form>`;
  return document.querySelector("form") as HTMLFormElement;
}

afterEach(() => vi.unstubAllGlobals());

test("asks only when pressed, and sends a rounded place", () => {
  const ask = vi.fn((ok: (p: unknown) => void) => ok({ coords: { longitude: 11.575512, latitude: 48.137399 } }));
  vi.stubGlobal("navigator", { geolocation: { getCurrentPosition: ask } });
  const went: string[] = [];
  const f = form();
  attach(f, (url) => went.push(url));
  expect(ask).not.toHaveBeenCalled();
  f.querySelector("button")?.click();
  expect(went).toEqual(["/?lon=11.576&lat=48.137#nahe"]);
});

test("says when there is no place", () => {
  vi.stubGlobal("navigator", { geolocation: { getCurrentPosition: (_: unknown, no: () => void) => no() } });
  const f = form();
  attach(f, () => {
    throw new Error("went somewhere");
  });
  f.querySelector("button")?.click();
  expect(f.querySelector("[role=status]")?.textContent).toBe("Nicht zu bekommen.");
});
