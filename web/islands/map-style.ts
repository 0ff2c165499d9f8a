// Our own muted base map: what /geo/basemap.json and /geo/districts.json hold,
// in the colours of the page. No tiles, glyphs or sprites from anybody else.
import type { LayerSpecification, StyleSpecification } from "maplibre-gl";
import type { Colours } from "./map-colours";

const font = ["Fira Sans Medium"];

function line(id: string, kind: string, colour: string, width: [number, number]): LayerSpecification {
  return {
    id,
    type: "line",
    source: "base",
    filter: ["==", ["get", "kind"], kind],
    layout: { "line-cap": "round", "line-join": "round" },
    paint: {
      "line-color": colour,
      "line-width": ["interpolate", ["exponential", 1.5], ["zoom"], 10, width[0], 17, width[1]],
    },
  };
}

/** style draws land, park, water, roads, borders and names. origin is where the page comes from. */
export function style(c: Colours, origin: string, tiles?: string): StyleSpecification {
  const label = { "text-color": c["m-label"], "text-halo-color": c["m-halo"], "text-halo-width": 1.6 };
  const layers: LayerSpecification[] = [
    { id: "out", type: "background", paint: { "background-color": c["m-out"] } },
    { id: "land", type: "fill", source: "districts", paint: { "fill-color": c["m-land"] } },
    area("park", c["m-park"]),
    area("water", c["m-water"]),
    line("river", "water", c["m-water"], [1.5, 26]),
    line("rail", "rail", c["m-border"], [0.6, 2]),
    line("road-edge", "road", c["m-edge"], [1.6, 30]),
    line("road", "road", c["m-road"], [1, 26]),
    {
      id: "border",
      type: "line",
      source: "districts",
      paint: { "line-color": c["m-border"], "line-width": 1, "line-dasharray": [1, 3] },
    },
    {
      id: "road-name",
      type: "symbol",
      source: "base",
      minzoom: 13.5,
      filter: ["all", ["==", ["get", "kind"], "road"], ["has", "name"]],
      layout: {
        "symbol-placement": "line",
        "text-field": ["get", "name"],
        "text-font": font,
        "text-size": 13,
        "symbol-spacing": 350,
      },
      paint: label,
    },
    {
      id: "area-name",
      type: "symbol",
      source: "base",
      minzoom: 12.5,
      filter: ["all", ["in", ["get", "kind"], ["literal", ["park", "water"]]], ["has", "name"]],
      layout: { "text-field": ["get", "name"], "text-font": font, "text-size": 13, "text-max-width": 8 },
      paint: label,
    },
    {
      id: "district-name",
      type: "symbol",
      source: "districts",
      maxzoom: 14.5,
      layout: { "text-field": ["get", "name"], "text-font": font, "text-size": 13, "text-max-width": 8 },
      paint: label,
    },
  ];
  const out: StyleSpecification = {
    version: 8,
    sources: {
      base: { type: "geojson", data: `${origin}/geo/basemap.json` },
      districts: { type: "geojson", data: `${origin}/geo/districts.json` },
    },
    layers,
  };
  if (tiles) addReports(out, tiles, c);
  return out;

  function area(kind: string, colour: string): LayerSpecification {
    return {
      id: `${kind}-area`,
      type: "fill",
      source: "base",
      filter: ["all", ["==", ["get", "kind"], kind], ["==", ["geometry-type"], "Polygon"]],
      paint: { "fill-color": colour },
    };
  }
}

/** number is the public number of a single report, as text. */
const number = ["to-string", ["coalesce", ["get", "number"], ["id"]]];

function addReports(out: StyleSpecification, tiles: string, c: Colours): void {
  out.sources.reports = { type: "vector", tiles: [tiles], minzoom: 0, maxzoom: 17 };
  const share = (name: string) => ["to-string", ["coalesce", ["get", name], 0]];
  out.layers.push(
    {
      id: "clusters",
      type: "symbol",
      source: "reports",
      "source-layer": "reports",
      filter: ["has", "n"],
      layout: {
        "icon-image": [
          "concat",
          "cluster|",
          share("n"),
          "|",
          share("open"),
          "|",
          share("work"),
          "|",
          share("done"),
          "|",
          share("other"),
        ] as never,
        "icon-allow-overlap": true,
        "icon-ignore-placement": false,
        "symbol-sort-key": ["*", -1, ["get", "n"]],
      },
    },
    {
      id: "pins",
      type: "symbol",
      source: "reports",
      "source-layer": "reports",
      filter: ["!", ["has", "n"]],
      layout: { "icon-image": ["concat", "pin|", ["get", "status"]], "icon-allow-overlap": true },
    },
    {
      id: "selected",
      type: "symbol",
      source: "reports",
      "source-layer": "reports",
      filter: selected(""),
      layout: {
        "icon-image": ["concat", "on|", ["get", "status"]],
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
        "icon-anchor": "bottom",
        "icon-offset": [0, 2],
      },
      paint: { "icon-color": c.accent },
    },
  );
}

/** others is the filter of all single reports but one. */
export function others(value: string): never {
  return ["all", ["!", ["has", "n"]], ["!=", number, value]] as never;
}

/** selected is the filter of the one report that is lifted above the others. */
export function selected(value: string): never {
  return ["all", ["!", ["has", "n"]], ["==", number, value]] as never;
}
