// The journal: what was asked lately, what was answered, and what it changed.
import { get } from "./api.js";
import { calm, el, soon } from "./dom.js";
import { timeline } from "./timeline.js";
import { date, time } from "./words.js";

const KEPT = 500;
const LIMIT = 200;

const KINDS = {
  all: ["Everything", () => true],
  changes: ["What changed something", entry => entry.event_list.length > 0],
  failures: ["Failures", entry => entry.status >= 400],
  spoken: ["Of nodes and instances", entry => Boolean(entry.speaker)],
};

/** Requests for the panel itself, which say nothing. */
const isOwn = entry => /^\/(panel|-\/events|-\/journal)/.test(entry.path);

const read = async fields => (await get("-/journal", fields)).filter(entry => !isOwn(entry));

export default {
  holds: true,

  async load() {
    const entries = await read({ limit: LIMIT });
    return { entries: entries.reverse(), late: 0 };
  },

  /** Whatever happens was asked for; what changes nothing is found by asking again. */
  happened(_, page) {
    if (page.route.query.get("follow") !== "no") more(page);
    return true;
  },

  view(data, route, page) {
    const kind = KINDS[route.query.get("kind")] ? route.query.get("kind") : "all";
    const text = (route.query.get("text") || "").toLowerCase();
    const follows = route.query.get("follow") !== "no";
    const shown = data.entries.filter(KINDS[kind][1]).filter(entry => !text || JSON.stringify(entry).toLowerCase().includes(text));
    const change = calm(form => {
      const given = new FormData(form);
      if (form.elements.follow.checked) given.delete("follow");
      else given.set("follow", "no");
      if (given.get("kind") === "all") given.delete("kind");
      page.replace(new URLSearchParams(given));
    }, 200);
    return {
      title: "Journal",
      content: [
        el("p", { class: "crumbs" }, el("a", { href: "#/events" }, "Events")),
        el("div", { class: "title" }, el("h1", null, "Journal of requests"),
          el("div", { class: "buttons" }, el("button", { type: "button", onclick: () => more(page) }, "Look again"))),
        el("form", { class: "filters", role: "search", onsubmit: event => event.preventDefault(), oninput: event => change(event.currentTarget) },
          el("label", { class: "wide" }, "Text", el("input", { name: "text", type: "search", value: route.query.get("text"), placeholder: "anywhere in the request or its answer", autocomplete: "off" })),
          el("label", null, "Kind", el("select", { name: "kind" }, Object.entries(KINDS).map(([name, [label]]) => el("option", { value: name, selected: name === kind }, label)))),
          el("label", { class: "check" }, el("input", { type: "checkbox", name: "follow", checked: follows }), "Follow")),
        shown.length ? el("ol", { class: "journal" }, shown.map(row)) : el("p", { class: "faint" }, "No request is shown."),
      ],
    };
  },
};

/** Reads what came since. */
const more = soon(async page => {
  const last = page.data.entries[0]?.number;
  const entries = await read(last === undefined ? { limit: LIMIT } : { after: last, limit: 1000 }).catch(() => []);
  if (!entries.length) return;
  page.data.entries = [...entries.reverse(), ...page.data.entries].slice(0, KEPT);
  page.draw();
}, 150);

function row(entry) {
  const bad = entry.status >= 400;
  return el("li", { "data-key": String(entry.number) }, el("details", null,
    el("summary", null,
      el("time", { datetime: new Date(entry.at / 1000).toISOString(), title: date(entry.at) }, time(entry.at)),
      el("span", { class: `status ${bad ? "bad" : "good"}` }, String(entry.status)),
      el("span", { class: "call" }, el("small", null, entry.method), " ", el("code", null, entry.path)),
      el("span", { class: "faint speaker" }, entry.speaker || "a person"),
      el("span", { class: "faint number" }, `${(entry.duration / 1000).toFixed(1)} ms`),
      entry.event_list.length > 0 && el("span", { class: "state" }, "changed something"),
      entry.fault && el("span", { class: "state stopped" }, "failed on purpose")),
    el("div", { class: "inside" },
      entry.fault && el("p", { class: "note" }, `It failed by the rule ${entry.fault}`),
      part("Arguments", entry.arguments), part("Answer", entry.answer),
      entry.event_list.length > 0 && el("div", null, el("h2", null, "What it changed"), timeline(entry.event_list)))));
}

function part(label, value) {
  if (value === null || value === undefined) return null;
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return el("div", null, el("h2", null, label), el("pre", { tabindex: "0", "aria-label": label }, text));
}
