// The frame of every page: errors take the focus, the phone's menu closes as
// people expect, the theme changes without a new page.

/** attachErrorSummary moves the focus to the list of errors and lets its links focus entries, also inside closed details. */
export function attachErrorSummary(): void {
  const summary = document.querySelector<HTMLElement>("[data-error-summary]");
  if (!summary) return;
  summary.focus();
  summary.addEventListener("click", (e) => {
    const link = (e.target as Element).closest<HTMLAnchorElement>('a[href^="#"]');
    const target = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!target) return;
    e.preventDefault();
    for (let d = target.closest("details"); d; d = d.parentElement?.closest("details") ?? null) d.open = true;
    const entry = target.matches("input, select, textarea, button, a[href], [tabindex]")
      ? target
      : target.querySelector<HTMLElement>("input, select, textarea, button");
    (entry ?? target).focus();
    (entry ?? target).scrollIntoView({ block: "center" });
  });
}

/** attachMenu closes the phone's menu by Escape and by a tap beside it. */
export function attachMenu(): void {
  const menu = document.querySelector<HTMLDetailsElement>("[data-menu]");
  if (!menu) return;
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
  document.addEventListener("click", (e) => {
    if (menu.open && !menu.contains(e.target as Node)) menu.open = false;
  });
}

/** attachTheme applies a look at once and keeps it; without script the form does the same on the server. */
export function attachTheme(): void {
  const form = document.querySelector<HTMLFormElement>("[data-theme-form]");
  form?.addEventListener("submit", (e) => {
    const button = (e as SubmitEvent).submitter as HTMLButtonElement | null;
    if (button?.name !== "theme") return;
    e.preventDefault();
    const theme = button.value;
    if (theme) document.documentElement.dataset.kernTheme = theme;
    else delete document.documentElement.dataset.kernTheme;
    for (const b of form.querySelectorAll<HTMLButtonElement>("button[name=theme]")) {
      b.setAttribute("aria-pressed", String(b === button));
    }
    document.dispatchEvent(new CustomEvent("mw:theme"));
    // the server sets the cookie, so that the next page has the look from its first byte
    void fetch(form.action, {
      method: "POST",
      body: new URLSearchParams({ theme, next: location.pathname }),
      redirect: "manual",
    }).catch(() => {});
  });
}
