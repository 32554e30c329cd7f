// What a person can do with an instance.
import { Refused, rpc } from "./api.js";
import { ask, show } from "./dialog.js";
import { el } from "./dom.js";
import { copyButton, count, link } from "./parts.js";

/** The partition in whose name a request is made: that of the instance that asks for it; `null` for a person. */
export async function speakerOf(instance) {
  if (!instance.requester) return null;
  const { instance_title: title, instance_tree_title: root } = instance.requester;
  const requester = await rpc("get.v0.software_instance", { instance_guid: `${title}___${root || ""}___0` });
  if (!requester.computer_guid) throw new Refused(0, `${title}, which asks for it, has no place and cannot speak.`);
  return { computer: requester.computer_guid, partition: requester.compute_partition_id };
}

/** Requests an instance as it is, but for what is given. */
export async function request(instance, changes) {
  const [known, speaker] = await Promise.all([
    rpc("get.v0.software_instance", { instance_guid: instance.instance_guid }), speakerOf(instance)]);
  const { title, software_release_uri, software_type, parameters, state, shared, sla_parameters } = known;
  return rpc("post.v0.software_instance",
    { title, software_release_uri, software_type, parameters, state, shared, sla_parameters, ...changes }, speaker);
}

const again = instance => instance.requester
  ? [`${instance.requester.instance_title} asks for this instance, and may ask otherwise when it is processed the next time.`] : [];

function change(instance, state, action, text) {
  return () => ask({
    title: `${action} ${instance.instance_title}?`, text: [text, ...again(instance)], action,
    run: async () => {
      await request(instance, { state });
      return `${instance.instance_title}: ${state} is requested.`;
    },
  });
}

async function destroy(instance) {
  const goes = await belongings(instance);
  ask({
    title: `Destroy ${instance.instance_title}?`, action: "Destroy", danger: true,
    text: [
      instance.shared ? "It disappears at once." : "Its node takes it down and forgets its data; until then it keeps its place.",
      goes, ...again(instance),
    ].filter(Boolean),
    run: async () => {
      await request(instance, { state: "destroyed" });
      return `${instance.instance_title}: destroyed is requested.`;
    },
  });
}

/** What goes with an instance. */
async function belongings(instance) {
  if (instance.shared) return null;
  const own = !instance.instance_tree_title;
  const [tree, served] = await Promise.all([
    rpc("allDocs.WIP.instance_list", { ...(own ? { instance_tree_title: instance.instance_title } : { requester_guid: instance.instance_guid }), limit: 9 }),
    rpc("allDocs.WIP.instance_list", { host_guid: instance.instance_guid, limit: 8 })]);
  const others = tree.result_list.filter(other => other.id !== instance.id && other.instance_guid !== instance.instance_guid);
  const number = tree.total - (tree.result_list.length - others.length);
  const list = (text, found, total) => total > 0 && el("div", null, el("p", null, text),
    el("ul", null, found.slice(0, 8).map(other => el("li", null, other.instance_title)), total > 8 && el("li", null, `and ${total - 8} more`)));
  return el("div", { class: "goes" },
    list(`${count(number, "instance")} of its tree ${number === 1 ? "goes" : "go"} with it:`, others, number),
    list(`${count(served.total, "shared instance")} that it serves ${served.total === 1 ? "goes" : "go"} with it:`, served.result_list, served.total),
    !number && !served.total && el("p", null, "Nothing else goes with it."));
}

const bang = instance => ask({
  title: `Bang ${instance.instance_title}?`, action: "Bang",
  text: "Nodes process its whole tree again.",
  fields: [{ name: "message", label: "Why", value: "", help: "It is kept in the events." }],
  run: async ({ message }) => {
    await rpc("put.v0.software_instance_bang", { instance_guid: instance.instance_guid, message });
    return `${instance.instance_title} is processed again.`;
  },
});

const rename = instance => ask({
  title: `Rename ${instance.instance_title}`, action: "Rename", text: again(instance),
  fields: [{ name: "title", label: "New title", value: instance.instance_title, required: true, help: "Former identifiers stay valid." }],
  run: async ({ title }) => {
    await rpc("put.v0.software_instance_title", { instance_guid: instance.instance_guid, title });
    const root = instance.instance_tree_title;
    const to = location.hash.startsWith("#/trees/") ? link("trees", title) : link("instance", `${title}___${root || ""}___${instance.shared ? 1 : 0}`);
    location.hash = to;
    return `It is ${title} now.`;
  },
});

async function move(instance) {
  const { result_list: computers } = await rpc("allDocs.WIP.compute_node_list");
  ask({
    title: `Move ${instance.instance_title}`, action: "Move",
    text: [
      instance.shared ? "Another host serves it from now on." : "It runs where it is until its node reports that it runs in its new place.",
      el("datalist", { id: "move-to" }, computers.map(one => el("option", { value: one.computer_guid }))),
    ],
    fields: [{ name: "computer", label: "To the computer", list: "move-to", help: "Empty: where its SLA leads." }],
    run: async ({ computer }) => {
      await rpc("post.WIP.software_instance_move", { instance_guid: instance.instance_guid, ...(computer && { computer_guid: computer }) });
      return `${instance.instance_title} moves.`;
    },
  });
}

/** The buttons of an instance. */
export function actions(instance) {
  const { state } = instance;
  const button = (text, onclick, kind) => el("button", { type: "button", class: kind, onclick }, text);
  return el("div", { class: "buttons", role: "group", "aria-label": `Actions on ${instance.instance_title}` },
    state !== "started" && state !== "destroyed" && button("Start", change(instance, "started", "Start", "It is to be started.")),
    state === "started" && button("Stop", change(instance, "stopped", "Stop", "It keeps its place and its data, and does not run.")),
    state !== "destroyed" && el("a", { class: "button", href: `${link("instance", instance.instance_guid)}/edit` }, "Edit"),
    button("Bang", () => bang(instance)),
    button("Rename", () => rename(instance)),
    state !== "destroyed" && button("Move", () => move(instance)),
    state !== "destroyed" && button("Destroy", () => destroy(instance), "warning"));
}

/** A button that shows a certificate, which `get` fetches. */
export function certificateButton(text, name, get) {
  return el("button", { type: "button", onclick: async () => {
    try {
      const { key, certificate } = await get();
      if (!certificate) return show("No certificate", el("p", null, "This master gives out no certificates."));
      show(`Certificate of ${name}`,
        el("p", null, "The private key lets its holder speak in this name."),
        pem("Private key", key, `${name}.key`), pem("Certificate", certificate, `${name}.crt`));
    } catch (error) {
      show("No certificate", el("p", { class: "failure" }, error.message));
    }
  } }, text);
}

function pem(label, text, file) {
  const save = () => {
    const anchor = el("a", { href: URL.createObjectURL(new Blob([text], { type: "application/x-pem-file" })), download: file });
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(anchor.href), 1000);
  };
  return el("div", { class: "field" }, el("label", null, label), el("pre", { tabindex: "0", "aria-label": label }, text),
    el("div", { class: "buttons" }, copyButton(() => text, label.toLowerCase()), el("button", { type: "button", class: "small", onclick: save }, `Save ${file}`)));
}
