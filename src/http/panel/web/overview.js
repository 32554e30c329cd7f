// Everything at a glance: what needs attention first.
import { rpc } from "./api.js";
import { el } from "./dom.js";
import { count, dot, grid, heading, instanceLink, legend, link, place, release, report, state, table, when } from "./parts.js";
import { clause, colourOf, releaseName, reportText } from "./words.js";

export default {
  load: () => rpc("get.WIP.overview"),

  view: data => ({
    title: "Overview",
    content: [
      el("h1", { class: "hidden-text" }, "Overview"),
      attention(data),
      el("section", null,
        heading("Computers", el("a", { class: "button small", href: link("import") }, "Import a description")),
        data.computer_list.map(computer)),
      el("section", null,
        heading("Services", el("span", { class: "faint" }, sharedRoots(data))),
        services(data)),
    ],
  }),
};

/** What failed, what found no place, and what lost it. */
export function problems(data) {
  const instances = data.failed_list.map(instance => ({
    key: `i${instance.id}`, what: instanceLink(instance),
    where: instance.instance_tree_title ? `in ${instance.instance_tree_title}` : place(instance),
    text: reportText(instance.report.text), at: instance.report.created_at,
  }));
  const nowhere = data.tree_list.map(tree => tree.root).filter(root => !root.computer_guid).map(root => ({
    key: `n${root.id}`, what: instanceLink(root), where: "nowhere", text: "It lost its place; its next request gives it another one.",
  }));
  const refused = data.refused_list.map(refusal => ({
    key: `r${refusal.title}`, what: el("a", { href: link("why", refusal.title) }, refusal.title),
    where: `asked for by ${refusal.user}`, text: clause(refusal.reason), at: refusal.last_at,
    more: el("a", { href: link("why", refusal.title) }, "Why is it not placed?"),
  }));
  const software = data.computer_list.flatMap(one => one.software_list
    .filter(software => colourOf(software.report) === "red")
    .map(software => ({
      key: `s${one.computer_guid}${software.software_release_uri}`,
      what: el("a", { href: link("computers", one.computer_guid), title: software.software_release_uri }, releaseName(software.software_release_uri)),
      where: `on ${one.computer_guid}`, text: reportText(software.report.text), at: software.report.created_at,
    })));
  const computers = data.computer_list.filter(one => colourOf(one.report) === "red").map(one => ({
    key: `c${one.computer_guid}`, what: el("a", { href: link("computers", one.computer_guid) }, one.computer_guid),
    where: "computer", text: reportText(one.report.text), at: one.report.created_at,
  }));
  return [...refused, ...instances, ...nowhere, ...software, ...computers];
}

function attention(data) {
  const list = problems(data);
  if (!list.length) {
    return el("section", { class: "attention calm" }, el("p", null, dot("green"), " Nothing needs attention."));
  }
  return el("section", { class: "attention" },
    heading("Needs attention", el("span", { class: "count" }, String(list.length))),
    el("ul", null, list.map(problem => el("li", { "data-key": problem.key },
      dot("red"), el("div", { class: "what" }, problem.what, " ", el("small", null, problem.where)),
      el("div", { class: "text" }, problem.text, problem.more && [". ", problem.more]),
      el("small", { class: "at" }, problem.at && when(problem.at))))));
}

function computer(one) {
  const busy = one.partition_list.filter(partition => partition.instance).length;
  return el("article", { class: "card computer", "data-key": one.computer_guid },
    el("header", null,
      el("h3", null, el("a", { href: link("computers", one.computer_guid) }, one.title || one.computer_guid)),
      one.closed && el("span", { class: "state", title: "Nothing new may go to it" }, "closed"),
      el("span", { class: "faint" }, `${busy} of ${count(one.partition_list.length, "partition")} in use`),
      report(one.report)),
    el("div", { class: "columns" },
      el("div", null, grid(one), legend(one.partition_list)),
      software(one)));
}

function software(one) {
  if (!one.software_list.length) return el("p", { class: "faint" }, "No software is supplied to it.");
  return el("ul", { class: "software" }, one.software_list.map(software =>
    el("li", { "data-key": software.software_release_uri },
      dot(colourOf(software.report)), release(software.software_release_uri),
      software.state === "destroyed" && state("destroyed"), report(software.report))));
}

function sharedRoots(data) {
  if (!data.shared_root_count) return null;
  return el("a", { href: link("instances", null, { shared: "true" }) }, `and ${count(data.shared_root_count, "shared instance")}`);
}

const ORDER = { red: 0, orange: 1, none: 2, green: 3 };

/** The trees, the worst first. */
export function services(data) {
  const trees = [...data.tree_list].sort((one, other) => ORDER[one.health] - ORDER[other.health]);
  return table("Services", ["Service", "Release", "Requested", "Place", "Instances", "Latest report about it"], trees.map(tree => {
    const { root } = tree;
    return el("tr", { "data-key": `t${root.id}` },
      el("td", { class: "lead" }, dot(tree.health), "\u00a0", el("a", { href: link("trees", root.instance_title) }, root.instance_title)),
      el("td", null, release(root.software_release_uri), root.software_type !== "default" && el("small", null, ` ${root.software_type}`)),
      el("td", null, state(root.state)),
      el("td", null, place(root)),
      el("td", { class: "number" }, instances(tree)),
      el("td", null, report(root.report)));
  }), "No service is requested yet.");
}

function instances(tree) {
  const failed = tree.failed_count ? el("span", { class: "bad" }, `${tree.failed_count} failed of `) : null;
  const shared = tree.shared_count ? `, ${tree.shared_count.toLocaleString("en")} shared` : "";
  return [failed, tree.instance_count.toLocaleString("en"), el("span", { class: "unit" }, tree.instance_count === 1 ? " instance" : " instances"), shared];
}
