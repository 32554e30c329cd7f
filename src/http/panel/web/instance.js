// One instance: where it is, what is asked of it, what it says, and what happened to it.
import { Refused, rpc } from "./api.js";
import { actions, certificateButton } from "./actions.js";
import { el } from "./dom.js";
import { embed } from "./list.js";
import { explanation } from "./explain.js";
import { dot, facts, heading, link, nameLink, parameters, place, release, report, state } from "./parts.js";
import { timeline } from "./timeline.js";
import { colourOf } from "./words.js";

const EVENTS = 60;

export default {
  async load(route) {
    const title = route.name.split("___")[0];
    const explained = rpc("allDocs.WIP.explanation_list", { title: route.name }).catch(() => ({ result_list: [] }));
    const happened = rpc("allDocs.WIP.event_list", { instance_title: title, limit: EVENTS });
    let instance;
    try {
      instance = await rpc("get.v0.software_instance", { instance_guid: route.name });
    } catch (error) {
      if (!(error instanceof Refused) || error.status === 0) throw error;
      return { gone: error.message, title, events: (await happened).result_list };
    }
    const guid = instance.instance_guid;
    const own = guid === `${instance.title}______${instance.shared ? 1 : 0}`;
    const [explanations, events, requested, served] = await Promise.all([
      explained, instance.title === title ? happened : rpc("allDocs.WIP.event_list", { instance_title: instance.title, limit: EVENTS }),
      rpc("allDocs.WIP.instance_list", { requester_guid: guid, limit: 1 }),
      instance.shared ? { total: 0 } : rpc("allDocs.WIP.instance_list", { host_guid: guid, limit: 1 }),
    ]);
    const entry = explanations.result_list.find(one => one.instance_title === instance.title && one.shared === instance.shared
      && (one.instance_tree_title || "") === (own ? "" : instance.root_instance_title)) || null;
    return { instance, own, entry, events: events.result_list, requested: requested.total, served: served.total };
  },

  concerns: (event, data) => !data.instance || event.instance_title === data.instance.title
    || event.computer_guid === data.instance.computer_guid
    || event.reprocessed_list?.some(name => name.instance_title === data.instance.title),

  view(data, route, page) {
    if (data.gone) return gone(data);
    const { instance, own, entry, events } = data;
    const guid = instance.instance_guid;
    const root = own ? null : instance.root_instance_title;
    const given = { ...instance, instance_title: instance.title, instance_tree_title: root, requester: entry?.requester };
    const redraw = () => page.draw();
    return {
      title: instance.title,
      content: [
        el("p", { class: "crumbs" }, el("a", { href: link("trees") }, "Services"), " › ",
          el("a", { href: link("trees", instance.root_instance_title) }, instance.root_instance_title)),
        el("div", { class: "title" }, dot(colourOf(entry?.report)), el("h1", null, instance.title), state(instance.state),
          instance.shared && el("span", { class: "state" }, "shared"), actions(given)),
        el("div", { class: "split" },
          el("div", null,
            el("section", { class: "card" }, heading("How it is"),
              el("p", { class: "latest" }, report(entry?.report)), entry && explanation(entry)),
            el("section", { class: "card" }, heading("Connection parameters"),
              parameters(instance.connection_parameters, `${guid}/connection`, redraw)),
            el("section", { class: "card" }, heading("Parameters", el("a", { class: "button small", href: `${link("instance", guid)}/edit` }, "Edit")),
              parameters(instance.parameters, `${guid}/parameters`, redraw))),
          el("aside", { "aria-label": "Facts" },
            el("section", { class: "card" }, facts([
              ["Place", place(instance)],
              ["Host", entry?.place?.host && nameLink(entry.place.host)],
              ["Addresses", instance.ip_list.length > 0 && el("ul", null, [...new Set(instance.ip_list.map(([, address]) => address))].map(address => el("li", null, el("code", null, address))))],
              ["Requested", state(instance.state)],
              ["Reported", entry?.report?.state ? state(entry.report.state) : el("span", { class: "faint" }, "no state yet")],
              ["Release", [release(instance.software_release_uri), el("br"), el("small", null, instance.software_release_uri)]],
              ["Type", instance.software_type],
              ["Requested by", entry?.requester ? nameLink(entry.requester) : "a person"],
              ["Identifier", el("code", null, guid)],
            ])),
            el("section", { class: "card" }, heading("SLA"), parameters(instance.sla_parameters, `${guid}/sla`, redraw)),
            !instance.shared && el("section", { class: "card" }, heading("Certificate"),
              certificateButton("Show the certificate", instance.title, () => rpc("get.v0.software_instance_certificate", { instance_guid: guid }))))),
        data.requested > 0 && el("section", null, heading("What it requested"),
          embed(page, "requested", { requester_guid: guid }, `Requested by ${instance.title}`)),
        data.served > 0 && el("section", null, heading("What it serves"),
          embed(page, "served", { host_guid: guid }, `Served by ${instance.title}`)),
        el("section", { class: "card" }, heading("What happened", el("a", { class: "end", href: link("events", null, { instance: instance.title }) }, "All events")),
          timeline(events)),
      ],
    };
  },
};

const gone = ({ gone: reason, title, events }) => ({
  title,
  content: [
    el("p", { class: "crumbs" }, el("a", { href: link("trees") }, "Services")),
    el("h1", null, title), el("p", { class: "note" }, `It is not here, or not any more. ${reason} `, el("a", { href: link("why", title) }, "Look for its title")),
    el("section", { class: "card" }, heading("What happened"), timeline(events)),
  ],
});
