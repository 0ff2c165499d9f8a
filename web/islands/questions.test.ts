import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Answers, clean, evaluate, type Form, fromForm, isoDate, type Outcome, type Wrong } from "./questions";

// The cases that the server's test reads, too.
function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../categories/testdata/questions/${name}`, import.meta.url), "utf8")) as T;
}

interface Vector {
  name: string;
  category: string;
  answers: Answers;
  want: Outcome;
  errors: Wrong[];
}

const forms = read<Record<string, Form>>("forms.json");

for (const file of ["cases.json", "drawn.json"]) {
  describe(`the server's ${file}`, () => {
    const vectors = read<Vector[]>(file);
    it("has cases", () => {
      expect(vectors.length).toBeGreaterThan(30);
    });
    it.each(vectors.map((v) => [v.name, v] as const))("%s", (_, v) => {
      const form = forms[v.category];
      if (!form) throw new Error(`no form: ${v.category}`);
      const { outcome, wrong } = evaluate(form, v.answers);
      expect(outcome).toEqual(v.want);
      expect(wrong).toEqual(v.errors);
    });
  });
}

describe("fromForm", () => {
  it("picks the answers and keeps all values of one question", () => {
    const data = new FormData();
    data.append("q_was", "a");
    data.append("q_was", "b");
    data.append("text", "x");
    expect(fromForm(data)).toEqual({ was: ["a", "b"] });
  });
});

describe("names that every object has", () => {
  it("are no answers", () => {
    const form: Form = {
      category: "x",
      department: "d",
      publish: "A",
      days: 0,
      targets: true,
      wish: false,
      questions: [{ key: "constructor", type: "short" }],
    };
    expect(evaluate(form, {}).outcome.answers).toEqual([]);
  });
});

describe("texts and days", () => {
  it("cleans as the server does", () => {
    expect(clean(" \u00a0a\r\nb\u2003", false)).toBe("a\nb\u2003");
  });
  it.each([
    ["2024-02-29", "2024-02-29"],
    ["29.2.2100", ""],
    ["1.1.1900", "1900-01-01"],
    ["2026-13-01", ""],
    ["2026-1-1", ""],
    ["0.0.2026", ""],
  ])("reads %s", (text, want) => {
    expect(isoDate(text)).toBe(want);
  });
});
