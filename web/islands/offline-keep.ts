// A step of the form that can't be sent because the network is gone: what it
// holds, with photos that have not arrived yet, moves to the reports that wait
// on this device.
import { fresh, type Kept, keep, list } from "./offline-store";

/** read takes over what a step of the form holds; what it does not ask for stays as it was. */
export function read(form: HTMLFormElement, k: Kept): Kept {
  const data = new FormData(form);
  const text = (name: string) => (typeof data.get(name) === "string" ? String(data.get(name)).trim() : undefined);
  const next: Kept = { ...k, changed: Date.now(), photos: [...k.photos] };
  next.text = text("text") ?? k.text;
  next.category = text("category") || k.category;
  if (next.category && next.category !== k.category) {
    const choice = form.querySelector<HTMLInputElement>(`input[name=category][value="${CSS.escape(next.category)}"]`);
    next.kind = choice?.closest("label")?.querySelector("span")?.firstChild?.textContent?.trim() ?? k.kind;
  }
  next.address = text("address") ?? k.address;
  next.note = text("note") ?? k.note;
  const number = (name: string) => {
    const v = text(name);
    return v ? Number(v) : undefined;
  };
  next.lon = number("lon") ?? k.lon;
  next.lat = number("lat") ?? k.lat;
  next.accuracy = number("accuracy") ?? k.accuracy;
  return next;
}

/** keepStep stores a step; it rejects when the device allows no storage. */
export async function keepStep(form: HTMLFormElement): Promise<void> {
  const id = new FormData(form).get("draft");
  if (typeof id !== "string" || !id) throw new Error("no draft");
  const before = (await list()).find((k) => k.id === id) ?? { ...fresh(), id };
  const k = read(form, before);
  k.begun = before.begun || form.action.includes(id);
  const detail: { photos: Blob[] } = { photos: [] };
  form.dispatchEvent(new CustomEvent("mw:unsent", { detail }));
  k.photos.push(...detail.photos);
  await keep(k);
}
