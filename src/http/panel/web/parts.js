// Parts that several pages show.
import { el, say } from "./dom.js";
import { CONDITIONS, ago, colourOf, condition, count, date, holdsSecret, isSecret, releaseName, reportText } from "./words.js";

/** The address of a page: `link("trees", title)`; names of any kind are quoted. */
export function link(page, name, query) {
  const given = Object.entries(query || {}).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const asked = given.length ? `?${new URLSearchParams(given)}` : "";
  return `#/${page}${name === undefined || name === null ? "" : `/${encodeURIComponent(name)}`}${asked}`;
}

/** A time, told as how long ago it was. */
export const when = microseconds =>
  el("time", { datetime: new Date(microseconds / 1000).toISOString(), title: date(microseconds), "data-at": microseconds }, ago(microseconds));

/** Tells all times anew. */
export function tick() {
  for (const time of document.querySelectorAll("time[data-at]")) {
    const told = ago(Number(time.dataset.at));
    if (time.textContent !== told) time.textContent = told;
  }
}

const HEALTHS = { green: "well", orange: "not ready yet", red: "failed", none: "no report yet" };

/** A coloured dot with its meaning for those who do not see it. */
export const dot = (colour, meaning = HEALTHS[colour]) =>
  el("span", { class: `dot ${colour}`, role: "img", "aria-label": meaning, title: meaning });

/** A state that is asked for. */
export const state = word => el("span", { class: `state ${word}` }, word);

/** A software release, by its short name. */
export const release = url => el("span", { class: "release", title: url }, releaseName(url));

/** A link to an instance. */
export function instanceLink(instance, text = instance.instance_title) {
  return el("a", { href: link("instance", instance.instance_guid) }, text);
}

/** A link to an instance of which only the name is known. */
export function nameLink(name) {
  const root = name.instance_tree_title;
  const guid = `${name.instance_title}___${root || ""}___0`;
  return [el("a", { href: link("instance", guid) }, name.instance_title), root ? ` of ${root}` : null];
}

/** Where an instance is. */
export function place(instance) {
  if (!instance.computer_guid) return el("span", { class: "warn" }, "nowhere");
  return el("span", { class: "place" },
    el("a", { href: link("computers", instance.computer_guid) }, instance.computer_guid), " ",
    instance.compute_partition_id);
}

/** The latest report about something. */
export function report(given) {
  if (!given) return el("span", { class: "faint" }, "no report yet");
  const colour = colourOf(given);
  return el("span", { class: `report ${colour}` }, reportText(given.text) || given.text, " ", el("small", null, when(given.created_at)));
}

/** A button that copies a text. */
export function copyButton(text, what) {
  return el("button", {
    type: "button", class: "quiet small", "aria-label": `Copy ${what}`,
    onclick: async () => {
      try {
        await navigator.clipboard.writeText(text());
        say(`Copied ${what}.`);
      } catch {
        say("The browser does not let this page copy.");
      }
    },
  }, "Copy");
}

/** A heading with something at its end. */
export const heading = (text, ...more) => el("div", { class: "heading" }, el("h2", null, text), ...more);

/** Terms and what they mean; those without meaning are left out. */
export const facts = list => el("dl", { class: "facts" }, list
  .filter(([, value]) => value !== undefined && value !== null && value !== "" && value !== false)
  .map(([term, value]) => el("div", null, el("dt", null, term), el("dd", null, value))));

/** A table that scrolls in itself where it is wide. */
export function table(label, columns, rows, empty) {
  if (!rows.length) return el("p", { class: "faint" }, empty);
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
    el("table", null,
      el("thead", null, el("tr", null, columns.map(column => el("th", { scope: "col" }, column)))),
      el("tbody", null, rows)));
}

/** What a failed call says. */
export const failure = error => el("p", { class: "failure", role: "alert" }, error.message);

/* Partitions as a grid. */

/** The partitions of a computer, a square each; arrow keys walk through them. */
export function grid(computer) {
  const cells = computer.partition_list.map((partition, index) => cell(computer, partition, index));
  if (!cells.length) return el("p", { class: "faint" }, "It has no partitions yet.");
  return el("div", { class: "grid", role: "group", "aria-label": `Partitions of ${computer.computer_guid}`, onkeydown: walk }, cells);
}

function cell(computer, partition, index) {
  const { instance } = partition;
  const kind = condition(instance);
  const [word, sign] = CONDITIONS[kind];
  const addresses = [...new Set(partition.ip_list.map(([, address]) => address))];
  const title = instance ? `${instance.instance_title}: ${word}` : word;
  const href = instance ? link("instance", instance.instance_guid) : link("computers", computer.computer_guid);
  return el("a", {
    class: `cell ${kind}`, href, tabindex: index ? "-1" : "0", "data-key": partition.compute_partition_id,
    "data-tip": [partition.compute_partition_id, title, ...addresses].join("\n"),
    "aria-label": `${partition.compute_partition_id}, ${title}${addresses.length ? `, ${addresses.join(", ")}` : ""}`,
  }, sign);
}

function walk(event) {
  const cells = [...event.currentTarget.children];
  const at = cells.indexOf(document.activeElement);
  if (at < 0) return;
  const top = cells[0].offsetTop;
  const across = cells.findIndex(other => other.offsetTop !== top);
  const wide = across < 0 ? cells.length : across;
  const to = {
    ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + wide, ArrowUp: at - wide, Home: 0, End: cells.length - 1,
  }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const next = cells[to];
  if (!next) return;
  cells[at].tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

/** How many partitions there are of each condition. */
export function legend(partitions) {
  const counts = {};
  for (const partition of partitions) counts[condition(partition.instance)] = (counts[condition(partition.instance)] || 0) + 1;
  return el("ul", { class: "legend" }, Object.keys(CONDITIONS).filter(kind => counts[kind]).map(kind =>
    el("li", null, el("span", { class: `cell ${kind}`, "aria-hidden": "true" }, CONDITIONS[kind][1]), `${counts[kind]} ${CONDITIONS[kind][0]}`)));
}

/** Shows what an element says of itself while it is pointed at or focused. */
export function startTips() {
  const tip = document.getElementById("tip");
  const show = target => {
    tip.replaceChildren(...target.dataset.tip.split("\n").map((line, index) => el(index ? "div" : "strong", null, line)));
    tip.hidden = false;
    const at = target.getBoundingClientRect();
    const wide = tip.offsetWidth;
    const below = at.bottom + tip.offsetHeight + 12 < innerHeight;
    tip.style.left = `${Math.max(8, Math.min(at.left + at.width / 2 - wide / 2, document.documentElement.clientWidth - wide - 8))}px`;
    tip.style.top = `${below ? at.bottom + 6 : at.top - tip.offsetHeight - 6}px`;
  };
  const hide = () => { tip.hidden = true; };
  const told = event => event.target.closest?.("[data-tip]");
  document.addEventListener("mouseover", event => (told(event) ? show(told(event)) : hide()));
  document.addEventListener("focusin", event => (told(event)?.matches(":focus-visible") ? show(told(event)) : hide()));
  document.addEventListener("keydown", event => { if (event.key === "Escape") hide(); });
  addEventListener("scroll", hide, { passive: true });
}

/* Parameters. */

const revealed = new Set();

/** Parameters, each under its name; JSON in texts is pretty-printed, and what may be secret is hidden until asked for. */
export function parameters(given, what, redraw) {
  const names = Object.keys(given);
  if (!names.length) return el("p", { class: "faint" }, "none");
  return el("div", { class: "parameters" }, names.map(name => parameter(name, given[name], `${what}/${name}`, redraw)));
}

function parameter(name, value, path, redraw) {
  const structure = typeof value === "string" && /^\s*[{[]/.test(value) ? parsed(value) : undefined;
  const shown = structure === undefined ? (typeof value === "string" ? value : JSON.stringify(value, null, 2)) : JSON.stringify(structure, null, 2);
  const hiddenName = isSecret(name) || (structure === undefined && holdsSecret(shown));
  const inside = typeof (structure ?? value) === "object" ? masked(structure ?? value) : null;
  const hasSecret = hiddenName || (inside && inside.hidden);
  const open = revealed.has(path);
  const text = !hasSecret || open ? shown : hiddenName ? "••••••••" : JSON.stringify(inside.value, null, 2);
  const isUrl = /^https?:\/\/\S+$/.test(text);
  const long = text.includes("\n") || text.length > 90;
  return el("div", { class: `parameter${long ? " long" : ""}`, "data-key": path },
    el("div", { class: "name" }, name),
    long
      ? el("pre", { tabindex: "0", "aria-label": name }, text)
      : el("code", null, isUrl ? el("a", { href: text, rel: "noreferrer noopener", target: "_blank" }, text) : text || "(empty)"),
    el("div", { class: "buttons" },
      hasSecret && el("button", {
        type: "button", class: "quiet small", "aria-pressed": String(open), "aria-label": `${open ? "Hide" : "Show"} ${name}`,
        onclick: () => { revealed[open ? "delete" : "add"](path); redraw(); },
      }, open ? "Hide" : "Show"),
      copyButton(() => shown, name)));
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A structure in which what may be secret is hidden. */
function masked(value) {
  let hidden = false;
  const walk = inner => {
    if (Array.isArray(inner)) return inner.map(walk);
    if (typeof inner === "string" && holdsSecret(inner)) { hidden = true; return "••••••••"; }
    if (inner === null || typeof inner !== "object" || JSON.isRawJSON?.(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).map(([name, held]) => {
      if (!isSecret(name)) return [name, walk(held)];
      hidden = true;
      return [name, "••••••••"];
    }));
  };
  return { value: walk(value), hidden };
}

export { count };
