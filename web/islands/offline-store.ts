// Reports that wait on this device: in this browser's IndexedDB and nowhere
// else, for 14 days from the last change. How many there are stands in
// localStorage too, so that pages need not open a database to know.

export const days = 14;
const day = 24 * 60 * 60_000;
const counter = "mw.kept";

/** Kept is a report in the making, or one that was sent and whose receipt nobody has opened yet. */
export interface Kept {
  id: string; // of the draft that it becomes: sent twice it makes one report
  changed: number;
  text: string;
  category: string;
  kind: string; // the category in words
  lon?: number | undefined;
  lat?: number | undefined;
  accuracy?: number | undefined;
  address: string;
  note: string;
  photos: Blob[];
  begun?: boolean | undefined; // the draft is on the server, and ours
  sending?: number | undefined; // when it was sent for good, as far as we know without an answer
  sent?: string | undefined; // path of the receipt
}

export function fresh(): Kept {
  return {
    id: crypto.randomUUID(),
    changed: Date.now(),
    text: "",
    category: "",
    kind: "",
    address: "",
    note: "",
    photos: [],
  };
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const req = indexedDB.open("mitwirk", 1);
    req.onupgradeneeded = () => req.result.createObjectStore("kept", { keyPath: "id" });
    req.onsuccess = () => resolve(req.result);
    req.onerror = () => reject(req.error ?? new Error("no storage"));
  });
}

/** run does one thing in a transaction and waits until it is on disk. */
async function run<T>(mode: IDBTransactionMode, fn: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const tx = db.transaction("kept", mode, { durability: "strict" });
      const req = fn(tx.objectStore("kept"));
      tx.oncomplete = () => resolve(req.result);
      tx.onabort = () => reject(tx.error ?? new Error("not stored"));
      tx.onerror = () => reject(tx.error ?? new Error("not stored"));
    });
  } finally {
    db.close();
  }
}

/** count is how many wait, as far as this page knows; 0 where there is no storage. */
export function count(): number {
  try {
    return Number(localStorage.getItem(counter)) || 0;
  } catch {
    return 0;
  }
}

async function recount(): Promise<void> {
  const all = await run<Kept[]>("readonly", (s) => s.getAll());
  const n = all.filter((k) => !k.sent).length;
  try {
    if (n > 0) localStorage.setItem(counter, String(n));
    else localStorage.removeItem(counter);
  } catch {
    // the list itself is right
  }
}

/** list gives what is kept, the last changed first; what is over goes. */
export async function list(now = Date.now()): Promise<Kept[]> {
  const all = await run<Kept[]>("readonly", (s) => s.getAll());
  const live = all.filter((k) => now - k.changed < (k.sent ? day : days * day));
  for (const k of all) if (!live.includes(k)) await run("readwrite", (s) => s.delete(k.id));
  if (live.length !== all.length) await recount();
  return live.sort((a, b) => b.changed - a.changed);
}

/** keep stores a report; it rejects when the device has no room or allows none. */
export async function keep(k: Kept): Promise<void> {
  await run("readwrite", (s) => s.put(k));
  await recount();
}

export async function forget(id: string): Promise<void> {
  await run("readwrite", (s) => s.delete(id));
  await recount();
}
