// The map beside a list: clusters and pins from the tiles of the same filters.
// The list is the page; the map moves, the list follows by fetching this page
// with bbox=… and taking over its [data-list] and [data-swap="…"] parts. The
// address in the browser follows too, so that a link shows the same.
import type { FilterSpecification, MapGeoJSONFeature, PointLike } from "maplibre-gl";
import { announce, debounce, el, onPlace, t } from "./dom";
import type { CityMap } from "./map";
import { others, selected } from "./map-style";
import { type BBox, prefixOf, publicNumber, readBBox, rowOf, withBBox } from "./map-tools";

/** takeOver puts the parts of a freshly fetched page into this one. Open details stay open. */
export function takeOver(page: Document, into: Document = document): void {
  for (const part of into.querySelectorAll<HTMLElement>("[data-list], [data-swap]")) {
    const name = part.dataset.swap;
    const fresh = page.querySelector<HTMLElement>(name === undefined ? "[data-list]" : `[data-swap="${name}"]`);
    if (!fresh) continue;
    const open = [...part.querySelectorAll("details[id]")].filter((d) => (d as HTMLDetailsElement).open);
    part.replaceChildren(...fresh.childNodes);
    for (const d of open) {
      const same = into.getElementById(d.id) as HTMLDetailsElement | null;
      if (same) same.open = true;
    }
    if (fresh.dataset.count !== undefined) part.dataset.count = fresh.dataset.count;
    part.dispatchEvent(new CustomEvent("mw:inserted", { bubbles: true }));
  }
}

export function list(city: CityMap): void {
  const { map, root } = city;
  const rows = document.querySelector<HTMLElement>("[data-list]");
  const box = readBBox(new URL(location.href).searchParams.get("bbox"));
  if (box) map.fitBounds(box, { animate: false });
  let on = "";
  let running: AbortController | undefined;

  // a list that does not follow the map (ideas) still says what a pin is
  const row = (number: string) => rowOf(number, rows);

  /** select lifts one report on the map and in the list. */
  function select(number: string, scroll: boolean): void {
    if (number === on) return;
    row(on)?.classList.remove("on");
    on = number;
    const mine = row(number);
    mine?.classList.add("on");
    if (scroll && rows) mine?.scrollIntoView({ block: "nearest" });
    lift();
  }

  /** lift names the selected report to the style, in both spellings that tiles may use. */
  function lift(): void {
    if (!map.getLayer("selected")) return;
    const key = onKey();
    if (key === lifted) return;
    lifted = key;
    map.setFilter("selected", selected(key) as FilterSpecification);
    map.setFilter("pins", others(key) as FilterSpecification);
  }

  let spelling: Record<string, string> = {}; // public number → what the tiles call it
  let lifted = "";
  const onKey = () => spelling[on] ?? on;

  function numberOf(f: MapGeoJSONFeature): string {
    const raw = (f.properties.number ?? f.id ?? "") as string | number;
    const number = publicNumber(raw, prefixOf(root.dataset.path));
    spelling[number] = String(raw);
    return number;
  }

  const refresh = debounce(async () => {
    const b = map.getBounds();
    const area: BBox = [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()];
    const url = withBBox(new URL(location.href), area);
    running?.abort();
    running = new AbortController();
    rows?.classList.add("waiting");
    try {
      const res = await fetch(url, { signal: running.signal, headers: { Accept: "text/html" } });
      if (!res.ok) throw new Error(String(res.status));
      const page = new DOMParser().parseFromString(await res.text(), "text/html");
      takeOver(page);
      history.replaceState(history.state, "", url);
      row(on)?.classList.add("on");
      const count = rows?.dataset.count;
      if (count) announce(t("map.count", { n: Number(count) }));
    } catch (e) {
      if ((e as Error).name === "AbortError") return; // a newer move has taken over
    }
    rows?.classList.remove("waiting");
  }, 350);

  map.on("moveend", () => {
    if (moved && rows) void refresh(); // a map without a list beside it only looks
  });
  // the first picture is the page's own; only people's moves change the list
  let moved = false;
  for (const type of ["dragstart", "wheel", "dblclick", "boxzoomstart", "touchstart"] as const) {
    map.on(type, () => {
      moved = true;
    });
  }
  map.getCanvas().addEventListener("keydown", () => {
    moved = true;
  });
  root.addEventListener(
    "click",
    (e) => {
      if ((e.target as Element).closest(".mapctl")) moved = true;
    },
    { capture: true }, // before the button: without motion the map has moved when its handler returns
  );

  const near = (p: { x: number; y: number }): [PointLike, PointLike] => [
    [p.x - 22, p.y - 22],
    [p.x + 22, p.y + 22],
  ];
  const hit = (p: { x: number; y: number }): MapGeoJSONFeature | undefined => {
    const layers = ["selected", "pins", "clusters"].filter((l) => map.getLayer(l));
    if (layers.length === 0) return undefined;
    return (map.queryRenderedFeatures([p.x, p.y], { layers })[0] ??
      map.queryRenderedFeatures(near(p), { layers })[0]) as MapGeoJSONFeature | undefined;
  };
  map.on("mousemove", (e) => {
    map.getCanvas().style.cursor = hit(e.point) ? "pointer" : "";
  });
  map.on("click", (e) => {
    const f = hit(e.point);
    if (!f) return close();
    moved = true;
    if (f.properties.n !== undefined) {
      const at = (f.geometry as unknown as { coordinates: [number, number] }).coordinates;
      map.easeTo({ center: at, zoom: Math.min(18, map.getZoom() + 2) });
      return;
    }
    const number = numberOf(f);
    select(number, true);
    card(number, f);
  });

  // the card says what was tapped when the list below does not show it
  const box2 = el("div", { class: "mapcard", hidden: true });
  root.append(box2);
  function close(): void {
    box2.hidden = true;
    select("", false);
  }
  function card(number: string, f: MapGeoJSONFeature): void {
    const mine = row(number);
    const title = (f.properties.title as string | undefined) ?? mine?.querySelector("a")?.textContent?.trim() ?? number;
    const say = mine?.querySelector(".say")?.textContent?.replace(/\s+/g, " ").trim();
    box2.replaceChildren(
      el("p", { class: "strong" }, el("a", { href: `${root.dataset.path ?? "/reports/"}${number}` }, title)),
    );
    if (say) box2.append(el("p", { class: "small" }, say));
    box2.hidden = false;
    announce(say ? `${title}. ${say}` : title);
  }
  root.addEventListener("keydown", (e) => {
    if (e.key === "Escape" && !box2.hidden) close();
  });

  rows?.addEventListener("mouseover", (e) => point(e.target as Element));
  rows?.addEventListener("focusin", (e) => point(e.target as Element));
  function point(target: Element): void {
    const number = target.closest<HTMLElement>("[data-row]")?.dataset.row;
    if (number) select(number, false);
  }

  map.on("style.load", () => {
    lifted = ""; // a new look begins without filters
  });
  map.on("idle", () => {
    spelling = {};
    for (const f of map.getLayer("pins") ? map.queryRenderedFeatures({ layers: ["pins"] }) : []) {
      numberOf(f as MapGeoJSONFeature);
    }
    lift();
  });

  if ("geolocation" in navigator) {
    city.button(
      t("map.mine"),
      '<circle cx="12" cy="12" r="6"/><path d="M12 2v4M12 18v4M2 12h4M18 12h4"/><circle cx="12" cy="12" r="1.2" fill="currentColor"/>',
      () => {
        moved = true;
        announce(t("map.locating"));
        navigator.geolocation.getCurrentPosition(
          ({ coords }) => map.easeTo({ center: [coords.longitude, coords.latitude], zoom: 15 }),
          () => announce(t("map.nolocation")),
          { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
        );
      },
    );
  }
  onPlace((p) => map.easeTo({ center: [p.lon, p.lat], zoom: 15 }));
  sheet();
}

/** sheet is the list over the map on a phone: a grip opens it fully, two buttons show list or map. */
function sheet(): void {
  const panel = document.querySelector<HTMLElement>(".mapapp .list");
  if (!panel) return;
  const show = (state: "half" | "full" | "low") => {
    panel.dataset.sheet = state;
    grip?.setAttribute("aria-expanded", String(state === "full"));
    for (const b of document.querySelectorAll<HTMLElement>("[data-sheet-show]")) {
      b.setAttribute("aria-pressed", String((b.dataset.sheetShow === "list") === (state === "full")));
    }
  };
  const grip = document.querySelector<HTMLButtonElement>(".sheetgrip");
  grip?.addEventListener("click", () => show(panel.dataset.sheet === "full" ? "half" : "full"));
  for (const b of document.querySelectorAll<HTMLElement>("[data-sheet-show]")) {
    b.addEventListener("click", () => show(b.dataset.sheetShow === "list" ? "full" : "low"));
  }
}
