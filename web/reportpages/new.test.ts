import { beforeEach, expect, test } from "vitest";
import { sendPlace } from "../islands/dom";
import { attachAddress, attachSeen } from "./new";

beforeEach(() => {
  document.body.innerHTML = `
    <form><div data-questions="{}">
      <div data-question="art"><input type="hidden" name="seen[]" value="art"></div>
      <div data-question="zahl" hidden><input type="hidden" name="seen[]" value="zahl" disabled></div>
    </div></form>`;
});

test("only questions in sight are said to have been seen", () => {
  const form = document.querySelector("form") as HTMLFormElement;
  attachSeen(document.querySelector("[data-questions]") as HTMLElement);
  const seen = () => new FormData(form).getAll("seen[]");
  form.dispatchEvent(new Event("submit"));
  expect(seen()).toEqual(["art"]);
  (document.querySelector('[data-question="zahl"]') as HTMLElement).hidden = false;
  form.dispatchEvent(new Event("submit"));
  expect(seen()).toEqual(["art", "zahl"]);
});

test("the pin brings its address along, and a pin without one forgets it", () => {
  document.body.innerHTML = '<input type="hidden" name="address_of" value="Tal 5">';
  const known = document.querySelector("input") as HTMLInputElement;
  attachAddress(known);
  sendPlace({ lon: 11.5, lat: 48.1, address: "Marienplatz 8", from: "address" });
  expect(known.value).toBe("Marienplatz 8");
  sendPlace({ lon: 11.5, lat: 48.1, from: "map" });
  expect(known.value).toBe("");
});
