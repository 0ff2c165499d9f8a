// Rectangles on a photo that is already here, tied to the rows of numbers which
// the form sends: mouse and touch draw, move and pull the corner; arrows move,
// Shift and arrows change the size, Delete removes.
import { clamp, keyed, spanned } from "../islands/photos-cover";
import type { Box } from "../islands/photos-shrink";

const names = ["x", "y", "w", "h"] as const;

const fields = (row: HTMLElement) =>
  names.map((n) => row.querySelector<HTMLInputElement>(`input[name="${n}[]"]`)).filter((i) => i !== null);

/** read is the box of a row; null when it has none. */
export function read(row: HTMLElement): Box | null {
  const values = fields(row).map((i) => (i.value.trim() === "" ? Number.NaN : Number(i.value.replace(",", ".")) / 100));
  if (values.length < 4 || values.some(Number.isNaN)) return null;
  const [x = 0, y = 0, w = 0, h = 0] = values;
  return clamp({ x, y, w, h });
}

/** write puts a box into its row, to a tenth of a per cent. */
export function write(row: HTMLElement, b: Box | null): void {
  const share = (v: number) => String(Math.round(v * 1000) / 10);
  const values = b ? [b.x, b.y, b.w, b.h].map(share) : ["", "", "", ""];
  fields(row).forEach((input, i) => {
    input.value = values[i] ?? "";
  });
}

/** attach joins the photo and the rows of a form. */
export function attach(form: HTMLFormElement): void {
  const stage = form.querySelector<HTMLElement>("[data-stage]");
  const list = form.querySelector<HTMLElement>("[data-rects]");
  const add = form.querySelector<HTMLButtonElement>("[data-add]");
  const pattern = list?.querySelector<HTMLElement>("[data-rect]");
  if (!stage || !list || !add || !pattern) return;
  const boxes = new Map<HTMLElement, HTMLButtonElement>();
  const rows = () => [...list.querySelectorAll<HTMLElement>("[data-rect]")];

  const lay = (row: HTMLElement, b: Box, store = true) => {
    if (store) write(row, b);
    const node = boxes.get(row) ?? make(row);
    for (const [name, value] of Object.entries({ left: b.x, top: b.y, width: b.w, height: b.h })) {
      node.style.setProperty(name, `${value * 100}%`);
    }
    row.hidden = false;
  };
  function make(row: HTMLElement): HTMLButtonElement {
    const node = document.createElement("button");
    node.type = "button";
    node.className = "cover-box";
    node.setAttribute("aria-describedby", "cover-help");
    node.setAttribute("aria-label", row.querySelector("legend")?.textContent ?? "");
    node.addEventListener("keydown", (e) => {
      const now = read(row);
      const next = now && keyed(now, e.key, e.shiftKey);
      if (!next) return;
      e.preventDefault();
      if (next === "delete") drop(row);
      else lay(row, next);
    });
    boxes.set(row, node);
    stage?.append(node);
    return node;
  }
  function drop(row: HTMLElement): void {
    write(row, null);
    boxes.get(row)?.remove();
    boxes.delete(row);
    row.hidden = true;
    const rest = [...boxes.values()];
    (rest.at(-1) ?? add)?.focus();
  }
  /** free is a row without a box: an empty one of the page, or a new one. */
  function free(): HTMLElement {
    const empty = rows().find((r) => r.hidden);
    if (empty) return empty;
    const n = rows().length;
    const row = pattern?.cloneNode(true) as HTMLElement;
    for (const node of row.querySelectorAll<HTMLElement>("[id], [for]")) {
      if (node.id) node.id = `${node.id.replace(/-\d+$/, "")}-${n}`;
      if (node instanceof HTMLLabelElement) node.htmlFor = `${node.htmlFor.replace(/-\d+$/, "")}-${n}`;
    }
    for (const words of row.querySelectorAll("legend, [data-drop]")) {
      words.textContent = (words.textContent ?? "").replace(/\d+/, String(n + 1));
    }
    write(row, null);
    list?.append(row);
    prepare(row);
    return row;
  }
  function prepare(row: HTMLElement): void {
    row.addEventListener("input", () => {
      const b = read(row);
      if (b) lay(row, b, false);
    });
    row.querySelector("[data-drop]")?.addEventListener("click", () => drop(row));
  }

  for (const row of rows()) {
    prepare(row);
    const b = read(row);
    if (b) lay(row, b, false);
    else row.hidden = true;
  }
  add.addEventListener("click", () => {
    const row = free();
    lay(row, { x: 0.375, y: 0.375, w: 0.25, h: 0.25 });
    boxes.get(row)?.focus();
  });

  // one pointer at a time: draws a new box, moves one, or pulls its corner
  let act: ((x: number, y: number) => void) | null = null;
  let last: HTMLElement | null = null;
  const at = (e: PointerEvent): [number, number] => {
    const r = stage.getBoundingClientRect();
    return [(e.clientX - r.left) / r.width, (e.clientY - r.top) / r.height];
  };
  stage.addEventListener("pointerdown", (e) => {
    if (!e.isPrimary || e.button !== 0) return;
    const [x0, y0] = at(e);
    const hit = (e.target as Element).closest<HTMLButtonElement>(".cover-box");
    const row = hit && [...boxes].find(([, node]) => node === hit)?.[0];
    const b = row && read(row);
    stage.setPointerCapture(e.pointerId);
    if (hit && row && b) {
      const r = hit.getBoundingClientRect();
      const corner = e.clientX > r.right - 20 && e.clientY > r.bottom - 20;
      act = corner
        ? (x, y) => lay(row, clamp({ ...b, w: x - b.x, h: y - b.y }))
        : (x, y) => lay(row, clamp({ ...b, x: b.x + x - x0, y: b.y + y - y0 }));
      last = row;
    } else {
      let fresh: HTMLElement | null = null;
      act = (x, y) => {
        if (!fresh && Math.hypot(x - x0, y - y0) < 0.015) return; // a tap draws nothing
        fresh ??= free();
        lay(fresh, spanned(x0, y0, x, y));
        last = fresh;
      };
    }
    e.preventDefault();
  });
  stage.addEventListener("pointermove", (e) => act?.(...at(e)));
  for (const type of ["pointerup", "pointercancel"] as const) {
    stage.addEventListener(type, () => {
      act = null;
      if (last) boxes.get(last)?.focus();
      last = null;
    });
  }
}

for (const form of document.querySelectorAll<HTMLFormElement>("[data-cover]")) attach(form);
