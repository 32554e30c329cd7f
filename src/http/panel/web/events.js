// What happened, and why something is where it is.
import { rpc } from "./api.js";
import { calm, el } from "./dom.js";
import { explanation } from "./explain.js";
import { heading, link, state } from "./parts.js";
import { timeline } from "./timeline.js";
import { toneOf, verb } from "./words.js";

const PAGE = 100;

const KINDS = {
  all: ["Everything", () => true],
  requests: ["Requests", event => /^(request|supply|allocated|destroyed|removed|softwareInstanceRename)/.test(event.kind) || event.kind === "refused"],
  reports: ["Reports", event => /^(building|available|started|stopped|getFullComputer|useComputer)|Error$/.test(event.kind)],
  failures: ["Failures", event => toneOf(event) === "red"],
  refused: ["Refusals", event => event.kind === "refused"],
};

function asked(route) {
  const query = {};
  if (route.query.get("computer")) query.computer_guid = route.query.get("computer");
  if (route.query.get("instance")) query.instance_title = route.query.get("instance");
  return query;
}

export default {
  holds: true,
  async load(route) {
    const page = await rpc("allDocs.WIP.event_list", { ...asked(route), limit: PAGE });
    return { events: page.result_list, next: page.next, waiting: 0 };
  },

  /** What happens while the list is shown comes on top; one that is counted again moves there. */
  happened(event, page) {
    const { computer_guid: computer, instance_title: instance } = asked(page.route);
    const about = (!computer || event.computer_guid === computer)
      && (!instance || event.instance_title === instance || event.reprocessed_list?.some(name => name.instance_title === instance));
    if (!about) return true;
    page.late ??= [];
    page.late.push(event);
    if (page.route.query.get("follow") !== "no") bring(page);
    else page.draw();
    return true;
  },

  view(data, route, page) {
    const kind = KINDS[route.query.get("kind")] ? route.query.get("kind") : "all";
    const text = (route.query.get("text") || "").toLowerCase();
    const follows = route.query.get("follow") !== "no";
    const shown = data.events.filter(KINDS[kind][1]).filter(event => !text || JSON.stringify(event).toLowerCase().includes(text) || verb(event.kind).includes(text));
    const change = calm(form => {
      const given = new FormData(form);
      if (!form.elements.follow.checked) given.set("follow", "no");
      else given.delete("follow");
      if (given.get("kind") === "all") given.delete("kind");
      page.replace(new URLSearchParams(given));
    }, 200);
    const field = (name, label, placeholder) => el("label", null, label,
      el("input", { name, type: "search", value: route.query.get(name), placeholder, autocomplete: "off" }));
    return {
      title: "Events",
      content: [
        el("div", { class: "title" }, el("h1", null, "Events"),
          el("div", { class: "buttons" }, el("a", { class: "button", href: link("journal") }, "Journal of requests"))),
        el("form", { class: "filters", role: "search", onsubmit: event => event.preventDefault(), oninput: event => change(event.currentTarget) },
          field("instance", "Instance", "exact title"), field("computer", "Computer", "reference"), field("text", "Text", "anywhere in the event"),
          el("label", null, "Kind", el("select", { name: "kind" }, Object.entries(KINDS).map(([name, [label]]) => el("option", { value: name, selected: name === kind }, label)))),
          el("label", { class: "check" }, el("input", { type: "checkbox", name: "follow", checked: follows }), "Follow")),
        page.late?.length > 0 && el("p", null, el("button", { type: "button", onclick: () => bring(page) }, `Show ${page.late.length} new`)),
        el("section", { class: "card" }, shown.length || !data.events.length ? timeline(shown, { follows }) : el("p", { class: "faint" }, "None of these events is shown by this filter.")),
        data.next && el("button", { type: "button", onclick: () => older(page) }, "Older events"),
      ],
    };
  },
};

function bring(page) {
  const late = page.late.splice(0);
  const again = new Set(late.map(event => event.id));
  const newest = [...new Map(late.map(event => [event.id, event])).values()].sort((one, other) => other.last_at - one.last_at || other.id - one.id);
  page.data.events = [...newest, ...page.data.events.filter(event => !again.has(event.id))];
  page.draw();
}

async function older(page) {
  const more = await rpc("allDocs.WIP.event_list", { ...asked(page.route), after: page.data.next, limit: PAGE });
  page.data.events.push(...more.result_list);
  page.data.next = more.next;
  page.draw();
}

/** Why the instances of a title are where they are, or why they are not placed. */
export const why = {
  async load(route) {
    const [explained, events] = await Promise.all([
      rpc("allDocs.WIP.explanation_list", { title: route.name }).catch(error => ({ result_list: [], problem: error.message })),
      rpc("allDocs.WIP.event_list", { instance_title: route.name, limit: 40 }),
    ]);
    return { entries: explained.result_list, problem: explained.problem, events: events.result_list };
  },
  concerns: () => true,
  view: ({ entries, problem, events }, route) => ({
    title: route.name,
    content: [
      el("h1", null, route.name),
      !entries.length && el("p", { class: "note" }, problem || "Nothing of this title is here now."),
      entries.map(entry => {
        const guid = `${entry.instance_title}___${entry.instance_tree_title || ""}___${entry.shared ? 1 : 0}`;
        const placed = Boolean(entry.place);
        return el("section", { class: "card", "data-key": guid },
          heading(placed || !entry.refused ? "Where it is" : "Why it is not placed",
            state(entry.state), entry.shared && el("span", { class: "state" }, "shared"),
            entry.instance_tree_title && el("span", { class: "faint" }, `in ${entry.instance_tree_title}`),
            placed && el("a", { class: "button small", href: link("instance", guid) }, "Show the instance")),
          explanation(entry));
      }),
      el("section", { class: "card" }, heading("What happened", el("a", { class: "end", href: link("events", null, { instance: route.name }) }, "All events")), timeline(events)),
    ],
  }),
};
