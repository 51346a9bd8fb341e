// Addresses: #episode=KEY, and &run=NAME where there are several; and how the page begins.

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
