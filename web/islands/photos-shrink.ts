// A photo becomes a JPEG of at most 2,048 pixels before it leaves the device:
// less to send, and nothing of the camera's data goes along.

export const longest = 2048;
const quality = 0.85;

/** Box is a covered part in shares of the picture's width and height. */
export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** scaled brings a size down so that its longer side is at most max pixels; it never scales up. */
export function scaled(width: number, height: number, max = longest): { width: number; height: number } {
  const scale = Math.min(1, max / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** decode reads a picture upright; it fails for what the browser can't read. */
export async function decode(source: Blob): Promise<ImageBitmap> {
  return createImageBitmap(source, { imageOrientation: "from-image" });
}

/** paint draws a picture with covered parts. */
export function paint(bitmap: ImageBitmap, boxes: Box[] = []): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, scaled(bitmap.width, bitmap.height));
  const ctx = canvas.getContext("2d");
  if (!ctx) throw new Error("no canvas");
  ctx.fillStyle = "#fff"; // what was transparent
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.imageSmoothingQuality = "high";
  ctx.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  ctx.fillStyle = "#131525";
  for (const b of boxes) {
    ctx.fillRect(
      Math.floor(b.x * canvas.width),
      Math.floor(b.y * canvas.height),
      Math.ceil(b.w * canvas.width),
      Math.ceil(b.h * canvas.height),
    );
  }
  return canvas;
}

export async function toJPEG(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((b) => (b ? resolve(b) : reject(new Error("no picture"))), "image/jpeg", quality);
  });
}

/** shrink is decode, paint and toJPEG in one. */
export async function shrink(source: Blob): Promise<Blob> {
  const bitmap = await decode(source);
  try {
    return await toJPEG(paint(bitmap));
  } finally {
    bitmap.close();
  }
}
