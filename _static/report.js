/* A figure that scrolls in its own box can be scrolled from the keyboard too. */
window.addEventListener("DOMContentLoaded", () => {
  for (const figure of document.querySelectorAll("figure.wide")) {
    if (figure.scrollWidth > figure.clientWidth) figure.tabIndex = 0;
  }
});

/* A long table is narrowed by what is typed above it. */
window.addEventListener("DOMContentLoaded", () => {
  for (const table of document.querySelectorAll(".bd-article table.table")) {
    const rows = [...(table.tBodies[0]?.rows ?? [])];
    if (rows.length < 100) continue;
    const box = document.createElement("input");
    box.type = "search";
    box.className = "narrow-table form-control";
    box.placeholder = "Narrow the table";
    box.setAttribute("aria-label", "Narrow the table");
    box.addEventListener("input", () => {
      const wanted = box.value.toLowerCase().split(/\s+/);
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !wanted.every((word) => text.includes(word));
      }
    });
    (table.closest(".pst-scrollable-table-container") ?? table).before(box);
  }
});

/* How long the chapters took stands in a file beside the pages, for it differs from run to run. */
window.addEventListener("DOMContentLoaded", () => {
  const table = document.querySelector("#how-this-book-was-made #chapters table");
  if (!table || !window.reportTimes) return;
  const add = (row, kind, text) => {
    const cell = row.appendChild(document.createElement(kind));
    cell.textContent = text;
    cell.className = "text-right";
    if (kind === "th") cell.scope = "col";
  };
  add(table.tHead.rows[0], "th", "Run time, s");
  for (const row of table.tBodies[0].rows) {
    add(row, "td", window.reportTimes[row.cells[0].textContent.trim()]?.toFixed(1) ?? "");
  }
});

/* Sphinx keeps Escape for itself wherever no button has the focus; a card closes from its links too. */
window.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelector(".number-card:popover-open")?.hidePopover();
}, {capture: true});
