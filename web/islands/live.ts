// News of an open page, quietly: a message from /live only changes the words of
// a button; what is new is fetched and shown when somebody presses it, and
// neither focus nor scrolling moves. Without a socket the page asks /live/poll.
// The protocol is written down in doc/live.md.
//
// <div data-live="report:M-2026-7K3QX9" data-fragment="timeline"> stands inside
// or before the element with the id of the fragment. data-live-kind="list" says
// "3 neue anzeigen" instead of "3 neue Schritte, anzeigen".
import { announce, clock, el, plural, swap, t } from "./dom";

export interface Message {
  topic: string;
  type: string;
  cursor: string;
  data?: unknown;
}

/** atMost is the shortest time between two things that are read out, in ms. */
export const atMost = 5000;

/** lookAfter is how long a list waits before it asks what is new in it, in ms; up to twice that by chance. */
export const lookAfter = 1000;

/** backoff is how long to wait before the n-th new try, in ms: 0.5 s doubling up to 30 s, and up to a half more by chance. */
export function backoff(n: number, chance = Math.random()): number {
  return Math.min(30_000, 500 * 2 ** Math.min(n, 10)) * (1 + chance / 2);
}

/** quiet are types that bring no new row: a count changes on demand only, and a release comes with a step of its own. */
const quiet = new Set(["report.metoo", "report.released"]);

/** sessionEnded is the close code after which nobody comes back. */
const sessionEnded = 4401;

type Listener = { message(m: Message): void; state(open: boolean): void };

/** Client holds one socket for all topics of a page and falls back to asking. */
export class Client {
  private topics = new Map<string, Set<Listener>>();
  private socket: WebSocket | null = null;
  private cursor = "";
  private tries = 0;
  private opened = false;
  private failed = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  subscribe(topic: string, listener: Listener): void {
    const known = this.topics.get(topic);
    if (known) known.add(listener);
    else this.topics.set(topic, new Set([listener]));
    if (this.socket?.readyState === WebSocket.OPEN) this.send([topic]);
    else this.connect();
  }

  /** connect opens the socket unless one is there or on its way. */
  connect(): void {
    if (this.socket || this.timer) return;
    let socket: WebSocket;
    try {
      socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/live`);
    } catch {
      this.failed = 3;
      this.again();
      return;
    }
    this.socket = socket;
    this.opened = false;
    socket.addEventListener("open", () => {
      this.opened = true;
      this.failed = 0;
      this.send([...this.topics.keys()]);
    });
    socket.addEventListener("message", (e) => this.receive(e.data));
    socket.addEventListener("close", (e) => {
      this.socket = null;
      if (e.code === sessionEnded) {
        this.state(false); // the page shows what it has; reloading asks to sign in
        return;
      }
      if (!this.opened) this.failed++;
      this.state(false);
      this.again();
    });
  }

  private send(topics: string[]): void {
    for (const topic of topics) {
      const message: Record<string, string> = { type: "subscribe", topic };
      if (this.cursor) message.cursor = this.cursor;
      this.socket?.send(JSON.stringify(message));
    }
  }

  receive(raw: unknown): void {
    let m: Message;
    try {
      m = JSON.parse(String(raw)) as Message;
    } catch {
      return;
    }
    if (m.cursor) this.cursor = m.cursor;
    this.tries = 0;
    this.state(true);
    if (m.type === "ping" || m.type === "subscribed" || m.type === "error") return;
    for (const [topic, all] of this.topics) {
      if (m.type !== "resync" && m.topic !== topic) continue; // a resync concerns everything
      for (const l of all) l.message(m);
    }
  }

  private state(open: boolean): void {
    for (const all of this.topics.values()) for (const l of all) l.state(open);
  }

  private again(): void {
    if (this.timer) return;
    const wait = backoff(this.tries++);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      // a network that lets no socket through: ask, and try the socket now and then
      if (this.failed >= 3 && this.tries % 6 !== 0) void this.poll();
      else this.connect();
    }, wait);
  }

  /** poll asks once what has happened since the cursor. */
  async poll(): Promise<void> {
    const query = new URLSearchParams();
    for (const topic of this.topics.keys()) query.append("topic", topic);
    if (this.cursor) query.set("cursor", this.cursor);
    try {
      const res = await fetch(`/live/poll?${query}`, { headers: { Accept: "application/json" } });
      if (!res.ok) throw new Error(String(res.status));
      const answer = (await res.json()) as { cursor?: string; messages?: Message[] };
      for (const m of answer.messages ?? []) this.receive(JSON.stringify(m));
      if (answer.cursor) this.cursor = answer.cursor;
      this.state(true);
      this.tries = Math.max(this.tries, 3); // about every 5 s from here
      if (this.tries > 4) this.tries = 3;
    } catch {
      this.state(false);
    }
    this.again();
  }

  close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.topics.clear();
    this.socket?.close();
  }
}

let shared: Client | undefined;

/** sharedClient is the one socket of this page. */
export function sharedClient(): Client {
  if (!shared) {
    shared = new Client();
    window.addEventListener("online", () => shared?.connect());
  }
  return shared;
}

/** attach joins a place on the page to the news of its topic. */
export function attach(root: HTMLElement, client = sharedClient()): void {
  const topic = root.dataset.live ?? "";
  const fragment = root.dataset.fragment ?? "";
  const box = root.querySelector<HTMLElement>("[role=status]") ?? root;
  const isList = root.dataset.liveKind === "list";
  const stale = root.querySelector<HTMLElement>("[data-live-state]");
  let news = 0;
  const numbers = new Set<string>(); // of a list: the reports that something happened to
  let all = false;
  let looking = false;
  let last = new Date();
  let lost = false;
  let heard = false;
  let said = 0;
  let waiting: ReturnType<typeof setTimeout> | undefined;

  client.subscribe(topic, {
    message(m) {
      const number = (m.data as { number?: string } | undefined)?.number;
      if (m.type === "report.hidden" || m.type === "idea.hidden") {
        takeAway(m, isList); // what moderation hides goes at once, without a button
        if (!isList) void showNews(true);
        return;
      }
      if (isList) {
        if (number) numbers.add(number);
        else all = true; // an import, or a gap: anything may be new
        look();
        return;
      }
      if (m.type === "resync") news = Math.max(news, 1);
      else if (!quiet.has(m.type)) news++;
      else return;
      offer();
    },
    state(open) {
      if (open) last = new Date();
      if (open && !isList && !heard) {
        heard = true;
        void missed();
      }
      if (lost === !open) return;
      lost = !open;
      if (!stale) return;
      stale.hidden = open;
      stale.textContent = open ? "" : t("live.lost", { time: clock(last) });
    },
  });

  /** missed finds what came between the server's reading of this page and the first word from the socket. */
  async function missed(): Promise<void> {
    const fresh = (await fetched())?.filter(
      (r) => !document.querySelector(`[data-row="${CSS.escape(r.dataset.row ?? "")}"]`),
    );
    if (fresh && fresh.length > news) {
      news = fresh.length;
      offer();
    }
  }

  /**
   * look asks a little later what this list would show now: its filters, its
   * order and its page decide whether a piece of news is one here. Not at once,
   * and not all readers in the same moment.
   */
  function look(): void {
    if (looking) return;
    looking = true;
    setTimeout(() => void compare(), lookAfter * (1 + Math.random()));
  }

  async function compare(): Promise<void> {
    looking = false;
    const now = await fetched();
    if (!now) return;
    const keys = new Set(numbers);
    if (all) for (const r of now) keys.add(r.dataset.row ?? "");
    all = false;
    news = [...keys].filter((key) => {
      const mine = document.querySelector<HTMLElement>(`[data-row="${CSS.escape(key)}"]`);
      const theirs = now.find((r) => r.dataset.row === key);
      return mine?.innerHTML !== theirs?.innerHTML; // came, went or reads otherwise
    }).length;
    offer();
  }

  /** fetched gives the rows of this page as the server has them now, or null. */
  async function fetched(): Promise<HTMLElement[] | null> {
    const url = new URL(location.href);
    url.searchParams.set("fragment", fragment);
    try {
      const res = await fetch(url, { headers: { Accept: "text/html" } });
      if (!res.ok) return null;
      const holder = el("div");
      swap(holder, await res.text());
      return [...holder.querySelectorAll<HTMLElement>(`#${CSS.escape(fragment)} [data-row]`)];
    } catch {
      return null; // the next word from the socket says it
    }
  }

  /** offer changes the button's words, at most every five seconds: each change is read out. */
  function offer(): void {
    if (waiting || (news === 0 && !box.querySelector("button"))) return;
    const now = Date.now();
    const wait = said === 0 ? 0 : Math.max(0, said + atMost - now);
    const write = () => {
      waiting = undefined;
      said = Date.now();
      if (news === 0) {
        box.replaceChildren();
        return;
      }
      const words = isList ? t("live.new", { n: news }) : plural("live.step", news);
      let button = box.querySelector("button");
      if (!button) {
        button = el("button", { type: "button" }, el("span", { class: "dot", "aria-hidden": "true" }), el("span", {}));
        button.addEventListener("click", () => void showNews());
        box.append(button);
      }
      const word = button.lastElementChild;
      if (word) word.textContent = words;
    };
    if (wait === 0) write();
    else waiting = setTimeout(write, wait);
  }

  /** showNews fetches this page's fragment and puts the new rows in; rows that are there stay the same nodes. */
  async function showNews(gone = false): Promise<void> {
    const shown = news;
    const url = new URL(location.href);
    url.searchParams.set("fragment", fragment);
    try {
      const res = await fetch(url, { headers: { Accept: "text/html" } });
      if (!res.ok) throw new Error(String(res.status));
      const inserted = merge(fragment, await res.text());
      news = Math.max(0, news - shown);
      numbers.clear();
      box.replaceChildren();
      if (inserted && !gone) {
        inserted.setAttribute("tabindex", "-1");
        inserted.focus({ preventScroll: true }); // the button is gone: the focus goes on with what it showed
      }
      if (!gone) announce(t("live.shown"));
    } catch {
      if (gone)
        location.reload(); // the page says what became of it
      else announce(t("failed"));
    }
  }
}

/** takeAway removes from a list what has been hidden: the row of a report, or its picture. */
export function takeAway(m: Message, isList: boolean): void {
  const d = m.data as { number?: string; part?: string; on?: boolean } | undefined;
  if (!isList || !d?.on || !d.number) return;
  const row = document.querySelector<HTMLElement>(`[data-row="${CSS.escape(d.number)}"]`);
  if (d.part === "whole") row?.remove();
  else if (d.part === "photo") row?.querySelector("img")?.remove();
}

/** merge puts the rows of a fetched fragment into the page and returns the first new one. */
export function merge(id: string, html: string): HTMLElement | null {
  const target = document.getElementById(id);
  if (!target) return null;
  const holder = el("div");
  swap(holder, html);
  const fresh = holder.querySelector<HTMLElement>(`#${CSS.escape(id)}`) ?? holder;
  // parts that change as a whole, e.g. the status box: same id here and there
  for (const part of holder.querySelectorAll<HTMLElement>("[data-live-part]")) {
    const mine = document.querySelector<HTMLElement>(`[data-live-part="${part.dataset.livePart}"]`);
    if (mine && !mine.contains(document.activeElement)) {
      mine.replaceChildren(...part.cloneNode(true).childNodes);
      mine.dispatchEvent(new CustomEvent("mw:inserted", { bubbles: true }));
    }
  }
  const list = target.matches("ol, ul") ? target : target.querySelector<HTMLElement>(".track, .items");
  const freshList = fresh.matches("ol, ul") ? fresh : fresh.querySelector<HTMLElement>(".track, .items");
  if (!list || !freshList) return null;
  const known = new Map<string, HTMLElement>();
  for (const row of list.children) {
    const key = (row as HTMLElement).dataset.row;
    if (key) known.set(key, row as HTMLElement);
  }
  const before = list.getBoundingClientRect().bottom;
  let first: HTMLElement | null = null;
  const rows = [...freshList.children].map((row) => {
    const key = (row as HTMLElement).dataset.row;
    const mine = key ? known.get(key) : undefined;
    if (mine && mine.innerHTML === row.innerHTML) return mine;
    if (!mine) {
      row.classList.add("arrived");
      first ??= row as HTMLElement;
    }
    return row;
  });
  list.replaceChildren(...rows);
  // what stands above the reader's eyes grew: the page stays where it was
  const grown = list.getBoundingClientRect().bottom - before;
  if (before < 0 && grown !== 0) window.scrollBy(0, grown);
  list.dispatchEvent(new CustomEvent("mw:inserted", { bubbles: true }));
  return first;
}
