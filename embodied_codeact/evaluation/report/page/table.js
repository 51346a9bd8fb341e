// The table of episodes: sorted, filtered, searched, a page at a time.

const PAGE_ROWS = 50;

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
