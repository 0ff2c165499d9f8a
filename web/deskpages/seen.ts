// What is new on a case since this person last opened it on this device. The
// browser keeps the case's number and the date of the newest step that was shown
// (never when anybody looked), and tells it to nobody. Signing out deletes it.
const memory = "mw-desk-seen";
const own = "mw-desk-own";
const most = 300;

type Seen = Record<string, string>;

function read(): Seen {
  try {
    const raw: unknown = JSON.parse(localStorage.getItem(memory) ?? "{}");
    return raw && typeof raw === "object" && !Array.isArray(raw) ? (raw as Seen) : {};
  } catch {
    return {}; // storage is off, or somebody else wrote there
  }
}

function write(key: string, at: string): void {
  const { [key]: _, ...rest } = read();
  const kept = Object.entries(rest).slice(-(most - 1));
  try {
    localStorage.setItem(memory, JSON.stringify(Object.fromEntries([...kept, [key, at]])));
  } catch {
    // then nothing is marked next time
  }
}

/** newer are the dates after the one that was seen; none the first time. */
export function newer(dates: string[], seen: string | undefined): number[] {
  if (!seen) return [];
  return dates.flatMap((at, i) => (at > seen ? [i] : []));
}

/** attach marks the steps that are new and remembers the newest one. */
export function attach(box: HTMLElement): void {
  const key = `${box.dataset.seenWho} ${box.dataset.seen}`;
  const rows = [...box.querySelectorAll<HTMLElement>(".track > li")];
  const dates = rows.map((r) => r.querySelector("time")?.dateTime ?? "");
  const newest = [...dates].sort().at(-1) ?? "";
  const mine = sessionStorage.getItem(own) === key; // the step that this page has just made is no news
  sessionStorage.removeItem(own);
  const fresh = mine ? [] : newer(dates, read()[key]);
  for (const i of fresh) {
    const tag = document.createElement("span");
    tag.className = "tag tag--new c-new";
    tag.textContent = box.dataset.seenNew ?? "";
    rows[i]?.querySelector("h3")?.append(" ", tag);
  }
  const line = box.querySelector<HTMLElement>("[data-seen-line]");
  if (line && fresh.length > 0) {
    line.textContent = (box.dataset.seenSum ?? "").replace("%n", String(fresh.length));
    line.hidden = false;
  }
  if (newest) write(key, newest);
  document.addEventListener("submit", (e) => {
    const form = e.target as HTMLFormElement;
    if (form.action.endsWith("/logout")) localStorage.removeItem(memory);
    else if (form.method === "post") sessionStorage.setItem(own, key);
  });
}

const box = document.querySelector<HTMLElement>("[data-seen]");
if (box) {
  try {
    attach(box);
  } catch {
    // no storage: nothing is marked
  }
}
