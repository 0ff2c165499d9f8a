// The plain-language meter: hints below a text while somebody types, never a
// block. The words lie in casework/plain.json, which the server reads too; both
// pass the table casework/testdata/plain.json.
import words from "../../casework/plain.json";

export interface Hint {
  word: string; // an office word; "" for a sentence that is too long
  better: string;
  words: number;
}

const letter = /[\p{L}\p{N}]/u;

/** name is the word, or the number of words. */
export function name(h: Hint): string {
  return h.word || String(h.words);
}

/** plain finds office words and sentences of more than 15 words. */
export function plain(text: string, lang: string): Hint[] {
  const low = text.toLowerCase();
  const list = lang === "en" ? words.en : words.de;
  const found: { at: number; hint: Hint }[] = [];
  for (const [word = "", better = ""] of list) {
    const at = wordAt(low, word);
    if (at >= 0) found.push({ at, hint: { word, better, words: 0 } });
  }
  found.sort((a, b) => a.at - b.at);
  const long = sentences(text).filter((n) => n > words.longest);
  return [...found.map((f) => f.hint), ...long.map((n) => ({ word: "", better: "", words: n }))];
}

function wordAt(text: string, word: string): number {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
    if (at === 0 || !letter.test(text.slice(at - 1, at))) return at;
  }
  return -1;
}

function sentences(text: string): number[] {
  const all: number[] = [];
  for (const line of text.split("\n")) {
    let n = 0;
    for (const word of line.split(/\s+/)) {
      if (letter.test(word)) n++;
      const core = word.replace(/["'“”«»)]+$/u, "");
      if (/[!?]$/.test(core) || (core.endsWith(".") && !/[0-9]\.$/.test(core))) {
        if (n > 0) all.push(n);
        n = 0;
      }
    }
    if (n > 0) all.push(n);
  }
  return all;
}

/** attach keeps the hints of a form true. */
export function attach(box: HTMLElement): void {
  const form = box.closest("form");
  if (!form) return;
  const show = () => {
    const lang =
      form.querySelector<HTMLSelectElement | HTMLInputElement>("[name=lang]")?.value || box.dataset.plain || "de";
    const hints = [...form.querySelectorAll<HTMLTextAreaElement>("textarea")].flatMap((t) => plain(t.value, lang));
    box.replaceChildren(
      ...hints.map((h) => {
        const li = document.createElement("li");
        li.textContent = h.word
          ? (box.dataset.word ?? "").replace("%w", h.word).replace("%b", h.better)
          : (box.dataset.long ?? "").replace("%n", String(h.words));
        return li;
      }),
    );
  };
  form.addEventListener("input", show);
}

for (const box of document.querySelectorAll<HTMLElement>("[data-plain]")) attach(box);
