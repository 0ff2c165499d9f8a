// The offline form: keeps reports on this device, lists them, and sends one when
// somebody says so. It works without any answer from the server.
import { announce, el, plural, t } from "../islands/dom";
import { Refused, send } from "../islands/offline-send";
import { forget, fresh, type Kept, keep, list } from "../islands/offline-store";
import { shrink } from "../islands/photos-shrink";

/** askEvery is how often a form in place of another page asks whether the server can be reached, in ms. */
const askEvery = 5_000;

/** go leaves the page; tests replace it. */
type Go = (path: string) => void;

export function attach(root: HTMLElement, go: Go = (p) => location.assign(p)): Promise<void> {
  const form = root.querySelector<HTMLFormElement>("[data-offline-form]");
  const holder = root.querySelector<HTMLElement>("[data-offline-list]");
  const shots = root.querySelector<HTMLElement>("[data-offline-shots]");
  const input = root.querySelector<HTMLInputElement>("[data-offline-photos]");
  const place = root.querySelector<HTMLElement>("[data-offline-place]");
  const error = root.querySelector<HTMLElement>("[data-offline-error]");
  const heading = root.querySelector<HTMLElement>("[data-offline-heading]");
  const max = Number(root.dataset.max ?? 5);
  if (!form || !holder || !shots || !input || !place || !error || !heading) return Promise.resolve();
  let now = fresh();
  let busy = false; // one is being sent: the list stays as it is
  const notes = new Map<string, string>(); // what became of the last try, by id
  const maybe = new Set<string>(); // ids of those that may have arrived long ago

  const control = (name: string) => form.querySelector<HTMLInputElement>(`[name="${name}"]`) as HTMLInputElement;
  // Shown in place of another page, because that could not be fetched: there is no
  // network even where the browser believes in one.
  let instead = location.pathname !== "/reports/offline";
  const online = () => navigator.onLine !== false && !instead;

  function wrong(text: string): void {
    if (!error) return;
    error.textContent = text;
    error.hidden = text === "";
  }

  // ---- the form

  function read(): void {
    now.text = control("text").value.trim();
    const kind = form?.querySelector<HTMLSelectElement>("select[name=category]");
    if (kind) {
      now.category = kind.value;
      now.kind = kind.value ? (kind.selectedOptions[0]?.textContent?.trim() ?? "") : "";
    }
    now.address = control("address").value.trim();
    now.note = control("note").value.trim();
  }

  function write(): void {
    control("text").value = now.text;
    control("category").value = now.category;
    control("address").value = now.address;
    control("note").value = now.note;
    if (place)
      place.textContent = now.lon === undefined ? "" : t("offline.place", { m: Math.round(now.accuracy ?? 0) });
    drawShots();
  }

  function drawShots(): void {
    const nodes = now.photos.map((p, i) => {
      const img = el("img", { alt: t("photo.preview", { n: i + 1 }), width: "176", height: "132" });
      img.src = URL.createObjectURL(p);
      img.addEventListener("load", () => URL.revokeObjectURL(img.src), { once: true });
      const off = el("button", { type: "button", class: "chip" }, t("photo.remove", { n: i + 1 }));
      off.addEventListener("click", () => {
        now.photos.splice(i, 1);
        drawShots();
        announce(t("photo.removed"));
        input?.focus();
      });
      return el("div", { class: "shot" }, img, el("div", { class: "row" }, off));
    });
    shots?.replaceChildren(...nodes);
    const drop = input?.closest<HTMLElement>(".drop");
    if (drop) drop.hidden = now.photos.length >= max;
  }

  let adding: Promise<void> = Promise.resolve();
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    input.value = "";
    const into = now; // whoever saves meanwhile saves with them
    adding = adding.then(async () => {
      for (const f of files) {
        if (into.photos.length >= max) {
          wrong(t("photo.max", { n: max }));
          break;
        }
        try {
          into.photos.push(await shrink(f));
        } catch {
          wrong(t("photo.type"));
        }
      }
      if (into === now) drawShots();
    });
  });

  root.querySelector<HTMLElement>("[data-offline-locate]")?.addEventListener("click", () => {
    place.textContent = t("map.locating");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        now.lon = coords.longitude;
        now.lat = coords.latitude;
        now.accuracy = coords.accuracy;
        place.textContent = t("offline.place", { m: Math.round(coords.accuracy) });
      },
      () => {
        place.textContent = t("map.nolocation");
      },
      { enableHighAccuracy: true, timeout: 20_000, maximumAge: 60_000 },
    );
  });

  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    await adding;
    read();
    wrong("");
    if (!now.text && now.photos.length === 0) {
      wrong(t("offline.need"));
      control("text").focus();
      return;
    }
    now.changed = Date.now();
    try {
      await keep(now);
    } catch {
      wrong(t("offline.full"));
      return;
    }
    // a page that asks for it is not emptied when the device is short of room
    navigator.storage?.persist?.().catch(() => false);
    announce(t("offline.kept"));
    begin(fresh());
    await draw();
    holder.querySelector<HTMLElement>("article")?.focus();
  });

  function begin(k: Kept): void {
    now = k;
    if (heading && !heading.dataset.fresh) heading.dataset.fresh = heading.textContent ?? "";
    if (heading)
      heading.textContent =
        k.text || k.begun || k.photos.length > 0 ? t("offline.editing") : (heading.dataset.fresh ?? "");
    write();
  }

  // ---- what is kept

  async function draw(): Promise<void> {
    const state = root.querySelector<HTMLElement>("[data-offline-state]");
    if (state) state.hidden = online();
    if (busy) return;
    const all = await list().catch(() => []);
    const section = root.querySelector<HTMLElement>("[data-offline-kept]");
    if (section) section.hidden = all.length === 0;
    holder?.replaceChildren(...all.map(item));
  }

  function item(k: Kept): HTMLElement {
    const title = k.text || k.kind || t("offline.notext");
    const box = el("article", { class: "panel keptitem", tabindex: "-1", "data-kept-item": k.id });
    const facts = [
      k.kind,
      k.photos.length > 0 ? plural("offline.photos", k.photos.length) : "",
      k.address,
      new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" }).format(
        k.changed,
      ),
    ];
    box.append(
      el("h3", {}, title.length > 120 ? `${title.slice(0, 117)} …` : title),
      el("p", { class: "small muted" }, facts.filter(Boolean).join(" · ")),
    );
    const said = el("p", { class: "strong", "data-kept-said": true }, said0(k));
    const row = el("div", { class: "row" });
    box.append(said, row);
    const remove = el("button", { type: "button", class: "linkbtn", "data-kept-delete": true }, t("offline.delete"));
    remove.append(el("span", { class: "vh" }, `: ${title.slice(0, 40)}`));
    remove.addEventListener("click", async () => {
      await forget(k.id);
      announce(t("offline.deleted"));
      if (now.id === k.id) begin(fresh());
      await draw();
      heading?.scrollIntoView({ block: "nearest" });
      control("text").focus();
    });
    if (k.sent) {
      const open = el("a", { class: "kern-btn kern-btn--primary", href: k.sent });
      open.append(el("span", { class: "kern-label" }, t("offline.receipt")));
      row.append(open, remove);
      return box;
    }
    const force = maybe.has(k.id);
    const go = primary(t(force ? "offline.again" : "offline.send"));
    go.dataset.keptSend = "";
    go.disabled = !online();
    go.addEventListener("click", () => void sendOne(k, said, go, force));
    const edit = el("button", { type: "button", class: "linkbtn" }, t("offline.edit"));
    edit.addEventListener("click", () => {
      begin({ ...k, photos: [...k.photos] });
      heading?.scrollIntoView({ block: "start" });
      control("text").focus();
    });
    row.append(go, edit, remove);
    return box;
  }

  function primary(label: string): HTMLButtonElement {
    return el(
      "button",
      { type: "button", class: "kern-btn kern-btn--primary" },
      el("span", { class: "kern-label" }, label),
    );
  }

  function said0(k: Kept): string {
    if (k.sent) return t("offline.sent");
    return notes.get(k.id) ?? t(online() ? "offline.ask" : "offline.later");
  }

  /** sendOne sends; whatever happens on the way, the report stays here until it has arrived. */
  async function sendOne(k: Kept, said: HTMLElement, button: HTMLButtonElement, force: boolean): Promise<void> {
    if (busy) return;
    busy = true;
    button.disabled = true;
    said.textContent = t("offline.sending");
    announce(t("offline.sending"));
    const note = (text: string) => {
      notes.set(k.id, text);
      announce(text);
    };
    try {
      const out = await send(k, keep, force);
      switch (out.kind) {
        case "receipt":
          // kept until it was opened: the network may be gone again
          await keep({ ...k, photos: [], sent: out.path, changed: Date.now() });
          go(out.path);
          break;
        case "page":
          await forget(k.id);
          go(out.path);
          break;
        case "arrived":
          await forget(k.id);
          announce(t("offline.arrived"));
          break;
        case "maybe":
          maybe.add(k.id);
          note(t("offline.maybe"));
          break;
      }
    } catch (e) {
      note(t(e instanceof Refused ? "offline.busy" : "offline.nonet"));
    } finally {
      busy = false;
    }
    await draw();
    holder?.querySelector<HTMLElement>(`[data-kept-item="${CSS.escape(k.id)}"]`)?.focus();
  }

  const back = () => {
    instead = false;
    for (const id of notes.keys()) if (!maybe.has(id)) notes.delete(id);
    void draw().then(async () => {
      if ((await list().catch(() => [])).some((k) => !k.sent)) announce(t("offline.ask"));
    });
  };
  window.addEventListener("online", back);
  if (instead) {
    // No event tells of a network that the browser never missed.
    const ask = setInterval(async () => {
      if (!instead) return clearInterval(ask);
      if (document.hidden || navigator.onLine === false) return;
      const res = await fetch("/healthz", { cache: "no-store" }).catch(() => undefined);
      if (res?.ok && instead) back();
    }, askEvery);
  }
  window.addEventListener("offline", () => void draw());
  window.addEventListener("pageshow", () => void draw());
  begin(now);
  return draw();
}

for (const root of document.querySelectorAll<HTMLElement>("[data-offline]")) void attach(root);
