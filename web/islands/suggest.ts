// While people write what is the matter, [data-suggest="/path"] asks for likely
// kinds and shows the answer (a part of a page) in [data-suggestions] of the
// same form. The text travels in the body: addresses end up in logs.
import { debounce, swap } from "./dom";

export function attach(root: HTMLElement): void {
  const input = root as HTMLTextAreaElement;
  const form = input.form;
  const place = form?.querySelector<HTMLElement>("[data-suggestions]");
  const url = input.dataset.suggest;
  if (!form || !place || !url) return;
  let asked = "";
  let running: AbortController | undefined;

  const ask = debounce(() => {
    const text = input.value.trim();
    if (text === asked) return;
    asked = text;
    running?.abort();
    if (text.length < 4) {
      place.hidden = true;
      return;
    }
    running = new AbortController();
    const body = new URLSearchParams({ text });
    for (const name of ["draft", "lon", "lat"]) {
      const value = form.querySelector<HTMLInputElement>(`input[name="${name}"]`)?.value;
      if (value) body.set(name, value);
    }
    fetch(url, { method: "POST", body, signal: running.signal, headers: { Accept: "text/html" } })
      .then(async (res) => {
        if (!res.ok) return;
        const html = await res.text();
        await released();
        const chosen = place.querySelector<HTMLInputElement>("input:checked")?.value;
        swap(place, html);
        place.hidden = place.childElementCount === 0;
        const same = chosen && place.querySelector<HTMLInputElement>(`input[value="${CSS.escape(chosen)}"]`);
        if (same) same.checked = true;
      })
      .catch(() => {}); // the next page offers the same
  }, 500);

  // The proposals push down what stands below them. A button that moves between
  // press and release is not clicked: they wait until nothing is pressed.
  let pressed = false;
  let waiting: (() => void)[] = [];
  form.addEventListener("pointerdown", () => {
    pressed = true;
  });
  for (const end of ["pointerup", "pointercancel"]) {
    document.addEventListener(end, () => {
      pressed = false;
      // the click comes after the release
      setTimeout(() => {
        for (const go of waiting) go();
        waiting = [];
      });
    });
  }
  const released = () => (pressed ? new Promise<void>((go) => waiting.push(go)) : Promise.resolve());

  input.addEventListener("input", ask);
}
