// On public pages: registers the service worker that shows the offline form when
// there is no network, tells it the language, and reminds of reports that wait
// on this device.
import { el, lang, plural } from "./dom";
import { count, list } from "./offline-store";

export const page = "/reports/offline";
export const settings = "mitwirk-settings";

export async function install(): Promise<void> {
  remind();
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register("/sw.js", { scope: "/", updateViaCache: "none" });
    // the worker has no document: it finds the language here
    await (await caches.open(settings)).put("/language", new Response(lang()));
  } catch {
    // private mode, or storage is off: everything else works without
  }
}

/** remind says that something waits; reading it forgets what is over. */
function remind(): void {
  if (count() === 0 || location.pathname === page) return;
  list().then(
    (all) => {
      const n = all.filter((k) => !k.sent).length;
      const main = document.querySelector("main");
      if (n === 0 || !main) return;
      const link = el("a", { href: page }, plural("offline.waiting", n));
      main.prepend(el("div", { class: "shell kept", "data-kept": true }, el("p", { class: "notice" }, link)));
    },
    () => {},
  );
}
