// Maps: [data-map="pick"] sets a place in a form, "area" draws one, "show" marks
// one, "list" accompanies a list, "heat" colours streets. The page holds
// everything without the map; when it can't be drawn, one sentence says so.
//
// Attributes: data-lon, data-lat (of the place when data-set, else the middle
// of the city), data-shape (status of a shown pin), data-tiles (of a list),
// data-for (id of the field that holds an area), data-src (of the streets),
// data-label (accessible name).
import { Map as MapLibre, type MapOptions, setWorkerUrl } from "maplibre-gl";
import workerFile from "maplibre-gl/worker";
import { el, icon, t } from "./dom";
import { area } from "./map-area";
import { type Colours, colours } from "./map-colours";
import { heat } from "./map-heat";
import { draw } from "./map-images";
import { list } from "./map-list";
import { pick, show } from "./map-pick";
import { style } from "./map-style";
import { absolute, keepFresh } from "./map-tools";

/** CityMap is a map with what the kinds of maps share. */
export interface CityMap {
  map: MapLibre;
  root: HTMLElement;
  /** add puts a button into the corner. */
  button(label: string, paths: string, click: () => void): HTMLButtonElement;
}

setWorkerUrl(new URL(workerFile, import.meta.url).href);

export function attach(root: HTMLElement): void {
  const kind = root.dataset.map;
  try {
    const city = create(root, kind === "show");
    if (kind === "pick") pick(city);
    else if (kind === "list") list(city);
    else if (kind === "area") area(city);
    else if (kind === "heat") heat(city);
    else show(city);
  } catch {
    fail(root); // no WebGL
  }
}

/** fail takes the map away and says that nothing is lost. */
export function fail(root: HTMLElement): void {
  const kind = root.dataset.map;
  if (root.dataset.failed) return;
  root.dataset.failed = "true";
  if (kind === "show") {
    root.hidden = true; // the address stands in the text
    return;
  }
  root.classList.add("map--failed");
  root.replaceChildren(
    el(
      "p",
      { class: "small" },
      t(kind === "pick" ? "map.failed.pick" : kind === "area" ? "map.failed.area" : "map.failed"),
    ),
  );
}

function create(root: HTMLElement, still: boolean): CityMap {
  const lon = Number(root.dataset.lon);
  const lat = Number(root.dataset.lat);
  const isSet = root.dataset.set === "true";
  let c: Colours = colours(root);
  const tiles = root.dataset.tiles ? absolute(root.dataset.tiles, location.origin) : undefined;
  const holder = el("div", { class: "map-canvas" });
  root.replaceChildren(holder);
  const options: MapOptions = {
    container: holder,
    style: style(c, location.origin, tiles),
    center: [lon, lat],
    zoom: isSet ? 14.5 : Number(root.dataset.zoom ?? 11),
    minZoom: 8,
    maxZoom: 18,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    fadeDuration: 0,
    // Tiles are good for seconds, so that what was hidden is soon in no cache. By
    // default each would be asked for again the moment it expires: without end,
    // and where that takes as long as they are good the map never comes to rest.
    refreshExpiredTiles: false,
    scrollZoom: !still,
    locale: { "Map.Title": root.dataset.label ?? t(still ? "map.show" : "map.list") },
    // a picture is worth more than its exact colours while people wait for it
    canvasContextAttributes: { antialias: false },
  };
  const map = new MapLibre(options);
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  if (still && matchMedia("(pointer: coarse)").matches) map.dragPan.disable(); // the finger scrolls the page

  const ratio = Math.min(3, Math.max(1, window.devicePixelRatio || 1));
  map.setMissingStyleImageResolver(async (id) => {
    const image = await draw(root, id, c, ratio);
    if (image && !map.hasImage(id)) map.addImage(id, image, { pixelRatio: ratio });
  });

  const broken = new Set<string>();
  map.on("error", (e) => {
    const source = (e as unknown as { sourceId?: string }).sourceId;
    if (source) broken.add(source);
    // one missing part is no reason to hide the rest
    if (broken.has("base") && broken.has("districts") && (!tiles || broken.has("reports"))) {
      map.remove();
      fail(root);
    }
  });

  if (tiles) {
    keepFresh(() => {
      if (!root.dataset.failed && map.getSource("reports")) map.refreshTiles("reports");
    });
  }

  const redraw = () => {
    if (root.dataset.failed) return;
    c = colours(root);
    map.setStyle(style(c, location.origin, tiles), { diff: false });
  };
  document.addEventListener("mw:theme", redraw);
  for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) {
    matchMedia(query).addEventListener("change", redraw);
  }

  // a demonstration's shapes are derived from few points: said where they are seen
  if (document.querySelector(".demo")) root.append(el("p", { class: "attrib" }, t("map.attrib")));
  const corner = el("div", { class: "mapctl tr" });
  root.append(corner);
  const button: CityMap["button"] = (label, paths, click) => {
    const b = el("button", { type: "button" }, icon(paths), el("span", { class: "vh" }, label));
    b.addEventListener("click", click);
    corner.append(b);
    return b;
  };
  button(t("map.nearer"), '<path d="M12 5v14M5 12h14"/>', () => map.zoomIn());
  button(t("map.farther"), '<path d="M5 12h14"/>', () => map.zoomOut());
  // for tests and for people who look into the page: the map has nothing left to draw
  map.on("idle", () => {
    root.dataset.idle = "true";
  });
  map.on("movestart", () => {
    delete root.dataset.idle;
  });
  return { map, root, button };
}
