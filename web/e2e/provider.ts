// A small OpenID Connect provider for the tests: authorization code with PKCE
// (S256 only), nonce, RS256. It signs in whoever types a name, and refuses what
// a real one would refuse.
import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export const client = "mitwirk";

interface Grant {
  sub: string;
  nonce: string;
  challenge: string;
  redirect: string;
  /** what is said about them, of what was asked for by its scope */
  said: Record<string, unknown>;
}

const b64 = (data: string | Buffer) => Buffer.from(data).toString("base64url");

const escaped = (text: string) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

async function body(req: IncomingMessage): Promise<URLSearchParams> {
  let text = "";
  for await (const part of req) text += part;
  return new URLSearchParams(text);
}

/** provider starts one and returns its issuer and how to end it. */
export async function provider(): Promise<{ issuer: string; end: () => Promise<void> }> {
  const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk = { ...keys.publicKey.export({ format: "jwk" }), kid: "e2e", alg: "RS256", use: "sig" };
  const grants = new Map<string, Grant>();
  let issuer = "";

  const json = (res: ServerResponse, status: number, data: unknown) =>
    res.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(data));

  // the page where people say who they are
  const ask = (res: ServerResponse, q: URLSearchParams) => {
    const wrong =
      q.get("response_type") !== "code" ||
      q.get("client_id") !== client ||
      q.get("code_challenge_method") !== "S256" ||
      ["state", "nonce", "code_challenge", "redirect_uri"].some((name) => !q.get(name));
    if (wrong) return res.writeHead(400).end("wrong request");
    const hidden = [...q].map(([k, v]) => `<input type="hidden" name="${escaped(k)}" value="${escaped(v)}">`).join("");
    res.writeHead(200, { "Content-Type": "text/html; charset=utf-8" });
    return res.end(`<!doctype html><html lang="de"><title>Anmeldung</title><form method="post">${hidden}
      <label>Name <input name="sub"></label><label>Geboren <input name="born"></label><label>Ort <input name="town"></label><button name="ok" value="1">Anmelden</button><button>Abbrechen</button></form></html>`);
  };

  const answer = (res: ServerResponse, q: URLSearchParams) => {
    const back = new URL(q.get("redirect_uri") ?? "");
    back.searchParams.set("state", q.get("state") ?? "");
    if (q.get("ok")) {
      const code = randomBytes(16).toString("hex");
      const {
        sub,
        nonce,
        code_challenge: challenge,
        redirect_uri: redirect,
      } = Object.fromEntries(q) as Record<string, string>;
      const scopes = (q.get("scope") ?? "").split(" ");
      const said: Record<string, unknown> = {};
      if (scopes.includes("profile") && q.get("born")) said.birthdate = q.get("born");
      if (scopes.includes("address") && q.get("town"))
        said.address = { locality: q.get("town"), street_address: "Tal 1" };
      grants.set(code, {
        sub: sub ?? "",
        nonce: nonce ?? "",
        challenge: challenge ?? "",
        redirect: redirect ?? "",
        said,
      });
      back.searchParams.set("code", code);
    } else {
      back.searchParams.set("error", "access_denied");
    }
    return res.writeHead(303, { Location: back.href }).end();
  };

  const token = (res: ServerResponse, q: URLSearchParams) => {
    const code = q.get("code") ?? "";
    const grant = grants.get(code);
    grants.delete(code); // once
    const challenge = createHash("sha256")
      .update(q.get("code_verifier") ?? "")
      .digest("base64url");
    if (!grant || grant.challenge !== challenge || grant.redirect !== q.get("redirect_uri"))
      return json(res, 400, { error: "invalid_grant" });
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      ...grant.said,
      iss: issuer,
      aud: client,
      sub: grant.sub,
      nonce: grant.nonce,
      iat: now,
      exp: now + 300,
    };
    const head = `${b64(JSON.stringify({ alg: "RS256", kid: "e2e", typ: "JWT" }))}.${b64(JSON.stringify(claims))}`;
    const id = `${head}.${b64(sign("sha256", Buffer.from(head), keys.privateKey))}`;
    return json(res, 200, { access_token: "none", token_type: "Bearer", expires_in: 300, id_token: id });
  };

  const server = createServer(async (req, res) => {
    const url = new URL(req.url ?? "/", issuer);
    switch (`${req.method} ${url.pathname}`) {
      case "GET /.well-known/openid-configuration":
        return json(res, 200, {
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/keys`,
          response_types_supported: ["code"],
          subject_types_supported: ["pairwise"],
          id_token_signing_alg_values_supported: ["RS256"],
          code_challenge_methods_supported: ["S256"],
        });
      case "GET /keys":
        return json(res, 200, { keys: [jwk] });
      case "GET /authorize":
        return ask(res, url.searchParams);
      case "POST /authorize":
        return answer(res, await body(req));
      case "POST /token":
        return token(res, await body(req));
    }
    return res.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    end: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
