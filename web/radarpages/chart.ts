// The radar's chart becomes a thing to walk through: one tab stop, arrow keys
// from mark to mark, what a mark is in a card beside it, a sector larger. The
// slider leads to other states. Without it the table says the same.

const page = document.querySelector<HTMLElement>("[data-radar-page]");
const svg = page?.querySelector<SVGSVGElement>("svg[data-radar]");

/** nearest is the mark that lies best in a direction; undefined at the edge. */
export function nearest(
  from: { x: number; y: number },
  all: { x: number; y: number }[],
  dx: number,
  dy: number,
): number | undefined {
  let best: number | undefined;
  let least = Number.POSITIVE_INFINITY;
  all.forEach((p, i) => {
    const along = (p.x - from.x) * dx + (p.y - from.y) * dy;
    const aside = Math.abs((p.x - from.x) * dy) + Math.abs((p.y - from.y) * dx);
    if (along <= 0.5) return;
    const far = along + 2 * aside;
    if (far < least) {
      least = far;
      best = i;
    }
  });
  return best;
}

/** place reads translate(x y) of a mark. */
export function place(mark: Element): { x: number; y: number } {
  const m = /translate\((-?[\d.]+)[ ,](-?[\d.]+)\)/.exec(mark.querySelector("g")?.getAttribute("transform") ?? "");
  return { x: Number(m?.[1] ?? 0), y: Number(m?.[2] ?? 0) };
}

if (page && svg) {
  attach(page, svg);
  slide(page);
  // news put a chart of now in place of this one
  page.addEventListener("mw:inserted", () => {
    const fresh = page.querySelector<SVGSVGElement>("svg[data-radar]");
    if (fresh && fresh.getAttribute("role") !== "group") attach(page, fresh);
  });
}

function attach(root: HTMLElement, chart: SVGSVGElement): void {
  const holder = chart.closest<HTMLElement>("[data-keys]");
  const card = root.querySelector<HTMLElement>("[data-radar-card]");
  const out = root.querySelector<HTMLButtonElement>("[data-radar-out]");
  const whole = chart.getAttribute("viewBox") ?? "";
  const marks = [...chart.querySelectorAll<SVGAElement>("a.mk, a.pill")];
  const places = marks.map(place);
  let at = 0;

  chart.removeAttribute("aria-hidden");
  chart.setAttribute("role", "group");
  chart.setAttribute("aria-label", holder?.dataset.keys ?? "");
  for (const m of marks) m.setAttribute("aria-label", m.querySelector("title")?.textContent ?? "");
  marks[0]?.setAttribute("tabindex", "0");

  const go = (i: number): void => {
    marks[at]?.setAttribute("tabindex", "-1");
    at = i;
    marks[at]?.setAttribute("tabindex", "0");
    marks[at]?.focus();
  };

  chart.addEventListener("keydown", (e) => {
    const dir = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[e.key];
    const from = places[at];
    if (dir && from) {
      e.preventDefault();
      const next = nearest(from, places, dir[0] ?? 0, dir[1] ?? 0);
      if (next !== undefined) go(next);
    } else if (e.key === "Home" || e.key === "End") {
      e.preventDefault();
      go(e.key === "Home" ? 0 : marks.length - 1);
    } else if (e.key === "Escape") {
      zoom(undefined);
    } else if (e.key === "+") {
      zoom(Number(marks[at]?.dataset.sector));
    } else if (e.key === "-") {
      zoom(undefined);
    }
  });
  chart.addEventListener("focusin", (e) => {
    const i = marks.indexOf((e.target as Element).closest("a") as SVGAElement);
    if (i < 0) return;
    marks[at]?.setAttribute("tabindex", "-1");
    at = i;
    marks[at]?.setAttribute("tabindex", "0");
    show(marks[i]);
  });
  chart.addEventListener("pointerover", (e) => {
    const m = (e.target as Element).closest<SVGAElement>("a.mk");
    if (m) show(m);
  });

  /** show puts what the table says of a mark into the card. */
  function show(mark: SVGAElement | undefined): void {
    const no = mark?.dataset.no;
    const row = no ? root.querySelector(`tr[data-row="${CSS.escape(no)}"]`) : null;
    if (!card || !mark || !row) return;
    const link = row.querySelector<HTMLAnchorElement>(".mt-title a");
    const h = document.createElement("h2");
    h.textContent = `${no} ${link?.textContent ?? ""}`;
    const parts = [".mt-status", ".mt-progress", ".mt-field", ".mt-end", ".mt-rating"].map((sel) => {
      const p = document.createElement("p");
      p.className = "small";
      for (const n of row.querySelector(sel)?.childNodes ?? []) p.append(n.cloneNode(true));
      return p;
    });
    const more = document.createElement("a");
    more.href = mark.getAttribute("href") ?? "";
    more.className = "kern-btn kern-btn--secondary btn-s";
    const label = document.createElement("span");
    label.className = "kern-label";
    label.textContent = card.dataset.open ?? link?.textContent ?? "";
    more.append(label);
    card.replaceChildren(h, ...parts, more);
  }

  /** zoom shows one sector as large as it can be; undefined: all of it. */
  function zoom(sector: number | undefined): void {
    const inside = marks.filter((m) => Number(m.dataset.sector) === sector).map(place);
    if (sector === undefined || inside.length === 0) {
      chart.setAttribute("viewBox", whole);
      if (out) out.hidden = true;
      return;
    }
    const xs = inside.map((p) => p.x);
    const ys = inside.map((p) => p.y);
    const pad = 60;
    const size = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys), 200) + 2 * pad;
    const x = (Math.max(...xs) + Math.min(...xs)) / 2 - size / 2;
    const y = (Math.max(...ys) + Math.min(...ys)) / 2 - size / 2;
    chart.setAttribute("viewBox", `${x} ${y} ${size} ${size}`);
    if (out) out.hidden = false;
  }
  if (out)
    out.onclick = () => {
      zoom(undefined);
      marks[at]?.focus();
    };
  chart.addEventListener("dblclick", (e) => {
    const m = (e.target as Element).closest<SVGAElement>("a.mk");
    if (m) zoom(Number(m.dataset.sector));
  });
}

/** slide makes the slider lead to the state of its step. */
function slide(root: HTMLElement): void {
  const slider = root.querySelector<HTMLInputElement>("[data-radar-slider]");
  const steps = [...root.querySelectorAll<HTMLAnchorElement>(".rsteps a")];
  slider?.addEventListener("input", () => {
    slider.setAttribute("aria-valuetext", steps[Number(slider.value)]?.textContent ?? "");
  });
  slider?.addEventListener("change", () => {
    const to = steps[Number(slider.value)];
    if (to) location.assign(to.href);
  });
}
