// Small sums of the map, kept apart so that they can be tested without one.

const alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

/** publicNumber writes a number of the tiles as people know it: "M-2026-7K3QX9" (package subject). */
export function publicNumber(value: string | number, prefix = "M"): string {
  if (typeof value === "string" && !/^\d+$/.test(value)) return value;
  let rest = Number(BigInt(value) & 0x3fffffffn);
  const year = Number(BigInt(value) >> 30n);
  let signs = "";
  for (let i = 0; i < 6; i++) {
    signs = (alphabet[rest % 31] ?? "") + signs;
    rest = Math.floor(rest / 31);
  }
  return `${prefix}-${String(year).padStart(4, "0")}-${signs}`;
}

/** prefixOf is how public numbers begin that lead to pages under a path; tiles hold the bare number. */
export function prefixOf(path?: string): string {
  return path === "/ideas/" ? "I" : "M";
}

/** circle is a ring around a point with a radius in metres, as GeoJSON coordinates. */
export function circle(lon: number, lat: number, metres: number, steps = 48): [number, number][] {
  const dLat = metres / 111_320;
  const dLon = dLat / Math.max(0.01, Math.cos((lat * Math.PI) / 180));
  const ring: [number, number][] = [];
  for (let i = 0; i <= steps; i++) {
    const a = (i / steps) * 2 * Math.PI;
    ring.push([lon + dLon * Math.cos(a), lat + dLat * Math.sin(a)]);
  }
  return ring;
}

/** zoomFor shows a circle of so many metres well on a map of so many pixels. */
export function zoomFor(metres: number, lat: number, pixels: number): number {
  const perPixel = (metres * 3) / Math.max(1, pixels);
  const zoom = Math.log2((78_271.517 * Math.cos((lat * Math.PI) / 180)) / perPixel);
  return Math.min(17, Math.max(11, zoom));
}

/** Steerable is what of a map the keyboard moves. */
interface Steerable {
  panBy(by: [number, number], how: { animate: boolean }): unknown;
  zoomIn(how: { animate: boolean }): unknown;
  zoomOut(how: { animate: boolean }): unknown;
}

/** steer moves a map by arrows, + and -; other does what the map does not: true where it took the key. */
export function steer(map: Steerable, canvas: HTMLElement, other: (key: string) => boolean): void {
  canvas.addEventListener("keydown", (e) => {
    if (e.altKey || e.ctrlKey || e.metaKey) return;
    const step = e.shiftKey ? 120 : 30;
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, -step],
      ArrowDown: [0, step],
    };
    const move = moves[e.key];
    if (move) map.panBy(move, { animate: false });
    else if (e.key === "+" || e.key === "=") map.zoomIn({ animate: false });
    else if (e.key === "-") map.zoomOut({ animate: false });
    else if (!other(e.key)) return;
    e.preventDefault();
  });
}

export type BBox = [west: number, south: number, east: number, north: number];

/** readBBox reads "west,south,east,north"; null when it is none. */
export function readBBox(text: string | null): BBox | null {
  const parts = (text ?? "").split(",").map(Number);
  if (parts.length !== 4 || parts.some((v) => !Number.isFinite(v))) return null;
  const [w, s, e, n] = parts as BBox;
  return w < e && s < n && w >= -180 && e <= 180 && s >= -90 && n <= 90 ? [w, s, e, n] : null;
}

/** withBBox puts an area into an address and takes the page's place out of it: a new area begins at its first row. */
export function withBBox(url: URL, box: BBox): URL {
  const out = new URL(url);
  for (const name of [...out.searchParams.keys()]) {
    if (["after", "before", "cursor", "page", "fragment"].includes(name)) out.searchParams.delete(name);
  }
  out.searchParams.set("bbox", box.map((v) => v.toFixed(5)).join(","));
  return out;
}

/** absolute gives a tile address with its host, and keeps {z}, {x}, {y} readable. */
export function absolute(path: string, origin: string): string {
  return path.startsWith("http") ? path : origin + path;
}

/** keepFresh refreshes what is shown from time to time, while somebody looks. It gives the way to end that. */
export function keepFresh(refresh: () => void, every = 30_000): () => void {
  const timer = setInterval(() => {
    if (!document.hidden) refresh();
  }, every);
  return () => clearInterval(timer);
}

/** rowOf is the row of a public number in a list, or anywhere on the page. */
export function rowOf(number: string, list: ParentNode | null = null): HTMLElement | null {
  return (list ?? document).querySelector<HTMLElement>(`[data-row="${CSS.escape(number)}"]`);
}
