// Starts "mitwirk dev" on a free port with a data folder of its own, and stops
// it. MITWIRK_E2E_URL uses a running one instead; MITWIRK_E2E_BIN names a
// binary, else it is built here.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { client, provider } from "./provider";

const root = fileURLToPath(new URL("../..", import.meta.url));

export default async function start(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.MITWIRK_E2E_URL) return undefined;
  const data = mkdtempSync(join(tmpdir(), "mitwirk-e2e-"));
  const binary = process.env.MITWIRK_E2E_BIN ?? build(data);
  const port = await freePort();
  const elsewhere = await provider();
  const end = async (city?: City) => {
    await city?.stop();
    await elsewhere.end();
    rmSync(data, { recursive: true, force: true });
  };
  let city: City;
  try {
    city = await launch(binary, join(data, "city"), port, [], {
      MITWIRK_OIDC_PROVIDERS: `bayernid=${elsewhere.issuer}|${client}||BayernID|level=2,proof`,
    });
  } catch (e) {
    await end();
    throw e;
  }
  process.env.MITWIRK_E2E_URL = city.url;
  process.env.MITWIRK_E2E_BIN = binary; // for those who start a city of their own
  process.env.MITWIRK_E2E_PROVIDER = elsewhere.issuer;
  return () => end(city);
}

/** City is a running "mitwirk dev". */
export interface City {
  url: string;
  stop: () => Promise<void>;
}

/** launch starts a city in a folder, new or as it was left, and waits until it answers. */
export async function launch(binary: string, data: string, port: number, flags: string[], env: object): Promise<City> {
  const url = `http://127.0.0.1:${port}`;
  const city = spawn(binary, ["dev", "--data", data, "--addr", `127.0.0.1:${port}`, "--demo=small", ...flags], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    // all people of the tests come from one address
    env: {
      ...process.env,
      MITWIRK_LIMITS: "report=10000/1h,upload=10000/1h,signin=10000/1h,code=10000/1h,visit=10000/1h,link=10000/1h",
      ...env,
    },
  });
  let said = "";
  city.stdout.on("data", (b) => {
    said += b;
  });
  city.stderr.on("data", (b) => {
    said += b;
  });
  try {
    await ready(url, city);
  } catch (e) {
    await stop(city);
    throw new Error(`${(e as Error).message}\n${said}`);
  }
  return { url, stop: () => stop(city) };
}

/** build makes the binary in a folder. */
export function build(data: string): string {
  const out = join(data, "mitwirk");
  execFileSync("go", ["build", "-o", out, "./cmd/mitwirk"], { cwd: root, stdio: "inherit" });
  return out;
}

/** freePort is a port that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const s = createServer();
    s.on("error", reject);
    s.listen(0, "127.0.0.1", () => {
      const a = s.address();
      s.close(() => (a && typeof a === "object" ? resolve(a.port) : reject(new Error("no port"))));
    });
  });
}

async function ready(url: string, city: ChildProcess): Promise<void> {
  const until = Date.now() + 180_000;
  while (Date.now() < until) {
    if (city.exitCode !== null) throw new Error(`mitwirk dev ended with ${city.exitCode}`);
    try {
      if ((await fetch(`${url}/readyz`)).ok) return;
    } catch {
      // not listening yet
    }
    await new Promise((r) => setTimeout(r, 250));
  }
  throw new Error("mitwirk dev was not ready after three minutes");
}

function stop(city: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (city.exitCode !== null) return resolve();
    const hard = setTimeout(() => city.kill("SIGKILL"), 20_000);
    city.once("exit", () => {
      clearTimeout(hard);
      resolve();
    });
    city.kill("SIGINT");
  });
}
