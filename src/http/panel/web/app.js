// The way from an address to a page, and the life of the page that is shown.
import { Refused } from "./api.js";
import { el, morphChildren, soon } from "./dom.js";
import { follow, opened, start } from "./live.js";
import { failure, startTips, tick } from "./parts.js";
import overview from "./overview.js";

/**
 * The pages. Each has `load(route)`, which reads what it shows; `view(data, route, page)`, which returns its title and its
 * content; `concerns(event, data)`, which says whether an event changes it; and `holds`, when it keeps a state of its own.
 */
const PAGES = {
  "": async () => overview,
  trees: async route => (await import(route.name === null ? "./instances.js" : "./tree.js"))[route.name === null ? "trees" : "default"],
  instances: async () => (await import("./instances.js")).instances,
  instance: async route => (await import(route.part === "edit" ? "./request.js" : "./instance.js"))[route.part === "edit" ? "edit" : "default"],
  computers: async route => (await import("./computer.js"))[route.name === null ? "computers" : "computer"],
  import: async () => (await import("./import.js")).default,
  events: async () => (await import("./events.js")).default,
  journal: async () => (await import("./journal.js")).default,
  why: async () => (await import("./events.js")).why,
  request: async () => (await import("./request.js")).default,
};

const main = document.getElementById("main");
const scrolled = new Map();
let current = null;

/** Reads an address: `#/instance/NAME/edit?key=value`. */
function read(hash) {
  const [path, query] = hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const [page = "", name = null, part = null] = path.split("/").map(decodeURIComponent);
  return { hash, page, name: name === "" ? null : name, part, query: new URLSearchParams(query || "") };
}

class Page {
  constructor(route, module) {
    Object.assign(this, { route, module, data: null, loading: null, stale: false });
    this.refresh = soon(() => this.reload(), 120);
  }

  /** Reads everything again and shows what changed; what happens meanwhile is read after that. */
  async reload() {
    if (this.loading) {
      this.stale = true;
      return;
    }
    this.loading = this.read();
    await this.loading;
    this.loading = null;
    if (this.stale) {
      this.stale = false;
      this.refresh();
    }
  }

  async read() {
    try {
      this.data = await this.module.load(this.route);
      this.error = null;
    } catch (error) {
      if (!(error instanceof Refused)) console.error(error);
      this.error = error;
    }
    if (this === current) this.draw();
  }

  /** Shows what is known. */
  draw() {
    if (this !== current) return;
    // What was shown stays when the server cannot be reached for a while.
    if (this.error && this.data && this.error.status === 0) return;
    const shown = this.error ? { title: "Not found", content: failure(this.error) } : this.module.view(this.data, this.route, this);
    document.title = `${shown.title} · slapproxy`;
    const fresh = document.createElement("main");
    fresh.append(...[shown.content].flat(Infinity).filter(Boolean));
    if (this.error) fresh.prepend(el("h1", null, shown.title));
    if (this.shown) morphChildren(main, fresh);
    else main.replaceChildren(...fresh.childNodes);
  }

  /** Follows a list that is not shown otherwise: the address says what is shown, so it changes with it. */
  replace(query) {
    const given = [...query].filter(([, value]) => value !== "");
    const asked = given.length ? `?${new URLSearchParams(given)}` : "";
    const path = this.route.hash.split("?")[0] || "#/";
    history.replaceState(null, "", path + asked);
    this.route = read(path + asked);
    return this.reload();
  }
}

async function go({ back = false } = {}) {
  const route = read(location.hash);
  if (current) scrolled.set(current.route.hash, scrollY);
  const former = current;
  mark(route);
  const open = PAGES[route.page];
  let module;
  try {
    module = open ? await open(route) : null;
  } catch (error) {
    module = { load: () => { throw error; } };
  }
  if (!module) module = { load: () => { throw new Refused(404, `There is no page ${route.hash}.`); } };
  const page = new Page(route, module);
  current = page;
  main.setAttribute("aria-busy", "true");
  await page.reload();
  if (current !== page) return;
  main.removeAttribute("aria-busy");
  page.shown = true;
  main.dataset.shown = route.hash || "#/";
  if (former) {
    main.focus({ preventScroll: true });
    scrollTo(0, back ? scrolled.get(route.hash) || 0 : 0);
  }
  performance.mark("shown");
}

/** Marks the place in the navigation. */
function mark(route) {
  const own = { trees: "#/trees", instance: "#/trees", instances: "#/instances", computers: "#/computers", import: "#/computers", events: "#/events", journal: "#/events", why: "#/events", request: "#/request" };
  const at = own[route.page] || "#/";
  for (const anchor of document.querySelectorAll(".top a[href]")) {
    if (anchor.classList.contains("brand")) continue;
    if (anchor.getAttribute("href") === at) anchor.setAttribute("aria-current", "page");
    else anchor.removeAttribute("aria-current");
  }
}

let popped = false;
addEventListener("popstate", () => { popped = true; });
addEventListener("hashchange", () => {
  go({ back: popped && scrolled.has(location.hash) });
  popped = false;
});
addEventListener("click", event => { if (event.target.closest?.("a[href^='#/']")) popped = false; }, true);
document.querySelector(".skip").addEventListener("click", event => {
  event.preventDefault();
  main.focus();
});
follow(event => {
  if (!current?.data) return;
  if (current.module.happened?.(event, current)) return;
  if (!current.module.holds && (!current.module.concerns || current.module.concerns(event, current.data))) current.refresh();
});
// What happened before the stream was there, or while it was away, is not told by it.
opened(() => { if (current?.data && !current.module.holds) current.refresh(); });
if ("scrollRestoration" in history) history.scrollRestoration = "manual";
setInterval(tick, 10000);
startTips();
start();
go();
