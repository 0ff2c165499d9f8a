// Shows and hides the questions of a category while people answer, by the same
// rules as the server. <div data-questions='{…}'> holds the category's form as
// JSON in the attribute, each <div data-question="key"> one question.
import { evaluate, type Form, fromForm } from "./questions";

export function attach(root: HTMLElement): void {
  const form = root.closest("form");
  let rules: Form;
  try {
    rules = JSON.parse(root.dataset.questions ?? "") as Form;
  } catch {
    return; // all questions stay in sight, the server sorts them out
  }
  if (!form) return;

  const update = () => {
    const shown = new Set(evaluate(rules, fromForm(new FormData(form))).outcome.shown);
    for (const part of root.querySelectorAll<HTMLElement>("[data-question]")) {
      part.hidden = !shown.has(part.dataset.question ?? "");
    }
  };
  form.addEventListener("input", update);
  form.addEventListener("change", update);
  update();
}
