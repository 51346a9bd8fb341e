// How figures are written.

const ENDS = {
  environment: "the environment was done", finish: "the agent finished", turns: "out of turns", tokens: "out of tokens",
  time: "out of time", max_propose: "out of proposals", user: "a person ended it", error: "the system failed",
};
const KINDS = { code: "script", call: "call", message: "message to the user", finish: "finish", invalid: "reply that could not be used" };

const count = (value) => value.toLocaleString("en-US");
const plural = (value, one, many = one + "s") => `${count(value)} ${value === 1 ? one : many}`;
function time(seconds) {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds), hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours} h ${minutes} min` : `${minutes} min ${whole % 60} s`;
}

/** A time stamp as far as the second, in its own zone. */
function dateOf(stamp) {
  const found = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)[.\d]*(Z|[+-]\d\d:\d\d)?$/.exec(stamp);
  return found ? `${found[1]} ${found[2]}${/^(Z|\+00:00)$/.test(found[3] || "") ? " UTC" : found[3] ? " " + found[3] : ""}` : stamp;
}

const SIGNS = { solved: "✓", failed: "✗", "not scored": "–" };
const verdictClass = (verdict) => (verdict === "not scored" ? "unscored" : verdict);
function verdictMark(verdict, words = verdict) {
  return [el("span", { "aria-hidden": "true" }, SIGNS[verdict] + " "), words];
}
