// Why an instance is where it is, or why it is nowhere.
import { el } from "./dom.js";
import { link, nameLink, when } from "./parts.js";
import { clause, reportText } from "./words.js";
import { timeline } from "./timeline.js";

/** What is known of an instance or of a refused request. */
export function explanation(entry) {
  return el("div", { class: "explanation" },
    el("p", null, el("strong", null, sentence(entry), ".")),
    entry.place_reason && el("p", { class: "faint" }, `Why there: ${entry.place_reason}`),
    refused(entry.refused, entry.outlook),
    outlook(entry.outlook),
    processing(entry.processing));
}

/** Where it is, or that it is nowhere; the reason follows in words of its own. */
function sentence({ summary, outlook }) {
  const reason = outlook?.reason;
  const short = reason && summary.includes(`: ${reason}`) ? summary.replace(`: ${reason}`, "") : summary;
  return short.replace(/^./, letter => letter.toUpperCase()).replace(/\.$/, "");
}

function refused(given, outlook) {
  if (!given) return null;
  const times = given.count > 1 ? `, ${given.count} times` : "";
  return [
    given.reason !== outlook?.reason && el("p", null, "It was told: ", given.reason),
    el("p", { class: "faint" }, `Asked for by ${given.user}${times}, last `, when(given.last_at), "."),
  ];
}

function outlook(given) {
  if (!given) return null;
  if (given.place) {
    return el("p", { class: "note" }, "Asked again, it would be placed in ", given.place.compute_partition_id, " of ",
      el("a", { href: link("computers", given.place.computer_guid) }, given.place.computer_guid), " now.");
  }
  return [
    el("p", { class: "failure" }, given.candidate_list.length ? clause(given.reason) : given.reason),
    given.candidate_list.length > 0 && el("details", { open: given.candidate_list.length <= 12 },
      el("summary", null, `The ${given.candidate_list.length} places that were looked at`),
      el("ul", { class: "candidates" }, given.candidate_list.map(candidate => el("li", null,
        el("code", null, candidate.compute_partition_id), " of ",
        el("a", { href: link("computers", candidate.computer_guid) }, candidate.computer_guid), ": ", candidate.text,
        candidate.instance && [" (", nameLink(candidate.instance), ")"])))),
  ];
}

function processing(given) {
  if (!given) return null;
  if (!given.pending) return null;
  const since = given.report ? [" Its last report was: ", reportText(given.report.text), ", ", when(given.report.created_at), "."] : " It has not reported yet.";
  return [
    el("p", { class: "note" }, "Its node still has to process the change made ", when(given.changed_at), ".", since),
    given.event_list.length > 0 && el("details", null, el("summary", null, "What changed since"), timeline(given.event_list)),
  ];
}
