// Sums of a drawn area, kept apart from the map so that they can be tested
// without one. They say the same as the server (casework/routing_area.go), which
// alone decides.
export type Corner = [lon: number, lat: number];

export const mostCorners = 200;

/** parseCorners reads what people type or the server writes; null when it is no list of corners. */
export function parseCorners(text: string): Corner[] | null {
  if (text.trimStart().startsWith("{")) return parseGeoJSON(text);
  const ring: Corner[] = [];
  for (const line of text.split(/[\n\r;~]/)) {
    const parts = line.split(/[, \t_]+/).filter(Boolean);
    if (parts.length === 0) continue;
    const [lon = Number.NaN, lat = Number.NaN] = parts.map(Number);
    if (parts.length !== 2 || !onEarth(lon, lat)) return null;
    ring.push([lon, lat]);
  }
  return open(ring);
}

function parseGeoJSON(text: string): Corner[] | null {
  try {
    const raw = JSON.parse(text) as { type?: string; geometry?: unknown; coordinates?: unknown };
    const polygon = (raw.type === "Feature" ? raw.geometry : raw) as { type?: string; coordinates?: number[][][] };
    if (polygon.type !== "Polygon" || polygon.coordinates?.length !== 1) return null;
    const ring = (polygon.coordinates[0] ?? []).map(([lon = Number.NaN, lat = Number.NaN]): Corner => [lon, lat]);
    return ring.every(([lon, lat]) => onEarth(lon, lat)) ? open(ring) : null;
  } catch {
    return null;
  }
}

function onEarth(lon: number, lat: number): boolean {
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90; // false for NaN
}

/** open takes the last corner away when it repeats the first. */
function open(ring: Corner[]): Corner[] {
  const first = ring[0];
  const last = ring.at(-1);
  return ring.length > 3 && first && last && same(first, last) ? ring.slice(0, -1) : ring;
}

const same = (a: Corner, b: Corner) => a[0] === b[0] && a[1] === b[1];

/** formatCorners writes a corner per line, to about a metre. */
export function formatCorners(ring: Corner[]): string {
  return ring.map(([lon, lat]) => `${round(lon)}, ${round(lat)}`).join("\n");
}

export const round = (degrees: number) => Math.round(degrees * 1e5) / 1e5;

/** between is the middle of two corners. */
export function between(a: Corner, b: Corner): Corner {
  return [round((a[0] + b[0]) / 2), round((a[1] + b[1]) / 2)];
}

/** crossing tells whether two sides meet that are no neighbours, or a corner lies on the next. */
export function crossing(ring: Corner[]): boolean {
  const n = ring.length;
  const at = (i: number) => ring[i % n] as Corner;
  for (let i = 0; i < n; i++) {
    if (n > 1 && same(at(i), at(i + 1))) return true;
    for (let j = i + 2; j < n; j++) {
      if (i === 0 && j === n - 1) continue;
      if (meet(at(i), at(i + 1), at(j), at(j + 1))) return true;
    }
  }
  return false;
}

function meet(a: Corner, b: Corner, c: Corner, d: Corner): boolean {
  const side = (p: Corner, q: Corner, r: Corner) => (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]);
  const on = (p: Corner, q: Corner, r: Corner) =>
    Math.min(p[0], q[0]) <= r[0] &&
    r[0] <= Math.max(p[0], q[0]) &&
    Math.min(p[1], q[1]) <= r[1] &&
    r[1] <= Math.max(p[1], q[1]);
  const [s1, s2, s3, s4] = [side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)];
  if (s1 * s2 < 0 && s3 * s4 < 0) return true;
  return (
    (s1 === 0 && on(a, b, c)) || (s2 === 0 && on(a, b, d)) || (s3 === 0 && on(c, d, a)) || (s4 === 0 && on(c, d, b))
  );
}

/** metres is the length of a line as short as a city is wide. */
export function metres(line: Corner[]): number {
  return line.slice(1).reduce((sum, b, i) => {
    const a = line[i] as Corner;
    const east = 111_320 * Math.cos((((a[1] + b[1]) / 2) * Math.PI) / 180);
    return sum + Math.hypot((b[0] - a[0]) * east, (b[1] - a[1]) * 111_320);
  }, 0);
}

/** hectares is the size of an area as small as a city, by the shoelace formula on local metres. */
export function hectares(ring: Corner[]): number {
  const lat0 = ring[0]?.[1] ?? 0;
  const east = 111_320 * Math.cos((lat0 * Math.PI) / 180);
  let twice = 0;
  ring.forEach((a, i) => {
    const b = ring[(i + 1) % ring.length] as Corner;
    twice += a[0] * east * b[1] * 111_320 - b[0] * east * a[1] * 111_320;
  });
  return Math.abs(twice) / 2 / 10_000;
}
