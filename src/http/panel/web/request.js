// Requests and changes by form.
import { readJson, Refused, rpc } from "./api.js";
import { speakerOf } from "./actions.js";
import { el, say } from "./dom.js";
import { makeForm } from "./form.js";
import { failure, heading, link } from "./parts.js";
import { describe, typed, whole } from "./schema.js";

const WAYS = {
  "json-in-xml": "one JSON document, in the parameter _",
  xml: "a text for each parameter",
  json: "a JSON value for each parameter",
};
const MODES = { form: "Form", pairs: "Names and values", json: "JSON", xml: "XML" };

const text = value => (typeof value === "string" ? value : JSON.stringify(value));

/** A request for something new. */
export default {
  holds: true,
  async load(route) {
    const all = await rpc("get.WIP.overview");
    const computer = route.query.get("computer");
    return start(all, {
      title: route.query.get("title") || "", release: route.query.get("release") || "", type: route.query.get("type") || "default", shared: false,
      state: "started", sla: computer ? { computer_guid: computer } : {}, way: "json-in-xml", value: {}, instance: null,
    });
  },
  view: (form, route, page) => draw(form, page),
};

/** A change of something that is there. */
export const edit = {
  holds: true,
  async load(route) {
    const [all, instance, explained] = await Promise.all([
      rpc("get.WIP.overview"), rpc("get.v0.software_instance", { instance_guid: route.name }),
      rpc("allDocs.WIP.explanation_list", { title: route.name }).catch(() => ({ result_list: [] }))]);
    const entry = explained.result_list.find(one => one.instance_title === instance.title && one.shared === instance.shared);
    const { _: inner, ...rest } = instance.parameters;
    let way = Object.values(instance.parameters).every(value => typeof value === "string") ? "xml" : "json";
    let value = instance.parameters;
    if (typeof inner === "string" && !Object.keys(rest).length) {
      try {
        value = readJson(inner);
        way = "json-in-xml";
      } catch { /* a parameter that is called _ */ }
    }
    if (!Object.keys(instance.parameters).length) way = null;
    return start(all, {
      title: instance.title, release: instance.software_release_uri, type: instance.software_type, shared: instance.shared,
      state: instance.state, sla: instance.sla_parameters, way: way || "json-in-xml", wayIsOpen: way === null, value,
      instance: { ...instance, requester: entry?.requester },
    });
  },
  view: (form, route, page) => draw(form, page),
};

function start(all, given) {
  const releases = new Map();
  for (const product of all.product_list) releases.set(product.software_release_uri, `product ${product.title}`);
  for (const one of all.computer_list) for (const software of one.software_list) if (software.state === "available") releases.set(software.software_release_uri, `supplied to ${one.computer_guid}`);
  for (const { root } of all.tree_list) if (!releases.has(root.software_release_uri)) releases.set(root.software_release_uri, `of ${root.instance_title}`);
  return {
    ...given, releases, computers: all.computer_list.map(one => one.computer_guid), described: null, note: null, schema: null, mode: "pairs",
    rawText: "", rawFault: null, faults: [], problem: null, busy: false, form: null, schemaFor: null, wayIsOpen: given.wayIsOpen ?? given.instance === null,
  };
}

/** The entry of the description that the type and the kind lead to. */
const entryOf = form => form.described?.types.find(one => one.type === form.type && one.shared === form.shared)
  || form.described?.types.find(one => one.key === form.type && one.shared === form.shared);

/** Reads what the release says of itself; without that, names and values are asked for. */
async function describeRelease(form, page) {
  const { release } = form;
  form.described = form.schema = form.note = null;
  form.form?.destroy();
  form.form = null;
  if (!release) return page.draw();
  form.note = "Reading what the release says of its parameters …";
  page.draw();
  try {
    const described = await describe(release);
    if (form.release !== release) return;
    form.described = described;
    form.note = null;
    if (!entryOf(form) && !form.instance && described.types.length) {
      form.type = described.types[0].type;
      form.shared = described.types[0].shared;
    }
  } catch (error) {
    if (form.release !== release) return;
    form.note = `The release does not describe its parameters: ${error.message}`;
  }
  await readSchema(form, page);
}

async function readSchema(form, page) {
  const entry = entryOf(form);
  form.form?.destroy();
  form.form = form.schema = null;
  if (entry?.serialisation && form.wayIsOpen) form.way = entry.serialisation;
  if (entry?.request) {
    try {
      form.schema = await whole(entry.request);
      form.schemaFor = entry.request;
      form.mode = "form";
    } catch (error) {
      form.note = `The schema cannot be read: ${error.message}`;
      if (form.mode === "form") form.mode = "pairs";
    }
  } else if (form.mode === "form") {
    form.mode = "pairs";
  }
  page.draw();
}

function draw(form, page) {
  if (form.asked === undefined) {
    form.asked = true;
    queueMicrotask(() => describeRelease(form, page));
  }
  const title = form.instance ? `Edit ${form.title}` : "Request";
  const set = (name, after) => event => {
    form[name] = event.currentTarget.type === "checkbox" ? event.currentTarget.checked : event.currentTarget.value;
    after?.();
  };
  return {
    title,
    content: [
      el("p", { class: "crumbs" }, el("a", { href: link("trees") }, "Services"),
        form.instance && [" › ", el("a", { href: link("instance", form.instance.instance_guid) }, form.title)]),
      el("h1", null, title),
      form.instance?.requester && el("p", { class: "note" },
        `${form.instance.requester.instance_title} asks for this instance, and may ask otherwise when it is processed the next time.`),
      el("form", { class: "request", novalidate: true, onsubmit: event => { event.preventDefault(); submit(form, page); } },
        el("div", { class: "split form-first" },
          el("div", null, el("section", { class: "card" }, what(form, page, set)), el("section", { class: "card" }, where(form, page))),
          el("section", { class: "card" }, heading("Parameters", tabs(form, page)),
            form.note && el("p", { class: "faint", role: "status" }, form.note), parameterEditor(form, page)),
        ),
        faults(form), form.problem && [failure(form.problem), el("p", null, el("a", { href: link("why", form.title) }, "Why is it not placed?"))],
        el("div", { class: "buttons" },
          el("button", { type: "submit", class: "primary", disabled: form.busy }, form.instance ? "Save" : "Request"),
          form.faults.length > 0 && el("button", { type: "button", onclick: () => submit(form, page, true) }, "Send it nevertheless"),
          form.instance && el("a", { class: "button", href: link("instance", form.instance.instance_guid) }, "Cancel"))),
    ],
  };
}

function what(form, page, set) {
  const types = form.described?.types || [];
  const entry = entryOf(form);
  const chosen = entry ? entry.key : "other…";
  return [
    heading("What"),
    el("div", { class: "field" }, el("label", { for: "title" }, "Title"),
      el("input", { id: "title", value: form.title, required: true, readonly: form.instance !== null, autocomplete: "off", oninput: set("title") })),
    el("div", { class: "field" }, el("label", { for: "release" }, "Software release"),
      el("input", { id: "release", value: form.release, required: true, list: "releases", autocomplete: "off", spellcheck: "false", placeholder: "URL or path of a software.cfg",
        onchange: set("release", () => describeRelease(form, page)) }),
      el("datalist", { id: "releases" }, [...form.releases].map(([url, why]) => el("option", { value: url }, why))),
      form.described && el("small", null, [form.described.name, form.described.description].filter(Boolean).join(": "))),
    types.length > 0 && el("div", { class: "field" }, el("label", { for: "type" }, "Software type"),
      el("select", { id: "type", onchange: event => {
        const found = types.find(one => one.key === event.currentTarget.value);
        form.type = found ? found.type : "";
        form.shared = found ? found.shared : form.shared;
        readSchema(form, page);
      } }, types.map(one => el("option", { value: one.key, selected: one.key === chosen }, one.title + (one.shared ? " (shared)" : ""))),
        el("option", { value: "other…", selected: chosen === "other…" }, "another type …")),
      entry?.description && el("small", null, entry.description)),
    (!types.length || chosen === "other…") && [
      el("div", { class: "field" }, el("label", { for: "type-name" }, types.length ? "Name of the type" : "Software type"),
        el("input", { id: "type-name", value: form.type, autocomplete: "off", onchange: set("type", () => readSchema(form, page)) })),
      el("div", { class: "field" }, el("label", { class: "check", for: "shared" },
        el("input", { id: "shared", type: "checkbox", checked: form.shared, disabled: form.instance !== null, onchange: set("shared", () => readSchema(form, page)) }), "A shared instance")),
    ],
    el("div", { class: "field" }, el("label", { for: "state" }, "State"),
      el("select", { id: "state", onchange: set("state") }, ["started", "stopped"].map(state => el("option", { value: state, selected: form.state === state }, state)))),
  ];
}

function where(form, page) {
  const { computer_guid: computer, ...more } = form.sla;
  return [
    heading("Where"),
    el("div", { class: "field" }, el("label", { for: "computer" }, "Computer"),
      el("select", { id: "computer", onchange: event => {
        const { computer_guid: _, ...rest } = form.sla;
        form.sla = event.currentTarget.value ? { ...rest, computer_guid: event.currentTarget.value } : rest;
        page.draw();
      } }, el("option", { value: "" }, "any"),
        [...new Set([...form.computers, ...(computer ? [computer] : [])])].map(one => el("option", { value: one, selected: one === computer }, one)))),
    el("details", { open: Object.keys(more).length > 0 }, el("summary", null, "More demands"),
      el("p", { class: "faint" }, "Such as instance_guid of the host of a shared instance, or capability."),
      pairs(more, changed => { form.sla = computer ? { ...changed, computer_guid: computer } : changed; page.draw(); }, "demand", page)),
  ];
}

/** Names and values, a line each. */
function pairs(value, changed, what, page) {
  const entries = Object.entries(value);
  const replace = (index, name, held) => changed(Object.fromEntries(entries.map((entry, at) => (at === index ? [name, held] : entry))));
  return el("div", { class: "pairs" },
    entries.map(([name, held], index) => el("div", { "data-key": `${what} ${index} of ${entries.length}` },
      el("input", { "aria-label": `Name of ${what} ${index + 1}`, class: "mono", value: name, autocomplete: "off", spellcheck: "false",
        onchange: event => replace(index, event.currentTarget.value, held) }),
      el("input", { "aria-label": `Value of ${name || what}`, class: "mono", value: text(held), autocomplete: "off", spellcheck: "false",
        onchange: event => replace(index, name, same(held, event.currentTarget.value)) }),
      el("button", { type: "button", class: "quiet", "aria-label": `Remove ${name || what}`, onclick: () => changed(Object.fromEntries(entries.filter((_, at) => at !== index))) }, "×"))),
    el("button", { type: "button", disabled: Object.hasOwn(value, ""), onclick: () => {
      changed({ ...value, "": "" });
      page.draw();
    } }, `Add a ${what}`));
}

/** A text that was typed, as a value of the kind that was there. */
function same(before, typedText) {
  if (typeof before === "string") return typedText;
  try {
    return readJson(typedText);
  } catch {
    return typedText;
  }
}

function tabs(form, page) {
  const modes = Object.keys(MODES).filter(mode => mode !== "form" || form.schema);
  return el("div", { class: "tabs end", role: "tablist", "aria-label": "How to edit the parameters" }, modes.map(mode => el("button", {
    type: "button", role: "tab", id: `tab-${mode}`, "aria-selected": String(mode === form.mode), "aria-controls": "parameters",
    onclick: () => { leave(form); if (!form.rawFault) enter(form, mode); page.draw(); },
  }, MODES[mode])));
}

function enter(form, mode) {
  form.mode = mode;
  form.rawFault = null;
  if (mode === "json") form.rawText = JSON.stringify(form.value, null, 2);
  if (mode === "xml") form.rawText = writeXml(form.value);
  if (mode === "form") {
    form.form?.destroy();
    form.form = null;
  }
}

/** Takes over what was typed in a raw editor; what cannot be read stays there, and is told. */
function leave(form) {
  form.rawFault = null;
  if (form.mode !== "json" && form.mode !== "xml") return;
  try {
    form.value = form.mode === "json" ? object(readJson(form.rawText || "{}")) : readXml(form.rawText);
  } catch (error) {
    form.rawFault = error.message;
  }
}

function object(value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Error("Parameters are an object, in braces.");
  return value;
}

const forSchema = form => plainNumbers(form.way === "xml" ? typed(form.value, form.schema) : form.value);

const plainNumbers = value => JSON.parse(JSON.stringify(value));

function parameterEditor(form, page) {
  const ways = el("div", { class: "field" }, el("label", { for: "way" }, "They travel as"),
    el("select", { id: "way", onchange: event => { form.way = event.currentTarget.value; form.wayIsOpen = false; page.draw(); } },
      Object.entries(WAYS).map(([way, told]) => el("option", { value: way, selected: way === form.way }, told))));
  const panel = (...content) => el("div", { id: "parameters", role: "tabpanel", "aria-labelledby": `tab-${form.mode}`, "data-key": form.mode }, ...content);
  if (form.mode === "form") return [panel(formHolder(form, page)), ways];
  if (form.mode === "pairs") return [panel(pairs(form.value, value => { form.value = value; page.draw(); }, "parameter", page)), ways];
  return [panel(
    el("textarea", { class: "code", rows: 18, spellcheck: "false", "aria-label": `Parameters in ${MODES[form.mode]}`, "aria-invalid": form.rawFault ? "true" : undefined,
      "data-own": true, oninput: event => { form.rawText = event.currentTarget.value; } }, form.rawText),
    form.rawFault && el("p", { class: "failure", role: "alert" }, form.rawFault)), ways];
}

/** The place of the form of the schema, which stays while the rest is drawn again. */
function formHolder(form, page) {
  const holder = el("div", { class: "form", "data-own": true, "data-key": `form ${form.schemaFor}` });
  if (form.form && form.holder?.isConnected) return holder;
  form.form?.destroy();
  form.form = null;
  form.holder = holder;
  makeForm(holder, form.schema, forSchema(form), value => { form.value = value; }).then(made => {
    if (form.holder !== holder) return made.destroy();
    form.form = made;
  }, error => {
    form.note = `The form of the schema cannot be shown: ${error.message}`;
    form.schema = null;
    enter(form, "json");
    page.draw();
  });
  return holder;
}

function faults(form) {
  if (!form.faults.length) return null;
  return el("div", { class: "failure", role: "alert" }, "The parameters are not as the schema wants them:",
    el("ul", null, form.faults.map(({ path, message }) => el("li", null, path && el("code", null, path), path && ": ", message))));
}

/** What travels. */
function parameters(form) {
  const given = Object.fromEntries(Object.entries(form.value).filter(([name]) => name !== ""));
  if (form.way === "json-in-xml") return Object.keys(given).length || form.schema ? { _: JSON.stringify(given) } : {};
  return form.way === "xml" ? Object.fromEntries(Object.entries(given).map(([name, value]) => [name, text(value)])) : given;
}

async function submit(form, page, nevertheless = false) {
  leave(form);
  form.problem = null;
  form.faults = [];
  if (form.rawFault) return page.draw();
  if (!form.title || !form.release) {
    form.problem = new Refused(400, "A title and a software release are needed.");
    return page.draw();
  }
  if (form.mode === "form" && form.form) form.value = form.form.value();
  if (form.form && !nevertheless) {
    form.faults = form.form.faults(forSchema(form));
    if (form.faults.length) {
      page.draw();
      if (form.mode === "form") form.form.showFaults();
      return;
    }
  }
  form.busy = true;
  page.draw();
  try {
    const request = {
      title: form.title, software_release_uri: form.release.trim(), software_type: form.type, parameters: parameters(form),
      state: form.state, shared: form.shared, sla_parameters: form.sla,
    };
    const answer = await rpc("post.v0.software_instance", request, form.instance ? await speakerOf(form.instance) : null);
    say(form.instance ? `${form.title} is changed.` : `${form.title} is requested.`);
    location.hash = link("instance", answer.instance_guid || form.instance?.instance_guid);
  } catch (error) {
    form.problem = error;
  }
  form.busy = false;
  page.draw();
}

function writeXml(value) {
  const quote = given => given.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
  const lines = Object.entries(value).map(([name, held]) => `  <parameter id="${quote(name)}">${quote(text(held))}</parameter>`);
  return ["<instance>", ...lines, "</instance>"].join("\n");
}

/** Reads the same. The browser's own reader is not asked: its way to tell faults breaks the policy of the pages. */
function readXml(source) {
  const wrong = rest => new Error(`The document is <instance> with a <parameter id="…">…</parameter> for each parameter; this is not: ${rest.trim().slice(0, 60) || "the end"}`);
  const [whole, inner = ""] = source.replace(/<\?xml[^>]*\?>|<!--[\s\S]*?-->/g, "").match(/^\s*<instance\s*(?:\/>|>([\s\S]*)<\/instance\s*>)\s*$/) || [];
  if (whole === undefined) throw wrong(source);
  const one = /\s*<parameter\s+id\s*=\s*(?:"([^"<]*)"|'([^'<]*)')\s*(?:\/>|>((?:[^<]|<!\[CDATA\[[\s\S]*?\]\]>)*)<\/parameter\s*>)/y;
  const value = {};
  let at = 0;
  for (let found = one.exec(inner); found; found = one.exec(inner)) {
    value[unquoted(found[1] ?? found[2])] = unquoted(found[3] ?? "");
    at = one.lastIndex;
  }
  if (inner.slice(at).trim()) throw wrong(inner.slice(at));
  return value;
}

const NAMED = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** A text of XML as what it means. */
function unquoted(given) {
  return given.split(/(<!\[CDATA\[[\s\S]*?\]\]>)/).map(part => (part.startsWith("<![CDATA[") ? part.slice(9, -3)
    : part.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (all, hex, decimal, name) =>
      (name ? NAMED[name] ?? all : String.fromCodePoint(parseInt(hex ?? decimal, hex ? 16 : 10)))))).join("");
}
