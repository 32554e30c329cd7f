// What happens, as it happens. The stream goes on where it ended, also after the page was in the background.
import { server } from "./api.js";

const followers = new Set();
let source = null;
let last = null;
let begun = () => {};

/** Calls a function for every event; returns what ends that. */
export function follow(call) {
  followers.add(call);
  return () => followers.delete(call);
}

/** Calls a function whenever the stream begins, or goes on. */
export const opened = call => { begun = call; };

/** Starts the stream, and keeps it while the page is in view: browsers have few connections for one server. */
export function start() {
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", event => { if (event.persisted) open(); });
  open();
}

function open() {
  if (source) return;
  const url = new URL("-/events", server);
  if (last) url.searchParams.set("after", last);
  source = new EventSource(url);
  source.onopen = () => {
    show("live", "Live");
    begun();
  };
  source.onerror = () => {
    show("waiting", "Reconnecting …");
    // A refusal ends the stream for good: another one is tried later.
    if (source.readyState === EventSource.CLOSED) {
      close();
      setTimeout(() => { if (!document.hidden) open(); }, 5000);
    }
  };
  source.onmessage = message => {
    last = message.lastEventId;
    const event = JSON.parse(message.data);
    for (const call of followers) call(event);
  };
}

function close() {
  source?.close();
  source = null;
}

function show(state, text) {
  const live = document.getElementById("live");
  if (live.textContent !== text) live.textContent = text;
  live.className = state;
}
