// A combobox over GET /geo/search?q=…. What is taken sets the place for the map
// and the form.
import { combobox } from "./combobox";
import { announce, hiddenInput, onPlace, plural, sendPlace, t } from "./dom";

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
  const box = combobox<Hit>(input, {
    label: t("address.list"),
    wait: 250,
    ask: async (q, signal) => {
      const query = new URLSearchParams({ q: q.trim() });
      const lon = hiddenInput("lon")?.value;
      const lat = hiddenInput("lat")?.value;
      if (lon && lat) {
        query.set("lon", lon);
        query.set("lat", lat);
      }
      const res = await fetch(`/geo/search?${query}`, { signal, headers: { Accept: "application/json" } });
      if (!res.ok) throw new Error(String(res.status));
      return readHits(await res.json());
    },
    show: (h) => ({ text: h.label, more: h.sub }),
    take: (h) => {
      input.value = h.label;
      box.settle(h.label);
      sendPlace({ lon: h.lon, lat: h.lat, address: h.label, from: "address" });
      announce(t("map.place", { address: h.label }));
    },
    count: (n) => (n === 0 ? t("address.none") : plural("address.found", n)),
    failed: () => announce(t("address.failed")),
  });
  // a pin set on the map makes what was typed here a thing of the past
  onPlace((p) => {
    if (p.from === "address") return;
    input.value = "";
    box.settle("");
    box.close();
  });
}
