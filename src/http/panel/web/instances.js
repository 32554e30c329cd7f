// All services, and all instances.
import { rpc } from "./api.js";
import { calm, el } from "./dom.js";
import { embed } from "./list.js";
import { services } from "./overview.js";
import { count, link } from "./parts.js";

/** The services: the trees. */
export const trees = {
  load: () => rpc("get.WIP.overview"),
  view: data => ({
    title: "Services",
    content: [
      el("div", { class: "title" }, el("h1", null, "Services"),
        el("div", { class: "buttons" }, el("a", { class: "button", href: link("request") }, "Request a service"))),
      services(data),
      data.shared_root_count > 0 && el("p", null, "People also requested ",
        el("a", { href: link("instances", null, { shared: "true" }) }, count(data.shared_root_count, "shared instance")), "."),
    ],
  }),
};

const HEALTHS = { "": "any", red: "failed", orange: "being deployed", green: "well", none: "no report yet" };

/** Instances of all trees, by what they have in common. */
export const instances = {
  load: async () => ({}),
  view(_, route, page) {
    const asked = route.query;
    const change = calm(form => page.replace(new URLSearchParams(new FormData(form))), 150);
    const query = {};
    for (const [name, field] of [["text", "text"], ["health", "health"], ["tree", "instance_tree_title"], ["host", "host_guid"], ["requester", "requester_guid"]]) {
      if (asked.get(name)) query[field] = asked.get(name);
    }
    if (asked.get("shared")) query.shared = asked.get("shared") === "true";
    const option = (name, value, text) => el("option", { value, selected: (asked.get(name) || "") === value }, text);
    const hidden = ["host", "requester"].filter(name => asked.get(name));
    return {
      title: "Instances",
      content: [
        el("h1", null, "Instances"),
        el("form", { class: "filters", role: "search", onsubmit: event => event.preventDefault(), oninput: event => change(event.currentTarget) },
          el("label", { class: "wide" }, "Title", el("input", { name: "text", type: "search", value: asked.get("text"), placeholder: "part of a title", autocomplete: "off" })),
          el("label", null, "Health", el("select", { name: "health" }, Object.entries(HEALTHS).map(([value, text]) => option("health", value, text)))),
          el("label", null, "Kind", el("select", { name: "shared" },
            [["", "all"], ["false", "software instances"], ["true", "shared instances"]].map(([value, text]) => option("shared", value, text)))),
          el("label", null, "Service", el("input", { name: "tree", value: asked.get("tree"), placeholder: "any", autocomplete: "off" })),
          hidden.map(name => el("input", { type: "hidden", name, value: asked.get(name) }))),
        hidden.map(name => el("p", null, name === "host" ? "Served by " : "Requested by ",
          el("a", { href: link("instance", asked.get(name)) }, asked.get(name).split("___")[0]), ". ",
          el("a", { href: link("instances") }, "Show all"))),
        embed(page, "list", query, "Instances", true),
      ],
    };
  },
};

