// A computer description, looked at before it is taken over.
import { post } from "./api.js";
import { el, say } from "./dom.js";
import { count, failure, link } from "./parts.js";

let documents = [];
let preview = null;
let problem = null;

export default {
  holds: true,
  load: async () => {
    documents = [];
    preview = problem = null;
    return {};
  },
  view: (_, route, page) => ({
    title: "Import a computer",
    content: [
      el("p", { class: "crumbs" }, el("a", { href: link("computers") }, "Computers")),
      el("h1", null, "Import a computer description"),
      el("p", { class: "faint" }, "What slapos node format posts, or the computer_xml file that it saves. Nothing changes before you say so."),
      el("div", {
        class: "drop", "data-key": "drop",
        ondragover: event => { event.preventDefault(); event.currentTarget.classList.add("over"); },
        ondragleave: event => event.currentTarget.classList.remove("over"),
        ondrop: event => {
          event.preventDefault();
          event.currentTarget.classList.remove("over");
          take([...event.dataTransfer.files], page);
        },
      }, el("label", { for: "file" }, "Drop XML files here, or choose them"),
        el("input", { id: "file", type: "file", multiple: true, accept: ".xml,text/xml,application/xml", onchange: event => take([...event.currentTarget.files], page) })),
      problem && failure(problem),
      preview && el("section", null, preview.map(changes),
        el("div", { class: "buttons" },
          el("button", { type: "button", class: "primary", onclick: () => run(page) }, removes(preview) ? "Import, and remove these partitions" : "Import"),
          el("button", { type: "button", onclick: () => { preview = null; page.draw(); } }, "Cancel"))),
    ],
  }),
};

const form = () => documents.map(document => ["xml", document]);
const removes = reports => reports.some(report => report.removed.length);

async function take(files, page) {
  try {
    documents = await Promise.all(files.map(file => file.text()));
    preview = documents.length ? await post("-/import/preview", form()) : null;
    problem = null;
  } catch (error) {
    preview = null;
    problem = error;
  }
  page.draw();
}

async function run(page) {
  try {
    const done = await post("-/import", form());
    say(`Imported ${done.map(one => one.computer).join(", ")}.`);
    location.hash = link("computers", done[0].computer);
  } catch (error) {
    problem = error;
    page.draw();
  }
}

function changes(report) {
  const list = (word, names, kind) => names.length > 0 && el("div", null,
    el("h3", { class: kind }, `${count(names.length, "partition")} ${word}`), el("p", { class: "mono" }, names.join(" ")));
  return el("article", { class: "card" },
    el("header", null, el("h2", null, report.computer), el("span", { class: "faint" }, report.new_computer ? "a new computer" : "known already")),
    list("added", report.added, "good"), list("kept, with what is in them", report.kept, ""),
    report.removed.length > 0 && el("div", null, el("h3", { class: "bad" }, `${count(report.removed.length, "partition")} removed`),
      el("ul", null, report.removed.map(({ partition, instance }) => el("li", null, el("code", null, partition),
        instance ? [": ", el("strong", null, instance), " loses its place; its next request gives it another one"] : ", which is free")))));
}
