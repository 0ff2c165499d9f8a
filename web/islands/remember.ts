// "Auf diesem Gerät merken": a list of numbers in this browser's storage and
// nowhere else. [data-remember="M-2026-7K3QX9"] is the button (data-title names
// the report), [data-remembered] the place where the list is shown.
import { announce, el, t } from "./dom";

const key = "mw.remembered";
const most = 50;

export interface Remembered {
  number: string;
  title: string;
}

export function list(): Remembered[] {
  try {
    const raw: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    if (!Array.isArray(raw)) return [];
    return raw.filter(
      (r): r is Remembered =>
        typeof r?.number === "string" && /^[A-Z]-\d{4}-[0-9A-Z]{6}$/.test(r.number) && typeof r?.title === "string",
    );
  } catch {
    return []; // storage is off, or somebody else wrote there
  }
}

function save(all: Remembered[]): boolean {
  try {
    localStorage.setItem(key, JSON.stringify(all.slice(0, most)));
    return true;
  } catch {
    return false;
  }
}

export function remember(number: string, title: string): boolean {
  return save([{ number, title }, ...list().filter((r) => r.number !== number)]);
}

export function forget(number: string): boolean {
  return save(list().filter((r) => r.number !== number));
}

/** where is the page of what a number names: of an idea or of a report. */
export function where(number: string): string {
  if (number.startsWith("I-")) return `/ideas/${number}`;
  return `/reports/${number}`;
}

function button(root: HTMLElement): void {
  const number = root.dataset.remember ?? "";
  const show = () => root.setAttribute("aria-pressed", String(list().some((r) => r.number === number)));
  show();
  root.hidden = false;
  root.addEventListener("click", (e) => {
    e.preventDefault();
    const on = root.getAttribute("aria-pressed") === "true";
    const done = on ? forget(number) : remember(number, root.dataset.title ?? number);
    show();
    announce(done ? t(on ? "remember.off" : "remember.on") : t("failed"));
  });
}

function shown(root: HTMLElement): void {
  const all = list();
  root.hidden = all.length === 0;
  if (all.length === 0) {
    root.replaceChildren();
    return;
  }
  const id = "gemerkt";
  root.replaceChildren(
    el("h2", { id, class: "h-s" }, t("remember.title")),
    el(
      "ul",
      { role: "list", class: "links", "aria-labelledby": id },
      ...all.map((r) => {
        const off = el("button", { type: "button", class: "linkbtn small" }, `${t("remember.forget")}`);
        off.append(el("span", { class: "vh" }, `: ${r.number}`));
        off.addEventListener("click", () => {
          forget(r.number);
          shown(root);
          announce(t("remember.off"));
          (root.querySelector("a") as HTMLElement | null)?.focus();
        });
        return el("li", { class: "row" }, el("a", { href: where(r.number) }, `${r.number}: ${r.title}`), off);
      }),
    ),
  );
}

export function attach(root: HTMLElement): void {
  if (root.dataset.remember !== undefined) button(root);
  else shown(root);
}
