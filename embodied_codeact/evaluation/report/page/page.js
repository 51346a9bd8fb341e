
"use strict";
// Everything that came from a model, a script or an environment is put into the page as text (textContent, text nodes).
(() => {
const PAGE_ROWS = 50;
const KEPT_BLOCKS = 12;
const ENDS = {
  environment: "the environment was done", finish: "the agent finished", turns: "out of turns", tokens: "out of tokens",
  time: "out of time", max_propose: "out of proposals", user: "a person ended it", error: "the system failed",
};
const KINDS = { code: "script", call: "call", message: "message to the user", finish: "finish", invalid: "reply that could not be used" };

const byId = (id) => document.getElementById(id);

// Control characters, and what turns the direction of all that follows.
const UNPRINTABLE = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;

/** Make an element. A child that is no node is text; null and false are left out. */
function el(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") made.addEventListener(name, value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    made.append(child instanceof Node ? child : String(child).replace(UNPRINTABLE, "\ufffd"));
  }
  return made;
}

/** A long name, which may be broken after a sign between its words. */
function breakable(name) {
  return name.split(/(?<=[_/\-.:])/).flatMap((piece, place) => (place ? [el("wbr"), piece] : [piece]));
}

// ---- what lies compressed in the page

const blocks = new Map();

function bytesOf(id) {
  const text = byId(id).textContent;
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const binary = atob(text), bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

function decoded(id) {
  let promise = blocks.get(id);
  if (promise) blocks.delete(id);
  else {
    const stream = new Blob([bytesOf(id)]).stream().pipeThrough(new DecompressionStream("gzip"));
    promise = new Response(stream).json();
  }
  blocks.set(id, promise);
  if (blocks.size > KEPT_BLOCKS) blocks.delete(blocks.keys().next().value);
  return promise;
}

const valueAt = async ([block, place]) => (await decoded(`block-${block}`))[place];

// ---- how figures are written

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

// ---- the table

let table = null, total = 0, several = false, haystacks = [];
const view = { query: "", group: "", type: "", outcome: "", end: "", sort: "", down: false, page: 0, order: [] };

const OUTCOMES = {
  solved: ["solved", (row) => table.verdict[row] === "solved"],
  failed: ["failed", (row) => table.verdict[row] === "failed"],
  errors: ["with script errors", (row) => table.errors[row] > 0],
  recovered: ["solved after an error", (row) => table.verdict[row] === "solved" && table.errors[row] > 0],
  unscored: ["not scored", (row) => table.verdict[row] === "not scored"],
};

function columns() {
  return [
    { name: "task", label: "Task", value: (row) => table.instruction[row] + " " + table.task[row] },
    several && { name: "group", label: "Run", value: (row) => table.groups[table.group[row]], wrap: "wrap" },
    { name: "type", label: "Type", value: (row) => table.type[row], wrap: "wrap type" },
    { name: "seed", label: "Seed", number: true },
    { name: "verdict", label: "Success" },
    { name: "turns", label: "Turns", number: true },
    { name: "calls", label: "Calls", number: true },
    { name: "tokens", label: "Tokens", number: true },
    { name: "seconds", label: "Time", number: true, show: time },
    { name: "errors", label: "Errors", number: true },
    { name: "end", label: "End" },
  ].filter(Boolean);
}

const valueOf = (column, row) => (column.value ? column.value(row) : table[column.name][row]);

function arrange() {
  const words = view.query.toLowerCase().split(/\s+/).filter(Boolean);
  const outcome = view.outcome && OUTCOMES[view.outcome][1];
  const rows = [];
  for (let row = 0; row < total; row++) {
    if (view.group !== "" && table.group[row] !== Number(view.group)) continue;
    if (view.type !== "" && table.type[row] !== view.type) continue;
    if (view.end !== "" && table.end[row] !== view.end) continue;
    if (outcome && !outcome(row)) continue;
    if (words.length && !words.every((word) => haystacks[row].includes(word))) continue;
    rows.push(row);
  }
  const column = columns().find((one) => one.name === view.sort);
  if (column) {
    const sign = view.down ? -1 : 1;
    const values = new Map(rows.map((row) => [row, valueOf(column, row)]));
    const compare = column.number ? (a, b) => a - b : new Intl.Collator("en", { numeric: true }).compare;
    rows.sort((a, b) => sign * compare(values.get(a), values.get(b)) || a - b);
  }
  view.order = rows;
}

function linkTo(row) {
  const run = several ? `&run=${encodeURIComponent(table.groups[table.group[row]])}` : "";
  return `#episode=${encodeURIComponent(table.key[row])}${run}`;
}

const shortened = (text) => (text.length > 160 ? text.slice(0, 159) + "…" : text);

function rowFor(row, all) {
  const cells = all.map((column) => {
    const value = valueOf(column, row);
    if (column.name === "task") {
      return el("th", { scope: "row", class: "task" },
        el("a", { href: linkTo(row) }, shortened(table.instruction[row] || table.task[row])),
        table.instruction[row] && el("span", { class: "id" }, breakable(table.task[row])));
    }
    if (column.name === "verdict") return el("td", { class: `verdict ${verdictClass(value)}` }, verdictMark(value));
    const shown = column.show ? column.show(value) : column.number ? count(value) : column.wrap ? breakable(value) : value;
    return el("td", { class: column.number ? "n" : column.wrap, "data-label": column.number ? column.label : null }, shown);
  });
  return el("tr", { click: (event) => {
    if (event.target.closest("a") || String(getSelection())) return;
    location.hash = linkTo(row);
  } }, cells);
}

let head = null, body = null, status = null, pagers = [], sorter = null;

function showRows() {
  const all = columns(), pages = Math.max(1, Math.ceil(view.order.length / PAGE_ROWS));
  view.page = Math.min(view.page, pages - 1);
  const first = view.page * PAGE_ROWS, shown = view.order.slice(first, first + PAGE_ROWS);
  body.replaceChildren(...shown.map((row) => rowFor(row, all)));
  if (!shown.length) body.append(el("tr", null, el("td", { colspan: all.length, class: "empty" }, "No episode is like that.")));
  const range = shown.length ? `${count(first + 1)} to ${count(first + shown.length)} of ` : "";
  status.textContent = `${range}${plural(view.order.length, "episode")}${view.order.length < total ? `, of ${count(total)} in all` : ""}`;
  for (const [back, forth] of pagers) {
    back.disabled = view.page === 0;
    forth.disabled = view.page >= pages - 1;
    back.parentElement.hidden = pages === 1;
  }
  for (const cell of head.children) {
    const sorted = cell.dataset.name === view.sort;
    if (sorted) cell.setAttribute("aria-sort", view.down ? "descending" : "ascending");
    else cell.removeAttribute("aria-sort");
    cell.querySelector(".arrow").textContent = sorted ? (view.down ? "▼" : "▲") : "";
  }
  sorter.value = view.sort ? `${view.sort}:${view.down ? "down" : "up"}` : "";
}

function update() {
  view.page = 0;
  arrange();
  showRows();
}

function pager(label) {
  const turn = (step) => () => { view.page += step; showRows(); byId("h-episodes").scrollIntoView(); };
  const back = el("button", { type: "button", click: turn(-1) }, "Previous");
  const forth = el("button", { type: "button", click: turn(1) }, "Next");
  pagers.push([back, forth]);
  return el("div", { class: "pager", role: "group", "aria-label": label }, back, forth);
}

function choice(label, name, options, extra) {
  const select = el("select", { change: () => { view[name] = select.value; update(); } },
    el("option", { value: "" }, "all"), options.map(([value, words]) => el("option", { value }, words)));
  return el("label", extra || null, label, select);
}

function buildTable() {
  const all = columns();
  const kinds = (name) => [...new Set(table[name])].sort().map((value) => [value, value]);
  let typing = 0;
  const search = el("input", { type: "search", autocomplete: "off", spellcheck: "false", placeholder: "task, instruction, error …", input: () => {
    clearTimeout(typing);
    typing = setTimeout(() => { view.query = search.value; update(); }, 120);
  } });
  sorter = el("select", { change: () => {
    const [name, way] = sorter.value.split(":");
    Object.assign(view, { sort: name, down: way === "down" });
    update();
  } }, el("option", { value: "" }, "as they ended"),
    all.flatMap((column) => [["up", "▲"], ["down", "▼"]].map(([way, arrow]) => el("option", { value: `${column.name}:${way}` }, `${column.label} ${arrow}`))));
  const outcomes = Object.entries(OUTCOMES).filter(([, [, fits]]) => table.key.some((_, row) => fits(row))).map(([name, [words]]) => [name, words]);
  const types = kinds("type"), ends = kinds("end");
  const controls = el("form", { class: "controls", role: "search", "aria-label": "Episodes", submit: (event) => event.preventDefault() },
    el("label", { class: "search" }, "Search", search),
    several && choice("Run", "group", table.groups.map((name, place) => [String(place), name])),
    types.length > 1 && choice("Type", "type", types),
    choice("Outcome", "outcome", outcomes),
    ends.length > 1 && choice("End", "end", ends),
    el("label", { class: "phone" }, "Sort", sorter));
  status = el("p", { role: "status" });
  head = el("tr", null, all.map((column) => el("th", { scope: "col", class: column.number ? "n" : null, "data-name": column.name },
    el("button", { type: "button", click: () => {
      const again = view.sort === column.name;
      Object.assign(view, { sort: column.name, down: again ? !view.down : Boolean(column.number) });
      update();
    } }, column.label, el("span", { class: "arrow", "aria-hidden": "true" })))));
  body = el("tbody");
  const rows = el("table", { class: "rows" }, el("caption", { class: "unseen" }, "Episodes; the heads of columns sort"), el("thead", null, head), body);
  byId("browser").append(controls, el("div", { class: "count" }, status, pager("Pages of episodes")),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table of episodes" }, rows),
    el("div", { class: "count" }, el("span"), pager("Pages of episodes, below")));
  update();
  byId("browser").hidden = false;
}

// ---- Python, coloured

const WORDS = new Set("False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda match case nonlocal not or pass raise return try while with yield".split(" "));
const OWN = new Set("abs all any bool bytes dict dir divmod enumerate filter float format frozenset getattr hasattr hash int isinstance iter len list map max min next object open ord pow print range repr reversed round set sorted str sum super tuple type vars zip".split(" "));
const TOKEN = /(#[^\n]*)|((?:[rR][bBfF]?|[bBfF][rR]?|[uU])?(?:"""(?:\\[^]|[^\\])*?(?:"""|$)|'''(?:\\[^]|[^\\])*?(?:'''|$)|"(?:\\[^]|[^"\\\n])*"?|'(?:\\[^]|[^'\\\n])*'?))|((?<![\w.])(?:0[xXbBoO][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?j?))|([\p{L}_][\p{L}\p{N}_]*)/gu;

function* tokens(code) {
  let at = 0, before = "";
  for (const found of code.matchAll(TOKEN)) {
    if (found.index > at) yield [null, code.slice(at, found.index)];
    at = found.index + found[0].length;
    const [text, note, string, number, name] = found;
    if (note) yield ["k-note", text];
    else if (string) yield ["k-str", text];
    else if (number) yield ["k-num", text];
    else if (before === "def" || before === "class") yield ["k-name", text];
    else if (WORDS.has(name)) yield ["k-word", text];
    else if (OWN.has(name) && code[found.index - 1] !== ".") yield ["k-own", text];
    else if (code[at] === "(") yield ["k-name", text];
    else yield [null, text];
    before = name || "";
  }
  if (at < code.length) yield [null, code.slice(at)];
}

function codeBlock(code, label, badLine) {
  const lines = [[]];
  for (const [kind, text] of tokens(code.replace(/\n+$/, ""))) {
    text.split("\n").forEach((piece, place) => {
      if (place) lines.push([]);
      if (piece) lines[lines.length - 1].push(kind ? el("span", { class: kind }, piece) : piece);
    });
  }
  const rows = lines.map((pieces, place) => {
    const bad = place + 1 === badLine;
    return el("span", { class: bad ? "line bad" : "line" }, pieces, bad && el("span", { class: "unseen" }, " (the error was raised here)"), "\n");
  });
  return el("pre", { class: "code", tabindex: "0", role: "group", "aria-label": label }, el("code", null, rows));
}

// ---- an episode

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

// ---- addresses: #episode=KEY, and &run=NAME where there are several

async function route() {
  const hash = location.hash;
  if (!hash.startsWith("#episode=")) {
    if (!byId("episode").hidden) {
      const row = closeEpisode();
      if (row !== null && (hash === "" || hash === "#episodes")) returnTo(row);
      else if (hash.length > 1) byId(hash.slice(1))?.scrollIntoView();
    }
    return;
  }
  const wanted = new URLSearchParams(hash.slice(1).replaceAll("+", "%2B"));
  const key = wanted.get("episode"), run = wanted.get("run");
  const row = table.key.findIndex((one, at) => one === key && (run === null || table.groups[table.group[at]] === run));
  if (row < 0) missing(key);
  else await openEpisode(row);
}

async function begin() {
  byId("loading").hidden = false;
  if (typeof DecompressionStream === "undefined") {
    byId("loading").textContent = "This browser is too old to read the episodes: it needs DecompressionStream (Chrome 80, Firefox 113, Safari 16.4).";
    return;
  }
  const index = await decoded("index");
  table = { groups: index.groups, ...index.columns };
  total = table.key.length;
  several = table.groups.length > 1;
  haystacks = table.key.map((key, row) => [key, table.instruction[row], table.type[row], table.end[row], table.kinds[row].join(" "), table.groups[table.group[row]]].join(" ").toLowerCase());
  buildTable();
  byId("loading").hidden = true;
  addEventListener("hashchange", route);
  addEventListener("keydown", (event) => { if (event.key === "Escape" && !byId("episode").hidden && !event.target.closest("input, select, video")) leave(); });
  addEventListener("beforeprint", () => { for (const details of document.querySelectorAll("#episode details")) details.open = true; });
  await route();
  performance.mark("ready");
  document.documentElement.dataset.ready = "yes";
}

begin().catch((error) => { byId("loading").hidden = false; byId("loading").textContent = `The episodes cannot be read: ${error.message}`; throw error; });
})();
