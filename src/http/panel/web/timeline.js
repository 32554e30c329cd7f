// Events as a line through time.
import { el } from "./dom.js";
import { link } from "./parts.js";
import { date, reportText, time, toneOf, verb } from "./words.js";

const day = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric" });

/** Events, newest first, under their days. */
export function timeline(events, { follows = false } = {}) {
  if (!events.length) return el("p", { class: "faint" }, "Nothing happened yet.");
  const rows = [];
  let last = null;
  for (const event of events) {
    const today = day.format(new Date(event.last_at / 1000));
    if (today !== last) rows.push(el("li", { class: "day", "data-key": today }, today));
    last = today;
    rows.push(row(event));
  }
  return el("ol", { class: "timeline", "aria-live": follows ? "polite" : undefined }, rows);
}

function row(event) {
  const long = event.text.includes("\n") || event.text.length > 160;
  // What a node reports is in the verb already.
  const text = /^#(access|building)/.test(event.text) ? "" : reportText(event.text) || event.text;
  return el("li", { class: toneOf(event), "data-key": `${event.id}` },
    el("time", { datetime: new Date(event.last_at / 1000).toISOString(), title: `${date(event.last_at)}; ${event.kind}` }, time(event.last_at)),
    el("div", { class: "said-text" },
      el("span", null, el("strong", null, event.user), " ", el("span", { title: event.kind }, verb(event.kind)), " ", about(event),
        !long && text && el("span", { class: "faint" }, `: ${text}`),
        event.count > 1 && el("small", null, ` ${event.count} times`)),
      long && el("details", null, el("summary", null, shortened(text)), el("pre", { tabindex: "0", "aria-label": "The whole text" }, event.text)),
      changes(event.change_list),
      event.reprocessed_list?.length > 0 && el("small", null, "Processed again: ",
        event.reprocessed_list.slice(0, 12).map(name => name.instance_title).join(", "),
        event.reprocessed_list.length > 12 && ` and ${event.reprocessed_list.length - 12} more`)));
}

/** The last line says what happened, in a log. */
const shortened = text => {
  const lines = text.trim().split("\n");
  const last = lines[lines.length - 1];
  return last.length > 110 ? `${last.slice(0, 110)}…` : last;
};

function about(event) {
  const where = [event.compute_partition_id, event.computer_guid].filter(Boolean);
  const parts = [];
  if (event.instance_title) parts.push(el("a", { href: link("why", event.instance_title) }, event.instance_title));
  if (event.software_release_uri && !event.instance_title) parts.push(el("code", { title: event.software_release_uri }, event.software_release_uri));
  if (event.computer_guid) {
    parts.push(parts.length ? " on " : "", el("a", { href: link("computers", event.computer_guid) }, where.reverse().join(" ")));
  }
  return parts;
}

function changes(list) {
  if (!list?.length) return null;
  return el("ul", { class: "changes" }, list.map(change => el("li", null,
    change.what.replace("_", " "), " ", change.path && el("code", null, change.path), change.path && " ",
    change.from !== undefined && el("code", { class: "from" }, change.from),
    change.from !== undefined && change.to !== undefined && " → ",
    change.to !== undefined ? el("code", null, change.to) : " removed")));
}
