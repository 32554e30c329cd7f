// Light or dark, before anything is drawn: as the system says, until the reader says otherwise.
"use strict";
(() => {
  const root = document.documentElement;
  const stored = () => { try { return localStorage.getItem("slapproxy-theme"); } catch { return null; } };
  if (stored()) root.dataset.theme = stored();
  addEventListener("click", event => {
    if (event.target.id !== "theme") return;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("slapproxy-theme", root.dataset.theme); } catch { /* it holds until the page is left */ }
  });
})();
