// The JSON-RPC API and the documented additions to it: what is done here, a script can do.

/** What a call is refused with. */
export class Refused extends Error {
  constructor(status, title) {
    super(title);
    this.status = status;
  }
}

/** Where the server is, seen from the panel: a prefix of a reverse proxy stays in front. */
export const server = new URL("..", document.baseURI);

/** Reads JSON; numbers that JavaScript would spell differently keep their digits. */
export function readJson(text) {
  if (!JSON.rawJSON) return JSON.parse(text);
  return JSON.parse(text, (_, value, context) =>
    typeof value === "number" && context?.source !== undefined && String(value) !== context.source
      ? JSON.rawJSON(context.source) : value);
}

/** Calls a method. `speaker` is the partition in whose name it is called: `{computer, partition}`. */
export async function rpc(method, request = {}, speaker = null) {
  const headers = { "Content-Type": "application/json", "Accept": "application/json" };
  if (speaker) {
    headers.Authorization = `X-SlapPartition computer_id=${speaker.computer}, computer_partition_id=${speaker.partition}`;
  }
  const response = await send(`slapos.${method}`, { method: "POST", headers, body: JSON.stringify(request) });
  const text = await response.text();
  let document;
  try {
    document = readJson(text);
  } catch {
    throw new Refused(response.status, plain(text) || `The server answered ${response.status}.`);
  }
  if (!response.ok) throw new Refused(response.status, document.title || `The server answered ${response.status}.`);
  return document;
}

/** Reads a document of the server. */
export async function get(path, fields = {}) {
  const response = await send(`${path}?${new URLSearchParams(fields)}`, {});
  const text = await response.text();
  if (!response.ok) throw new Refused(response.status, plain(text));
  return readJson(text);
}

/** Posts a form to a path of the server; its fields may repeat. */
export async function post(path, fields) {
  const response = await send(path, { method: "POST", body: new URLSearchParams(fields) });
  const text = await response.text();
  if (!response.ok) throw new Refused(response.status, plain(text));
  return response.headers.get("Content-Type")?.startsWith("application/json") ? readJson(text) : text;
}

async function send(path, init) {
  try {
    return await fetch(new URL(path, server), { credentials: "same-origin", ...init });
  } catch {
    throw new Refused(0, "The server cannot be reached.");
  }
}

/** The sentence of a page that tells a failure. */
function plain(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  return (page.querySelector("p") || page.body).textContent.trim();
}
