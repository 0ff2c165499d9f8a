// The search box: a combobox over GET /search/suggestions?q=…. The form works
// as a plain form; proposals appear below the field, arrow keys choose, Enter
// takes, Escape closes (ARIA: combobox with list and manual selection). Words
// are searched for, a thing is opened.
import { announce, debounce, el } from "./dom";

interface Proposal {
  text: string;
  kind?: string;
  path?: string;
}

/** readProposals takes what makes sense out of the answer: own paths only. */
export function readProposals(answer: unknown): Proposal[] {
  if (!Array.isArray(answer)) return [];
  return (answer as Record<string, unknown>[]).flatMap((p) => {
    if (typeof p.text !== "string" || p.text === "") return [];
    const path = typeof p.path === "string" && /^\/(?!\/)/.test(p.path) ? p.path : undefined;
    return [{ text: p.text, kind: typeof p.kind === "string" ? p.kind : undefined, path }];
  });
}

export function attach(root: HTMLElement): void {
  const form = root as HTMLFormElement;
  const input = form.querySelector<HTMLInputElement>('input[name="q"]');
  if (!input) return;
  const id = `${input.id}-list`;
  const list = el("ul", { id, role: "listbox", "aria-label": form.dataset.list ?? "", hidden: true });
  const holder = el("div", { class: "combo" });
  const focused = document.activeElement === input;
  input.before(holder);
  holder.append(input, list);
  if (focused) input.focus(); // moving it takes the focus away
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", id);

  let found: Proposal[] = [];
  let active = -1;
  let asked = input.value.trim();
  let typed = input.value;
  let running: AbortController | undefined;

  function open(show: boolean): void {
    list.hidden = !show;
    input?.setAttribute("aria-expanded", String(show));
    if (!show) mark(-1);
  }

  function mark(i: number): void {
    active = i;
    [...list.children].forEach((o, at) => {
      o.setAttribute("aria-selected", String(at === i));
      if (at === i) o.scrollIntoView({ block: "nearest" });
    });
    if (i < 0) input?.removeAttribute("aria-activedescendant");
    else input?.setAttribute("aria-activedescendant", `${id}-${i}`);
  }

  function take(i: number): void {
    const p = found[i];
    if (!p || !input) return;
    open(false);
    if (p.path) {
      location.assign(p.path);
      return;
    }
    input.value = p.text;
    form.requestSubmit();
  }

  const ask = debounce(async () => {
    const q = input.value.trim();
    if (q === asked) return;
    asked = q;
    running?.abort();
    if (q.length < 2) return open(false);
    running = new AbortController();
    try {
      const res = await fetch(`/search/suggestions?${new URLSearchParams({ q: input.value.trimStart() })}`, {
        signal: running.signal,
        headers: { Accept: "application/json" },
      });
      if (!res.ok) return open(false); // the form works without
      found = readProposals(await res.json());
    } catch {
      return;
    }
    list.replaceChildren(
      ...found.map((p, i) => {
        const o = el("li", { role: "option", id: `${id}-${i}`, "aria-selected": "false" }, el("span", {}, p.text));
        o.append(el("span", { class: "muted" }, p.kind ?? form.dataset.for ?? ""));
        // mousedown: before the field loses the focus and the list closes
        o.addEventListener("mousedown", (e) => e.preventDefault());
        o.addEventListener("click", () => take(i));
        return o;
      }),
    );
    mark(-1);
    open(found.length > 0 && document.activeElement === input);
    const words = found.length === 1 ? form.dataset.one : form.dataset.many;
    announce(found.length === 0 ? (form.dataset.none ?? "") : (words ?? "").replace("{n}", String(found.length)));
  }, 150);

  input.addEventListener("input", () => {
    typed = input.value;
    ask();
  });
  input.addEventListener("blur", () => open(false));
  input.addEventListener("keydown", (e) => {
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      if (found.length === 0) return;
      e.preventDefault();
      if (list.hidden) open(true);
      // one place beyond both ends is the field itself, with what was typed
      const step = e.key === "ArrowDown" ? 1 : -1;
      const next = active + step;
      mark(next >= found.length ? -1 : next < -1 ? found.length - 1 : next);
    } else if (e.key === "Enter" && !list.hidden && active >= 0) {
      e.preventDefault();
      take(active);
    } else if (e.key === "Escape" && !list.hidden) {
      e.preventDefault();
      input.value = typed;
      open(false);
    }
  });
}
