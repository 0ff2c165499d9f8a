// The signs on the map, drawn once each: pins are the status shape on a white
// halo, the selected one is a drop in the accent, a cluster is a disc with its
// number and a ring of shares (look 8).
import { type Colours, shapeColours } from "./map-colours";
import { shapes } from "./sprite.gen";

export interface Shares {
  n: number;
  open: number;
  work: number;
  done: number;
  other: number;
}

/** clusterSize is the diameter of a disc in CSS pixels. */
export function clusterSize(n: number): number {
  if (n < 10) return 36;
  if (n < 50) return 44;
  return n < 200 ? 52 : 60;
}

/** arcs are the shares of a ring as [from, to] in turns, clockwise from the top, in the order of Shares. */
export function arcs(s: Shares): { part: "open" | "work" | "done" | "other"; from: number; to: number }[] {
  const sum = s.open + s.work + s.done + s.other;
  if (sum <= 0) return [];
  let at = 0;
  return (["open", "work", "done", "other"] as const).flatMap((part) => {
    if (s[part] <= 0) return [];
    const from = at;
    at += s[part] / sum;
    return [{ part, from, to: at }];
  });
}

/** clusterID and clusterOf carry the shares through the name of an image. */
export function clusterOf(id: string): Shares | null {
  const [kind, ...rest] = id.split("|");
  const [n = 0, open = 0, work = 0, done = 0, other = 0] = rest.map(Number);
  if (kind !== "cluster" || !(n > 0)) return null;
  return { n, open: open || 0, work: work || 0, done: done || 0, other: other || 0 };
}

/** shapeSVG is a shape as a picture of its own, with the colours filled in. */
export function shapeSVG(status: string, colour: Record<string, string>, size: number): string {
  const body = (shapes[status] ?? shapes.step ?? "").replace(/var\(--([\w-]+)\)/g, (_, name: string) => {
    return colour[name] ?? colour.s ?? "currentColor";
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="${size}" height="${size}">${body}</svg>`;
}

function canvas(width: number, height: number, ratio: number): CanvasRenderingContext2D {
  const c = document.createElement("canvas");
  c.width = Math.round(width * ratio);
  c.height = Math.round(height * ratio);
  const ctx = c.getContext("2d");
  if (!ctx) throw new Error("no canvas");
  ctx.scale(ratio, ratio);
  return ctx;
}

function pixels(ctx: CanvasRenderingContext2D): ImageData {
  return ctx.getImageData(0, 0, ctx.canvas.width, ctx.canvas.height);
}

function disc(ctx: CanvasRenderingContext2D, x: number, y: number, r: number, colour: string): void {
  ctx.fillStyle = colour;
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 2 * Math.PI);
  ctx.fill();
}

async function shape(root: Element, status: string, size: number, ratio: number): Promise<HTMLImageElement> {
  const svg = shapeSVG(status, shapeColours(root, status), size * ratio);
  const img = new Image(size * ratio, size * ratio);
  img.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  await img.decode();
  return img;
}

function cluster(s: Shares, c: Colours, ratio: number): ImageData {
  const d = clusterSize(s.n);
  const size = d + 8; // room for the shadow
  const mid = size / 2;
  const ctx = canvas(size, size, ratio);
  ctx.shadowColor = "rgba(19,21,37,.35)";
  ctx.shadowBlur = 4 * ratio;
  ctx.shadowOffsetY = ratio;
  disc(ctx, mid, mid, d / 2, c.surface);
  ctx.shadowColor = "transparent";
  ctx.lineWidth = 5;
  const parts = arcs(s);
  const gap = parts.length > 1 ? 0.006 : 0;
  for (const { part, from, to } of parts) {
    ctx.strokeStyle = c[`kl-${part}`];
    ctx.beginPath();
    ctx.arc(mid, mid, d / 2 - 2.5, (from + gap - 0.25) * 2 * Math.PI, (to - gap - 0.25) * 2 * Math.PI);
    ctx.stroke();
  }
  ctx.fillStyle = c.text;
  ctx.font = `600 ${s.n > 999 ? 14 : 16}px "Fira Sans", sans-serif`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(s.n > 9999 ? `${Math.round(s.n / 1000)}k` : String(s.n), mid, mid + 1);
  return pixels(ctx);
}

async function pin(root: Element, status: string, c: Colours, ratio: number): Promise<ImageData> {
  const size = 44; // also what a finger needs
  const ctx = canvas(size, size, ratio);
  ctx.shadowColor = "rgba(19,21,37,.35)";
  ctx.shadowBlur = 3 * ratio;
  ctx.shadowOffsetY = ratio;
  disc(ctx, 22, 22, 18, c.surface);
  ctx.shadowColor = "transparent";
  ctx.drawImage(await shape(root, status, 28, ratio), 8, 8, 28, 28);
  return pixels(ctx);
}

async function drop(root: Element, status: string, c: Colours, ratio: number): Promise<ImageData> {
  const ctx = canvas(56, 68, ratio);
  ctx.translate(2, 2);
  ctx.shadowColor = "rgba(19,21,37,.35)";
  ctx.shadowBlur = 4 * ratio;
  ctx.fillStyle = c.accent;
  ctx.fill(new Path2D(dropPath));
  ctx.shadowColor = "transparent";
  disc(ctx, 26, 26, 22, c.surface);
  ctx.drawImage(await shape(root, status, 32, ratio), 10, 10, 32, 32);
  return pixels(ctx);
}

/** dropPath is the selected pin, 52 wide and 64 high, its tip at 26, 64. */
export const dropPath = "M26 64 9.5 46.1A26 26 0 1 1 42.5 46.1Z";

/** draw makes the image with this name: cluster|n|open|work|done|other, pin|status or on|status. */
export async function draw(root: Element, id: string, c: Colours, ratio: number): Promise<ImageData | null> {
  const shares = clusterOf(id);
  if (shares) return cluster(shares, c, ratio);
  const [kind, status = ""] = id.split("|");
  if (kind === "pin") return pin(root, status, c, ratio);
  if (kind === "on") return drop(root, status, c, ratio);
  return null;
}
