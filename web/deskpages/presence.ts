// Who else looks at a case: a heartbeat while the page is in sight, an end when
// it is not. Nothing is kept of it.
const beat = 20_000;
// The end of the page before may arrive after the first word of this one.
const again = 2_000;

/** attach keeps the names beside the case true. */
export function attach(box: HTMLElement): void {
  const { here, away } = box.dataset;
  if (!here || !away) return;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pause = again;
  const ask = async () => {
    clearTimeout(timer);
    if (document.visibilityState !== "visible") return;
    try {
      const res = await fetch(here, { method: "POST", headers: { Accept: "application/json" } });
      if (res.ok) {
        const { text } = (await res.json()) as { text: string };
        if (box.textContent !== text) box.textContent = text;
      }
    } catch {
      // no network: the next beat asks again
    }
    timer = setTimeout(ask, pause);
    pause = beat;
  };
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void ask();
    else navigator.sendBeacon(away);
  });
  addEventListener("pagehide", () => navigator.sendBeacon(away));
  void ask();
}

for (const box of document.querySelectorAll<HTMLElement>("[data-here]")) attach(box);
