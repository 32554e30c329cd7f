// Elements, and pages that change in place.

/** What is set as a property: these never travel as attributes. */
const isHandler = name => name.startsWith("on");

/** An element with attributes, handlers (`onclick`) and children; nothing that the server says is ever read as HTML. */
export function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (isHandler(name)) element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

/** Makes `old` like `fresh`, node by node, so that scroll, selection, focus, typed text and open details stay. */
export function morph(old, fresh) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName || keyOf(old) !== keyOf(fresh)) {
    old.replaceWith(fresh);
    return;
  }
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE || old.hasAttribute("data-own")) return;
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !(name === "open" && old.nodeName === "DETAILS")) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value && !(name === "open" && old.nodeName === "DETAILS")) old.setAttribute(name, value);
  }
  for (const name of ["onclick", "onchange", "oninput", "onkeydown", "onsubmit", "ontoggle", "onfocusin", "onmouseover"]) {
    if (old[name] !== fresh[name]) old[name] = fresh[name];
  }
  morphChildren(old, fresh);
}

/** Makes the children of `old` like those of `fresh`; those with a `data-key` are found again wherever they went. */
export function morphChildren(old, fresh) {
  const keyed = new Map();
  for (const child of old.children) if (keyOf(child)) keyed.set(keyOf(child), child);
  let at = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    const key = keyOf(child);
    const known = key ? keyed.get(key) : at && !keyOf(at) ? at : null;
    if (!known) {
      old.insertBefore(child, at);
      continue;
    }
    if (known === at) at = at.nextSibling;
    else old.insertBefore(known, at);
    morph(known, child);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

const keyOf = node => (node.nodeType === Node.ELEMENT_NODE ? node.getAttribute("data-key") : null);

/** Says something to the reader, at the edge of the page. */
export function say(text) {
  const said = document.getElementById("said");
  said.textContent = text;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { said.textContent = ""; }, 5000);
}

/** Calls a function soon, and then once for all calls that came meanwhile. */
export function soon(call, milliseconds) {
  let timer = null;
  return (...given) => {
    timer ??= setTimeout(() => {
      timer = null;
      call(...given);
    }, milliseconds);
  };
}

/** Calls a function once things are quiet for so long. */
export function calm(call, milliseconds) {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => call(...given), milliseconds);
  };
}
