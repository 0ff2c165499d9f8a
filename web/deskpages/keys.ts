// Keys of the desk. They move the focus or follow a link: what changes a report
// is always a button that somebody presses. They can be switched off (WCAG
// 2.1.4), and rest while somebody types or holds a modifier.
const memory = "mw-desk-keys";

/** wanted tells whether a key press is meant for the page. */
export function wanted(e: KeyboardEvent, on: boolean): boolean {
  if (!on || e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return false;
  const at = e.target;
  if (!(at instanceof HTMLElement)) return true;
  if (at.isContentEditable || at.closest("textarea, select, dialog")) return false;
  const input = at.closest("input");
  return !input || ["checkbox", "radio", "button", "submit"].includes(input.type);
}

/** step is the row after (or before) the one that has the focus. */
export function step(links: HTMLElement[], active: Element | null, by: 1 | -1): HTMLElement | undefined {
  const i = links.findIndex((l) => l === active || l.closest("[data-row]")?.contains(active ?? null));
  if (i < 0) return by > 0 ? links[0] : links.at(-1);
  return links[Math.min(links.length - 1, Math.max(0, i + by))];
}

function stored(): boolean {
  try {
    return localStorage.getItem(memory) !== "off";
  } catch {
    return true;
  }
}

/** attach listens for the keys of a page of the desk. */
export function attach(root: HTMLElement): void {
  let on = stored();
  const bar = document.querySelector<HTMLElement>("[data-keybar]");
  const toggle = bar?.querySelector<HTMLButtonElement>("[data-keys-toggle]");
  const show = () => {
    if (!bar || !toggle) return;
    bar.toggleAttribute("data-off", !on);
    toggle.removeAttribute("aria-pressed"); // its words say what pressing does
    toggle.textContent = (on ? toggle.dataset.off : toggle.dataset.on) ?? "";
  };
  show();
  toggle?.addEventListener("click", () => {
    on = !on;
    try {
      localStorage.setItem(memory, on ? "on" : "off");
    } catch {
      // then it holds for this page
    }
    show();
  });
  document.addEventListener("keydown", (e) => {
    if (!wanted(e, on)) return;
    const target = aim(root, e.key);
    if (!target) return;
    e.preventDefault();
    const aimed = opened(target);
    aimed.focus();
    aimed.scrollIntoView({ block: "nearest" });
    if ("go" in target.dataset) target.click(); // a link to another page or form
  });
  help(() => on);
}

/** opened unfolds what hides a target. A fold that is a target itself gives the
 * focus to the first thing in it. */
export function opened(target: HTMLElement): HTMLElement {
  const fold = target.closest("details");
  if (!fold) return target;
  for (let f: Element | null | undefined = fold; f; f = f.parentElement?.closest("details"))
    (f as HTMLDetailsElement).open = true;
  if (target.tagName !== "SUMMARY") return target;
  return fold.querySelector<HTMLElement>("textarea, select, input:not([type=hidden]), a, button") ?? target;
}

// help opens the list of all keys, by its button and by "?".
function help(on: () => boolean): void {
  const dialog = document.querySelector<HTMLDialogElement>("dialog[data-keyhelp]");
  if (!dialog) return;
  const open = () => {
    if (!dialog.open) dialog.showModal();
  };
  document.querySelector("[data-keys-help]")?.addEventListener("click", open);
  document.addEventListener("keydown", (e) => {
    if (e.key !== "?" || !wanted(e, on())) return;
    e.preventDefault();
    open();
  });
}

function aim(root: HTMLElement, key: string): HTMLElement | null | undefined {
  if (root.dataset.deskKeys === "queue") {
    const links = [...root.querySelectorAll<HTMLElement>("[data-row] h2 a")];
    if (key === "j" || key === "k") return step(links, document.activeElement, key === "j" ? 1 : -1);
    return key === "/" ? root.querySelector<HTMLElement>("input[type=search]") : null;
  }
  return /^[a-z]$/.test(key) ? document.querySelector<HTMLElement>(`[data-key="${key}"]`) : null;
}

for (const root of document.querySelectorAll<HTMLElement>("[data-desk-keys]")) attach(root);
