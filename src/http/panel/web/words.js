// Times, names and events in plain words.

const UNITS = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60]];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const absolute = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

/** How long ago a time is, which is in microseconds since the epoch. */
export function ago(microseconds) {
  const seconds = Math.round(microseconds / 1e6 - Date.now() / 1000);
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) || ["second", 1];
  if (unit === "second") return Math.abs(seconds) < 10 ? "just now" : `${Math.abs(seconds)} s ago`;
  return relative.format(Math.round(seconds / size), unit);
}

export const date = microseconds => absolute.format(new Date(microseconds / 1000));
export const time = microseconds => clock.format(new Date(microseconds / 1000));

/** A short name of a software release: what tells it from others. */
export function releaseName(url) {
  const parts = url.replace(/[?#].*$/, "").split("/").filter(Boolean);
  const file = parts[parts.length - 1] || url;
  if (!/^software\.cfg$/.test(file) || parts.length < 2) return file;
  return parts[parts.length - 2];
}

/** A report without its first word, which is for programs. */
export function reportText(text) {
  const rules = [
    [/^#access software release \S+ available$/, "available"], [/^#building software release \S+$/, "being built"],
    [/^#error while installing \S+$/, "could not be built"], [/^#access Instance correctly (\w+)$/, "$1"],
    [/^#access Instance available$/, "deployed"], [/^#building Instance is being deployed$/, "being deployed"],
    [/^#error while instanciating:[\s:]*/, "failed: "], [/^#error bang called: $/, "banged"], [/^#error bang(?: called)?:? ?/, "banged: "],
    [/^#access \S+$/, "asked what to do"], [/^#\w+\s*/, ""],
  ];
  const [pattern, words] = rules.find(([pattern]) => pattern.test(text)) || [/^/, ""];
  return text.replace(pattern, words);
}

/** The first clause of a reason; what follows it goes through the candidates. */
export const clause = reason => reason.split(/: |, /)[0];

/** How a report is: `green`, `orange`, `red` or `none`. */
export function colourOf(report) {
  const first = report ? report.text.split(/\s/)[0] : "";
  return { "#error": "red", "#building": "orange", "#access": "green" }[first] || "none";
}

/** How a partition is, by what is in it. */
export function condition(instance) {
  if (!instance) return "free";
  if (instance.state === "destroyed") return "destroyed";
  const colour = colourOf(instance.report);
  if (colour === "red") return "error";
  if (instance.state === "stopped") return "stopped";
  return { orange: "building", green: "busy", none: "silent" }[colour];
}

/** The conditions in the order in which they are told, each with a word and a sign that needs no colour. */
export const CONDITIONS = {
  busy: ["running", ""], building: ["being deployed", "…"], silent: ["no report yet", "?"], stopped: ["stopped", "‖"],
  error: ["in error", "!"], destroyed: ["being destroyed", "×"], free: ["free", ""],
};

const KINDS = {
  requestComputerPartition: "requested", refused: "was refused", allocated: "got a place", destroyed: "destroyed",
  removed: "removed", setComputerPartitionConnectionXml: "published", computerBang: "banged the computer",
  softwareInstanceBang: "banged", softwareInstanceRename: "renamed", softwareInstanceError: "reported an error",
  softwareReleaseError: "reported a build error", supplySupply: "supplied", buildingSoftwareRelease: "is building",
  availableSoftwareRelease: "built", destroyedSoftwareRelease: "removed the software",
  buildingComputerPartition: "is deploying", availableComputerPartition: "deployed",
  startedComputerPartition: "reports started", stoppedComputerPartition: "reports stopped",
  destroyedComputerPartition: "reports destroyed", getFullComputerInformation: "asked what to do",
  loadComputerConfigurationFromXML: "described the computer", useComputer: "reported consumption",
  requestComputer: "registered a computer", generateComputerCertificate: "made a certificate",
  revokeComputerCertificate: "revoked a certificate", getComputerPartitionCertificate: "got a certificate",
  move: "moved", imported: "imported", rebased: "moved", seed: "seeded", "snapshot load": "loaded a snapshot",
  "user add": "added a person", "user remove": "removed a person", token: "made a token",
};

/** What an event is, in a verb. */
export const verb = kind => KINDS[kind] || kind;

/** How an event is: bad, good, or neither. */
export function toneOf(event) {
  if (/Error$|^refused$/.test(event.kind) || event.text.startsWith("#error")) return "red";
  if (/^(started|available)/.test(event.kind)) return "green";
  if (/^building|Bang$/.test(event.kind)) return "orange";
  return "none";
}

/** Whether the value of a name may be a secret: the same names as in the events of the server. */
export function isSecret(name) {
  const lower = name.toLowerCase();
  return /passw|passphrase|secret|token|credential|private|pwd/.test(lower)
    || lower.split(/[^\p{L}\p{N}]/u).some(word => /(key|keys|pass)$/.test(word));
}

/** Whether a text holds a secret whatever its name: a private key, or the password of a URL. */
export const holdsSecret = text => /PRIVATE KEY|:\/\/[^/?#\s"@]*:[^/?#\s"]*@/.test(text);

export const count = (number, one, many = `${one}s`) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
