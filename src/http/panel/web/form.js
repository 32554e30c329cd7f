// The form of a JSON schema, made by the library in vendor/, which is loaded when the first form is shown.
import { el } from "./dom.js";

let library = null;

function load() {
  library ??= new Promise((resolve, reject) => {
    const base = new URL("../", import.meta.url);
    document.head.append(el("link", { rel: "stylesheet", href: new URL("web/form.css", base).href }));
    const script = el("script", { src: new URL("vendor/json-editor/jsoneditor.js", base).href, onload: () => resolve(prepare()), onerror: () => reject(new Error("The form cannot be loaded.")) });
    document.head.append(script);
  });
  return library;
}

/** Makes the library look as the panel does, without styles in elements, which the policy of the pages forbids. */
function prepare() {
  const { JSONEditor } = window;
  const Html = JSONEditor.defaults.themes.html;
  JSONEditor.defaults.themes.panel = class extends Html {
    constructor(editor) {
      super(editor, { disable_theme_rules: true });
    }

    getOptInCheckbox(name) {
      const checkbox = el("input", { type: "checkbox", class: "json-editor-opt-in", "aria-label": `Use ${name}` });
      const label = this.getHiddenLabel(name);
      return { checkbox, label, container: el("span", null, checkbox, label) };
    }

    getHiddenLabel(text) {
      return el("label", { class: "hidden-text" }, text);
    }

    getHiddenText(text) {
      return el("span", { class: "hidden-text" }, text);
    }

    visuallyHidden(element) {
      element.classList.add("hidden-text");
    }

    getHeader(text) {
      return el("h3", { class: "form-header" }, text);
    }

    getButton(text, icon, title) {
      const button = super.getButton(text, icon, title);
      button.classList.add("small");
      return button;
    }

    getErrorMessage(text) {
      return el("p", { class: "form-error", role: "alert" }, text);
    }

    addInputError(input, text) {
      const group = this.closest(input, ".form-control") || input.controlgroup || input.parentElement;
      input.problem ??= group.appendChild(el("p", { class: "form-error", role: "alert" }));
      input.problem.textContent = text;
      input.problem.hidden = false;
      input.setAttribute("aria-invalid", "true");
    }

    removeInputError(input) {
      if (input.problem) input.problem.hidden = true;
      input.removeAttribute("aria-invalid");
    }
  };
  // What a value does not name stays as it is: optional fields are shown empty, and not sent.
  const objects = JSONEditor.defaults.editors.object.prototype;
  objects.setValue = function (value) {
    for (const [name, held] of Object.entries(value && typeof value === "object" ? value : {})) {
      this.addObjectProperty(name);
      this.editors[name]?.setValue(held, true);
      this.editors[name]?.activate?.();
    }
    this.refreshValue();
    this.layoutEditors();
    this.onChange();
  };
  const show = objects.showValidationErrors;
  objects.showValidationErrors = function (errors) {
    show.call(this, errors.map(atField));
  };
  // A field that nobody touched is not told to be wrong.
  const texts = JSONEditor.defaults.editors.string.prototype;
  const tell = texts.showValidationErrors;
  texts.showValidationErrors = function (errors) {
    if (this.is_dirty || this.jsoneditor.options.show_errors === "always") tell.call(this, errors);
  };
  return JSONEditor;
}

/** A fault at the field that is missing, not at what lacks it. */
function atField(fault) {
  const missing = fault.property === "required" && fault.message.match(/'(.*)'/s);
  return missing ? { ...fault, property: "missing", path: `${fault.path}.${missing[1]}`, message: "This is required" } : fault;
}

/** A form in an element. `changed` is called with its value after each change. */
export async function makeForm(element, schema, value, changed) {
  const JSONEditor = await load();
  const editor = new JSONEditor(element, {
    schema, startval: value, theme: "panel", iconlib: null, ajax: false, disable_edit_json: true, disable_collapse: true,
    disable_array_delete_all_rows: true, disable_array_delete_last_row: true, required_by_default: false, display_required_only: false,
    remove_empty_properties: true, use_default_values: false, prompt_before_delete: false, show_errors: "interaction",
  });
  await editor.promise;
  element.classList.toggle("untitled", !schema.title);
  await new Promise(resolve => editor.on("ready", resolve));
  let quiet = true;
  editor.on("change", () => {
    label(element);
    if (!quiet) changed(editor.getValue());
  });
  label(element);
  setTimeout(() => { quiet = false; }, 0);
  return {
    value: () => editor.getValue(),
    faults: given => (given === undefined ? editor.validate() : editor.validate(given)).map(atField).map(({ path, message }) => ({ path: path.replace(/^root\.?/, ""), message })),
    showFaults() {
      editor.options.show_errors = "always";
      editor.root.showValidationErrors(editor.validate());
      element.querySelector("[aria-invalid=true]")?.focus();
    },
    destroy: () => editor.destroy(),
  };
}

/** Gives every field the name that stands above it, where the library does not. */
function label(element) {
  for (const input of element.querySelectorAll("input, select, textarea")) {
    if (input.labels?.length || input.getAttribute("aria-label")) continue;
    const path = input.closest("[data-schemapath]")?.dataset.schemapath.replace(/^root\.?/, "") || "value";
    input.setAttribute("aria-label", input.classList.contains("json-editor-btn-switch") || /switcher/.test(input.className) ? `Kind of ${path}` : path);
  }
}
