import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { name, plain } from "./plain";

const table = JSON.parse(readFileSync("../casework/testdata/plain.json", "utf8")) as {
  name: string;
  lang: string;
  text: string;
  want: string[];
}[];

test.each(table)("$name", ({ lang, text, want }) => {
  expect(plain(text, lang).map(name)).toEqual(want);
});
