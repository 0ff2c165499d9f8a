// One place on a map: "pick" sets it by tap, by dragging the pin or with the
// keyboard, "show" only marks it. The place travels to the form and to the
// other islands as a Place.
import type { GeoJSONSource } from "maplibre-gl";
import { LngLatBounds, Marker } from "maplibre-gl";
import { el, onPlace, type Place, sendPlace, t } from "./dom";
import type { CityMap } from "./map";
import { colours } from "./map-colours";
import { dropPath } from "./map-images";
import { circle, steer, zoomFor } from "./map-tools";
import { shapes } from "./sprite.gen";

/** pinElement is the drop of look 8 with a shape inside. */
export function pinElement(shape: string): HTMLElement {
  const pin = el("div", { class: "mapdrop" });
  pin.innerHTML =
    `<svg class="shape st-${shape}" viewBox="0 0 52 64" aria-hidden="true" focusable="false">` +
    `<path class="drop" d="${dropPath}"/><circle class="hole" cx="26" cy="26" r="22"/>` +
    `<g transform="translate(10 10) scale(1.3333)">${shapes[shape] ?? shapes.pick ?? ""}</g></svg>`;
  return pin;
}

export function show(city: CityMap): void {
  const { map, root } = city;
  const at: [number, number] = [Number(root.dataset.lon), Number(root.dataset.lat)];
  if (root.dataset.geo && shape(city, root.dataset.geo)) return;
  const pin = pinElement(root.dataset.shape ?? "pick");
  new Marker({ element: pin, anchor: "bottom" }).setLngLat(at).addTo(map);
  plainMarker(pin);
  map.jumpTo({ center: at, zoom: 14.5 }); // near enough to see the street, far enough to know where that is
}

type Drawn =
  | { type: "LineString"; coordinates: [number, number][] }
  | { type: "Polygon"; coordinates: [number, number][][] };

/** shape draws a line or an area instead of a pin; false for what is none. */
function shape({ map, root }: CityMap, text: string): boolean {
  let geometry: Drawn;
  try {
    geometry = JSON.parse(text) as Drawn;
  } catch {
    return false;
  }
  const corners = geometry.type === "Polygon" ? geometry.coordinates[0] : geometry.coordinates;
  const [first, ...rest] = corners ?? [];
  if (!first || rest.length === 0) return false;
  const layers = () => {
    if (map.getSource("shape")) return;
    const c = colours(root);
    map.addSource("shape", { type: "geojson", data: { type: "Feature", properties: {}, geometry } });
    if (geometry.type === "Polygon") {
      map.addLayer({
        id: "shape-fill",
        type: "fill",
        source: "shape",
        paint: { "fill-color": c.accent, "fill-opacity": 0.2 },
      });
    }
    map.addLayer({
      id: "shape-line",
      type: "line",
      source: "shape",
      paint: { "line-color": c.accent, "line-width": 4 },
    });
  };
  map.on("style.load", layers); // also after the look has changed
  if (map.isStyleLoaded()) layers();
  const box = rest.reduce((b, c) => b.extend(c), new LngLatBounds(first, first));
  map.fitBounds(box, { padding: 40, maxZoom: 16, animate: false });
  return true;
}

/** plainMarker takes MapLibre's role and name off: the words stand on the page. */
function plainMarker(pin: HTMLElement): void {
  for (const name of ["role", "aria-label", "tabindex", "title"]) pin.removeAttribute(name);
  pin.setAttribute("aria-hidden", "true");
}

export function pick(city: CityMap): void {
  const { map, root } = city;
  const canvas = map.getCanvas();
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-label", root.dataset.label ?? t("map.pick"));
  const cross = el("span", { class: "mapcross", "aria-hidden": "true" });
  root.append(cross);

  const pin = pinElement("pick");
  const marker = new Marker({ element: pin, anchor: "bottom", draggable: true });
  let placed = false;

  function set(lon: number, lat: number): void {
    marker.setLngLat([lon, lat]);
    if (!placed) {
      marker.addTo(map);
      plainMarker(pin);
      placed = true;
    }
  }

  function choose(lon: number, lat: number): void {
    set(lon, lat);
    accuracy(null);
    sendPlace({ lon, lat, from: "map" });
  }

  if (root.dataset.set === "true") set(Number(root.dataset.lon), Number(root.dataset.lat));
  map.on("click", (e) => choose(e.lngLat.lng, e.lngLat.lat));
  marker.on("dragend", () => {
    const { lng, lat } = marker.getLngLat();
    choose(lng, lat);
  });

  // arrows move the map below the cross in the middle, Enter sets the place there
  map.keyboard.disable();
  steer(map, canvas, (key) => {
    if (key !== "Enter" && key !== " ") return false;
    const { lng, lat } = map.getCenter();
    choose(lng, lat);
    return true;
  });

  onPlace((place: Place) => {
    if (place.from === "map") return;
    set(place.lon, place.lat);
    accuracy(place.accuracy ? place : null);
    const zoom = place.accuracy ? zoomFor(place.accuracy, place.lat, root.clientWidth) : 16;
    map.jumpTo({ center: [place.lon, place.lat], zoom });
  });

  /** accuracy draws how well the device knows its position. */
  function accuracy(place: Place | null): void {
    const data = {
      type: "FeatureCollection" as const,
      features: place?.accuracy
        ? [
            {
              type: "Feature" as const,
              properties: {},
              geometry: { type: "Polygon" as const, coordinates: [circle(place.lon, place.lat, place.accuracy)] },
            },
          ]
        : [],
    };
    const source = map.getSource<GeoJSONSource>("accuracy");
    if (source) {
      source.setData(data);
      return;
    }
    if (!place) return;
    const add = () => {
      if (map.getSource("accuracy")) return;
      map.addSource("accuracy", { type: "geojson", data });
      map.addLayer({
        id: "accuracy",
        type: "fill",
        source: "accuracy",
        paint: { "fill-color": "#2044aa", "fill-opacity": 0.15, "fill-outline-color": "#2044aa" },
      });
    };
    if (map.isStyleLoaded()) add();
    else map.once("load", add);
  }
}
