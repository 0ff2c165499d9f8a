// What all islands share: words, announcements, small DOM helpers.
import { texts } from "./texts.gen";

type Lang = keyof typeof texts;
export type TextKey = keyof (typeof texts)["de"];
type Params = Record<string, string | number>;

/** lang is the page's language as far as the islands speak it; everything else reads German. */
export function lang(): Lang {
  return document.documentElement.lang.startsWith("en") ? "en" : "de";
}

/** t is a message in the page's language; {name} is replaced from params. */
export function t(key: TextKey, params: Params = {}): string {
  const text: string = texts[lang()][key];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? formatInt(value) : value;
  });
}

/** plural picks KEY.one or KEY.other by n. */
export function plural(
  key: "live.step" | "discussion.new" | "address.found" | "cover.done" | "offline.waiting" | "offline.photos",
  n: number,
): string {
  return t(`${key}.${n === 1 ? "one" : "other"}`, { n });
}

export function formatInt(n: number): string {
  return new Intl.NumberFormat(lang() === "en" ? "en-GB" : "de-DE").format(n);
}

/** clock is the time of day for people: "14:02". */
export function clock(at: Date): string {
  return new Intl.DateTimeFormat(lang() === "en" ? "en-GB" : "de-DE", { hour: "2-digit", minute: "2-digit" }).format(
    at,
  );
}

let region: HTMLElement | undefined;

/** announce says something to screen readers without moving anything. */
export function announce(text: string): void {
  if (!region?.isConnected) {
    region = document.createElement("div");
    region.className = "vh";
    region.setAttribute("role", "status");
    document.body.append(region);
  }
  region.textContent = text;
}

/** el makes an element with attributes and children; false and undefined attributes are left out. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attrs: Record<string, string | boolean | undefined> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs)) {
    if (value === false || value === undefined) continue;
    node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

/** icon draws paths on the 24 grid like kit.Icon does. */
export function icon(paths: string, cls = "ico"): SVGElement {
  const holder = document.createElement("template");
  holder.innerHTML = `<svg class="${cls}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${paths}</svg>`;
  return holder.content.firstElementChild as SVGElement;
}

/** debounce calls fn once nothing has happened for ms milliseconds. */
export function debounce<A extends unknown[]>(fn: (...args: A) => void, ms: number): (...args: A) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => fn(...args), ms);
  };
}

/** swap replaces what is inside an element by trusted HTML of our own server. */
export function swap(target: Element, html: string): void {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  target.replaceChildren(holder.content);
}

/** hiddenInput finds the field or the hidden input (kit.Hidden) of a name. */
export function hiddenInput(name: string, prefix = "f-"): HTMLInputElement | null {
  return document.querySelector<HTMLInputElement>(`#${prefix}${name}, input[type=hidden][name="${name}"]`);
}

/** Place is a point that one island tells the others about, by the event "mw:place" on document. */
export interface Place {
  lon: number;
  lat: number;
  /** of the device's position, in metres */
  accuracy?: number;
  address?: string;
  /** who set it; the sender ignores its own */
  from: "map" | "address" | "device";
}

export function sendPlace(place: Place): void {
  document.dispatchEvent(new CustomEvent<Place>("mw:place", { detail: place }));
}

export function onPlace(fn: (place: Place) => void): void {
  document.addEventListener("mw:place", (e) => fn((e as CustomEvent<Place>).detail));
}
