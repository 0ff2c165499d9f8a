// What only the way to report needs: the place page tells which address its pin
// was set with, the questions page which questions were on screen.
import { onPlace } from "../islands/dom";

/** attachAddress keeps the address of the pin that script set: one that is typed later is still to be looked up. */
export function attachAddress(known: HTMLInputElement): void {
  onPlace((place) => {
    known.value = place.address ?? "";
  });
}

/** attachSeen lets the hidden entry "seen[]" of a question travel only while the question is in sight. */
export function attachSeen(root: HTMLElement): void {
  const form = root.closest("form");
  if (!form) return;
  form.addEventListener(
    "submit",
    () => {
      for (const part of root.querySelectorAll<HTMLElement>("[data-question]")) {
        const seen = part.querySelector<HTMLInputElement>('input[name="seen[]"]');
        if (seen) seen.disabled = part.hidden;
      }
    },
    { capture: true },
  );
}

for (const root of document.querySelectorAll<HTMLElement>("[data-questions]")) attachSeen(root);
for (const known of document.querySelectorAll<HTMLInputElement>('input[name="address_of"]')) attachAddress(known);
