// What a software release says of its parameters: `software.cfg.json` and the schemas that it names, read by the server.
import { rpc } from "./api.js";

/** No schema is followed deeper than this, and none grows larger: one that contains itself has no end. */
const DEPTH = 24;
const SELVES = 3;
const NODES = 20000;

const documents = new Map();

async function fetchDocument(url) {
  if (!documents.has(url)) documents.set(url, rpc("get.WIP.software_document", { document_url: url }));
  try {
    return await documents.get(url);
  } catch (error) {
    documents.delete(url);
    throw error;
  }
}

/** The description of a release: `{serialisation, types: [{key, type, shared, title, description, serialisation, request}]}`. */
export async function describe(release) {
  const { url, document } = await fetchDocument(`${release}.json`);
  const entries = Object.entries(document["software-type"] || {});
  entries.sort(([, one], [, other]) => (one.index ?? 1e9) - (other.index ?? 1e9));
  const types = entries.map(([key, entry]) => ({
    key, type: entry["software-type"] || key, shared: entry.shared === true, title: entry.title || key, description: entry.description || "",
    serialisation: entry.serialisation || document.serialisation || null,
    request: entry.request ? new URL(entry.request, url).href : null,
  }));
  return { name: document.name || "", description: document.description || "", types };
}

/** A schema with everything that it refers to in it, ready for a form. */
export async function whole(url) {
  const walk = { nodes: 0 };
  const expanded = await expand((await fetchDocument(url)).document, { base: url, depth: 0, open: [], walk });
  return forForm(expanded);
}

/** A schema in which references are replaced by what they refer to. */
async function expand(schema, context) {
  if (Array.isArray(schema)) return Promise.all(schema.map(item => expand(item, context)));
  if (schema === null || typeof schema !== "object") return schema;
  context.walk.nodes += 1;
  if (context.depth > DEPTH || context.walk.nodes > NODES) return {};
  const { $ref: reference, ...rest } = schema;
  const inner = { ...context, depth: context.depth + 1 };
  let found = {};
  if (typeof reference === "string") {
    const target = new URL(reference, context.base).href;
    if (context.open.filter(open => open === target).length < SELVES) {
      const [address, pointer = ""] = target.split("#");
      const { document } = await fetchDocument(address);
      found = await expand(at(document, pointer), { ...inner, base: address, open: [...context.open, target] });
    }
  }
  const own = {};
  for (const [key, value] of Object.entries(rest)) {
    if (key === "$defs" || key === "definitions" || key === "$id" || key === "$schema") continue;
    own[key] = ["default", "enum", "const", "examples"].includes(key) ? value : await expand(value, inner);
  }
  return { ...found, ...own };
}

/** The part of a document that a JSON pointer, or the name of an anchor, leads to. */
function at(document, pointer) {
  const fragment = decodeURIComponent(pointer);
  if (fragment && !fragment.startsWith("/")) return anchored(document, fragment) || {};
  return fragment.split("/").slice(1).reduce((value, step) => value?.[step.replace(/~1/g, "/").replace(/~0/g, "~")], document) ?? {};
}

function anchored(value, name) {
  if (value === null || typeof value !== "object") return null;
  if (value.$anchor === name || value.$id === `#${name}` || value.id === `#${name}`) return value;
  for (const inner of Object.values(value)) {
    const found = anchored(inner, name);
    if (found) return found;
  }
  return null;
}

/**
 * What the form needs beyond the schema: defaults are told and not sent, so that a release may change them; texts on several
 * lines have room; only maps whose names are free let names be added.
 */
function forForm(schema, name) {
  if (Array.isArray(schema)) return schema.map(item => forForm(item));
  if (schema === null || typeof schema !== "object") return schema;
  const made = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === "properties" || key === "patternProperties") {
      made[key] = Object.fromEntries(Object.entries(value).map(([property, inner]) => [property, forForm(inner, property)]));
    } else if (["items", "additionalProperties", "not", "if", "then", "else", "contains", "allOf", "anyOf", "oneOf", "prefixItems"].includes(key)) {
      made[key] = forForm(value);
    } else {
      made[key] = value;
    }
  }
  if (made.prefixItems) {
    made.additionalItems = made.items ?? true;
    made.items = made.prefixItems;
    delete made.prefixItems;
  }
  if (name !== undefined && !made.title) made.title = name;
  made.options = {};
  if (made.default !== undefined) {
    const told = typeof made.default === "string" ? made.default : JSON.stringify(made.default);
    if (told.length) made.description = `${(made.description || "").replace(/\s*\.?\s*$/, made.description ? ". " : "")}Default: ${told}`;
    made.options.inputAttributes = { placeholder: told };
    delete made.default;
  }
  if (made.textarea || (made.type === "string" && made.format === "textarea")) made.format = "textarea";
  else if (made.type === "string" && ["uri", "url", "email", "hostname", "ipv4", "ipv6", "date-time", "date", "time"].includes(made.format)) delete made.format;
  if (made.type === "object" || made.properties) {
    const free = made.patternProperties || (made.additionalProperties && typeof made.additionalProperties === "object");
    made.options.disable_properties = !free;
  }
  if (made.type === "array" && made.items?.enum && made.uniqueItems) made.format = "checkbox";
  return made;
}

/** Texts as the types that a schema has for them. */
export function typed(value, schema) {
  const properties = schema?.properties || {};
  return Object.fromEntries(Object.entries(value).map(([name, held]) => {
    const kinds = [properties[name]?.type].flat();
    if (typeof held !== "string" || kinds.includes("string") || kinds[0] === undefined) return [name, held];
    try {
      return [name, JSON.parse(held)];
    } catch {
      return [name, held];
    }
  }));
}
