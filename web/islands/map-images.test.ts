import { describe, expect, it } from "vitest";
import { arcs, clusterOf, clusterSize, shapeSVG } from "./map-images";
import { selected, style } from "./map-style";
import { shapes } from "./sprite.gen";

describe("clusters", () => {
  it("grow with their number", () => {
    expect([9, 10, 49, 50, 199, 200].map(clusterSize)).toEqual([36, 44, 44, 52, 52, 60]);
  });
  it("carry their shares in the image's name", () => {
    expect(clusterOf("cluster|128|38|52|38|0")).toEqual({ n: 128, open: 38, work: 52, done: 38, other: 0 });
    expect(clusterOf("cluster|0|1|1|1|1")).toBeNull();
    expect(clusterOf("pin|received")).toBeNull();
  });
  it("have a ring that closes", () => {
    const ring = arcs({ n: 4, open: 1, work: 2, done: 0, other: 1 });
    expect(ring.map((a) => a.part)).toEqual(["open", "work", "other"]);
    expect(ring[0]?.from).toBe(0);
    expect(ring.at(-1)?.to).toBeCloseTo(1);
    expect(arcs({ n: 1, open: 0, work: 0, done: 0, other: 0 })).toEqual([]);
  });
});

describe("shapes", () => {
  it("exist for all statuses and lose their custom properties", () => {
    const statuses =
      "received in_review waiting planned in_progress commissioned resolved forwarded not_responsible no_action duplicate reopened withdrawn";
    for (const status of statuses.split(" ")) {
      expect(shapes[status], status).toBeDefined();
      expect(shapeSVG(status, { f: "#fff", s: "#000", g: "#000", h: "#fa0" }, 28)).not.toContain("var(");
    }
  });
  it("are told apart", () => {
    expect(new Set(Object.values(shapes)).size).toBeGreaterThan(18);
  });
});

describe("style", () => {
  const c = new Proxy({}, { get: () => "rgba(0,0,0,1)" }) as never;
  it("asks nobody but us", () => {
    const s = JSON.stringify(style(c, "http://here", "http://here/tiles/reports/{z}/{x}/{y}.mvt"));
    expect(s.match(/https?:\/\/[^/"]+/g)?.every((u) => u === "http://here")).toBe(true);
    expect(s).not.toContain("glyphs");
  });
  it("selects one report by either spelling of its number", () => {
    expect(JSON.stringify(selected("42"))).toContain('"42"');
  });
});
