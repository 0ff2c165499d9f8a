// The map draws in a canvas and knows neither custom properties nor oklch or
// system colours. These helpers ask the stylesheet and the browser for plain
// rgba, so that light, dark and forced colours come from one place.

const names = [
  "m-out",
  "m-land",
  "m-land2",
  "m-park",
  "m-water",
  "m-road",
  "m-edge",
  "m-border",
  "m-label",
  "m-halo",
  "text",
  "surface",
  "accent",
  "on-accent",
  "kl-open",
  "kl-work",
  "kl-done",
  "kl-other",
  "heat-1",
  "heat-2",
  "heat-3",
  "heat-4",
  "heat-5",
] as const;

export type Colours = Record<(typeof names)[number], string>;

let pixel: CanvasRenderingContext2D | null | undefined;

/** plain turns any CSS colour into "rgba(r,g,b,a)". */
export function plain(colour: string): string {
  pixel ??= Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", {
    willReadFrequently: true,
  });
  if (!pixel) return colour;
  pixel.clearRect(0, 0, 1, 1);
  pixel.fillStyle = colour;
  pixel.fillRect(0, 0, 1, 1);
  const [r = 0, g = 0, b = 0, a = 0] = pixel.getImageData(0, 0, 1, 1).data;
  return `rgba(${r},${g},${b},${Math.round((a / 255) * 100) / 100})`;
}

/** colours reads the map's tokens as they hold inside root. */
export function colours(root: Element): Colours {
  const probe = document.createElement("span");
  probe.className = "base";
  probe.hidden = true;
  root.append(probe);
  const out = {} as Colours;
  for (const name of names) {
    probe.style.color = `var(--${name})`;
    out[name] = plain(getComputedStyle(probe).color);
  }
  probe.remove();
  return out;
}

/** shapeColours reads what fills, outlines and marks a status shape. */
export function shapeColours(root: Element, status: string): Record<string, string> {
  const probe = document.createElement("span");
  probe.className = `shape st-${status}`;
  root.append(probe);
  const style = getComputedStyle(probe);
  const out: Record<string, string> = {};
  for (const name of ["f", "s", "g", "h", "ok", "late", "soon", "ink", "accent", "text"]) {
    const value = style.getPropertyValue(`--${name}`).trim();
    if (value) out[name] = plain(value);
  }
  probe.remove();
  return out;
}
