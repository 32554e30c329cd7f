// Long lists of instances: ten thousand rows of which only those in view are drawn.
import { rpc } from "./api.js";
import { el } from "./dom.js";
import { count, dot, failure, instanceLink, link, place, state } from "./parts.js";
import { colourOf, reportText } from "./words.js";

const ROW = 32;
const PAGE = 500;
const MARGIN = 10;

/** A list of what a query of `allDocs.WIP.instance_list` finds. Its element stays when the page is drawn again. */
export class InstanceList {
  constructor(query, label, tall) {
    this.query = query;
    Object.assign(this, { rows: [], total: null, next: undefined, wanted: 0, stale: false, busy: false });
    this.space = el("div", { class: "space", role: "list", "aria-label": label });
    this.box = el("div", { class: `virtual${tall ? " tall" : ""}`, tabindex: "0", role: "region", "aria-label": label }, this.space);
    this.told = el("p", { class: "faint", role: "status" }, "…");
    this.box.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(this.box);
    this.refresh();
  }

  /** Reads again what was read, and shows what changed. */
  refresh() {
    this.stale = true;
    return this.work();
  }

  /** One after the other: reads everything again when it may have changed, and reads on until the rows in view are there. */
  async work() {
    if (this.busy) return;
    this.busy = true;
    try {
      for (;;) {
        if (this.stale) await this.readAgain();
        else if (this.next !== undefined && this.rows.length < this.wanted) await this.readOn();
        else break;
        this.draw();
      }
    } catch (error) {
      this.told.replaceChildren(failure(error));
    } finally {
      this.busy = false;
    }
  }

  async readAgain() {
    this.stale = false;
    const wanted = Math.max(this.rows.length, PAGE);
    const rows = [];
    let page = null;
    do {
      page = await rpc("allDocs.WIP.instance_list", { ...this.query, after: page?.next, limit: Math.min(1000, wanted - rows.length) });
      rows.push(...page.result_list);
    } while (page.next !== undefined && rows.length < wanted);
    Object.assign(this, { rows, next: page.next, total: page.total });
  }

  async readOn() {
    const page = await rpc("allDocs.WIP.instance_list", { ...this.query, after: this.next, limit: 1000 });
    this.rows.push(...page.result_list);
    this.next = page.next;
  }

  draw() {
    const total = this.total ?? 0;
    this.told.textContent = this.total === null ? "…" : total ? count(total, "instance") : "There is none.";
    this.box.hidden = !total;
    this.space.style.height = `${total * ROW}px`;
    const first = Math.max(0, Math.floor(this.box.scrollTop / ROW) - MARGIN);
    const last = Math.min(total, Math.ceil((this.box.scrollTop + this.box.clientHeight) / ROW) + MARGIN);
    const focused = this.space.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    const rows = [];
    for (let at = first; at < last && at < this.rows.length; at++) {
      const row = line(this.rows[at], at, total);
      row.style.top = `${at * ROW}px`;
      rows.push(row);
    }
    this.space.replaceChildren(...rows);
    if (focused) [...this.space.querySelectorAll("a")].find(anchor => anchor.getAttribute("href") === focused)?.focus({ preventScroll: true });
    this.wanted = last;
    if (last > this.rows.length) this.work();
  }
}

function line(instance, at, total) {
  const root = instance.instance_tree_title;
  return el("div", { class: "row", role: "listitem", "aria-posinset": at + 1, "aria-setsize": total },
    dot(colourOf(instance.report)),
    el("span", null, instanceLink(instance), root && el("small", null, " in ", el("a", { href: link("trees", root) }, root))),
    el("span", null, state(instance.state), instance.shared && el("small", null, " shared")),
    el("span", { class: "optional" }, place(instance)),
    el("small", { class: "optional" }, instance.report ? reportText(instance.report.text) : "no report yet"));
}

/** Puts a list into a page: the one that is there already is read again. */
export function embed(page, key, query, label, tall = false) {
  page.lists ??= new Map();
  const wanted = JSON.stringify(query);
  const known = page.lists.get(key);
  const holder = el("div", { "data-own": true, "data-key": `${key} ${wanted}` });
  if (known?.wanted === wanted && known.list.box.isConnected) {
    known.list.refresh();
    return holder;
  }
  const list = new InstanceList(query, label, tall);
  page.lists.set(key, { wanted, list });
  holder.append(list.told, list.box);
  return holder;
}
