// The browser is told of news in the inbox, where its owner wants that: the button asks
// for the permission, gets an address from the browser's push service and sends it with
// the form. What is pushed has no content (web/islands/offline-sw.ts).
//
// [data-push] is the form, hidden without script; data-key the server's public key;
// [data-push-failed] the sentence for a browser that does not want to.

/** keyOf reads a key in base64url. */
export function keyOf(text: string): Uint8Array<ArrayBuffer> {
  const raw = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const out = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
  return out;
}

/** fill puts what the push service gave into the form. */
export function fill(form: HTMLFormElement, sub: PushSubscriptionJSON): boolean {
  const values: Record<string, string | undefined> = {
    endpoint: sub.endpoint,
    p256dh: sub.keys?.p256dh,
    auth: sub.keys?.auth,
  };
  for (const [name, value] of Object.entries(values)) {
    const input = form.elements.namedItem(name);
    if (!(input instanceof HTMLInputElement) || !value) return false;
    input.value = value;
  }
  return true;
}

async function subscribe(key: string): Promise<PushSubscription> {
  const worker = await navigator.serviceWorker.ready;
  const known = await worker.pushManager.getSubscription();
  if (known) return known;
  return worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: keyOf(key) });
}

export function attach(form: HTMLFormElement): void {
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) return;
  const failed = form.querySelector<HTMLElement>("[data-push-failed]");
  form.hidden = false;
  form.addEventListener("submit", (e) => {
    e.preventDefault();
    Promise.resolve(Notification.requestPermission())
      .then((answer) => {
        if (answer !== "granted") throw new Error(answer);
        return subscribe(form.dataset.key ?? "");
      })
      .then((sub) => {
        if (!fill(form, sub.toJSON())) throw new Error("no keys");
        form.submit();
      })
      .catch(() => {
        if (failed) failed.hidden = false;
      });
  });
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-push]")) attach(form);
