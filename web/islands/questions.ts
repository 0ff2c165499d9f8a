// The browser's twin of categories.Evaluate: the same rules on the same form,
// so that a page shows what the server will decide. The cases in
// categories/testdata/questions hold both together. The functions have the
// names of their twins in categories/evaluate.go and categories/answers.go.

export type Publish = "A" | "B" | "C" | "P";

export interface Effects {
  stop?: string;
  route?: string;
  vis?: Publish;
  prio?: "high";
  days?: number;
  wish?: boolean;
  nr?: string;
}

export interface Question {
  key: string;
  type: "short" | "long" | "number" | "one" | "several" | "date" | "yesno" | "notice";
  required?: boolean;
  shown_if?: { question: string; any: string[] }[];
  options?: { key: string; effects: Effects }[];
  min?: number;
  max?: number;
}

/** The rules of a category, as categories.Category.Form writes them. */
export interface Form {
  category: string;
  department: string;
  publish: Publish;
  days: number; // 0: no target
  targets: boolean;
  wish: boolean;
  questions: Question[] | null;
}

/** What is filled in: values by the key of the question. */
export type Answers = Record<string, string[]>;

export interface Outcome {
  shown: string[];
  answers: { question: string; values: string[] }[];
  stops: string[];
  department: string;
  publish: Publish;
  priority: "normal" | "high";
  days: number;
  wish: boolean;
  bodies: string[];
}

/** A wrong entry: the input's name, the key of the message and its parameters. */
export interface Wrong {
  name: string;
  key: string;
  params?: Record<string, number>;
}

export const maxShort = 200;
export const maxLong = 2000;

const prefix = "q_";

/** The name of a question's input in a form. */
export function inputName(question: string): string {
  return prefix + question;
}

/** Picks the answers out of a form that is being filled in. */
export function fromForm(data: FormData): Answers {
  const answers: Answers = {};
  for (const [name, value] of data) {
    if (name.startsWith(prefix) && typeof value === "string") {
      const key = name.slice(prefix.length);
      answers[key] = [...(answers[key] ?? []), value];
    }
  }
  return answers;
}

const strictness: Publish[] = ["A", "C", "B", "P"];

/** Applies the rules of a category to answers. Pure. */
export function evaluate(form: Form, answers: Answers): { outcome: Outcome; wrong: Wrong[] } {
  const outcome: Outcome = {
    shown: [],
    answers: [],
    stops: [],
    department: form.department,
    publish: form.publish,
    priority: "normal",
    days: form.days,
    wish: form.wish,
    bodies: [],
  };
  const wrong: Wrong[] = [];
  const given = new Map<string, string[]>();
  let routed = false;
  let timed = false;
  for (const q of form.questions ?? []) {
    if (!shown(q, given)) continue;
    outcome.shown.push(q.key);
    if (q.type === "notice") continue;
    let { values, problem } = read(q, Object.hasOwn(answers, q.key) ? answers[q.key] : undefined);
    if (!problem && values.length === 0 && q.required) problem = { key: "questions.err.required" };
    if (problem) {
      wrong.push({ name: inputName(q.key), ...problem });
      continue;
    }
    if (values.length === 0) continue;
    given.set(q.key, values);
    outcome.answers.push({ question: q.key, values });
    for (const { key, effects: e } of q.options ?? []) {
      if (!values.includes(key)) continue;
      if (e.stop && !outcome.stops.includes(e.stop)) outcome.stops.push(e.stop);
      if (e.route && !routed) {
        outcome.department = e.route;
        routed = true;
      }
      if (e.vis && strictness.indexOf(e.vis) > strictness.indexOf(outcome.publish)) outcome.publish = e.vis;
      if (e.prio === "high") outcome.priority = "high";
      if (e.days && form.targets && (!timed || e.days < outcome.days)) {
        outcome.days = e.days;
        timed = true;
      }
      if (e.wish) outcome.wish = true;
      if (e.nr && !outcome.bodies.includes(e.nr)) outcome.bodies.push(e.nr);
    }
  }
  return { outcome, wrong };
}

type Problem = Omit<Wrong, "name">;
type Read = { values: string[]; problem?: Problem };

function shown(q: Question, given: Map<string, string[]>): boolean {
  return (q.shown_if ?? []).every((c) => given.get(c.question)?.some((v) => c.any.includes(v)) ?? false);
}

function read(q: Question, raw: string[] | undefined): Read {
  const values: string[] = [];
  for (const r of raw ?? []) {
    const v = clean(r, q.type !== "long");
    if (v !== "" && !values.includes(v)) values.push(v);
  }
  const [first] = values;
  if (first === undefined) return { values: [] };
  if (values.length > 1 && q.type !== "several") return { values: [], problem: { key: "questions.err.option" } };
  switch (q.type) {
    case "one":
    case "several":
    case "yesno":
      return readOptions(q, values);
    case "number":
      return readNumber(q, first);
    case "date": {
      const iso = isoDate(first);
      return iso ? { values: [iso] } : { values: [], problem: { key: "questions.err.date" } };
    }
    case "long":
      return readText(first, maxLong);
    default:
      return readText(first, maxShort);
  }
}

function readOptions(q: Question, values: string[]): Read {
  const chosen = (q.options ?? []).map((o) => o.key).filter((key) => values.includes(key));
  // one of them is no option
  if (chosen.length !== values.length) return { values: [], problem: { key: "questions.err.option" } };
  return { values: chosen };
}

function readNumber(q: Question, value: string): Read {
  if (!/^-?[0-9]{1,9}$/.test(value)) return { values: [], problem: { key: "questions.err.number" } };
  const n = Number.parseInt(value, 10) + 0; // + 0: no minus before a zero
  if (q.min !== undefined && n < q.min)
    return { values: [], problem: { key: "questions.err.min", params: { min: q.min } } };
  if (q.max !== undefined && n > q.max)
    return { values: [], problem: { key: "questions.err.max", params: { max: q.max } } };
  return { values: [String(n)] };
}

function readText(value: string, most: number): Read {
  const n = length(value);
  if (n > most) return { values: [], problem: { key: "questions.err.long", params: { max: most, over: n - most } } };
  return { values: [value] };
}

/** Counts characters (code points), as the server does. */
export function length(s: string): number {
  let n = 0;
  for (const _ of s) n++;
  return n;
}

/** Makes one text out of an input, as the server does. */
export function clean(s: string, oneLine: boolean): string {
  let text = s.replace(/\r\n?/g, "\n");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to go
  text = text.replace(/[\x00-\x08\x0B-\x1F\x7F]/g, "");
  if (oneLine) text = text.replace(/[\n\t]+/g, " ");
  // not trim(): what Go and JavaScript take for white space differs
  return text.replace(/^[ \t\n\u00a0]+/, "").replace(/[ \t\n\u00a0]+$/, "");
}

/** Reads 2026-03-14 or 14.3.2026 and writes the former; "" for no day. */
export function isoDate(s: string): string {
  let parts = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(s)?.slice(1).map(Number);
  parts ??= /^([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{4})$/.exec(s)?.slice(1).map(Number).reverse();
  const [y, m, d] = parts ?? [];
  if (!y || !m || !d || y < 1900 || y > 2100 || m > 12 || d > daysIn(y, m)) return "";
  return `${y}-${String(m).padStart(2, "0")}-${String(d).padStart(2, "0")}`;
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
