import { beforeEach, describe, expect, test, vi } from "vitest";
import { offer, position } from "./gps";

/** jpeg is a JPEG head with EXIF data that name a place. */
function jpeg(lat: number, lon: number, little = true): Uint8Array<ArrayBuffer> {
  const tiff = new DataView(new ArrayBuffer(8 + 18 + 54 + 48));
  const u16 = (at: number, v: number) => tiff.setUint16(at, v, little);
  const u32 = (at: number, v: number) => tiff.setUint32(at, v, little);
  u16(0, little ? 0x4949 : 0x4d4d);
  u16(2, 42);
  u32(4, 8);
  u16(8, 1);
  const entry = (at: number, tag: number, type: number, n: number) => {
    u16(at, tag);
    u16(at + 2, type);
    u32(at + 4, n);
  };
  entry(10, 0x8825, 4, 1);
  u32(18, 26);
  u16(26, 4);
  entry(28, 1, 2, 2);
  tiff.setUint8(36, (lat < 0 ? "S" : "N").charCodeAt(0));
  entry(40, 2, 5, 3);
  u32(48, 80);
  entry(52, 3, 2, 2);
  tiff.setUint8(60, (lon < 0 ? "W" : "E").charCodeAt(0));
  entry(64, 4, 5, 3);
  u32(72, 104);
  [lat, lon].forEach((v, i) => {
    const a = Math.abs(v);
    const d = Math.floor(a);
    const m = Math.floor((a - d) * 60);
    const s = Math.round(((a - d) * 60 - m) * 60 * 100);
    [d, 1, m, 1, s, 100].forEach((n, j) => {
      u32(80 + 24 * i + 4 * j, n);
    });
  });
  const head = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xe1, 0, tiff.byteLength + 8, 0x45, 0x78, 0x69, 0x66, 0, 0];
  return new Uint8Array([...head, ...new Uint8Array(tiff.buffer), 0xff, 0xda, 0, 2]);
}

describe("position", () => {
  for (const [name, lat, lon, little] of [
    ["Munich", 48.1374, 11.5755, true],
    ["big endian", 48.1374, 11.5755, false],
    ["south and west", -33.4569, -70.6483, true],
  ] as const) {
    test(name, () => {
      const at = position(jpeg(lat, lon, little).buffer);
      expect(at?.lat).toBeCloseTo(lat, 4);
      expect(at?.lon).toBeCloseTo(lon, 4);
    });
  }

  test("no fix and no place", () => {
    expect(position(jpeg(0, 0).buffer)).toBeUndefined();
    expect(position(jpeg(97, 11).buffer)).toBeUndefined();
    expect(position(new ArrayBuffer(0))).toBeUndefined();
    expect(position(new TextEncoder().encode("\x89PNG\r\n").buffer as ArrayBuffer)).toBeUndefined();
  });

  // a generator with a fixed seed: the same files in every run
  test("broken files give a place or nothing, and end", () => {
    let seed = 7;
    const next = (n: number) => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      return seed % n;
    };
    const sound = jpeg(48.1374, 11.5755);
    for (let i = 0; i < 20_000; i++) {
      let bytes = sound.slice(0, next(4) === 0 ? next(sound.length) : sound.length);
      for (let k = next(6); k > 0 && bytes.length > 0; k--) bytes[next(bytes.length)] = next(256);
      if (next(50) === 0) bytes = Uint8Array.from({ length: next(300) }, () => next(256));
      const at = position(bytes.buffer);
      if (at) {
        expect(Math.abs(at.lat)).toBeLessThanOrEqual(90);
        expect(Math.abs(at.lon)).toBeLessThanOrEqual(180);
      }
    }
  });
});

describe("offer", () => {
  let form: HTMLFormElement;
  let root: HTMLElement;
  beforeEach(() => {
    document.body.innerHTML =
      '<form><fieldset data-photos><div data-photos-list></div><input type="file"></fieldset></form>';
    form = document.querySelector("form") as HTMLFormElement;
    root = document.querySelector("fieldset") as HTMLElement;
  });
  const photo = () => new Blob([jpeg(48.1374, 11.5755)]);

  test("sends nothing before somebody agrees", async () => {
    const changed = vi.fn();
    form.addEventListener("change", changed);
    await offer(root, form, photo());
    expect(root.querySelector("[data-gps]")).not.toBeNull();
    expect(form.querySelector("[name=lon]")).toBeNull();
    expect(changed).not.toHaveBeenCalled();
    root.querySelector<HTMLElement>("[data-gps] .linkbtn")?.click();
    expect(root.querySelector("[data-gps]")).toBeNull();
    await offer(root, form, photo());
    expect(root.querySelector("[data-gps]")).toBeNull(); // no is no
    expect(form.querySelector("[name=lon]")).toBeNull();
  });

  test("yes puts the place into the form, and says what the server says", async () => {
    const changed = vi.fn();
    form.addEventListener("change", changed);
    await offer(root, form, photo());
    root.querySelector<HTMLElement>("[data-gps] button")?.click();
    expect(changed).toHaveBeenCalledOnce();
    expect(form.querySelector<HTMLInputElement>("[name=lon]")?.value).toMatch(/^11\.5755/);
    form.dispatchEvent(new CustomEvent("mw:saved", { detail: { version: 2 } })); // of an earlier save
    form.dispatchEvent(new CustomEvent("mw:saved", { detail: { outside: "Nicht hier." } }));
    expect(root.querySelector("[data-gps]")?.textContent).toContain("Nicht hier.");
    expect(form.querySelector("[name=lon]")).toBeNull();
  });

  test("not where there is a place", async () => {
    root.dataset.placed = "";
    await offer(root, form, photo());
    expect(root.querySelector("[data-gps]")).toBeNull();
  });
});
