import { describe, expect, it } from "vitest";
import { nearest, place } from "./chart";

describe("the arrow keys", () => {
  const all = [
    { x: 0, y: 0 },
    { x: 50, y: 5 },
    { x: 40, y: 60 },
    { x: -70, y: 0 },
  ];
  it("lead to the next mark in their direction", () => {
    expect(nearest({ x: 0, y: 0 }, all, 1, 0)).toBe(1);
    expect(nearest({ x: 0, y: 0 }, all, -1, 0)).toBe(3);
    expect(nearest({ x: 0, y: 0 }, all, 0, 1)).toBe(1);
  });
  it("stay at the edge", () => {
    expect(nearest({ x: 50, y: 5 }, all, 1, 0)).toBeUndefined();
  });
});

describe("a mark", () => {
  it("says where it stands", () => {
    const a = document.createElement("a");
    a.innerHTML = '<g transform="translate(-12.5 30)"></g>';
    expect(place(a)).toEqual({ x: -12.5, y: 30 });
  });
});
