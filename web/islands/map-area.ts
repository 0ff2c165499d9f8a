// An area drawn on a map, tied to a field that holds its corners as text
// (data-for): what is drawn is written there, what is typed is drawn. A tap or
// click adds a corner; corners are dragged, or chosen and put elsewhere by a
// second tap; with the keyboard the arrows move the map below the cross and
// Enter sets a corner, on a corner they move it and Delete takes it away. A line
// instead of an area where the choice with the id in data-line is made.
import { type GeoJSONSource, LngLatBounds, Marker } from "maplibre-gl";
import {
  between,
  type Corner,
  crossing,
  formatCorners,
  hectares,
  metres,
  mostCorners,
  parseCorners,
  round,
} from "./area";
import { el, formatInt, t } from "./dom";
import type { CityMap } from "./map";
import { colours } from "./map-colours";
import { steer } from "./map-tools";

/** manyCorners: more have no handles between them, which would cover the map. */
const manyCorners = 30;

export function area(city: CityMap): void {
  const { map, root } = city;
  const field = document.getElementById(root.dataset.for ?? "") as HTMLTextAreaElement | null;
  if (!field) return;
  const canvas = map.getCanvas();
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-label", root.dataset.label ?? t("area.label"));
  root.append(el("span", { class: "mapcross", "aria-hidden": "true" }));

  const choice = document.getElementById(root.dataset.line ?? "") as HTMLInputElement | null;
  const isLine = () => choice?.checked ?? false;
  let ring: Corner[] = parseCorners(field.value) ?? [];
  let handles: Marker[] = [];
  let middles: Marker[] = [];
  let chosen = -1;

  // the server's page has the buttons below the map: nothing moves when it is there
  const bar = root.parentElement?.querySelector("[data-areabar]");
  const status = bar?.querySelector("[role=status]");
  const [set, undo, clear] = bar?.querySelectorAll("button") ?? [];
  if (!status || !set || !undo || !clear) return;
  const say: Element = status;
  for (const b of [set, undo, clear]) b.disabled = false;
  set.addEventListener("click", () => tap(middle()));
  undo.addEventListener("click", () => take(ring.length - 1));
  clear.addEventListener("click", () => change([]));

  function middle(): Corner {
    const { lng, lat } = map.getCenter();
    return [round(lng), round(lat)];
  }
  function add(c: Corner, before = ring.length): void {
    if (ring.length >= mostCorners) {
      say.textContent = t("area.many", { n: mostCorners });
      return;
    }
    change([...ring.slice(0, before), c, ...ring.slice(before)]);
  }
  function take(i: number): void {
    if (i < 0 || i >= ring.length) return;
    const had = handles[i]?.getElement() === document.activeElement;
    change(ring.filter((_, j) => j !== i));
    if (had) (handles[Math.min(i, handles.length - 1)]?.getElement() ?? canvas).focus();
  }
  function put(i: number, c: Corner): void {
    change(ring.map((old, j) => (j === i ? c : old)));
  }

  /** change takes over new corners and tells the field. */
  function change(next: Corner[]): void {
    ring = next;
    choose(-1);
    show();
    if (field) {
      field.value = formatCorners(ring);
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  function choose(i: number): void {
    chosen = i;
    handles.forEach((h, j) => {
      h.getElement().setAttribute("aria-pressed", String(j === i));
    });
    if (i >= 0) say.textContent = t("area.move", { n: i + 1 });
  }

  /** show draws what the corners are now. */
  function show(): void {
    handles.slice(ring.length).forEach((h) => {
      h.remove();
    });
    handles = handles.slice(0, ring.length);
    ring.forEach((c, i) => {
      if (handles[i]) handles[i]?.setLngLat(c);
      else handles.push(handle(c, i));
    });
    middles.forEach((m) => {
      m.remove();
    });
    const sides = ring.length < 3 || ring.length > manyCorners ? [] : isLine() ? ring.slice(0, -1) : ring;
    middles = sides.map((a, i) => {
      const at = between(a, ring[(i + 1) % ring.length] as Corner);
      const node = el("button", {
        type: "button",
        class: "areamid",
        tabindex: "-1",
        "aria-label": t("area.between", { a: i + 1, b: ((i + 1) % ring.length) + 1 }),
      });
      node.addEventListener("click", (e) => {
        e.stopPropagation();
        add(at, i + 1);
        handles[i + 1]?.getElement().focus();
      });
      return marker(node, at, false);
    });
    paint();
    say.textContent = words();
    for (const b of [undo, clear]) b?.setAttribute("aria-disabled", String(ring.length === 0));
  }

  function words(): string {
    if (isLine()) {
      if (ring.length < 2) return t("area.line.few", { n: ring.length });
      return t("area.line.say", { n: ring.length, m: Math.round(metres(ring)) });
    }
    if (ring.length === 0) return t("area.none");
    if (ring.length < 3) return t("area.few", { n: ring.length });
    if (crossing(ring)) return t("area.cross");
    const ha = hectares(ring);
    const size = ha < 1 ? `${formatInt(Math.round(ha * 10_000))} m²` : `${formatInt(Math.round(ha * 10) / 10)} ha`;
    return t("area.say", { n: ring.length, size });
  }

  function marker(node: HTMLElement, at: Corner, draggable: boolean): Marker {
    const label = node.getAttribute("aria-label") ?? "";
    const m = new Marker({ element: node, draggable }).setLngLat(at).addTo(map);
    node.removeAttribute("role"); // MapLibre gives its markers one: this is a button
    node.setAttribute("aria-label", label);
    return m;
  }

  function handle(at: Corner, i: number): Marker {
    const node = el("button", {
      type: "button",
      class: "areacorner",
      "aria-label": t("area.corner", { n: i + 1 }),
      "aria-pressed": "false",
    });
    const m = marker(node, at, true);
    node.addEventListener("click", (e) => {
      e.stopPropagation(); // no new corner below this one
      if (chosen === i) show();
      choose(chosen === i ? -1 : i);
    });
    node.addEventListener("keydown", (e) => {
      if (e.altKey || e.ctrlKey || e.metaKey) return;
      const step = e.shiftKey ? 40 : 8;
      const moves: Record<string, [number, number]> = {
        ArrowLeft: [-step, 0],
        ArrowRight: [step, 0],
        ArrowUp: [0, -step],
        ArrowDown: [0, step],
      };
      const move = moves[e.key];
      const c = ring[i];
      if (move && c) {
        const p = map.project(c);
        const { lng, lat } = map.unproject([p.x + move[0], p.y + move[1]]);
        put(i, [round(lng), round(lat)]);
        node.focus();
      } else if (e.key === "Delete" || e.key === "Backspace") take(i);
      else if (e.key === "+" && c && ring.length > 1) {
        add(between(c, ring[(i + 1) % ring.length] as Corner), i + 1);
        handles[i + 1]?.getElement().focus();
      } else return;
      e.preventDefault();
      e.stopPropagation();
    });
    m.on("drag", () => {
      const { lng, lat } = m.getLngLat();
      ring = ring.map((old, j) => (j === i ? [round(lng), round(lat)] : old));
      paint();
    });
    m.on("dragend", () => change(ring));
    return m;
  }

  /** tap adds a corner, or puts the chosen one there. */
  function tap(c: Corner): void {
    if (chosen >= 0) put(chosen, c);
    else add(c);
  }
  map.on("click", (e) => tap([round(e.lngLat.lng), round(e.lngLat.lat)]));
  map.doubleClickZoom.disable(); // two quick corners are two corners
  map.keyboard.disable();
  steer(map, canvas, (key) => {
    if (key === "Enter" || key === " ") tap(middle());
    else if (key === "Backspace" || key === "Delete") take(ring.length - 1);
    else return false;
    return true;
  });

  choice?.form?.addEventListener("change", (e) => {
    if ((e.target as HTMLInputElement).name === choice.name) show(); // a line or an area now
  });
  field.addEventListener("input", () => {
    const typed = parseCorners(field.value);
    if (!typed || typed.length > mostCorners) {
      say.textContent = t("area.unread");
      return;
    }
    ring = typed;
    choose(-1);
    show();
  });

  function feature() {
    const geometry =
      ring.length > 2 && !isLine()
        ? { type: "Polygon" as const, coordinates: [[...ring, ...ring.slice(0, 1)]] }
        : { type: "LineString" as const, coordinates: ring };
    const features = ring.length > 1 ? [{ type: "Feature" as const, properties: {}, geometry }] : [];
    return { type: "FeatureCollection" as const, features };
  }
  function paint(): void {
    map.getSource<GeoJSONSource>("drawn")?.setData(feature());
  }
  function layers(): void {
    if (map.getSource("drawn")) return;
    const c = colours(root);
    map.addSource("drawn", { type: "geojson", data: feature() });
    map.addLayer({
      id: "drawn-fill",
      type: "fill",
      source: "drawn",
      paint: { "fill-color": c.accent, "fill-opacity": 0.16 },
    });
    map.addLayer({
      id: "drawn-line",
      type: "line",
      source: "drawn",
      paint: { "line-color": c.accent, "line-width": 3 },
    });
  }
  map.on("style.load", layers); // also after the look has changed
  if (map.isStyleLoaded()) layers();
  show();
  const [first, ...rest] = ring;
  if (first && rest.length > 0) {
    const box = rest.reduce((b, c) => b.extend(c), new LngLatBounds(first, first));
    map.fitBounds(box, { padding: 48, maxZoom: 16, animate: false });
  }
}
