import { describe, expect, test } from "vitest";
import { between, type Corner, crossing, formatCorners, hectares, metres, parseCorners } from "./area";

const want: Corner[] = [
  [11.5, 48.1],
  [11.6, 48.1],
  [11.6, 48.2],
];

describe("parseCorners", () => {
  test.each([
    ["lines", "11.5, 48.1\r\n11.6, 48.1\n\n11.6 48.2"],
    ["closed", "11.5,48.1;11.6,48.1;11.6,48.2;11.5,48.1"],
    ["of an address", "11.5_48.1~11.6_48.1~11.6_48.2"],
    ["a polygon", '{"type":"Polygon","coordinates":[[[11.5,48.1],[11.6,48.1,520],[11.6,48.2],[11.5,48.1]]]}'],
    [
      "a feature",
      '{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[11.5,48.1],[11.6,48.1],[11.6,48.2],[11.5,48.1]]]}}',
    ],
    ["as written", formatCorners(want)],
  ])("%s", (_, text) => expect(parseCorners(text)).toEqual(want));
  test.each(["Marienplatz", "11.5", "11.5,48.1,3", "11.5,148", "{", '{"type":"Point","coordinates":[1,2]}'])(
    "not %s",
    (text) => expect(parseCorners(text)).toBeNull(),
  );
  test("nothing", () => expect(parseCorners(" \n")).toEqual([]));
});

test("the length of a line", () => {
  expect(metres([])).toBe(0);
  expect(
    metres([
      [11.5, 48.1],
      [11.5, 48.11],
      [11.5, 48.12],
    ]),
  ).toBeCloseTo(2226.4, 0);
});

test("sides that cross", () => {
  expect(crossing(want)).toBe(false);
  expect(
    crossing([
      [0, 0],
      [1, 1],
      [1, 0],
      [0, 1],
    ]),
  ).toBe(true);
  expect(crossing([...want, [11.6, 48.2]])).toBe(true);
});

test("size and middle", () => {
  const square: Corner[] = [
    [11.5, 48],
    [11.51, 48],
    [11.51, 48.01],
    [11.5, 48.01],
  ];
  expect(hectares(square)).toBeCloseTo(82.9, 0);
  expect(between([11.5, 48], [11.51, 48.01])).toEqual([11.505, 48.005]);
});
