// Buttons that only script can serve: [data-copy] and [data-share] take the
// page's address (or the value's), [data-print] prints. What happened is said
// once, politely.
import { announce, t } from "./dom";

export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // no permission, or not a secure page
  }
}

function address(button: HTMLElement, hook: "copy" | "share"): string {
  const value = button.dataset[hook];
  if (value && !value.startsWith("/")) return value;
  return new URL(value || location.pathname, location.origin).href;
}

/** say puts a short word beside the button and into the live region. */
function say(button: HTMLElement, text: string): void {
  announce(text);
  let word = button.parentElement?.querySelector<HTMLElement>("[data-said]");
  if (!word) {
    word = document.createElement("span");
    word.dataset.said = "";
    word.className = "small muted";
    word.setAttribute("aria-hidden", "true"); // the live region says it
    button.after(word);
  }
  word.textContent = text;
}

export async function share(button: HTMLElement): Promise<void> {
  const url = address(button, "share");
  if (typeof navigator.share === "function") {
    try {
      await navigator.share({ title: document.title, url });
      return;
    } catch (e) {
      if ((e as Error).name === "AbortError") return; // the person closed the sheet
    }
  }
  say(button, (await copy(url)) ? t("copied") : t("copy.failed"));
}

export function attachCopy(): void {
  document.addEventListener("click", (e) => {
    const button = (e.target as Element).closest<HTMLElement>("[data-copy], [data-share], [data-print]");
    if (!button) return;
    e.preventDefault();
    if (button.dataset.print !== undefined) window.print();
    else if (button.dataset.share !== undefined) void share(button);
    else void copy(address(button, "copy")).then((ok) => say(button, ok ? t("copied") : t("copy.failed")));
  });
}
