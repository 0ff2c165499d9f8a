import { beforeEach, expect, test, vi } from "vitest";
import { attach, merge, takeAway } from "./discussion";
import type { Client } from "./live";

const page = `<section data-discussion="/discussions/idea/1" data-since="2026-03-01T10:00:00Z" data-topic="comments:idea/1" data-key="1">
  <span data-discussion-count>1</span>
  <div data-discussion-live><div role="status"></div><p data-live-state hidden></p></div>
  <ul data-discussion-list><li data-row="K-1"><article class="cmt-body"><div class="cmt-text">alt</div><div class="cmt-acts"></div></article></li></ul>
</section>`;

const news = `<ul data-since="2026-03-01T11:00:00Z" data-count="3">
  <li data-row="K-2"><article class="cmt-body">neu</article></li>
  <li data-row="K-1"><article class="cmt-body">alt</article><ul class="cmts cmts--in"><li data-row="K-3">Antwort</li></ul></li>
</ul>`;

let root: HTMLElement;

beforeEach(() => {
  localStorage.clear();
  document.body.innerHTML = page;
  root = document.querySelector("section") as HTMLElement;
});

test("new threads stand on top, answers in their thread, and nothing that was there is another node", () => {
  const old = root.querySelector("[data-row=K-1]");
  const holder = document.createElement("div");
  holder.innerHTML = news;
  merge(root, holder);
  expect([...root.querySelectorAll("[data-discussion-list] > li")].map((r) => r.getAttribute("data-row"))).toEqual([
    "K-2",
    "K-1",
  ]);
  expect(root.querySelector("[data-row=K-1]")).toBe(old);
  expect(old?.querySelector("[data-row=K-3]")?.textContent).toBe("Antwort");
});

test("words that nobody may read any more go at once", () => {
  takeAway(root, "K-1");
  expect(root.querySelector("[data-row=K-1] .cmt-text")?.textContent).toBe("…");
  expect(root.querySelector(".cmt-acts")).toBeNull();
});

test("a message offers a button, and pressing it brings the news in", async () => {
  let listener: Parameters<Client["subscribe"]>[1] | undefined;
  const client = { subscribe: (_: string, l: typeof listener) => (listener = l) } as unknown as Client;
  vi.stubGlobal(
    "fetch",
    vi.fn(async (_: string, init: { headers: { Accept: string } }) =>
      init.headers.Accept.includes("json") ? Response.json({ count: 2 }) : new Response(news),
    ),
  );
  attach(root, client);
  for (const number of ["K-2", "K-3", "K-2", "K-1"])
    listener?.message({ topic: "comments:idea/1", type: "comment.added", cursor: "", data: { number } });
  await vi.waitFor(() => expect(root.querySelector("[role=status] button")?.textContent).toContain("neuen Beitrag"));
  expect(root.querySelector("[data-row=K-2]")).toBeNull();
  root.querySelector<HTMLElement>("[role=status] button")?.click();
  await vi.waitFor(() => expect(root.querySelector("[data-row=K-2]")).not.toBeNull());
  expect(root.querySelector("[data-discussion-count]")?.textContent).toBe("3");
});
