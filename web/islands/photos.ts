// Photos of a form: chosen or taken, shrunk here, sent at once while people go
// on typing (POST /uploads with draft and photo, answer 201 {id, url, width,
// height}). A photo that fails stays in sight with what to do; it never holds
// the form back. Photos that the server has drawn already are taken over.
//
// <fieldset data-photos data-draft="…" data-max="5"> holds [data-photos-list]
// with <div class="shot" data-photo="id"> and an <input type="file" multiple>.
import { announce, el, t } from "./dom";
import { offer } from "./gps";
import { shrink } from "./photos-shrink";

export const uploads = "/uploads";
const patience = 10_000;
const heaviest = 12 * 1024 * 1024;

interface Shot {
  node: HTMLElement;
  img: HTMLImageElement;
  alt: HTMLInputElement | null;
  state: HTMLElement;
  retry: HTMLButtonElement;
  id: string; // "" until it is with us
  blob: Blob | null; // null for what the server drew
  gone: boolean;
}

/** problem is what people read about an answer that is no 201. */
export async function problem(res: Response): Promise<string> {
  if (res.status === 413) return t("photo.size");
  if (res.status === 415) return t("photo.type");
  try {
    const body = (await res.json()) as { detail?: string; title?: string };
    return body.detail ?? body.title ?? t("photo.failed");
  } catch {
    return t("photo.failed");
  }
}

export function attach(root: HTMLElement): void {
  const list = root.querySelector<HTMLElement>("[data-photos-list]");
  const input = root.querySelector<HTMLInputElement>("input[type=file]");
  const form = root.closest("form");
  const max = Number(root.dataset.max ?? 5);
  if (!list || !form) return;
  const shots: Shot[] = [];
  const busy = new Set<Shot>(); // being shrunk or on their way
  let failed = 0;
  let queue: Promise<void> = Promise.resolve();

  const draft = () => form.querySelector<HTMLInputElement>('input[name="draft"]')?.value || root.dataset.draft || "";
  const number = (s: Shot) => shots.indexOf(s) + 1;

  for (const node of list.querySelectorAll<HTMLElement>(".shot[data-photo]")) adopt(node);
  if (input) {
    input.addEventListener("change", () => take(input));
    take(input); // what was chosen before this script was there
  }

  function take(input: HTMLInputElement): void {
    const files = [...(input.files ?? [])];
    if (files.length === 0) return;
    input.value = ""; // else the form would send them a second time
    const room = Math.max(0, max - shots.length);
    if (files.length > room) say(t("photo.max", { n: max }));
    for (const f of files.slice(0, room)) void addFile(f);
  }

  /** adopt takes over a photo that the server has drawn. */
  function adopt(node: HTMLElement): void {
    const img = node.querySelector("img");
    if (!img) return;
    const shot = parts(node, img, node.querySelector("input"));
    shot.id = node.dataset.photo ?? "";
    for (const b of node.querySelectorAll<HTMLButtonElement>('button[name="do"][value^="remove:"]')) b.remove();
    shots.push(shot);
    buttons(shot);
    renumber();
  }

  function parts(node: HTMLElement, img: HTMLImageElement, alt: HTMLInputElement | null): Shot {
    const state = el("p", { class: "small", hidden: true });
    const retry = el("button", { type: "button", class: "chip", hidden: true }, t("photo.retry"));
    return { node, img, alt, state, retry, id: "", blob: null, gone: false };
  }

  function buttons(s: Shot): void {
    let row = s.node.querySelector<HTMLElement>(".row");
    if (!row) {
      row = el("div", { class: "wide row" });
      s.node.append(row);
    }
    const cover = el("button", { type: "button", class: "chip" }, t("photo.cover"));
    const remove = el("button", { type: "button", class: "chip", "data-remove": true });
    cover.addEventListener("click", () => void coverShot(s, cover));
    remove.addEventListener("click", () => void removeShot(s));
    s.retry.addEventListener("click", () => send(s));
    row.append(s.retry, cover, remove);
    row.before(s.state);
    s.state.classList.add("wide");
  }

  async function addFile(file: File): Promise<void> {
    const img = el("img", { alt: "", width: "176", height: "132" });
    const alt = el("input", { type: "text", class: "inp", maxlength: "300", autocomplete: "off" });
    const label = el("label", {});
    const hint = el("p", { class: "xs muted" }, t("photo.alt.hint"));
    const node = el("div", { class: "shot" }, img, el("div", { class: "field" }, label, alt, hint));
    const key = `alt-neu-${Date.now().toString(36)}-${shots.length}`;
    alt.id = key;
    label.htmlFor = key;
    hint.id = `${key}-hint`;
    alt.setAttribute("aria-describedby", hint.id);
    const s = parts(node, img, alt);
    shots.push(s);
    list?.append(node);
    buttons(s);
    renumber();
    busy.add(s);
    status(s, t("photo.sending", { n: number(s) }));
    if (form) void offer(root, form, file);
    try {
      s.blob = await shrink(file);
    } catch {
      // the browser can't read it; the server might, if it is one of its three kinds
      if (!/^image\/(jpeg|png|webp)$/.test(file.type)) return fail(s, t("photo.type"), false);
      if (file.size > heaviest) return fail(s, t("photo.size"), false);
      s.blob = file;
      s.img.hidden = true; // there is nothing to show
      if (!s.gone) send(s);
      return;
    }
    if (s.gone) return done(s);
    show(s);
    send(s);
  }

  function show(s: Shot): void {
    if (!s.blob) return;
    if (s.img.src.startsWith("blob:")) URL.revokeObjectURL(s.img.src);
    s.img.src = URL.createObjectURL(s.blob);
  }

  /** send puts a photo at the end of the queue: one after the other keeps a weak line alive. */
  function send(s: Shot): void {
    s.retry.hidden = true;
    busy.add(s);
    status(s, t("photo.sending", { n: number(s) }));
    queue = queue.then(() => upload(s, 3)).catch(() => fail(s, t("photo.failed"), true));
  }

  /** withDraft waits for the draft that the photos belong to, once. */
  let drafted: Promise<void> | undefined;
  function withDraft(): Promise<void> {
    if (!drafted) {
      const detail: { wait?: Promise<void> } = {};
      form?.dispatchEvent(new CustomEvent("mw:save", { detail }));
      drafted = detail.wait ?? Promise.resolve();
    }
    return drafted;
  }

  async function upload(s: Shot, tries: number): Promise<void> {
    await withDraft();
    if (s.gone || !s.blob) return done(s);
    const body = new FormData();
    body.set("draft", draft());
    body.set("photo", s.blob, "foto.jpg");
    const res = await fetch(uploads, { method: "POST", body, headers: { Accept: "application/json" } });
    if (res.status === 503 && tries > 1) {
      const wait = Math.min(10, Number(res.headers.get("Retry-After")) || 2);
      await new Promise((r) => setTimeout(r, wait * 1000));
      return upload(s, tries - 1);
    }
    if (res.status !== 201) return fail(s, await problem(res), res.status >= 500 || res.status === 429);
    const answer = (await res.json()) as { id: string; url: string; draft?: string };
    if (s.gone) {
      void erase(answer.id); // taken away while it was on its way
      return done(s);
    }
    const old = s.id;
    s.id = answer.id;
    s.node.dataset.photo = answer.id;
    if (s.alt) s.alt.name = `alt-${answer.id}`;
    if (old && old !== answer.id) void erase(old);
    s.state.hidden = true;
    announce(t("photo.sent", { n: number(s) }));
    form?.dispatchEvent(new Event("change", { bubbles: true }));
    done(s);
  }

  async function erase(id: string): Promise<void> {
    const query = new URLSearchParams({ draft: draft() });
    await fetch(`${uploads}/${encodeURIComponent(id)}?${query}`, { method: "DELETE" }).catch(() => {});
  }

  function status(s: Shot, text: string): void {
    s.state.className = "small muted wide";
    s.state.textContent = text;
    s.state.hidden = false;
  }

  function fail(s: Shot, text: string, again: boolean): void {
    failed++;
    s.state.className = "err wide";
    s.state.textContent = text;
    s.state.hidden = false;
    s.retry.hidden = !again;
    announce(text);
    done(s);
  }

  /** done takes a photo off the list of those that the form waits for. */
  function done(s: Shot): void {
    busy.delete(s);
    if (busy.size === 0) goOn?.();
  }

  // Without network the form moves to this device, with what has not arrived.
  form.addEventListener("mw:unsent", (e) => {
    const { photos } = (e as CustomEvent<{ photos: Blob[] }>).detail;
    for (const s of shots) if (!s.id && s.blob && !s.gone) photos.push(s.blob);
  });

  // Whoever goes on while a photo is on its way waits for it: leaving the page
  // would lose it. The form goes on by itself, unless the photo failed: then
  // people decide. After ten seconds a second press goes on without the photo.
  let goOn: (() => void) | undefined;
  let since = 0;
  form.addEventListener(
    "submit",
    (e) => {
      if (busy.size === 0 || navigator.onLine === false || (since > 0 && Date.now() - since > patience)) return;
      e.preventDefault();
      e.stopImmediatePropagation(); // the draft must not believe that the page is left
      if (since > 0) return;
      since = Date.now();
      const before = failed;
      const submitter = (e as SubmitEvent).submitter;
      say(t("photo.wait"));
      const late = setTimeout(() => say(t("photo.wait.long")), patience);
      goOn = () => {
        clearTimeout(late);
        goOn = undefined;
        since = 0;
        say("");
        if (failed === before) form.requestSubmit(submitter);
      };
    },
    { capture: true },
  );

  async function removeShot(s: Shot): Promise<void> {
    const i = shots.indexOf(s);
    s.gone = true;
    done(s);
    shots.splice(i, 1);
    s.node.remove();
    renumber();
    const next = shots[Math.min(i, shots.length - 1)];
    (next?.node.querySelector<HTMLElement>("[data-remove]") ?? input)?.focus();
    announce(t("photo.removed"));
    if (s.img.src.startsWith("blob:")) URL.revokeObjectURL(s.img.src);
    if (s.id) await erase(s.id);
  }

  async function coverShot(s: Shot, button: HTMLElement): Promise<void> {
    try {
      const source = s.blob ?? (await (await fetch(s.img.src)).blob());
      const { cover } = await import("./photos-cover");
      const covered = await cover(source);
      if (covered && !s.gone) {
        s.blob = covered;
        show(s);
        send(s); // a photo that is with us already is replaced once the new one has arrived
      }
    } catch {
      announce(t("failed"));
    }
    button.focus();
  }

  function renumber(): void {
    shots.forEach((s, i) => {
      const n = i + 1;
      s.img.alt = t("photo.preview", { n });
      const label = s.alt?.id ? s.node.querySelector<HTMLElement>(`label[for="${CSS.escape(s.alt.id)}"]`) : null;
      if (label) label.textContent = t("photo.alt", { n });
      const remove = s.node.querySelector<HTMLElement>("[data-remove]");
      if (remove) remove.textContent = t("photo.remove", { n });
    });
    const drop = input?.closest<HTMLElement>(".drop");
    if (drop) drop.hidden = shots.length >= max;
  }

  function say(text: string): void {
    if (text) announce(text);
    let note = root.querySelector<HTMLElement>("[data-photos-said]");
    if (!note) {
      note = el("p", { class: "small", "data-photos-said": true });
      list?.after(note);
    }
    note.textContent = text;
  }
}
