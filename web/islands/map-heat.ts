// Streets coloured by how often they were reported per km, beside the table that
// says the same: data-src is where their lines come from, data-rows the table's
// id. What a tap on a street says is its row.
import type { FilterSpecification, GeoJSONSource, MapGeoJSONFeature } from "maplibre-gl";
import { announce, el } from "./dom";
import type { CityMap } from "./map";
import { colours } from "./map-colours";
import { absolute } from "./map-tools";

interface Streets {
  type: "FeatureCollection";
  features: {
    type: "Feature";
    properties: { name: string; level: number };
    geometry: { type: "LineString"; coordinates: [number, number][] };
  }[];
}

/** bounds is the box around all lines; null when there are none. */
export function bounds(streets: Streets): [number, number, number, number] | null {
  const all = streets.features.flatMap((f) => f.geometry.coordinates);
  if (all.length === 0) return null;
  const lons = all.map(([lon]) => lon);
  const lats = all.map(([, lat]) => lat);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

/** words is a row of the table as sentences: the head of each column with its cell. */
export function words(row: HTMLTableRowElement): string {
  const heads = [...(row.closest("table")?.querySelectorAll("thead th") ?? [])].map((h) => h.textContent?.trim() ?? "");
  return [...row.cells]
    .slice(1)
    .map((cell, i) => `${heads[i + 1] ?? ""}: ${(cell.textContent ?? "").replace(/\s+/g, " ").trim()}`)
    .join(" · ");
}

export function heat(city: CityMap): void {
  const { map, root } = city;
  const table = document.getElementById(root.dataset.for ?? "");
  const rows = () => [...(table?.querySelectorAll<HTMLTableRowElement>("tr[data-street]") ?? [])];
  let data: Streets = { type: "FeatureCollection", features: [] };
  let on = "";

  function layers(): void {
    if (map.getSource("streets")) return;
    const c = colours(root);
    const scale = [c["heat-1"], c["heat-2"], c["heat-3"], c["heat-4"], c["heat-5"]];
    map.addSource("streets", { type: "geojson", data });
    const width = (plus: number) => ["+", plus, ["*", 1.4, ["get", "level"]]] as never;
    const round = { "line-cap": "round", "line-join": "round", "line-sort-key": ["get", "level"] as never } as const;
    map.addLayer({
      id: "streets-edge",
      type: "line",
      source: "streets",
      layout: round,
      paint: { "line-color": c["m-halo"], "line-width": width(5) },
    });
    map.addLayer({
      id: "streets",
      type: "line",
      source: "streets",
      layout: round,
      paint: {
        // wider as well: the colour is not the only sign
        "line-color": ["step", ["get", "level"], scale[0], 2, scale[1], 3, scale[2], 4, scale[3], 5, scale[4]] as never,
        "line-width": width(2),
      },
    });
    map.addLayer({
      id: "street-on",
      type: "line",
      source: "streets",
      filter: only(on),
      layout: round,
      paint: { "line-color": c.text, "line-width": width(4) },
    });
  }
  map.on("style.load", layers);
  if (map.isStyleLoaded()) layers();

  const card = el("div", { class: "mapcard", hidden: true });
  root.append(card);
  function lift(name: string): void {
    if (name === on) return;
    on = name;
    if (map.getLayer("street-on")) map.setFilter("street-on", only(on));
    for (const row of rows()) row.classList.toggle("on", row.dataset.street === on);
  }
  const hit = (p: { x: number; y: number }): MapGeoJSONFeature | undefined =>
    map.getLayer("streets")
      ? map.queryRenderedFeatures(
          [
            [p.x - 8, p.y - 8],
            [p.x + 8, p.y + 8],
          ],
          { layers: ["streets"] },
        )[0]
      : undefined;
  map.on("mousemove", (e) => {
    map.getCanvas().style.cursor = hit(e.point) ? "pointer" : "";
  });
  map.on("click", (e) => {
    const name = hit(e.point)?.properties.name as string | undefined;
    const row = rows().find((r) => r.dataset.street === name);
    card.hidden = !row;
    lift(row ? (name ?? "") : "");
    if (!row || !name) return;
    const say = words(row);
    const url = row.querySelector("a")?.href;
    const title = url ? el("a", { href: url }, name) : name;
    card.replaceChildren(el("p", { class: "strong" }, title), el("p", { class: "small" }, say));
    announce(`${name}. ${say}`);
  });
  root.addEventListener("keydown", (e) => {
    if (e.key !== "Escape" || card.hidden) return;
    card.hidden = true;
    lift("");
  });
  for (const type of ["mouseover", "focusin"]) {
    table?.addEventListener(type, (e) => {
      const row = (e.target as Element).closest<HTMLElement>("tr[data-street]");
      if (row?.dataset.street) lift(row.dataset.street);
    });
  }

  fetch(absolute(root.dataset.src ?? "", location.origin))
    .then((res) => (res.ok ? (res.json() as Promise<Streets>) : Promise.reject(new Error(String(res.status)))))
    .then(
      (streets) => {
        data = streets;
        map.getSource<GeoJSONSource>("streets")?.setData(data);
        const box = bounds(data);
        if (box) map.fitBounds(box, { padding: 32, maxZoom: 15, animate: false });
        root.dataset.streets = String(data.features.length);
      },
      () => {
        root.hidden = true; // the table says it all
      },
    );
}

function only(name: string): FilterSpecification {
  return ["==", ["get", "name"], name] as never;
}
