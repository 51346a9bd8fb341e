// Python, coloured.

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
