import { describe, expect, it, vi } from "vitest";
import { absolute, circle, keepFresh, prefixOf, publicNumber, readBBox, rowOf, withBBox, zoomFor } from "./map-tools";

describe("publicNumber", () => {
  it("writes what package subject writes", () => {
    expect(publicNumber(String((2026n << 30n) | 0n))).toBe("M-2026-222222");
    expect(publicNumber(Number((2026n << 30n) | 30n))).toBe("M-2026-22222Z");
    expect(publicNumber(String((2026n << 30n) | 887503680n))).toBe("M-2026-ZZZZZZ");
  });
  it("leads to ideas from their map", () => {
    expect(publicNumber(String((2026n << 30n) | 0n), prefixOf("/ideas/"))).toBe("I-2026-222222");
    expect(publicNumber(String((2026n << 30n) | 0n), prefixOf(undefined))).toBe("M-2026-222222");
  });
  it("leaves written numbers alone", () => {
    expect(publicNumber("M-2026-7K3QX9")).toBe("M-2026-7K3QX9");
  });
});

describe("areas", () => {
  it("reads only areas", () => {
    expect(readBBox("11.5,48.1,11.6,48.2")).toEqual([11.5, 48.1, 11.6, 48.2]);
    for (const bad of [null, "", "1,2,3", "a,b,c,d", "11.6,48.1,11.5,48.2", "11,48,12,91"])
      expect(readBBox(bad)).toBeNull();
  });
  it("keeps the filters and begins at the first row", () => {
    const url = withBBox(new URL("http://x/map?category=lampe&after=abc&status=open"), [11.5, 48.1, 11.6, 48.2]);
    expect(url.searchParams.get("category")).toBe("lampe");
    expect(url.searchParams.has("after")).toBe(false);
    expect(url.searchParams.get("bbox")).toBe("11.50000,48.10000,11.60000,48.20000");
  });
});

describe("accuracy", () => {
  it("draws a closed ring of the right size", () => {
    const ring = circle(11.58, 48.13, 100);
    expect(ring[0]).toEqual(expect.arrayContaining([expect.any(Number)]));
    expect(ring.at(-1)?.[0]).toBeCloseTo(ring[0]?.[0] ?? 0, 9);
    const north = Math.max(...ring.map(([, lat]) => lat));
    expect((north - 48.13) * 111_320).toBeCloseTo(100, 0);
  });
  it("zooms out for a vague position", () => {
    expect(zoomFor(2000, 48, 360)).toBeLessThan(zoomFor(30, 48, 360));
    expect(zoomFor(1, 48, 360)).toBeLessThanOrEqual(17);
  });
});

it("keeps the braces of a tile address", () => {
  expect(absolute("/tiles/reports/{z}/{x}/{y}.mvt?status=open", "http://x")).toBe(
    "http://x/tiles/reports/{z}/{x}/{y}.mvt?status=open",
  );
});

describe("a map beside a list", () => {
  it("finds the row of a pin, also on a page whose list does not follow the map", () => {
    document.body.innerHTML = '<ul><li data-row="I-2026-222222"><h2><a href="#">Brunnen</a></h2></li></ul>';
    expect(rowOf("I-2026-222222")?.textContent).toBe("Brunnen");
    expect(rowOf("I-2026-222222", document.createElement("div"))).toBeNull();
  });
  it("is refreshed while somebody looks", () => {
    vi.useFakeTimers();
    let n = 0;
    const end = keepFresh(() => n++, 1000);
    const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(false);
    vi.advanceTimersByTime(2500);
    expect(n).toBe(2);
    hidden.mockReturnValue(true);
    vi.advanceTimersByTime(5000);
    expect(n).toBe(2);
    end();
    hidden.mockReturnValue(false);
    vi.advanceTimersByTime(5000);
    expect(n).toBe(2);
    hidden.mockRestore();
    vi.useRealTimers();
  });
});
