// Where a photo was taken, read on the device and offered as the report's place.
// Nothing of it leaves the device before somebody agrees: the copy that is sent
// (photos-shrink) has no metadata.
import { announce, el, icon, t } from "./dom";

export interface Position {
  lon: number;
  lat: number;
}

/** most is how much of a file is looked at: EXIF data stands in the first segments. */
const most = 256 * 1024;

/** position reads the place out of a JPEG's EXIF data; undefined where there is none that makes sense. */
export function position(bytes: ArrayBuffer): Position | undefined {
  try {
    return inJPEG(new DataView(bytes));
  } catch {
    return undefined; // cut off or broken: RangeError of the view
  }
}

function inJPEG(view: DataView): Position | undefined {
  if (view.getUint16(0) !== 0xffd8) return undefined;
  let at = 2;
  while (at + 4 <= view.byteLength) {
    const marker = view.getUint16(at);
    if (marker >> 8 !== 0xff || marker === 0xffda || marker === 0xffd9) return undefined; // the pixels begin
    const length = view.getUint16(at + 2);
    if (length < 2) return undefined;
    // "Exif" and two zeros
    if (marker === 0xffe1 && length > 14 && view.getUint32(at + 4) === 0x45786966 && view.getUint16(at + 8) === 0) {
      return inTIFF(
        new DataView(view.buffer, view.byteOffset + at + 10, Math.min(length - 8, view.byteLength - at - 10)),
      );
    }
    at += 2 + length;
  }
  return undefined;
}

interface Entry {
  type: number;
  count: number;
  at: number; // of the value or its offset
}

/** inTIFF follows the pointer of the first directory to the one with the position (Exif 2.32 §4.6.6). */
function inTIFF(view: DataView): Position | undefined {
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return undefined;
  const little = order === 0x4949;
  if (view.getUint16(2, little) !== 42) return undefined;

  const directory = (start: number): Map<number, Entry> => {
    const found = new Map<number, Entry>();
    const n = Math.min(view.getUint16(start, little), 512);
    for (let i = 0; i < n; i++) {
      const at = start + 2 + 12 * i;
      const entry = { type: view.getUint16(at + 2, little), count: view.getUint32(at + 4, little), at: at + 8 };
      found.set(view.getUint16(at, little), entry);
    }
    return found;
  };
  const pointer = directory(view.getUint32(4, little)).get(0x8825);
  if (!pointer) return undefined;
  const gps = directory(view.getUint32(pointer.at, little));

  const angle = (tag: number): number => {
    const e = gps.get(tag);
    if (e?.type !== 5 || e.count !== 3) return Number.NaN;
    const start = view.getUint32(e.at, little);
    const part = (i: number) => view.getUint32(start + 8 * i, little) / view.getUint32(start + 8 * i + 4, little);
    return part(0) + part(1) / 60 + part(2) / 3600;
  };
  const letter = (tag: number): string => {
    const e = gps.get(tag);
    return e && e.type === 2 ? String.fromCharCode(view.getUint8(e.at)) : "";
  };
  const ns = letter(1);
  const ew = letter(3);
  if (!"NS".includes(ns || "?") || !"EW".includes(ew || "?")) return undefined;
  const lat = angle(2) * (ns === "S" ? -1 : 1);
  const lon = angle(4) * (ew === "W" ? -1 : 1);
  if (!(Math.abs(lat) <= 90 && Math.abs(lon) <= 180) || (lat === 0 && lon === 0)) return undefined; // NaN too
  return { lon, lat };
}

export async function positionOf(file: Blob): Promise<Position | undefined> {
  return position(await file.slice(0, most).arrayBuffer());
}

const pin = '<path d="M12 21s7-6.2 7-11.5A7 7 0 0 0 5 9.5C5 14.8 12 21 12 21Z"/><circle cx="12" cy="9.7" r="2.5"/>';

/**
 * offer asks whether the place of a photo is to be the report's. Once for a
 * form, and never when it has a place.
 */
export async function offer(root: HTMLElement, form: HTMLFormElement, file: Blob): Promise<void> {
  if (root.dataset.placed !== undefined || root.querySelector("[data-gps]")) return;
  const at = await positionOf(file).catch(() => undefined);
  if (!at || root.querySelector("[data-gps]")) return;
  const yes = el("button", { type: "button", class: "kern-btn kern-btn--secondary btn-s" });
  yes.append(el("span", { class: "kern-label" }, t("gps.yes")));
  const no = el("button", { type: "button", class: "linkbtn" }, t("gps.no"));
  const said = el("p", { class: "strong" }, t("gps.ask"));
  const why = el("p", { class: "small" }, t("gps.why"));
  const row = el("div", { class: "row" }, yes, no);
  const box = el(
    "div",
    { class: "notice", "data-gps": true },
    icon(pin),
    el("div", { class: "stack tight" }, said, why, row),
  );
  (root.querySelector("[data-photos-list]") ?? root).after(box);
  announce(t("gps.ask"));

  const end = (text: string) => {
    said.textContent = text;
    why.remove();
    row.remove();
    box.tabIndex = -1;
    box.focus();
    announce(text);
  };
  no.addEventListener("click", () => {
    root.dataset.placed = "";
    box.remove();
    root.querySelector<HTMLElement>("input[type=file]")?.focus();
  });
  yes.addEventListener("click", () => {
    root.dataset.placed = "";
    const values = { gps: "1", lon: at.lon.toFixed(6), lat: at.lat.toFixed(6) };
    for (const [name, value] of Object.entries(values)) {
      form.querySelector(`input[type=hidden][name=${name}]`)?.remove();
      form.append(el("input", { type: "hidden", name, value }));
    }
    const saved = (e: Event) => {
      const answer = (e as CustomEvent<{ place?: string; outside?: string }>).detail;
      if (!answer.place && !answer.outside) return; // of a save that began before
      form.removeEventListener("mw:saved", saved);
      for (const name of Object.keys(values)) form.querySelector(`input[type=hidden][name=${name}]`)?.remove();
      end(answer.outside ?? t("gps.done", { place: answer.place ?? "" }));
    };
    form.addEventListener("mw:saved", saved);
    end(t("gps.taken"));
    form.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
