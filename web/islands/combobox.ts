// A combobox over proposals of a server: the field stays a plain field, the
// proposals appear below it, arrow keys choose, Enter takes, Escape closes
// (ARIA: combobox with list and manual selection). One place beyond both ends of
// the list is the field itself, with what was typed.
import { announce, debounce, el } from "./dom";

export interface Options<T> {
  label: string; // of the list
  wait: number; // ms of quiet before the server is asked
  ask(text: string, signal: AbortSignal): Promise<T[]>; // an error closes the list
  show(one: T): { text: string; more?: string };
  take(one: T): void;
  count(n: number): string; // what is said when the answer is there
  failed?(): void;
}

export interface Combobox {
  close(): void;
  /** settle makes text what is already known: nothing is asked for it. */
  settle(text: string): void;
}

export function combobox<T>(input: HTMLInputElement, o: Options<T>): Combobox {
  const id = `${input.id}-list`;
  const list = el("ul", { id, role: "listbox", "aria-label": o.label, hidden: true });
  const holder = el("div", { class: "combo" });
  const focused = document.activeElement === input;
  input.before(holder);
  holder.append(input, list);
  if (focused) input.focus(); // moving it takes the focus away
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", id);
  input.setAttribute("autocomplete", "off");

  let found: T[] = [];
  let active = -1;
  let asked = input.value.trim();
  let typed = input.value;
  let running: AbortController | undefined;

  function open(show: boolean): void {
    list.hidden = !show;
    input.setAttribute("aria-expanded", String(show));
    if (!show) mark(-1);
  }

  function mark(i: number): void {
    active = i;
    [...list.children].forEach((option, at) => {
      option.setAttribute("aria-selected", String(at === i));
      if (at === i) option.scrollIntoView({ block: "nearest" });
    });
    if (i < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", `${id}-${i}`);
  }

  function take(i: number): void {
    const one = found[i];
    if (one === undefined) return;
    open(false);
    o.take(one);
  }

  const ask = debounce(async () => {
    const text = input.value.trim();
    if (text === asked) return;
    asked = text;
    running?.abort();
    if (text.length < 2) return open(false);
    running = new AbortController();
    try {
      found = await o.ask(input.value.trimStart(), running.signal);
    } catch (e) {
      if ((e as Error).name === "AbortError") return;
      open(false);
      o.failed?.();
      return;
    }
    list.replaceChildren(
      ...found.map((one, i) => {
        const { text, more } = o.show(one);
        const option = el("li", { role: "option", id: `${id}-${i}`, "aria-selected": "false" }, el("span", {}, text));
        if (more) option.append(el("span", { class: "muted" }, more));
        // mousedown: before the field loses the focus and the list closes
        option.addEventListener("mousedown", (e) => e.preventDefault());
        option.addEventListener("click", () => take(i));
        return option;
      }),
    );
    mark(-1);
    open(found.length > 0 && document.activeElement === input);
    announce(o.count(found.length));
  }, o.wait);

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
      const next = active + (e.key === "ArrowDown" ? 1 : -1);
      mark(next >= found.length ? -1 : next < -1 ? found.length - 1 : next);
    } else if (e.key === "Enter" && !list.hidden && active >= 0) {
      e.preventDefault(); // takes the proposal; the form is sent by the next Enter
      take(active);
    } else if (e.key === "Escape" && !list.hidden) {
      e.preventDefault();
      input.value = typed;
      open(false);
    }
  });

  return {
    close: () => open(false),
    settle: (text) => {
      asked = text.trim();
      typed = text;
      if (text === "") found = [];
    },
  };
}
