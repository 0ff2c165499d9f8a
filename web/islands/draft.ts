// Saves a step of a form while people type: POSTs the form to its own address
// with "X-Autosave: 1". Nothing that was typed is ever taken away: an error
// only changes the words below the button and the next try follows.
import { clock, debounce, t } from "./dom";

const calm = 1500;
const again = 15000;

export function attach(root: HTMLElement): void {
  const form = root as HTMLFormElement;
  const status = form.querySelector<HTMLElement>("[data-autosave-status]");
  let running: Promise<void> = Promise.resolve();
  let saving = false;
  let dirty = false;
  let waiting = false; // the form goes on once the running save is through
  let ended = false; // the draft is no longer here
  let left = false; // the form is being sent for good

  const say = (text: string) => {
    if (status && status.textContent !== text) status.textContent = text;
  };

  function save(): Promise<void> {
    if (left || ended || !dirty) return running;
    running = running.then(post); // one after the other: each takes the version that the last one left
    return running;
  }

  async function post(): Promise<void> {
    if (left || ended || !dirty) return;
    dirty = false;
    saving = true;
    const body = new FormData(form);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name); // photos travel on their own
    try {
      const res = await fetch(form.action, {
        method: "POST",
        body,
        headers: { "X-Autosave": "1", Accept: "application/json" },
        signal: AbortSignal.timeout(10_000),
      });
      if (res.status === 409) return gone(res); // sent from another tab, or gone to another device
      if (!res.ok) throw new Error(String(res.status));
      const moved = res.headers.get("Location");
      if (moved) {
        // the first save made the draft: from here the page is the draft's
        form.action = moved;
        history.replaceState(history.state, "", moved);
      }
      if (res.headers.get("Content-Type")?.includes("json")) {
        const answer = (await res.json()) as Record<string, unknown>;
        take(answer);
        form.dispatchEvent(new CustomEvent("mw:saved", { detail: answer }));
      }
      say(t("draft.saved", { time: clock(new Date()) }));
    } catch {
      dirty = true;
      say(t(navigator.onLine === false ? "draft.offline" : "draft.failed"));
      setTimeout(() => void save(), again);
    } finally {
      saving = false;
    }
  }

  /** gone says that there is nothing left to save to; what was typed stays in the page. */
  async function gone(res: Response): Promise<void> {
    ended = true;
    const body = (await res.json().catch(() => ({}))) as { title?: string; detail?: string };
    say(body.title ?? body.detail ?? t("draft.failed"));
  }

  /** take keeps the hidden entries that the server counts on, e.g. the version. */
  function take(answer: Record<string, unknown>): void {
    for (const [name, value] of Object.entries(answer)) {
      const input = form.querySelector<HTMLInputElement>(`input[type=hidden][name="${CSS.escape(name)}"]`);
      if (input && (typeof value === "string" || typeof value === "number")) input.value = String(value);
    }
  }

  const later = debounce(() => void save(), calm);
  const changed = (e: Event) => {
    if ((e.target as HTMLInputElement).type === "file") return;
    dirty = true;
    later();
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  // a photo needs the draft that it belongs to: it asks for a save and waits
  form.addEventListener("mw:save", (e) => {
    dirty = true;
    (e as CustomEvent<{ wait?: Promise<void> }>).detail.wait = save();
  });
  // The first save makes the draft and the session that it belongs to. A form
  // that overtook it would come from somebody else: it waits.
  form.addEventListener("submit", (e) => {
    if (navigator.onLine === false && navigator.serviceWorker?.controller) {
      e.preventDefault();
      import("./offline-keep")
        .then(({ keepStep }) => keepStep(form))
        .then(
          () => location.assign("/reports/offline"),
          () => say(t("draft.offline")),
        );
      return;
    }
    if (!saving) {
      left = true;
      return;
    }
    e.preventDefault();
    const submitter = (e as SubmitEvent).submitter;
    if (!waiting)
      void running.then(() => {
        waiting = false;
        form.requestSubmit(submitter);
      });
    waiting = true;
  });
  // coming back from the next page by the browser's cache
  window.addEventListener("pageshow", () => {
    left = false;
  });
  window.addEventListener("online", () => void save());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") void save();
  });
}
