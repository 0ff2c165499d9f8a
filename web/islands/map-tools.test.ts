import { describe, expect, it } from "vitest";
import { absolute, circle, publicNumber, readBBox, withBBox, zoomFor } from "./map-tools";

describe("publicNumber", () => {
  it("writes what package subject writes", () => {
    expect(publicNumber(String((2026n << 30n) | 0n))).toBe("M-2026-222222");
    expect(publicNumber(Number((2026n << 30n) | 30n))).toBe("M-2026-22222Z");
    expect(publicNumber(String((2026n << 30n) | 887503680n))).toBe("M-2026-ZZZZZZ");
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
