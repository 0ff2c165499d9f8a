// The place of a form: takes what map, address search and device say, writes it
// into the hidden entries and shows what the city knows about it. data-place-info
// is the address of a part of a page (?lon=…&lat=…&category=…); empty means the
// JSON of /geo/place. [data-locate] anywhere asks the device for its position.
import { announce, el, hiddenInput, icon, onPlace, type Place, sendPlace, swap, t } from "./dom";

/** sure is the accuracy in metres up to which nobody is asked whether the place is right. */
export const sure = 20;

const pinPaths =
  '<path d="M12 21s7-6.2 7-11.5A7 7 0 0 0 5 9.5C5 14.8 12 21 12 21Z"/><circle cx="12" cy="9.7" r="2.5"/>';
const warnPaths = '<path d="M12 3.5 21.5 20h-19Z"/><path d="M12 10v4.5M12 17v.1"/>';

export interface GeoPlace {
  address?: string;
  district?: string;
  responsibility?: string;
  outside?: string;
}

export function note(kind: "ok" | "warn" | "bad", paths: string, ...lines: (string | Node)[]): HTMLElement {
  return el("div", { class: `notice ${kind}` }, icon(paths), el("div", {}, ...lines.map((l) => el("p", {}, l))));
}

export function attach(root: HTMLElement): void {
  let running: AbortController | undefined;
  const form = root.closest("form");

  onPlace((place) => {
    writeInputs(place);
    question(place);
    void show(place);
  });

  function writeInputs(place: Place): void {
    const values: Record<string, string> = {
      lon: place.lon.toFixed(6),
      lat: place.lat.toFixed(6),
      accuracy: place.accuracy ? String(Math.round(place.accuracy)) : "",
    };
    for (const [name, value] of Object.entries(values)) {
      const input = hiddenInput(name);
      if (input) input.value = value;
    }
    // the server looks an address up again unless it belongs to this place
    const address = hiddenInput("address");
    if (address && place.from !== "address") address.value = "";
    form?.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** question asks whether the place is right when the device is not sure. */
  function question(place: Place): void {
    document.getElementById("genau")?.remove();
    document.getElementById("stimmt")?.remove();
    if (!place.accuracy || place.accuracy <= sure) return;
    const box = note("warn", warnPaths, t("map.sure", { m: Math.round(place.accuracy) }));
    box.id = "stimmt";
    const label = el(
      "label",
      { class: "opt" },
      el("input", { type: "checkbox", name: "sure", value: "1", id: "f-sure" }),
      el("span", {}, t("map.sure.yes")),
    );
    box.lastElementChild?.append(label);
    root.after(box);
  }

  async function show(place: Place): Promise<void> {
    running?.abort();
    running = new AbortController();
    const query = new URLSearchParams({ lon: place.lon.toFixed(6), lat: place.lat.toFixed(6) });
    if (root.dataset.category) query.set("category", root.dataset.category);
    const own = root.dataset.placeInfo;
    try {
      const res = await fetch(`${own || "/geo/place"}?${query}`, {
        signal: running.signal,
        headers: { Accept: own ? "text/html" : "application/json" },
      });
      if (own) {
        swap(root, await res.text());
        return;
      }
      if (!res.ok) throw new Error(String(res.status));
      const answer = (await res.json()) as GeoPlace;
      const lines = [
        answer.address,
        answer.district && t("map.district", { name: answer.district }),
        answer.responsibility,
      ];
      root.replaceChildren(note("ok", pinPaths, ...lines.filter((l): l is string => Boolean(l))));
    } catch (e) {
      if ((e as Error).name === "AbortError") return;
      root.replaceChildren(note("ok", pinPaths, t("map.place.bare"))); // set all the same; the server checks it again
    }
  }

  for (const button of document.querySelectorAll<HTMLElement>("[data-locate]")) locate(button);
}

/** locate serves a button that asks the device where it is. */
export function locate(button: HTMLElement): void {
  if (!("geolocation" in navigator)) {
    button.hidden = true;
    return;
  }
  button.addEventListener("click", (e) => {
    e.preventDefault();
    announce(t("map.locating"));
    button.setAttribute("aria-disabled", "true");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        button.removeAttribute("aria-disabled");
        sendPlace({ lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy, from: "device" });
      },
      () => {
        button.removeAttribute("aria-disabled");
        let said = button.parentElement?.querySelector<HTMLElement>("[data-locate-said]");
        if (!said) {
          said = el("p", { class: "small", "data-locate-said": true, role: "status" });
          button.after(said);
        }
        said.textContent = t("map.nolocation");
      },
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 30_000 },
    );
  });
}
