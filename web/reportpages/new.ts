// The page of the questions: tells the server which of them were on screen, so that nobody is led back to one that script has shown.
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
