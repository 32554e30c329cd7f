// Computers: their partitions, their software, and what they say.
import { Refused, rpc } from "./api.js";
import { certificateButton } from "./actions.js";
import { ask } from "./dialog.js";
import { el } from "./dom.js";
import { count, dot, grid, heading, instanceLink, legend, link, release, report, state, table } from "./parts.js";
import { timeline } from "./timeline.js";
import { CONDITIONS, colourOf, condition, releaseName } from "./words.js";

/** All computers. */
export const computers = {
  load: () => rpc("get.WIP.overview"),
  view: data => ({
    title: "Computers",
    content: [
      el("div", { class: "title" }, el("h1", null, "Computers"),
        el("div", { class: "buttons" }, el("a", { class: "button", href: link("import") }, "Import a description"))),
      data.computer_list.map(one => el("article", { class: "card computer", "data-key": one.computer_guid },
        el("header", null, el("h2", null, el("a", { href: link("computers", one.computer_guid) }, one.title || one.computer_guid)),
          el("span", { class: "faint" }, `${count(one.partition_list.length, "partition")}, ${count(one.software_list.length, "release")}`),
          report(one.report)),
        grid(one), legend(one.partition_list))),
    ],
  }),
};

/** One computer. */
export const computer = {
  async load(route) {
    const [all, events] = await Promise.all([
      rpc("get.WIP.overview"), rpc("allDocs.WIP.event_list", { computer_guid: route.name, limit: 40 })]);
    const one = all.computer_list.find(other => other.computer_guid === route.name);
    if (!one) throw new Refused(404, `There is no computer ${route.name}.`);
    const releases = new Set([...all.product_list, ...all.tree_list.map(tree => tree.root), ...all.computer_list.flatMap(other => other.software_list)].map(known => known.software_release_uri));
    return { one, releases: [...releases].sort(), events: events.result_list };
  },

  concerns: (event, data) => !event.computer_guid || event.computer_guid === data.one.computer_guid,

  view({ one, releases, events }) {
    const guid = one.computer_guid;
    return {
      title: guid,
      content: [
        el("p", { class: "crumbs" }, el("a", { href: link("computers") }, "Computers")),
        el("div", { class: "title" }, el("h1", null, one.title ? `${one.title} (${guid})` : guid),
          one.closed && el("span", { class: "state" }, "closed"), report(one.report),
          el("div", { class: "buttons", role: "group", "aria-label": `Actions on ${guid}` },
            el("button", { type: "button", class: "primary", onclick: () => supply(guid, releases) }, "Supply software"),
            el("button", { type: "button", onclick: () => bang(guid) }, "Bang"),
            el("button", { type: "button", onclick: () => allocate(guid, !one.closed) }, one.closed ? "Open" : "Close"),
            el("button", { type: "button", onclick: () => makeCertificate(guid) }, "New certificate"),
            el("button", { type: "button", class: "warning", onclick: () => revoke(guid) }, "Revoke certificate"))),
        el("section", { class: "card" }, grid(one), legend(one.partition_list)),
        el("section", null, heading("Software"), software(guid, one.software_list)),
        el("section", null, heading("Partitions"), partitions(one)),
        el("section", { class: "card" }, heading("What happened", el("a", { class: "end", href: link("events", null, { computer: guid }) }, "All events")),
          timeline(events)),
        el("datalist", { id: "releases" }, releases.map(url => el("option", { value: url }))),
      ],
    };
  },
};

function software(guid, list) {
  return table("Software", ["Release", "Requested", "Reported", "Latest report", "Actions"], list.map(one =>
    el("tr", { "data-key": one.software_release_uri },
      el("td", null, dot(colourOf(one.report)), " ", release(one.software_release_uri), el("br"), el("small", { class: "mono" }, one.software_release_uri)),
      el("td", null, state(one.state)),
      el("td", null, one.report?.state ? state(one.report.state) : el("span", { class: "faint" }, "nothing")),
      el("td", null, report(one.report)),
      el("td", null, el("div", { class: "buttons" },
        el("a", { class: "button small", href: link("request", null, { release: one.software_release_uri, computer: guid }), "aria-label": `Request an instance of ${releaseName(one.software_release_uri)}` }, "Request"),
        one.state === "available"
          ? el("button", { type: "button", class: "small warning", "aria-label": `Remove ${releaseName(one.software_release_uri)}`, onclick: () => remove(guid, one.software_release_uri) }, "Remove")
          : el("button", { type: "button", class: "small", "aria-label": `Supply ${releaseName(one.software_release_uri)} again`, onclick: () => wish(guid, one.software_release_uri) }, "Supply again"))))),
  "No software is supplied to it yet.");
}

function partitions(one) {
  return table("Partitions", ["Partition", "State", "Instance", "Addresses", "Latest report"], one.partition_list.map(partition => {
    const { instance } = partition;
    const kind = condition(instance);
    return el("tr", { "data-key": partition.compute_partition_id },
      el("td", { class: "mono" }, partition.compute_partition_id),
      el("td", null, el("span", { class: "condition" }, el("span", { class: `cell ${kind}`, "aria-hidden": "true" }, CONDITIONS[kind][1]), CONDITIONS[kind][0])),
      el("td", null, instance && [instanceLink(instance), instance.instance_tree_title && el("small", null, ` in ${instance.instance_tree_title}`)]),
      el("td", { class: "mono" }, [...new Set(partition.ip_list.map(([, address]) => address))].map(address => el("div", null, address))),
      el("td", null, instance && report(instance.report)));
  }), "It has no partitions yet.");
}

const install = (computer_guid, software_release_uri, wanted) =>
  rpc("post.v0.software_installation", { computer_guid, software_release_uri, state: wanted });

const wish = (guid, url) => ask({
  title: `Supply ${releaseName(url)} again?`, text: url, action: "Supply",
  run: async () => {
    await install(guid, url, "available");
    return `${guid} will install it.`;
  },
});

const supply = guid => ask({
  title: `Supply software to ${guid}`, action: "Supply", text: "The node builds it the next time it asks what to do.",
  fields: [{ name: "url", label: "Software release", required: true, list: "releases", help: "The URL or the path of a software.cfg." }],
  run: async ({ url }) => {
    await install(guid, url.trim(), "available");
    return `${guid} will install ${releaseName(url)}.`;
  },
});

const remove = (guid, url) => ask({
  title: `Remove ${releaseName(url)} from ${guid}?`, text: [url, "The node deletes what it built. Instances of it cannot run any more."],
  action: "Remove", danger: true,
  run: async () => {
    await install(guid, url, "destroyed");
    return `${guid} will remove it.`;
  },
});

const bang = guid => ask({
  title: `Bang ${guid}?`, action: "Bang", text: "Every instance tree with an instance on it is processed again.",
  fields: [{ name: "message", label: "Why", help: "It is kept in the events." }],
  run: async ({ message }) => {
    await rpc("put.v0.compute_node_bang", { computer_guid: guid, message });
    return `Everything on ${guid} is processed again.`;
  },
});

const allocate = (guid, closed) => ask({
  title: `${closed ? "Close" : "Open"} ${guid}?`, action: closed ? "Close" : "Open",
  text: closed ? "Nothing new goes to it. What is placed there stays." : "New instances may go to it again.",
  run: async () => {
    await rpc("put.WIP.compute_node_allocation", { computer_guid: guid, closed });
    return `${guid} is ${closed ? "closed" : "open"}.`;
  },
});

const makeCertificate = guid => certificateButton("", guid, () => rpc("post.v0.compute_node_certificate", { computer_guid: guid })).onclick();

const revoke = guid => ask({
  title: `Revoke the certificate of ${guid}?`, text: "The node cannot speak with it any more.", action: "Revoke", danger: true,
  run: async () => {
    await rpc("remove.v0.compute_node_certificate", { computer_guid: guid });
    return `The certificate of ${guid} is revoked.`;
  },
});
