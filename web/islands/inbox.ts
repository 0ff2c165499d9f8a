// The number of unread notices in the head of every page, the same on all open
// devices: a message on the topic "inbox" brings it. What may have come between
// the server's page and the first word from the socket is asked for once.
//
// <a data-inbox> holds [data-inbox-count], hidden at none, and [data-inbox-words]
// with its words in data-one and data-other.
import { type Client, sharedClient } from "./live";

/** shown writes a number into the head. */
export function shown(root: HTMLElement, unread: number): void {
  const count = root.querySelector<HTMLElement>("[data-inbox-count]");
  const words = root.querySelector<HTMLElement>("[data-inbox-words]");
  if (!count || !words) return;
  count.hidden = unread === 0;
  count.textContent = String(unread);
  words.textContent = unread === 0 ? "" : ((unread === 1 ? words.dataset.one : words.dataset.other) ?? "");
}

async function ask(root: HTMLElement): Promise<void> {
  try {
    const res = await fetch("/inbox/count", { headers: { Accept: "application/json" } });
    if (res.ok) shown(root, ((await res.json()) as { unread: number }).unread);
  } catch {
    // the next word from the socket says it
  }
}

export function attach(root: HTMLElement, client: Pick<Client, "subscribe"> = sharedClient()): void {
  let heard = false;
  client.subscribe("inbox", {
    message(m) {
      const unread = (m.data as { unread?: number } | undefined)?.unread;
      if (unread === undefined) void ask(root);
      else shown(root, unread);
    },
    state(open) {
      if (open && !heard) {
        heard = true;
        void ask(root);
      }
    },
  });
}
