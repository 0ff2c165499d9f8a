// The discussion of a thing: what others say meanwhile waits behind a button and
// moves nothing that somebody reads; answers are written in their place; "helpful"
// counts at once. Everything works without this file.
//
// <section data-discussion="/discussions/idea/UUID" data-since="…" data-topic="comments:idea/UUID" data-key="UUID">
import { announce, el, formatInt, plural, swap, t } from "./dom";
import { atMost, type Client, type Message, sharedClient } from "./live";

const seenKey = (key: string) => `mw-seen-${key}`;

export function attach(root: HTMLElement, client: Client = sharedClient()): void {
  const base = root.dataset.discussion ?? "";
  const box = root.querySelector<HTMLElement>("[data-discussion-live] [role=status]");
  if (!base || !box) return;
  let since = root.dataset.since ?? "";
  let said = 0;
  let heard = false;
  let waiting: ReturnType<typeof setTimeout> | undefined;

  /** count asks how many comments are newer than a moment. */
  async function count(at: string): Promise<number> {
    const res = await fetch(`${base}/new?since=${encodeURIComponent(at)}`, { headers: { Accept: "application/json" } });
    if (!res.ok) throw new Error(String(res.status));
    return ((await res.json()) as { count: number }).count;
  }

  const news = new Set<string>(); // comments that the socket has told of
  let more = 0; // what the server counts, after a gap

  /** recount asks what came in a gap; not all readers in the same moment. */
  function recount(): void {
    setTimeout(() => {
      count(since).then((n) => {
        more = n;
        offer();
      }, ignore);
    }, Math.random() * 1000);
  }

  /** offer writes the button, at most every five seconds: each change is read out. */
  function offer(): void {
    if (waiting) return;
    const write = () => {
      waiting = undefined;
      const n = Math.max(news.size, more);
      if (n === 0) return;
      said = Date.now();
      button(plural("discussion.new", n), () => void show(since));
    };
    const wait = said === 0 ? 0 : said + atMost - Date.now();
    if (wait <= 0) write();
    else waiting = setTimeout(write, wait);
  }

  function button(words: string, press: () => void): void {
    const b = el(
      "button",
      { type: "button" },
      el("span", { class: "dot", "aria-hidden": "true" }),
      el("span", {}, words),
    );
    b.addEventListener("click", press);
    box?.replaceChildren(b);
  }

  /** show brings in what is newer than a moment; what somebody reads stays where it is. */
  async function show(at: string): Promise<void> {
    try {
      const res = await fetch(`${base}/new?since=${encodeURIComponent(at)}`, { headers: { Accept: "text/html" } });
      if (!res.ok) throw new Error(String(res.status));
      const holder = el("div");
      swap(holder, await res.text());
      const first = merge(root, holder);
      const list = holder.querySelector<HTMLElement>("[data-since]");
      since = list?.dataset.since ?? since;
      news.clear();
      more = 0;
      const total = root.querySelector<HTMLElement>("[data-discussion-count]");
      if (total && list?.dataset.count) total.textContent = formatInt(Number(list.dataset.count));
      box?.replaceChildren();
      remember();
      if (first) {
        first.setAttribute("tabindex", "-1");
        first.focus({ preventScroll: true });
      }
      announce(t("live.shown"));
    } catch {
      announce(t("failed"));
    }
  }

  client.subscribe(root.dataset.topic ?? "", {
    message(m: Message) {
      const d = m.data as { number?: string; gone?: boolean } | undefined;
      if (m.type === "resync") recount();
      else if (d?.gone && d.number) takeAway(root, d.number);
      else if (m.type === "comment.added" && d?.number && !root.querySelector(`[data-row="${CSS.escape(d.number)}"]`)) {
        news.add(d.number);
        offer();
      }
    },
    state(open) {
      const stale = root.querySelector<HTMLElement>("[data-live-state]");
      if (stale && open) stale.hidden = true;
      if (open && !heard) {
        heard = true; // what came between the server's reading and the first word
        recount();
      }
    },
  });

  // since the last visit of this browser
  function remember(): void {
    try {
      localStorage.setItem(seenKey(root.dataset.key ?? ""), since);
    } catch {
      // without storage nothing is remembered
    }
  }
  let last = "";
  try {
    last = localStorage.getItem(seenKey(root.dataset.key ?? "")) ?? "";
  } catch {
    // as above
  }
  if (last) {
    void count(last).then((n) => {
      const visible = n > 0 && !box.querySelector("button");
      if (visible) button(t("discussion.jump", { n }), () => void show(last));
    }, ignore);
  }
  remember();

  root.addEventListener("click", (e) => {
    const link = (e.target as HTMLElement).closest<HTMLAnchorElement>("a[data-answer]");
    if (!link || e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    void answer(link);
  });
  root.addEventListener("submit", (e) => {
    const form = e.target as HTMLFormElement;
    if (form.dataset.helpful === undefined) return;
    const pressed = (e as SubmitEvent).submitter as HTMLButtonElement | null;
    if (!pressed) return;
    e.preventDefault();
    void helpful(form, pressed);
  });
}

function ignore(): void {
  // a courtesy that can't be had
}

/** merge puts threads into the list: those that are there are completed, new ones stand on top. */
export function merge(root: HTMLElement, holder: HTMLElement): HTMLElement | null {
  const list = root.querySelector<HTMLElement>("[data-discussion-list]");
  if (!list) return null;
  const before = list.getBoundingClientRect();
  const anchor = reading(root);
  const at = anchor?.getBoundingClientRect().top;
  let first: HTMLElement | null = null;
  const top: HTMLElement[] = [];
  for (const row of holder.querySelectorAll<HTMLElement>(":scope > ul > [data-row]")) {
    const mine = root.querySelector<HTMLElement>(`[data-row="${CSS.escape(row.dataset.row ?? "")}"]`);
    if (!mine) {
      row.classList.add("arrived");
      top.push(row);
      first ??= row;
      continue;
    }
    for (const reply of row.querySelectorAll<HTMLElement>(".cmts--in > [data-row]")) {
      if (mine.querySelector(`[data-row="${CSS.escape(reply.dataset.row ?? "")}"]`)) continue;
      let inside = mine.querySelector<HTMLElement>(":scope > .cmts--in");
      if (!inside) {
        inside = el("ul", { role: "list", class: "cmts cmts--in" });
        mine.querySelector(":scope > .cmt-body")?.after(inside);
      }
      reply.classList.add("arrived");
      inside.append(reply);
      first ??= reply;
    }
    mine.querySelector(":scope > .cmt-more")?.remove(); // all answers of a thread with news are there
  }
  list.prepend(...top);
  if (anchor && at !== undefined && before.top < 0) window.scrollBy(0, anchor.getBoundingClientRect().top - at);
  root.dispatchEvent(new CustomEvent("mw:inserted", { bubbles: true }));
  return first;
}

/** reading is the first comment that stands in sight. */
function reading(root: HTMLElement): HTMLElement | undefined {
  return [...root.querySelectorAll<HTMLElement>("[data-row]")].find((r) => r.getBoundingClientRect().bottom > 0);
}

/** takeAway removes words that nobody may read any more; reloading says why. */
export function takeAway(root: HTMLElement, number: string): void {
  const row = root.querySelector<HTMLElement>(`[data-row="${CSS.escape(number)}"]`);
  row?.querySelector(":scope > .cmt-body > .cmt-text")?.replaceChildren("…");
  row?.querySelector(":scope > .cmt-body > .cmt-acts")?.remove();
}

/** answer brings the form of an answer below its comment. */
async function answer(link: HTMLAnchorElement): Promise<void> {
  const body = link.closest<HTMLElement>(".cmt-body");
  if (!body) return;
  const open = body.querySelector<HTMLElement>(":scope > [data-answer-form]");
  if (open) {
    open.remove();
    link.focus();
    return;
  }
  try {
    const res = await fetch(link.href, { headers: { Accept: "text/html" } });
    if (!res.ok) throw new Error(String(res.status));
    const holder = el("div");
    swap(holder, await res.text());
    const form = holder.querySelector<HTMLElement>("[data-answer-form]");
    if (!form) throw new Error("no form");
    // several forms on one page: ids must stay unique
    for (const e of form.querySelectorAll<HTMLElement>("[id]")) {
      const old = e.id;
      e.id = `${old}-${link.dataset.answer}`;
      for (const l of form.querySelectorAll<HTMLElement>(`[for="${old}"]`)) l.setAttribute("for", e.id);
      for (const d of form.querySelectorAll<HTMLElement>("[aria-describedby]")) {
        const ids = d.getAttribute("aria-describedby")?.split(" ") ?? [];
        d.setAttribute("aria-describedby", ids.map((i) => (i === old ? e.id : i)).join(" "));
      }
    }
    body.append(form);
    form.querySelector("textarea")?.focus();
  } catch {
    location.assign(link.href);
  }
}

/** helpful counts at once and is put back when the server says no. */
async function helpful(form: HTMLFormElement, pressed: HTMLButtonElement): Promise<void> {
  if (form.dataset.busy) return;
  form.dataset.busy = "true";
  try {
    const body = new URLSearchParams({ value: pressed.value });
    const res = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    if (!res.ok) throw new Error(String(res.status));
    const answer = (await res.json()) as { value: number; count: number };
    const [up, down] = [...form.querySelectorAll<HTMLButtonElement>("button[name=value]")];
    up?.setAttribute("aria-pressed", String(answer.value > 0));
    down?.setAttribute("aria-pressed", String(answer.value < 0));
    if (up) up.value = answer.value > 0 ? "0" : "1";
    if (down) down.value = answer.value < 0 ? "0" : "-1";
    const n = form.querySelector<HTMLElement>("[data-helpful-count]");
    if (n) n.textContent = formatInt(answer.count);
  } catch {
    announce(t("failed"));
  } finally {
    delete form.dataset.busy;
  }
}
