// A combobox over GET /geo/search?q=…: the field stays a plain field, proposals
// appear below it, arrow keys choose, Enter takes, Escape closes. What is taken
// sets the place for the map and the form (ARIA: combobox with list).
import { announce, debounce, el, hiddenInput, onPlace, plural, sendPlace, t } from "./dom";

export interface Hit {
  label: string;
  sub: string;
  lon: number;
  lat: number;
}

/** readHits takes the hits out of the answer: an array of them, or an object that holds one. */
export function readHits(answer: unknown): Hit[] {
  const list = Array.isArray(answer)
    ? answer
    : (Object.values((answer ?? {}) as Record<string, unknown>).find(Array.isArray) ?? []);
  return (list as Record<string, unknown>[]).flatMap((h) => {
    const label = [h.label, h.address, h.name].find((v) => typeof v === "string" && v !== "") as string | undefined;
    const lon = Number(h.lon);
    const lat = Number(h.lat);
    if (!label || !Number.isFinite(lon) || !Number.isFinite(lat) || h.lon === undefined) return [];
    const sub = [h.sub, h.district, h.detail].find((v) => typeof v === "string") as string | undefined;
    return [{ label, sub: sub ?? "", lon, lat }];
  });
}

export function attach(root: HTMLElement): void {
  const input = root.querySelector<HTMLInputElement>('input[type="text"], input[type="search"], input:not([type])');
  if (!input) return;
  const id = `${input.id}-list`;
  const list = el("ul", { id, role: "listbox", "aria-label": t("address.list"), hidden: true });
  const holder = el("div", { class: "combo" });
  input.before(holder);
  holder.append(input, list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", id);
  input.setAttribute("autocomplete", "off");

  let hits: Hit[] = [];
  let active = -1;
  let asked = input.value.trim();
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
    const hit = hits[i];
    if (!hit || !input) return;
    input.value = hit.label;
    asked = hit.label;
    open(false);
    sendPlace({ lon: hit.lon, lat: hit.lat, address: hit.label, from: "address" });
    announce(t("map.place", { address: hit.label }));
  }

  const ask = debounce(async () => {
    const q = input.value.trim();
    if (q === asked) return;
    asked = q;
    running?.abort();
    if (q.length < 2) return open(false);
    running = new AbortController();
    const query = new URLSearchParams({ q });
    const lon = hiddenInput("lon")?.value;
    const lat = hiddenInput("lat")?.value;
    if (lon && lat) {
      query.set("lon", lon);
      query.set("lat", lat);
    }
    try {
      const res = await fetch(`/geo/search?${query}`, {
        signal: running.signal,
        headers: { Accept: "application/json" },
      });
      if (!res.ok) throw new Error(String(res.status));
      hits = readHits(await res.json());
    } catch (e) {
      if ((e as Error).name !== "AbortError") announce(t("address.failed"));
      return;
    }
    list.replaceChildren(
      ...hits.map((h, i) => {
        const o = el("li", { role: "option", id: `${id}-${i}`, "aria-selected": "false" }, el("span", {}, h.label));
        if (h.sub) o.append(el("span", { class: "muted" }, h.sub));
        // mousedown: before the field loses the focus and the list closes
        o.addEventListener("mousedown", (e) => e.preventDefault());
        o.addEventListener("click", () => take(i));
        return o;
      }),
    );
    open(hits.length > 0 && document.activeElement === input);
    announce(hits.length === 0 ? t("address.none") : plural("address.found", hits.length));
  }, 250);

  input.addEventListener("input", ask);
  input.addEventListener("blur", () => open(false));
  input.addEventListener("keydown", (e) => {
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      if (hits.length === 0) return;
      e.preventDefault();
      if (list.hidden) open(true);
      const step = e.key === "ArrowDown" ? 1 : -1;
      mark((active + step + hits.length) % hits.length);
    } else if (e.key === "Enter" && !list.hidden && active >= 0) {
      e.preventDefault(); // takes the proposal; the form is sent by the next Enter
      take(active);
    } else if (e.key === "Escape" && !list.hidden) {
      e.preventDefault();
      open(false);
    }
  });
  // a pin set on the map makes what was typed here a thing of the past
  onPlace((p) => {
    if (p.from === "address") return;
    input.value = "";
    asked = "";
    hits = [];
    open(false);
  });
}
