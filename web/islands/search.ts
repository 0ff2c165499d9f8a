// The search box: a combobox over GET /search/suggestions?q=…. The form works
// as a plain form. Words are searched for, a thing is opened.
import { combobox } from "./combobox";

interface Proposal {
  text: string;
  kind?: string;
  path?: string;
}

/** readProposals takes what makes sense out of the answer: own paths only. */
export function readProposals(answer: unknown): Proposal[] {
  if (!Array.isArray(answer)) return [];
  return (answer as Record<string, unknown>[]).flatMap((p) => {
    if (typeof p.text !== "string" || p.text === "") return [];
    const path = typeof p.path === "string" && /^\/(?!\/)/.test(p.path) ? p.path : undefined;
    return [{ text: p.text, kind: typeof p.kind === "string" ? p.kind : undefined, path }];
  });
}

export function attach(root: HTMLElement): void {
  const form = root as HTMLFormElement;
  const input = form.querySelector<HTMLInputElement>('input[name="q"]');
  if (!input) return;
  const said = form.dataset;
  combobox<Proposal>(input, {
    label: said.list ?? "",
    wait: 150,
    ask: async (q, signal) => {
      const res = await fetch(`/search/suggestions?${new URLSearchParams({ q })}`, {
        signal,
        headers: { Accept: "application/json" },
      });
      if (!res.ok) throw new Error(String(res.status)); // the form works without
      return readProposals(await res.json());
    },
    show: (p) => ({ text: p.text, more: p.kind ?? said.for ?? "" }),
    take: (p) => {
      if (p.path) {
        location.assign(p.path);
        return;
      }
      input.value = p.text;
      form.requestSubmit();
    },
    count: (n) => (n === 0 ? (said.none ?? "") : ((n === 1 ? said.one : said.many) ?? "").replace("{n}", String(n))),
  });
}
