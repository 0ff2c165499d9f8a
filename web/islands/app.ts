// Runs on every page. The page works without it; this file only looks which
// hooks are there and loads the island that serves them.
import { attachCopy } from "./copy";
import { attachErrorSummary, attachMenu, attachTheme } from "./frame";

type Island = { attach(root: HTMLElement): void };

const islands: Record<string, () => Promise<Island>> = {
  "[data-map]": () => import("./map"),
  "[data-place-info]": () => import("./place"),
  "[data-address]": () => import("./address"),
  "[data-photos]": () => import("./photos"),
  "[data-autosave]": () => import("./draft"),
  "[data-suggest]": () => import("./suggest"),
  "[data-search]": () => import("./search"),
  "[data-questions]": () => import("./wizard-questions"),
  "[data-live]": () => import("./live"),
  "[data-discussion]": () => import("./discussion"),
  "[data-inbox]": () => import("./inbox"),
  "[data-metoo]": () => import("./metoo"),
  "[data-remember], [data-remembered]": () => import("./remember"),
  "[data-share-box]": () => import("./share"),
};

/** near calls fn once the element is about to come into sight: a map is a megabyte that many never scroll to. */
function near(e: HTMLElement, fn: () => void): void {
  const observer = new IntersectionObserver(
    (seen) => {
      if (!seen.some((s) => s.isIntersecting)) return;
      observer.disconnect();
      fn();
    },
    { rootMargin: "300px" },
  );
  observer.observe(e);
}

/** start attaches the islands inside root; parts fetched later call it again. */
export function start(root: ParentNode): void {
  for (const [hook, load] of Object.entries(islands)) {
    const found = [...root.querySelectorAll<HTMLElement>(hook)].filter((e) => !e.dataset.attached);
    if (found.length === 0) continue;
    for (const e of found) {
      e.dataset.attached = "true";
      const attach = () => {
        load().then(
          (island) => island.attach(e),
          // an island that can't be loaded leaves the page as it was without script
          () => {
            delete e.dataset.attached;
          },
        );
      };
      if (e.dataset.map !== undefined) near(e, attach);
      else attach();
    }
  }
}

document.documentElement.classList.add("js");
attachErrorSummary();
attachMenu();
attachTheme();
attachCopy();
start(document);
// public pages have a manifest: they can be installed and work without network
if (document.querySelector("link[rel=manifest]")) void import("./install").then((i) => i.install());
document.addEventListener("mw:inserted", (e) => start(e.target as HTMLElement));
