// "Betrifft mich auch": the form posts by itself; with script the button
// changes at once and is put back when the server says no.
import { announce, formatInt, t } from "./dom";

export function attach(root: HTMLElement): void {
  const form = root as HTMLFormElement;
  const button = form.querySelector<HTMLButtonElement>("button[name=on]");
  const count = form.querySelector<HTMLElement>("[data-metoo-count]");
  const word = form.querySelector<HTMLElement>("[data-metoo-word]");
  if (!button || !count || !word) return;
  let busy = false;

  const show = (on: boolean, n: number) => {
    button.setAttribute("aria-pressed", String(on));
    button.value = on ? "0" : "1";
    word.textContent = t(on ? "metoo.on" : "metoo");
    count.textContent = formatInt(n);
  };

  form.addEventListener("submit", (e) => {
    e.preventDefault();
    if (busy) return; // a second tap waits for the first answer
    const on = button.getAttribute("aria-pressed") !== "true";
    const before = Number((count.textContent ?? "0").replace(/\D/g, ""));
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
    body.set("on", on ? "1" : "0");
    busy = true;
    show(on, Math.max(0, before + (on ? 1 : -1)));
    fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } })
      .then(async (res) => {
        if (!res.ok) throw new Error(String(res.status));
        // a JSON answer knows better; a page after a redirect is fine too
        if (res.headers.get("Content-Type")?.includes("json")) {
          const answer = (await res.json()) as { on?: boolean; count?: number };
          if (typeof answer.count === "number") show(answer.on ?? on, answer.count);
        }
        announce(word.textContent ?? "");
      })
      .catch(() => {
        show(!on, before);
        announce(t("failed"));
      })
      .finally(() => {
        busy = false;
      });
  });
}
