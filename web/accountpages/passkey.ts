// Passkeys: the two forms [data-passkey] fetch a question, let the browser
// answer it with fingerprint, face or PIN, and are then sent like any form.
// Without script, or where the browser has no passkeys, the page says so.

const toBytes = (text: string): ArrayBuffer => {
  const raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(raw, (c) => c.charCodeAt(0)).buffer;
};

const toText = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

interface Descriptor {
  id: string;
  type: "public-key";
  transports?: AuthenticatorTransport[];
}

const descriptors = (list?: Descriptor[]) => list?.map((d) => ({ ...d, id: toBytes(d.id) }));

// biome-ignore lint/suspicious/noExplicitAny: the server's JSON form of the options (WebAuthn level 3)
type Options = any;

export async function create(o: Options): Promise<object> {
  const made = (await navigator.credentials.create({
    publicKey: {
      ...o,
      challenge: toBytes(o.challenge),
      user: { ...o.user, id: toBytes(o.user.id) },
      excludeCredentials: descriptors(o.excludeCredentials),
    },
  })) as PublicKeyCredential;
  const answer = made.response as AuthenticatorAttestationResponse;
  return {
    id: made.id,
    rawId: toText(made.rawId),
    type: made.type,
    authenticatorAttachment: made.authenticatorAttachment ?? undefined,
    clientExtensionResults: {},
    response: {
      clientDataJSON: toText(answer.clientDataJSON),
      attestationObject: toText(answer.attestationObject),
      transports: answer.getTransports?.() ?? [],
    },
  };
}

export async function ask(o: Options): Promise<object> {
  const found = (await navigator.credentials.get({
    publicKey: { ...o, challenge: toBytes(o.challenge), allowCredentials: descriptors(o.allowCredentials) },
  })) as PublicKeyCredential;
  const answer = found.response as AuthenticatorAssertionResponse;
  return {
    id: found.id,
    rawId: toText(found.rawId),
    type: found.type,
    authenticatorAttachment: found.authenticatorAttachment ?? undefined,
    clientExtensionResults: {},
    response: {
      clientDataJSON: toText(answer.clientDataJSON),
      authenticatorData: toText(answer.authenticatorData),
      signature: toText(answer.signature),
      userHandle: answer.userHandle ? toText(answer.userHandle) : undefined,
    },
  };
}

/** attach makes one form work: its button, and the sentence for when it did not. */
export function attach(form: HTMLFormElement): void {
  const button = form.querySelector<HTMLButtonElement>("button[type=submit]");
  const failed = form.querySelector<HTMLElement>("[data-passkey-failed]");
  const without = form.querySelector<HTMLElement>("[data-passkey-without]");
  if (!button || typeof PublicKeyCredential === "undefined") return;
  if (without) without.hidden = true;
  for (const e of form.querySelectorAll<HTMLElement>("[data-passkey-with]")) e.hidden = false;
  form.addEventListener("submit", async (e) => {
    const answer = form.elements.namedItem("answer") as HTMLInputElement;
    if (answer.value !== "") return;
    e.preventDefault();
    if (failed) failed.hidden = true;
    try {
      const begin = await fetch(form.dataset.begin ?? "", {
        method: "POST",
        headers: { Accept: "application/json" },
      });
      if (!begin.ok) throw new Error(String(begin.status));
      const { id, options } = await begin.json();
      (form.elements.namedItem("challenge") as HTMLInputElement).value = id;
      answer.value = JSON.stringify(form.dataset.passkey === "create" ? await create(options) : await ask(options));
      form.submit();
    } catch {
      answer.value = "";
      if (failed) {
        failed.hidden = false;
        failed.focus();
      }
    }
  });
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-passkey]")) attach(form);
