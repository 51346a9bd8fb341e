// An episode, turn by turn.

const words = (text, label, style = "words") => el("pre", { class: style === "words" ? "words" : `words ${style}`, tabindex: "0", role: "group", "aria-label": label }, text);
const part = (title, ...inside) => el("div", { class: "part" }, el("h4", null, title), inside);
const promptPart = (title, ...inside) => el("div", { class: "part" }, el("h3", { class: "small" }, title), inside);

/** A part that is made when it is first opened. */
function folded(title, make) {
  const details = el("details", { class: "more", toggle: async () => {
    if (!details.open || details.dataset.made) return;
    details.dataset.made = "yes";
    details.append(...[await make()].flat());
  } }, el("summary", null, title));
  return details;
}

function pictures(images, label) {
  return images.map((image, place) => {
    const shown = el("img", { alt: image.title || `${label}, figure ${place + 1}` });
    valueAt(image.at).then((data) => { shown.src = `data:image/${image.format === "jpeg" ? "jpeg" : "png"};base64,${data}`; });
    return el("figure", { class: "shot" }, shown, image.title && el("figcaption", null, image.title));
  });
}

function callsOf(turn, number) {
  const rows = turn.calls.map((call) => el("tr", null, el("td", null, call.text),
    el("td", { class: call.error ? "raised" : null }, call.error ? `raised ${call.error}` : call.result || ""), el("td", { class: "n" }, time(call.seconds || 0))));
  const left = (turn.calls_total || 0) - turn.calls.length;
  return [el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Calls of turn ${number}` },
    el("table", { class: "calls" }, el("caption", { class: "unseen" }, `Primitive calls of turn ${number}`),
      el("thead", null, el("tr", null, ["Call", "Result"].map((name) => el("th", { scope: "col" }, name)), el("th", { scope: "col", class: "n" }, "Time"))),
      el("tbody", null, rows))),
  left > 0 && el("p", { class: "lead" }, `${plural(left, "more call")}, not in this page.`)].filter(Boolean);
}

function stateOf(turn, number) {
  const lines = Object.entries(turn.state).map(([name, value]) => `${name} = ${value}`);
  return words(lines.join("\n"), `State after turn ${number}`);
}

function errorText(error) {
  const text = (error.traceback || "").trimEnd() || (error.message ? `${error.kind}: ${error.message}` : error.kind);
  return error.hint ? `${text}\n${error.hint}` : text;
}

function costOf(turn) {
  const usage = turn.usage || {}, told = [];
  if (usage.prompt_tokens || usage.completion_tokens) told.push(`${usage.estimated ? "about " : ""}${count(usage.prompt_tokens || 0)} + ${count(usage.completion_tokens || 0)} tokens`);
  if (usage.seconds) told.push(`model ${time(usage.seconds)}`);
  if (turn.ran) told.push(`ran ${time(turn.seconds || 0)}`);
  if (turn.calls_total) told.push(plural(turn.calls_total, "call"));
  return told.join(" · ");
}

function turnView(turn, number) {
  const label = `turn ${number}`;
  const line = turn.error ? turn.error.line : null;
  const title = el("h3", { tabindex: "-1", id: `turn-${number}` }, `Turn ${number}`);
  const notes = (turn.notes || []).join("; ");
  return el("section", { class: "turn", "aria-labelledby": `turn-${number}` },
    el("div", { class: "turn-head" }, title, el("span", { class: "what" }, KINDS[turn.kind], notes && `, ${notes}`), el("span", { class: "cost" }, costOf(turn))),
    turn.thought && el("p", { class: "thought" }, el("span", { class: "unseen" }, "Thought: "), turn.thought),
    turn.code && el("div", { class: "part" }, codeBlock(turn.code, `Script of ${label}`, line)),
    turn.stdout && part("Output", words(turn.stdout, `Output of ${label}`)),
    turn.value !== undefined && turn.value !== null && part("Value", words(turn.value, `Value of ${label}`)),
    turn.error && part("Error", words(errorText(turn.error), `Error of ${label}`, "error")),
    turn.ran && turn.kind === "code" && !turn.stdout && !turn.error && (turn.value === undefined || turn.value === null) && el("p", { class: "lead" }, "No output."),
    turn.kind === "message" && part("Message", words(turn.text || "", `Message of ${label}`)),
    turn.kind === "finish" && part("Answer", words(turn.text || "(empty)", `Answer of ${label}`)),
    turn.kind === "code" && turn.text && part("Then finishes with", words(turn.text, `Answer of ${label}`)),
    turn.kind === "invalid" && [part("Reply", words(turn.reply || "(empty)", `Reply of ${label}`)), turn.text && part("Why it could not be used", words(turn.text, `Complaint of ${label}`))],
    turn.figures && turn.figures.length && part("Figures", pictures(turn.figures, `Turn ${number}`)),
    turn.said && part("A person said", words(turn.said, `Said after ${label}`)),
    el("div", { class: "folds" },
      turn.calls && turn.calls.length && folded(plural(turn.calls_total || turn.calls.length, "primitive call"), () => callsOf(turn, number)),
      turn.state && Object.keys(turn.state).length && folded("State", () => stateOf(turn, number)),
      turn.seen && folded("What the model was shown", () => words(turn.seen, `Observation after ${label}`)),
      turn.reply && turn.kind !== "invalid" && folded("Reply as it was written", () => words(turn.reply, `Reply of ${label}`))));
  return made;
}

async function promptView(said) {
  const parts = [];
  for (const message of said) {
    const text = message.at && message.at.length ? await valueAt(message.at) : message.text || "";
    parts.push(promptPart(message.role, words(text, `Prompt, ${message.role}`), pictures(message.images || [], "Prompt")));
  }
  return parts;
}

let filmUrl = null;

function filmOf(video) {
  if (!video) return null;
  if (video.note) return el("p", { class: "notice" }, `Video: ${video.note}.`);
  if (video.block) filmUrl = URL.createObjectURL(new Blob([bytesOf(video.block)], { type: video.type }));
  const source = video.block ? filmUrl : video.href;
  return el("figure", { class: "film part" }, el("video", { controls: true, preload: "metadata", src: source, "aria-label": "Video of the episode" }),
    el("figcaption", null, "Video of the episode", !video.block && [" (", el("a", { href: source }, "the file"), ")"], "."));
}

function endView(episode, row) {
  const verdict = table.verdict[row], said = [];
  const heads = { solved: "Solved", failed: "Not solved", "not scored": "Not scored" };
  said.push(`${heads[verdict]}: ${ENDS[episode.end] || episode.end || "no end recorded"}`);
  if (episode.reason) said.push(` (${episode.reason})`);
  if (verdict === "failed" && episode.score) said.push(`, score ${episode.score}`);
  said.push(".");
  return el("section", { class: "end", "aria-label": "Verdict" },
    el("p", { class: verdictClass(verdict) }, el("strong", null, verdictMark(verdict, said.shift())), said),
    episode.error && words(episode.error, "Error of the system", "error"));
}

function factsOf(episode, row) {
  const facts = [
    several && ["Run", table.groups[table.group[row]]],
    ["Type", breakable(table.type[row])], ["Seed", table.seed[row]], ["Turns", count(table.turns[row])], ["Calls", count(table.calls[row])],
    ["Tokens", `${table.estimated[row] ? "about " : ""}${count(table.tokens[row])}`],
    ["Time", time(table.seconds[row])], ["Model time", time(table.model_s[row])], ["Script time", time(table.execution_s[row])],
    ["Script errors", table.kinds[row].length ? `${table.errors[row]} (${table.kinds[row].join(", ")})` : "none"],
    episode.started_at && ["Begun", dateOf(episode.started_at)],
  ].filter(Boolean);
  return el("dl", { class: "facts" }, facts.map(([name, value]) => el("div", null, el("dt", null, name), el("dd", null, value))));
}

function neighbours(row) {
  const place = view.order.indexOf(row);
  const step = (by, label) => {
    const other = place < 0 ? undefined : view.order[place + by];
    return el("button", { type: "button", disabled: other === undefined, click: () => { location.hash = linkTo(other); } }, label);
  };
  return [step(-1, "Previous"), step(1, "Next")];
}

function leave() { location.hash = "#episodes"; }

let shownRow = null, leftAt = 0;

async function openEpisode(row) {
  const place = byId("episode");
  const episode = await valueAt(table.at[row]);
  if (filmUrl) { URL.revokeObjectURL(filmUrl); filmUrl = null; }
  if (shownRow === null) leftAt = scrollY;
  shownRow = row;
  const title = el("h2", { tabindex: "-1", id: "h-episode" }, episode.instruction || table.task[row]);
  const verdict = table.verdict[row];
  const turns = episode.turns.map((turn, at) => turnView(turn, at + 1));
  const steps = episode.turns.map((turn, at) => {
    const last = at + 1 === episode.turns.length, style = turn.error ? "erred" : last && verdict === "solved" ? "won" : null;
    return el("li", null, el("button", { type: "button", class: style, click: () => { turns[at].scrollIntoView(); turns[at].querySelector("h3").focus({ preventScroll: true }); } },
      `Turn ${at + 1}`, turn.error && el("span", null, " ✗", el("span", { class: "unseen" }, " with an error"))));
  });
  place.replaceChildren(
    el("div", { class: "bar-top" }, el("button", { type: "button", click: leave }, "← All episodes"), el("div", { class: "pager" }, neighbours(row))),
    el("article", { "aria-labelledby": "h-episode" },
      el("div", { class: "episode-head" }, el("p", { class: `verdict ${verdictClass(verdict)}` }, verdictMark(verdict)), title, el("p", { class: "id" }, breakable(table.key[row])), factsOf(episode, row)),
      filmOf(table.video[row]),
      episode.opening.length > 0 && folded(`Prompt (${plural(episode.opening.length, "message")})`, () => promptView(episode.opening)),
      steps.length > 2 && el("ol", { class: "steps", "aria-label": "Turns" }, steps),
      turns, endView(episode, row)),
    el("div", { class: "bottom" }, el("button", { type: "button", click: leave }, "← All episodes"), neighbours(row)));
  byId("overview").hidden = true;
  place.hidden = false;
  document.title = `${episode.instruction || table.task[row]} – ${reportTitle}`;
  scrollTo(0, Math.max(0, place.getBoundingClientRect().top + scrollY - 8));
  title.focus({ preventScroll: true });
}

const reportTitle = document.title;

function closeEpisode() {
  const place = byId("episode"), row = shownRow;
  if (filmUrl) { URL.revokeObjectURL(filmUrl); filmUrl = null; }
  place.hidden = true;
  place.replaceChildren();
  byId("overview").hidden = false;
  document.title = reportTitle;
  shownRow = null;
  return row;
}

/** Show the table as it was left, the episode's row in it, and the focus there. */
function returnTo(row) {
  const place = view.order.indexOf(row), page = Math.floor(place / PAGE_ROWS);
  if (place >= 0 && page !== view.page) { view.page = page; showRows(); }
  scrollTo(0, leftAt);
  const link = [...body.querySelectorAll("th a")].find((one) => one.getAttribute("href") === linkTo(row));
  if (!link) { byId("h-episodes").scrollIntoView(); return; }
  link.focus({ preventScroll: true });
  link.scrollIntoView({ block: "nearest" });
}

function missing(key) {
  byId("episode").replaceChildren(el("div", { class: "bar-top" }, el("button", { type: "button", click: leave }, "← All episodes")),
    el("h2", { tabindex: "-1", id: "h-episode" }, "No such episode"), el("p", null, `This report holds no episode ${key}.`));
  byId("overview").hidden = true;
  byId("episode").hidden = false;
}
