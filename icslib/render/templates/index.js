// Search, region, sort, map and compare, on what the page already holds. Without it the page is whole.
(() => {
  const at = (id) => document.getElementById(id);
  const rows = [...document.querySelectorAll("#table tbody tr")];
  const tiles = [...document.querySelectorAll(".tiles li")];
  const names = [...document.querySelectorAll("#measure option")].slice(1).map((option) => option.textContent);
  const cells = (row) => [...row.querySelectorAll("td.n")];
  const number = (row, spot) => { const held = cells(row)[spot]?.dataset.value; return held ? Number(held) : null; };
  const name = (row) => row.querySelector("a").textContent;
  const byCode = new Map(rows.map((row) => [row.dataset.code, row]));

  function refresh() {
    const words = at("find").value.trim().toLowerCase(), region = at("region").value;
    const shown = rows.filter((row) => {
      const meets = row.textContent.toLowerCase().includes(words) && (!region || row.dataset.region === region);
      row.hidden = !meets;
      return meets;
    });
    const codes = new Set(shown.map((row) => row.dataset.code));
    for (const tile of tiles) tile.classList.toggle("dim", !codes.has(tile.dataset.code));
    at("told").textContent = shown.length === rows.length ? "" : `${shown.length} of ${rows.length} systems shown.`;
  }

  function arrange() {
    const chosen = at("measure").value, order = Number(at("order").value), spot = Number(chosen);
    const last = (row) => (number(row, spot) === null ? 1 : 0);
    const sorted = [...rows].sort((a, b) =>
      chosen === "" ? name(a).localeCompare(name(b), "en") : last(a) - last(b) || order * (number(a, spot) - number(b, spot)));
    document.querySelector("#table tbody").append(...sorted);
    colour(chosen === "" ? 0 : spot);
  }

  function colour(spot) {
    const known = rows.map((row) => number(row, spot)).filter((value) => value !== null).sort((a, b) => a - b);
    for (const tile of tiles) {
      const row = byCode.get(tile.dataset.code), value = row ? number(row, spot) : null;
      tile.classList.remove("s1", "s2", "s3", "s4", "s5");
      if (!row) continue;
      tile.querySelector("b").textContent = cells(row)[spot].textContent;
      if (value !== null) tile.classList.add(`s${Math.min(5, 1 + Math.floor((5 * known.indexOf(value)) / known.length))}`);
    }
    at("shown").textContent = names[spot];
  }

  function compare() {
    const pair = [at("left").value, at("right").value].map((code) => byCode.get(code));
    const place = at("compared");
    place.replaceChildren();
    if (pair.some((row) => !row)) return;
    const table = document.createElement("table"), put = (row, kind, text, scope) => {
      const cell = document.createElement(kind);
      cell.textContent = text;
      if (scope) cell.scope = scope; else cell.className = "n";
      row.append(cell);
    };
    table.createCaption().textContent = pair.map(name).join(" beside ");
    const head = table.createTHead().insertRow(), body = table.createTBody();
    for (const text of ["Measure", ...pair.map(name)]) put(head, "th", text, "col");
    names.forEach((text, spot) => {
      const row = body.insertRow();
      put(row, "th", text, "row");
      for (const one of pair) put(row, "td", cells(one)[spot].textContent);
    });
    place.append(table);
  }

  at("controls").hidden = false;
  at("controls").addEventListener("input", refresh);
  at("controls").addEventListener("submit", (event) => event.preventDefault());
  for (const id of ["measure", "order"]) at(id)?.addEventListener("change", arrange);
  if (at("pair")) { at("pair").hidden = false; at("pair").addEventListener("change", compare); }
})();
