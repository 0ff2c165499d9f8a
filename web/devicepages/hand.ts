// The first device waits for the other one: it asks every few seconds where the
// draft is, as long as somebody looks, and then shows that it went on there.
const pause = 4000;
const patience = 16 * 60_000; // a little longer than the link lives

export function wait(root: HTMLElement, go: (path: string) => void = (p) => location.replace(p)): void {
  const path = root.dataset.handover ?? "";
  const until = Date.now() + patience;
  let running = false;

  async function ask(): Promise<void> {
    if (running || document.visibilityState === "hidden" || Date.now() > until) return;
    running = true;
    try {
      const res = await fetch(path, { headers: { Accept: "application/json" } });
      if (res.ok && ((await res.json()) as { state?: string }).state === "taken") {
        clearInterval(timer);
        go(path);
      }
    } catch {
      // no network for a moment: the next try follows
    } finally {
      running = false;
    }
  }

  const timer = setInterval(() => void ask(), pause);
  document.addEventListener("visibilitychange", () => void ask());
}

for (const root of document.querySelectorAll<HTMLElement>("[data-handover]")) wait(root);
