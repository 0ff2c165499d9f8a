// Comfort on a case; all of it works without: the preview follows what is typed,
// a selected part of the text is covered by a button, and a step shows only the
// fields that it needs.
const wait = 400;

/** masked is a text with the part between two places replaced. */
export function masked(text: string, from: number, to: number): string {
  if (from >= to) return text;
  const part = text.slice(from, to);
  const head = part.length - part.trimStart().length;
  const tail = part.length - part.trimEnd().length;
  if (part.trim() === "") return text;
  return `${text.slice(0, from + head)}[…]${text.slice(to - tail)}`;
}

/** attachMask lets the button below the text cover what is selected in it. */
export function attachMask(button: HTMLButtonElement): void {
  const area = button.closest(".field")?.querySelector("textarea");
  if (!area) return;
  button.addEventListener("click", () => {
    const { selectionStart, selectionEnd, value } = area;
    const next = masked(value, selectionStart, selectionEnd);
    if (next !== value) {
      area.value = next;
      area.setSelectionRange(selectionStart, selectionStart + 3);
    }
    area.focus();
  });
}

/** attachPreview asks the server for the public sentence while somebody types. */
export function attachPreview(form: HTMLFormElement): void {
  const box = form.querySelector<HTMLElement>("#vorschau-box");
  const button = form.querySelector<HTMLButtonElement>("button[value=preview]");
  if (!box || !button) return;
  button.hidden = true; // the preview is always new
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;
  form.addEventListener("input", (e) => {
    if ((e.target as HTMLInputElement).type === "file") return;
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const mine = ++asked;
      const body = new FormData(form);
      body.delete("photo");
      body.set("do", "preview");
      try {
        const res = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } });
        if (!res.ok || mine !== asked) return;
        const page = new DOMParser().parseFromString(await res.text(), "text/html");
        const fresh = page.querySelector("#vorschau-box");
        if (fresh) box.replaceChildren(...fresh.childNodes);
      } catch {
        button.hidden = false; // no network: the button still works later
      }
    }, wait);
  });
}

/** attachStep shows the fields of the chosen step only. */
export function attachStep(form: HTMLFormElement): void {
  const parts = [...form.querySelectorAll<HTMLElement>("[data-for-step]")];
  if (parts.length === 0) return;
  const show = () => {
    const chosen = form.querySelector<HTMLInputElement>("input[name=step]:checked")?.value;
    for (const p of parts) p.hidden = p.dataset.forStep !== chosen;
  };
  form.addEventListener("change", show);
  show();
}

for (const b of document.querySelectorAll<HTMLButtonElement>("[data-mask]")) attachMask(b);
for (const f of document.querySelectorAll<HTMLFormElement>("[data-preview-form]")) attachPreview(f);
for (const p of document.querySelectorAll<HTMLElement>("[data-for-step]")) {
  const form = p.closest("form");
  if (form && !form.dataset.steps) {
    form.dataset.steps = "true";
    attachStep(form);
  }
}

/** ready puts the focus where Enter sends the ready sentence, or on the first
 * entry that only a person can make. Only where a key or a link led to the form. */
export function ready(form: HTMLFormElement): void {
  const empty = [
    ...form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("input[required], textarea[required]"),
  ].find((f) => f.value.trim() === "" && f.type !== "radio" && f.type !== "checkbox");
  (empty ?? form.querySelector<HTMLElement>("[data-send]"))?.focus();
}

/** send lets Ctrl+Enter in a text press the form's button. */
function send(e: KeyboardEvent): void {
  if (e.key !== "Enter" || !(e.ctrlKey || e.metaKey) || !(e.target instanceof HTMLTextAreaElement)) return;
  const form = e.target.form;
  const button = form?.querySelector<HTMLButtonElement>("[data-send], button[type=submit], button:not([type])");
  if (form && button) {
    e.preventDefault();
    form.requestSubmit(button);
  }
}

if (location.hash === "#tun" && /\/status\/\w+$/.test(location.pathname)) {
  const form = document.querySelector<HTMLFormElement>("form.c-set");
  if (form) setTimeout(() => ready(form)); // after the browser has gone to the fragment
}
if (document.querySelector("[data-desk-keys=case]")) document.addEventListener("keydown", send);
