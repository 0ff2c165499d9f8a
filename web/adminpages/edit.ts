// The preview of the questions follows what is typed. Without script there is a
// button for it.
import { attach } from "../islands/wizard-questions";

const wait = 400;

/** attachEdit asks the server for the preview while somebody types. */
export function attachEdit(form: HTMLFormElement, box: HTMLElement): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;
  const ask = async () => {
    const mine = ++asked;
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
    body.set("do", "preview");
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const next = page.getElementById(box.id);
      if (!next || mine !== asked) return;
      box.replaceChildren(...next.children);
      for (const part of box.querySelectorAll<HTMLElement>("[data-questions]")) attach(part);
    } catch {
      // the button still works
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, wait);
  });
}

const form = document.querySelector<HTMLFormElement>("form[data-admin-edit]");
const box = document.getElementById("vorschau-box");
if (form && box) attachEdit(form, box);
