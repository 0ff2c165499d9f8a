// More keys of the list of cases, and the selection. Like those of keys.ts they
// move the focus, tick a box or follow a link; they can be switched off there.
import { formatInt } from "../islands/dom";
import { step, wanted } from "./keys";

/** range lists the boxes from one to another, in either direction. */
export function range<T>(all: T[], from: T | undefined, to: T): T[] {
  const a = from === undefined ? -1 : all.indexOf(from);
  const b = all.indexOf(to);
  if (b < 0) return [];
  if (a < 0) return [to];
  return all.slice(Math.min(a, b), Math.max(a, b) + 1);
}

/** keysOn is the switch of keys.ts, as the bar shows it: it holds also where nothing can be remembered. */
function keysOn(): boolean {
  return !document.querySelector("[data-keybar]")?.hasAttribute("data-off");
}

export function attach(root: HTMLElement): void {
  let last: HTMLInputElement | undefined;
  const boxes = () => [...root.querySelectorAll<HTMLInputElement>("[data-bulk-one]")];

  const count = () => {
    const say = root.querySelector<HTMLElement>("[data-bulk-count]");
    if (!say) return;
    say.dataset.lead ??= say.textContent ?? "";
    const n = boxes().filter((b) => b.checked).length;
    const all = root.querySelector<HTMLInputElement>("[data-bulk-all]")?.checked ?? false;
    root.toggleAttribute("data-selecting", n > 0 || all);
    const title = say.dataset.bulkTitle;
    say.textContent = n > 0 && title ? title.replace("{n}", formatInt(n)) : say.dataset.lead;
  };
  root.addEventListener("change", count);
  root.addEventListener("mw:inserted", count);
  root.addEventListener("click", (e) => {
    const box = (e.target as Element).closest<HTMLInputElement>("input[data-bulk-one]");
    if (!box) return;
    if (e.shiftKey) for (const b of range(boxes(), last, box)) b.checked = box.checked;
    last = box;
    count();
  });
  count();

  document.addEventListener("keydown", (e) => {
    if (!wanted(e, keysOn())) return;
    if (e.shiftKey && e.key !== "X") return;
    if (act(e.key)) e.preventDefault();
  });

  function current(): HTMLInputElement | undefined {
    return (
      document.activeElement?.closest("[data-row]")?.querySelector<HTMLInputElement>("[data-bulk-one]") ?? undefined
    );
  }

  function act(key: string): boolean {
    switch (key) {
      case "x":
      case "X": {
        const box = current();
        if (!box) {
          step([...root.querySelectorAll<HTMLElement>("[data-row] h2 a")], null, 1)?.focus();
          return true;
        }
        if (key === "X") for (const b of range(boxes(), last, box)) b.checked = true;
        else box.checked = !box.checked;
        last = box;
        count();
        return true;
      }
      case "a":
        return focus(root.querySelector<HTMLElement>("[data-bulk] button"));
      case "f": {
        const filter = root.querySelector<HTMLDetailsElement>("#filter");
        if (filter) filter.open = !filter.open;
        return focus(filter?.querySelector("summary"));
      }
      case "v":
        return focus(
          root.querySelector<HTMLElement>(".rail-nav a[aria-current]") ??
            root.querySelector<HTMLElement>(".rail-nav a"),
        );
      case "m":
        root.querySelector<HTMLAnchorElement>(".qhead .seg a:not([aria-current])")?.click();
        return true;
    }
    return false;
  }

  function focus(to: HTMLElement | null | undefined): boolean {
    to?.focus();
    return true;
  }
}

for (const root of document.querySelectorAll<HTMLElement>("[data-queue]")) attach(root);
