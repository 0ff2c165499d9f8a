// The editor that covers faces and number plates before a photo is sent:
// rectangles by mouse and touch (draw, move, pull the corner) and by keyboard
// (arrows move, Shift and arrows change the size, Delete removes).
import { announce, el, plural, t } from "./dom";
import { type Box, decode, paint, toJPEG } from "./photos-shrink";

const least = 0.02;

/** clamp keeps a box inside the picture and big enough to be seen. */
export function clamp(b: Box): Box {
  const w = Math.min(1, Math.max(least, b.w));
  const h = Math.min(1, Math.max(least, b.h));
  return { w, h, x: Math.min(1 - w, Math.max(0, b.x)), y: Math.min(1 - h, Math.max(0, b.y)) };
}

/** keyed is a box after a key; null when the key means nothing here, "delete" when the box goes. */
export function keyed(b: Box, key: string, shift: boolean): Box | "delete" | null {
  const step = 0.01;
  const dirs: Record<string, [number, number]> = {
    ArrowLeft: [-step, 0],
    ArrowRight: [step, 0],
    ArrowUp: [0, -step],
    ArrowDown: [0, step],
  };
  if (key === "Delete" || key === "Backspace") return "delete";
  const d = dirs[key];
  if (!d) return null;
  return clamp(shift ? { ...b, w: b.w + d[0], h: b.h + d[1] } : { ...b, x: b.x + d[0], y: b.y + d[1] });
}

/** spanned is the box between two points. */
export function spanned(x0: number, y0: number, x1: number, y1: number): Box {
  return clamp({ x: Math.min(x0, x1), y: Math.min(y0, y1), w: Math.abs(x1 - x0), h: Math.abs(y1 - y0) });
}

/** cover opens the editor and gives the covered picture, or null when it was closed. */
export async function cover(source: Blob): Promise<Blob | null> {
  const bitmap = await decode(source);
  const boxes = new Map<HTMLButtonElement, Box>();
  const canvas = paint(bitmap);
  canvas.setAttribute("aria-hidden", "true");
  const stage = el("div", { class: "cover-stage", role: "group", "aria-label": t("cover.area") }, canvas);
  const help = el("p", { class: "small muted", id: "cover-help" }, t("cover.help"));
  const add = button(t("cover.add"), "secondary");
  const drop = button(t("cover.delete"), "tertiary");
  const apply = button(t("cover.apply"), "primary");
  const cancel = button(t("cover.cancel"), "tertiary");
  const dialog = el(
    "dialog",
    { class: "cover", "aria-labelledby": "cover-title" },
    el("h2", { id: "cover-title" }, t("cover.title")),
    help,
    stage,
    el("div", { class: "row" }, add, drop),
    el("div", { class: "row" }, apply, cancel),
  );

  let current: HTMLButtonElement | null = null;
  const select = (b: HTMLButtonElement | null) => {
    current = b;
    drop.setAttribute("aria-disabled", String(!b));
  };
  const lay = (node: HTMLButtonElement, b: Box) => {
    boxes.set(node, b);
    for (const [name, value] of Object.entries({ left: b.x, top: b.y, width: b.w, height: b.h })) {
      node.style.setProperty(name, `${value * 100}%`);
    }
  };
  const number = () => {
    [...boxes.keys()].forEach((n, i) => {
      n.setAttribute("aria-label", t("cover.rect", { n: i + 1 }));
    });
  };
  function make(b: Box): HTMLButtonElement {
    const node = el("button", { type: "button", class: "cover-box", "aria-describedby": "cover-help" });
    node.addEventListener("focus", () => select(node));
    node.addEventListener("keydown", (e) => {
      const now = boxes.get(node);
      const next = now && keyed(now, e.key, e.shiftKey);
      if (!next) return;
      e.preventDefault();
      if (next === "delete") remove(node);
      else lay(node, next);
    });
    stage.append(node);
    lay(node, b);
    number();
    return node;
  }
  function remove(node: HTMLButtonElement): void {
    const rest = [...boxes.keys()];
    const next = rest[rest.indexOf(node) + 1] ?? rest[rest.indexOf(node) - 1];
    boxes.delete(node);
    node.remove();
    number();
    select(next ?? null);
    (next ?? add).focus();
  }

  add.addEventListener("click", () => make({ x: 0.375, y: 0.375, w: 0.25, h: 0.25 }).focus());
  drop.addEventListener("click", () => {
    if (current) remove(current);
  });

  // one pointer at a time: draws a new box, moves one, or pulls its corner
  let act: ((x: number, y: number) => void) | null = null;
  const at = (e: PointerEvent): [number, number] => {
    const r = stage.getBoundingClientRect();
    return [(e.clientX - r.left) / r.width, (e.clientY - r.top) / r.height];
  };
  stage.addEventListener("pointerdown", (e) => {
    if (!e.isPrimary || e.button !== 0) return;
    const [x0, y0] = at(e);
    const hit = (e.target as Element).closest<HTMLButtonElement>(".cover-box");
    const b = hit && boxes.get(hit);
    stage.setPointerCapture(e.pointerId);
    if (hit && b) {
      const r = hit.getBoundingClientRect();
      const corner = e.clientX > r.right - 20 && e.clientY > r.bottom - 20;
      act = corner
        ? (x, y) => lay(hit, clamp({ ...b, w: x - b.x, h: y - b.y }))
        : (x, y) => lay(hit, clamp({ ...b, x: b.x + x - x0, y: b.y + y - y0 }));
      hit.focus();
    } else {
      let node: HTMLButtonElement | null = null;
      act = (x, y) => {
        if (!node && Math.hypot(x - x0, y - y0) < 0.015) return; // a tap draws nothing
        node ??= make(spanned(x0, y0, x, y));
        lay(node, spanned(x0, y0, x, y));
        select(node);
      };
    }
    e.preventDefault();
  });
  stage.addEventListener("pointermove", (e) => act?.(...at(e)));
  for (const type of ["pointerup", "pointercancel"] as const) {
    stage.addEventListener(type, () => {
      act = null;
      current?.focus();
    });
  }

  select(null);
  document.body.append(dialog);
  dialog.showModal();
  add.focus();
  return new Promise((resolve) => {
    const end = (result: Blob | null) => {
      bitmap.close();
      dialog.close();
      dialog.remove();
      resolve(result);
    };
    cancel.addEventListener("click", () => end(null));
    dialog.addEventListener("cancel", (e) => {
      e.preventDefault();
      end(null);
    });
    apply.addEventListener("click", () => {
      if (boxes.size === 0) return end(null);
      const n = boxes.size;
      toJPEG(paint(bitmap, [...boxes.values()])).then(
        (blob) => {
          end(blob);
          announce(plural("cover.done", n));
        },
        () => {
          announce(t("failed"));
          end(null);
        },
      );
    });
  });
}

function button(label: string, variant: string): HTMLButtonElement {
  return el(
    "button",
    { type: "button", class: `kern-btn kern-btn--${variant} btn-s` },
    el("span", { class: "kern-label" }, label),
  );
}
