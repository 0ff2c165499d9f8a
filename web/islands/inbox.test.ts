import { describe, expect, test, vi } from "vitest";
import { attach, shown } from "./inbox";
import type { Message } from "./live";

function head(): HTMLElement {
  document.body.innerHTML = `<a data-inbox href="/inbox"><span data-inbox-count>3</span><span data-inbox-words data-one="ungelesene Mitteilung" data-other="ungelesene Mitteilungen">ungelesene Mitteilungen</span></a>`;
  return document.querySelector<HTMLElement>("[data-inbox]") as HTMLElement;
}

describe("the number in the head", () => {
  test("goes at none and comes back", () => {
    const root = head();
    const count = root.querySelector<HTMLElement>("[data-inbox-count]");
    shown(root, 0);
    expect(count?.hidden).toBe(true);
    expect(root.querySelector("[data-inbox-words]")?.textContent).toBe("");
    shown(root, 2);
    expect(count?.hidden).toBe(false);
    expect(count?.textContent).toBe("2");
  });

  test("follows the socket, and asks once what it may have missed", () => {
    const root = head();
    let listener: { message(m: Message): void; state(open: boolean): void } | undefined;
    const asked = vi.fn(() => Promise.reject(new Error("offline")));
    vi.stubGlobal("fetch", asked);
    attach(root, {
      subscribe: (topic, l) => {
        expect(topic).toBe("inbox");
        listener = l;
      },
    });
    listener?.state(true);
    listener?.state(true);
    expect(asked).toHaveBeenCalledTimes(1);
    listener?.message({ topic: "inbox", type: "inbox", cursor: "", data: { unread: 7 } });
    expect(root.querySelector("[data-inbox-count]")?.textContent).toBe("7");
    listener?.message({ topic: "inbox", type: "resync", cursor: "" });
    expect(asked).toHaveBeenCalledTimes(2);
  });
});
