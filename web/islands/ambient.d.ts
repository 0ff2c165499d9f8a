// What build.mjs resolves by itself.
declare module "maplibre-gl/worker" {
  /** Path of the worker's file beside the bundle. */
  const path: string;
  export default path;
}
