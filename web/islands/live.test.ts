import { beforeEach, describe, expect, it, vi } from "vitest";
import { attach, backoff, Client, lookAfter, merge } from "./live";

const page = (rows: string[]) =>
  `<section id="timeline"><ol class="track" role="list">${rows.map((r) => `<li data-row="${r}"><h3>${r}</h3></li>`).join("")}</ol></section>`;

function listen(): { client: Client; say: (type?: string) => void } {
  const client = new Client();
  client.connect = () => {};
  return {
    client,
    say: (type = "timeline") => client.receive(JSON.stringify({ topic: "report:M-1", type, cursor: "c", data: {} })),
  };
}

beforeEach(() => {
  document.body.innerHTML = `<div data-live="report:M-1" data-fragment="timeline"><div class="live" role="status"></div>
    <p data-live-state hidden></p></div>${page(["b", "a"])}`;
  vi.useFakeTimers();
  vi.stubGlobal(
    "fetch",
    vi.fn(() => Promise.resolve(new Response(page(["b", "a"])))),
  );
  return () => vi.useRealTimers();
});

const root = () => document.querySelector<HTMLElement>("[data-live]") as HTMLElement;
const button = () => root().querySelector("button");

describe("live", () => {
  it("only offers what is new, at most every five seconds", async () => {
    const { client, say } = listen();
    attach(root(), client);
    say();
    expect(button()?.textContent).toBe("1 neuer Schritt, anzeigen");
    expect(document.querySelectorAll("li").length).toBe(2);
    say();
    say();
    expect(button()?.textContent).toBe("1 neuer Schritt, anzeigen");
    await vi.advanceTimersByTimeAsync(5000);
    expect(button()?.textContent).toBe("3 neue Schritte, anzeigen");
  });

  it.each(["report.hidden", "idea.hidden"])(
    "takes away what moderation hides without being asked: %s",
    async (type) => {
      const { client, say } = listen();
      attach(root(), client);
      document.body.insertAdjacentHTML("beforeend", `<div data-live-part="picture"><img src="/x" alt=""></div>`);
      vi.stubGlobal(
        "fetch",
        vi.fn(() => Promise.resolve(new Response(`<div data-live-part="picture"></div>${page(["b", "a"])}`))),
      );
      say(type);
      await vi.advanceTimersByTimeAsync(0);
      expect(document.querySelector("img")).toBeNull();
      expect(button()).toBeNull();
    },
  );

  it("finds what came before it could hear", async () => {
    const { client } = listen();
    let state: (open: boolean) => void = () => {};
    vi.spyOn(client, "subscribe").mockImplementation((_topic, l) => {
      state = l.state;
    });
    const asked = vi.fn(() => Promise.resolve(new Response(page(["c", "b", "a"]))));
    vi.stubGlobal("fetch", asked);
    attach(root(), client);
    state(true);
    await vi.advanceTimersByTimeAsync(0);
    expect(button()?.textContent).toBe("1 neuer Schritt, anzeigen");
    state(false);
    state(true);
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toHaveBeenCalledTimes(1); // later gaps are the cursor's work
  });

  it("shows it on demand", async () => {
    const { client, say } = listen();
    attach(root(), client);
    say();
    vi.stubGlobal(
      "fetch",
      vi.fn(() => Promise.resolve(new Response(page(["c", "b", "a"])))),
    );
    const old = document.querySelector('[data-row="a"]');
    button()?.click();
    await vi.advanceTimersByTimeAsync(0);
    expect([...document.querySelectorAll<HTMLElement>("li")].map((r) => r.dataset.row)).toEqual(["c", "b", "a"]);
    expect(document.querySelector('[data-row="a"]')).toBe(old);
    expect(document.querySelector('[data-row="c"]')?.classList.contains("arrived")).toBe(true);
    expect(button()).toBeNull();
  });

  it("says since when it hears nothing", () => {
    const { client } = listen();
    let state: (open: boolean) => void = () => {};
    const subscribe = client.subscribe.bind(client);
    client.subscribe = (topic, l) => {
      state = l.state;
      subscribe(topic, l);
    };
    attach(root(), client);
    const stale = root().querySelector<HTMLElement>("[data-live-state]");
    state(false);
    expect(stale?.hidden).toBe(false);
    expect(stale?.textContent).toMatch(/^Verbindung getrennt, Stand \d\d:\d\d$/);
    state(true);
    expect(stale?.hidden).toBe(true);
  });

  it("says nothing about counts", () => {
    const { client, say } = listen();
    attach(root(), client);
    say("report.metoo");
    expect(button()).toBeNull();
  });

  it("offers in a list what this list would show, once a report", async () => {
    const asked = vi.fn(() => Promise.resolve(new Response(page(["c", "b"]))));
    vi.stubGlobal("fetch", asked);
    root().dataset.liveKind = "list";
    const { client } = listen();
    attach(root(), client);
    const hear = (number?: string) =>
      client.receive(JSON.stringify({ topic: "report:M-1", type: "report.x", cursor: "c", data: { number } }));
    hear("elsewhere"); // another filter's report
    hear("b"); // reads as before
    await vi.advanceTimersByTimeAsync(2 * lookAfter);
    expect(button()).toBeNull();
    hear("c");
    hear("c");
    hear("a"); // is gone
    await vi.advanceTimersByTimeAsync(2 * lookAfter);
    expect(button()?.textContent).toBe("2 neue anzeigen");
    expect(asked).toHaveBeenCalledTimes(2);
  });

  it("counts everything that is new in a list after an import", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response(page(["e", "d", "c", "b"]))));
    root().dataset.liveKind = "list";
    const { client } = listen();
    attach(root(), client);
    client.receive(JSON.stringify({ topic: "report:M-1", type: "report.imported", cursor: "c" }));
    await vi.advanceTimersByTimeAsync(2 * lookAfter);
    expect(button()?.textContent).toBe("3 neue anzeigen");
  });

  it("offers everything anew after a resync", () => {
    const { client } = listen();
    attach(root(), client);
    client.receive(JSON.stringify({ type: "resync", cursor: "2.1.1" }));
    expect(button()?.textContent).toBe("1 neuer Schritt, anzeigen");
  });

  it("ignores other topics and what is no message", () => {
    const { client } = listen();
    attach(root(), client);
    client.receive("not json");
    client.receive(JSON.stringify({ topic: "report:M-2", type: "timeline", cursor: "x" }));
    expect(button()).toBeNull();
  });
});

describe("merge", () => {
  it("keeps the rows that did not change", () => {
    const a = document.querySelector('[data-row="a"]');
    expect(merge("timeline", page(["b", "a"]))).toBeNull();
    expect(document.querySelector('[data-row="a"]')).toBe(a);
    expect(merge("missing", page([]))).toBeNull();
  });
});

it("waits longer with every try, up to half a minute and a bit", () => {
  expect(backoff(0, 0)).toBe(500);
  expect(backoff(3, 0)).toBe(4000);
  expect(backoff(50, 1)).toBe(45_000);
});
