// One place on a map: "pick" sets it by tap, by dragging the pin or with the
// keyboard, "show" only marks it. The place travels to the form and to the
// other islands as a Place.
import type { GeoJSONSource } from "maplibre-gl";
import { Marker } from "maplibre-gl";
import { el, onPlace, type Place, sendPlace, t } from "./dom";
import type { CityMap } from "./map";
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
  const pin = pinElement(root.dataset.shape ?? "pick");
  new Marker({ element: pin, anchor: "bottom" }).setLngLat(at).addTo(map);
  plainMarker(pin);
  map.jumpTo({ center: at, zoom: 14.5 }); // near enough to see the street, far enough to know where that is
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
