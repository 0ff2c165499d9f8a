import { describe, expect, test, vi } from "vitest";
import { Refused, send } from "./offline-send";
import type { Kept } from "./offline-store";

const kept = (): Kept => ({
  id: "0198-a",
  changed: Date.now(),
  text: "Die Laterne ist dunkel",
  category: "laterne",
  kind: "Laterne",
  lon: 11.5755,
  lat: 48.1374,
  accuracy: 8,
  address: "",
  note: "",
  photos: [new Blob(["p"])],
});

interface Call {
  path: string;
  fields: Record<string, string>;
  key: string | null;
}

/** server answers like ours: a list of answers by path, the last one again and again. */
function server(answers: Record<string, (Response | Error)[]>) {
  const calls: Call[] = [];
  const net = vi.fn(async (input: RequestInfo | URL, init?: RequestInit) => {
    const path = String(input);
    const fields: Record<string, string> = {};
    for (const [k, v] of (init?.body as FormData | undefined) ?? new FormData())
      fields[k] = typeof v === "string" ? v : "file";
    calls.push({ path, fields, key: new Headers(init?.headers).get("Idempotency-Key") });
    const last = path.split("/").pop() ?? "";
    const list = answers[last] ?? [];
    const a = list.length > 1 ? list.shift() : list[0];
    if (a instanceof Error) throw a;
    if (!a) throw new Error(`unexpected ${path}`);
    return a.clone();
  });
  return { calls, net: net as unknown as typeof fetch };
}

const json = (v: unknown, status = 200) => Response.json(v, { status });
const at = (path: string) => {
  const r = new Response("<html>", { status: 200 });
  Object.defineProperty(r, "url", { value: `http://localhost${path}` });
  r.clone = () => r;
  return r;
};
const good = () => ({
  new: [json({ draft: "0198-a", version: 1 })],
  uploads: [json({ id: "x" }, 201)],
  place: [json({ next: "/reports/new/0198-a/check", ready: true })],
});
const save = async () => {};

describe("send", () => {
  test("goes the way of the form and ends at the receipt", async () => {
    const s = server({ ...good(), check: [at("/reports/new/0198-a/receipt")] });
    const k = kept();
    expect(await send(k, save, false, s.net)).toEqual({ kind: "receipt", path: "/reports/new/0198-a/receipt" });
    expect(s.calls.map((c) => c.path.split("/").pop())).toEqual(["new", "uploads", "place", "check"]);
    expect(s.calls.every((c) => c.key === "0198-a")).toBe(true);
    expect(s.calls[0]?.fields.lon).toBeUndefined();
    expect(s.calls[2]?.fields).toMatchObject({ lon: "11.575500", accuracy: "8" });
    expect(s.calls[3]?.fields.do).toBe("send");
  });

  test("an answer that got lost: the next try is told, and sends nothing again", async () => {
    const k = kept();
    const lost = server({ ...good(), check: [new TypeError("network")] });
    await expect(send(k, save, false, lost.net)).rejects.toThrow("network");
    expect(k.sending).toBeGreaterThan(0);
    const s = server({ new: [json({ sent: true, next: "/reports/new/0198-a/receipt" })] });
    expect(await send(k, save, false, s.net)).toEqual({ kind: "receipt", path: "/reports/new/0198-a/receipt" });
    expect(s.calls).toHaveLength(1);
  });

  test("something is left to be answered: nothing is sent for good", async () => {
    const s = server({ ...good(), place: [json({ next: "/reports/new/0198-a/questions", ready: false })] });
    expect(await send(kept(), save, false, s.net)).toEqual({ kind: "page", path: "/reports/new/0198-a/questions" });
    expect(s.calls.some((c) => c.path.endsWith("/check"))).toBe(false);
  });

  test("a draft of a session that never reached us gets another id", async () => {
    const s = server({ ...good(), new: [json({}, 404), json({})], check: [at("/reports/new/x/receipt")] });
    const k = kept();
    expect((await send(k, save, false, s.net)).kind).toBe("receipt");
    expect(k.id).not.toBe("0198-a");
    expect(s.calls[1]?.key).toBe(k.id);
  });

  test("asks when nobody can know whether it arrived", async () => {
    const old = { ...kept(), begun: true, sending: Date.now() - 25 * 3600_000 };
    const s = server({ ...good(), check: [at("/reports/new/x/receipt")] });
    expect(await send(old, save, false, s.net)).toEqual({ kind: "maybe" });
    expect(s.calls).toHaveLength(0);
    const lostSession = { ...kept(), begun: true, sending: Date.now() };
    expect(await send(lostSession, save, false, server({ new: [json({}, 404)] }).net)).toEqual({ kind: "maybe" });
    expect((await send(old, save, true, s.net)).kind).toBe("receipt");
    expect(old.id).not.toBe("0198-a");
  });

  test("keeps everything when the server can't now; a photo it refuses costs nothing", async () => {
    await expect(send(kept(), save, false, server({ new: [json({}, 503)] }).net)).rejects.toBeInstanceOf(Refused);
    const s = server({ ...good(), uploads: [json({}, 415)], check: [at("/reports/new/0198-a/receipt")] });
    expect((await send(kept(), save, false, s.net)).kind).toBe("receipt");
  });
});
