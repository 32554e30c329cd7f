// Questions before something is done.
import { el, say } from "./dom.js";

/**
 * Asks, and does it when the reader agrees; a refusal is told in the dialog, which stays open then.
 * `fields` are `{name, label, value, required, help, rows}`; `run` gets their values and returns what to say.
 */
export function ask({ title, text = [], fields = [], action, danger = false, run }) {
  const problem = el("p", { class: "failure", role: "alert", hidden: true });
  const inputs = fields.map(field => {
    const attributes = { id: `ask-${field.name}`, name: field.name, required: field.required, autocomplete: "off", spellcheck: "false" };
    const input = el(field.rows ? "textarea" : "input", field.rows ? { ...attributes, rows: field.rows } : { ...attributes, list: field.list });
    input.value = field.value || "";
    return el("div", { class: "field" }, el("label", { for: attributes.id }, field.label), input, field.help && el("small", null, field.help));
  });
  const go = el("button", { type: "submit", class: danger ? "danger" : "primary" }, action);
  const form = el("form", { method: "dialog" },
    el("h2", { id: "ask-heading" }, title),
    [text].flat().map(part => (part instanceof Node ? part : el("p", null, part))),
    inputs, problem,
    el("div", { class: "buttons" },
      el("button", { type: "button", onclick: () => dialog.close() }, "Cancel"), go));
  const dialog = el("dialog", { "aria-labelledby": "ask-heading" }, form);
  form.onsubmit = async event => {
    event.preventDefault();
    go.disabled = true;
    try {
      const told = await run(Object.fromEntries(new FormData(form)));
      dialog.close();
      if (told) say(told);
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    } finally {
      go.disabled = false;
    }
  };
  const before = document.activeElement;
  dialog.onclose = () => {
    dialog.remove();
    if (before?.isConnected) before.focus();
  };
  document.body.append(dialog);
  dialog.showModal();
  (form.querySelector("input, textarea") || (danger ? form.querySelector("button") : go)).focus();
  return dialog;
}

/** Shows something that is shown once. */
export function show(title, ...content) {
  const dialog = el("dialog", { class: "wide", "aria-labelledby": "show-heading" },
    el("h2", { id: "show-heading" }, title), ...content,
    el("div", { class: "buttons" }, el("button", { type: "button", class: "primary", onclick: () => dialog.close() }, "Close")));
  dialog.onclose = () => dialog.remove();
  document.body.append(dialog);
  dialog.showModal();
}
