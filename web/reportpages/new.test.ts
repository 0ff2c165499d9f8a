import { beforeEach, expect, test } from "vitest";
import { attachSeen } from "./new";

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
