// An instance tree: who asked for whom, shared instances included.
import { rpc } from "./api.js";
import { actions } from "./actions.js";
import { el } from "./dom.js";
import { embed } from "./list.js";
import { count, dot, instanceLink, link, place, release, report, state } from "./parts.js";
import { colourOf } from "./words.js";

const MOST = 1000;

export default {
  async load(route) {
    const tree = { instance_tree_title: route.name };
    const [own, all, failed] = await Promise.all([
      rpc("allDocs.WIP.instance_list", { ...tree, shared: false, limit: MOST }),
      rpc("allDocs.WIP.instance_list", { ...tree, limit: 1 }),
      rpc("allDocs.WIP.instance_list", { ...tree, health: "red", limit: 1 }),
    ]);
    // The root of a tree of shared instances only is a shared one.
    return { instances: own.result_list, root: own.result_list[0] || all.result_list[0], total: all.total, own: own.total, failed: failed.total };
  },

  view(data, route, page) {
    const { root, total, own, failed } = data;
    const shared = total - own;
    return {
      title: route.name,
      content: [
        el("p", { class: "crumbs" }, el("a", { href: link("trees") }, "Services")),
        el("div", { class: "title" },
          el("h1", null, route.name), state(root.state), release(root.software_release_uri),
          actions(root)),
        el("p", { class: "faint" }, [
          count(own, "software instance"), shared ? count(shared, "shared instance") : null, failed ? `${failed} failed` : null,
        ].filter(Boolean).join(", ")),
        el("section", { class: "card" }, root.shared ? sharedTree(page, route) : ownTree(data, page)),
        own > data.instances.length && el("p", { class: "note" }, `Shown are the first ${MOST}. `,
          el("a", { href: link("instances", null, { tree: route.name }) }, "All of them")),
      ],
    };
  },
};

const sharedTree = (page, route) => embed(page, "tree", { instance_tree_title: route.name }, `Instances of ${route.name}`);

function ownTree({ instances, root }, page) {
  const nameOf = name => JSON.stringify([name.instance_title, name.instance_tree_title || null]);
  const below = new Map();
  const known = new Set(instances.map(nameOf));
  for (const instance of instances) {
    if (instance === root) continue;
    const requester = instance.requester && known.has(nameOf(instance.requester)) ? nameOf(instance.requester) : nameOf(root);
    below.set(requester, [...(below.get(requester) || []), instance]);
  }
  const branch = instance => {
    const inner = below.get(nameOf(instance)) || [];
    const more = [
      shared(page, instance, "requested", instance.requested_shared_count),
      instance.served_count > 0 && shared(page, instance, "served", instance.served_count),
    ].filter(Boolean);
    return el("li", { "data-key": instance.instance_guid }, node(instance),
      (inner.length > 0 || more.length > 0) && el("ul", null, inner.map(branch), more));
  };
  return el("ul", { class: "tree" }, branch(root));
}

function node(instance) {
  return el("div", { class: "node" },
    dot(colourOf(instance.report)), el("span", { class: "name" }, instanceLink(instance)),
    el("span", { class: "optional" }, release(instance.software_release_uri), el("small", null, ` ${instance.software_type}`)),
    state(instance.state), el("span", { class: "optional" }, place(instance)), el("span", { class: "optional" }, report(instance.report)));
}

/** The shared instances that hang on an instance, which are read when they are asked for. */
function shared(page, instance, relation, number) {
  if (!number) return null;
  const query = relation === "served" ? { host_guid: instance.instance_guid } : { requester_guid: instance.instance_guid, shared: true };
  const key = `${relation} ${instance.instance_guid}`;
  const text = relation === "served" ? `serves ${count(number, "shared instance")}` : `requested ${count(number, "shared instance")}`;
  page.open ??= new Set();
  return el("li", { class: "more", "data-key": key },
    el("details", { open: page.open.has(key), ontoggle: event => {
      // Elements that are made open tell it too.
      if (event.currentTarget.open === page.open.has(key)) return;
      page.open[event.currentTarget.open ? "add" : "delete"](key);
      page.draw();
    } }, el("summary", null, text), page.open.has(key) && embed(page, key, query, text)));
}
