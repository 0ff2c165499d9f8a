// <details data-share-box data-url data-title>: where the device has a sheet
// for passing things on, it opens instead of the address to copy.

/** attach serves one box. */
export function attach(box: HTMLElement): void {
  const summary = box.querySelector("summary");
  if (!summary || typeof navigator.share !== "function") return;
  summary.addEventListener("click", (e) => {
    e.preventDefault();
    void pass(box as HTMLDetailsElement);
  });
}

async function pass(box: HTMLDetailsElement): Promise<void> {
  try {
    await navigator.share({ title: box.dataset.title, url: box.dataset.url });
  } catch (e) {
    if ((e as Error).name === "AbortError") return; // the person closed the sheet
    box.open = true; // no sheet after all: the address is there
    box.querySelector("input")?.focus();
  }
}
