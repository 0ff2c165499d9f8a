// Sends what a device kept, by the addresses that the form itself uses. Every
// request may be repeated: the draft's id travels as the Idempotency-Key, so a
// report comes into being once, also when an answer got lost on the way.
import type { Kept } from "./offline-store";

/** Outcome is where people go on. */
export type Outcome =
  | { kind: "receipt"; path: string } // the report has arrived
  | { kind: "page"; path: string } // everything is on the server; this page needs an answer first
  | { kind: "arrived" } // the report has arrived, but this browser may not open its receipt
  | { kind: "maybe" }; // it was sent so long ago without an answer that nobody remembers: ask

/** remembered is how long the server knows that a draft was sent, with an hour to spare. */
const remembered = 23 * 60 * 60_000;

interface Answer {
  sent?: boolean;
  next?: string;
  ready?: boolean;
}

export class Refused extends Error {}

/**
 * send rejects with a TypeError when the network fails and with Refused when
 * the server can't now; k is then as far as it got, and the next try goes on.
 * save stores k; force sends what "maybe" was said about under a new id.
 */
export async function send(
  k: Kept,
  save: (k: Kept) => Promise<void>,
  force = false,
  net: typeof fetch = (...a) => fetch(...a),
): Promise<Outcome> {
  if (k.sending && Date.now() - k.sending > remembered) {
    if (!force) return { kind: "maybe" };
    await renew();
  }

  async function renew(): Promise<void> {
    k.id = crypto.randomUUID();
    k.begun = false;
    k.sending = undefined;
    await save(k);
  }

  const post = async (path: string, fields: Record<string, string | Blob | undefined>, quiet = true) => {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) {
      if (value instanceof Blob) body.set(name, value, "foto.jpg");
      else if (value) body.set(name, value);
    }
    const headers: Record<string, string> = {
      "Idempotency-Key": k.id,
      Accept: quiet ? "application/json" : "text/html",
    };
    if (quiet) headers["X-Autosave"] = "1";
    const res = await net(path, { method: "POST", body, headers });
    if (res.status >= 500 || res.status === 429) throw new Refused(String(res.status));
    return res;
  };

  let res = await post("/reports/new", { draft: k.id, text: k.text, category: k.category });
  if (res.status === 404) {
    // The draft is somebody else's: of a session whose cookie never reached us, or one that is over.
    if (k.sending && !force) return { kind: "maybe" };
    await renew();
    res = await post("/reports/new", { draft: k.id, text: k.text, category: k.category });
  }
  if (!res.ok) throw new Refused(String(res.status));
  const made = (await res.json()) as Answer;
  if (made.sent) return made.next ? { kind: "receipt", path: made.next } : { kind: "arrived" };
  if (!k.begun) {
    k.begun = true;
    await save(k);
  }

  const draft = `/reports/new/${k.id}`;
  for (const photo of k.photos) {
    // one that the server can't read, or a sixth, costs neither the report nor the others
    await post("/uploads", { draft: k.id, photo });
  }
  const number = (n: number | undefined) => (n === undefined ? undefined : n.toFixed(6));
  const placed = await post(`${draft}/place`, {
    address: k.address,
    note: k.note,
    lon: number(k.lon),
    lat: number(k.lat),
    accuracy: k.accuracy === undefined ? undefined : String(Math.round(k.accuracy)),
  });
  if (!placed.ok) throw new Refused(String(placed.status));
  const { next, ready } = (await placed.json()) as Answer;
  if (!ready) return { kind: "page", path: next ?? draft };

  k.sending = Date.now();
  await save(k);
  const sent = await post(`${draft}/check`, { do: "send" }, false);
  const at = new URL(sent.url, location.origin).pathname;
  return at.endsWith("/receipt") ? { kind: "receipt", path: at } : { kind: "page", path: at };
}
