import { beforeEach, describe, expect, it } from "vitest";
import { announce, el, formatInt, lang, plural, t } from "./dom";

beforeEach(() => {
  document.body.replaceChildren();
  document.documentElement.lang = "de";
});

describe("words", () => {
  it("speaks the page's language and falls back to German", () => {
    expect(t("copied")).toBe("Link kopiert.");
    document.documentElement.lang = "en";
    expect(t("copied")).toBe("Link copied.");
    document.documentElement.lang = "de-x-leicht";
    expect(lang()).toBe("de");
  });

  it("fills parameters, writes numbers like people and keeps unknown names", () => {
    expect(t("map.count", { n: 1234 })).toBe("1.234 Meldungen im Ausschnitt.");
    expect(t("draft.saved")).toContain("{time}");
    expect(formatInt(1234567)).toBe("1.234.567");
  });

  it("knows one and many", () => {
    expect(plural("live.step", 1)).toBe("1 neuer Schritt, anzeigen");
    expect(plural("live.step", 3)).toBe("3 neue Schritte, anzeigen");
  });
});

describe("announce", () => {
  it("uses one region for everything", () => {
    announce("a");
    announce("b");
    const all = document.querySelectorAll("[role=status]");
    expect(all.length).toBe(1);
    expect(all[0]?.textContent).toBe("b");
  });
});

describe("el", () => {
  it("leaves out what is false and writes no inline style", () => {
    const b = el("button", { type: "button", hidden: true, disabled: false, title: undefined }, "x");
    expect(b.outerHTML).toBe('<button type="button" hidden="">x</button>');
  });
});
