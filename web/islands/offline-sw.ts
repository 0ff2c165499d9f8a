// The service worker: served at /sw.js with the list of its files in front
// (web/offlinepages). Pages always come from the network; only when there is
// none, the offline form is shown in their place. It keeps the files of one
// build and that form, as everybody sees it: no page of anybody, nothing of the
// desk, no receipt.

interface Config {
  build: string;
  files: string[];
}
// The parts of the worker's scope that are used here: the DOM types of this project do not know it.
interface Extendable extends Event {
  waitUntil(p: Promise<unknown>): void;
}
interface FetchEvent extends Extendable {
  request: Request;
  respondWith(r: Promise<Response>): void;
}
interface ClickEvent extends Extendable {
  notification: Notification;
}
interface Window {
  url: string;
  focus(): Promise<unknown>;
}
interface Scope {
  mitwirk: Config;
  location: Location;
  skipWaiting(): Promise<void>;
  clients: {
    claim(): Promise<void>;
    matchAll(of: { type: "window"; includeUncontrolled: boolean }): Promise<Window[]>;
    openWindow(url: string): Promise<unknown>;
  };
  registration: { showNotification(title: string, options: NotificationOptions): Promise<void> };
  addEventListener(type: "install" | "activate" | "push", fn: (e: Extendable) => void): void;
  addEventListener(type: "notificationclick", fn: (e: ClickEvent) => void): void;
  addEventListener(type: "fetch", fn: (e: FetchEvent) => void): void;
}
const sw = self as unknown as Scope;
const { build, files } = sw.mitwirk;
const prefix = "mitwirk-build-";
const cacheName = prefix + build;
const languages = ["de", "en"];
const formOf = (lang: string) => `/reports/offline?lang=${lang}`;
const hour = 60 * 60_000;

/** fetchForm stores the form in all languages, asked for as nobody. */
async function fetchForm(): Promise<void> {
  const cache = await caches.open(cacheName);
  for (const lang of languages) {
    const res = await fetch(formOf(lang), { credentials: "omit", cache: "no-store" });
    if (!res.ok || res.redirected) throw new Error(`offline form: ${res.status}`);
    await cache.put(formOf(lang), res);
  }
}

async function fill(): Promise<void> {
  const cache = await caches.open(cacheName);
  await cache.addAll(files);
  await fetchForm();
}

/** tidy deletes the files of other builds but the last one: a page of it may still be open. */
async function tidy(): Promise<void> {
  const others = (await caches.keys()).filter((n) => n.startsWith(prefix) && n !== cacheName);
  await Promise.all(others.slice(0, -1).map((n) => caches.delete(n)));
}

/** refresh fetches the form again when it is over an hour old: its kinds may have changed. */
async function refresh(): Promise<void> {
  const kept = await (await caches.open(cacheName)).match(formOf("de"), { ignoreVary: true });
  const age = Date.now() - Date.parse(kept?.headers.get("Date") ?? "");
  if (!kept || !(age < hour)) await fetchForm();
}

async function language(): Promise<string> {
  const said = await caches.match("/language", { cacheName: "mitwirk-settings" });
  const lang = said ? await said.text() : "de";
  return languages.includes(lang) ? lang : "de";
}

async function fromNetwork(e: FetchEvent): Promise<Response> {
  try {
    const res = await fetch(e.request);
    e.waitUntil(refresh().catch(() => {}));
    return res;
  } catch (err) {
    const form = await caches.match(formOf(await language()), { cacheName, ignoreVary: true });
    if (form) return form;
    throw err;
  }
}

/** own are the pages that are never anybody else's business: the browser's own message is the right one there. */
const own = /^\/(desk|login|logout|account|inbox|dev|api|open311|cases|live)(\/|$)/;

sw.addEventListener("install", (e) => e.waitUntil(fill().then(() => sw.skipWaiting())));
sw.addEventListener("activate", (e) => e.waitUntil(tidy().then(() => sw.clients.claim())));
sw.addEventListener("fetch", (e) => {
  const { request } = e;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== sw.location.origin) return;
  if (url.pathname.startsWith("/static/")) {
    // the name holds the hash of the content: what is there is right
    e.respondWith(caches.match(request, { ignoreVary: true }).then((hit) => hit ?? fetch(request)));
  } else if (request.mode === "navigate" && !own.test(url.pathname)) {
    e.respondWith(fromNetwork(e));
  }
});

// A push says only that there is news: what it is stands in the inbox. One notification
// takes the place of the last.
const news = {
  de: { title: "Neues in Ihrem Postkorb", body: "Öffnen Sie den Postkorb, um es zu lesen." },
  en: { title: "News in your inbox", body: "Open the inbox to read it." },
};
const inbox = "/inbox";

async function tell(): Promise<void> {
  const lang = await language();
  const { title, body } = lang === "en" ? news.en : news.de;
  await sw.registration.showNotification(title, {
    body,
    lang,
    tag: "inbox",
    icon: "/icons/mitwirk-192.png",
    badge: "/icons/mitwirk-192.png",
  });
}

/** open shows the inbox in a page that has it open already, else in a new one. */
async function open(): Promise<void> {
  const pages = await sw.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = pages.find((p) => new URL(p.url).pathname === inbox);
  await (there ? there.focus() : sw.clients.openWindow(inbox));
}

sw.addEventListener("push", (e) => e.waitUntil(tell()));
sw.addEventListener("notificationclick", (e) => {
  e.notification.close();
  e.waitUntil(open());
});
