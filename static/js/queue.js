// The queue by keyboard: J and K walk the rows, X ticks, Enter opens. Without this script links and ticks work as ever.
(() => {
  const table = document.querySelector("[data-queue]");
  if (!table) return;
  const rows = [...table.tBodies[0].rows];
  const count = document.querySelector("[data-queue-count]");
  const all = table.querySelector("[data-queue-all]");
  let current = -1;

  const tick = (row) => row.querySelector("input[type=checkbox]");

  // Single-key shortcuts must be possible to switch off (WCAG 2.1.4): the same switch as for "/".
  function areOff() {
    try {
      return localStorage.getItem("shortcuts") === "off";
    } catch {
      return false;
    }
  }

  function go(to) {
    const row = rows[to];
    if (!row) return;
    rows[current]?.removeAttribute("data-current");
    current = to;
    row.dataset.current = "";
    row.querySelector("a").focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  function tell() {
    const ticked = rows.filter((row) => tick(row).checked).length;
    if (count) count.textContent = ticked ? `已选 ${ticked} 件` : "未选择";
    if (all) all.checked = ticked === rows.length;
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || areOff()) return;
    const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && event.target.type !== "checkbox";
    if (isTyping) return;
    const key = event.key.toLowerCase();
    if (key === "j") go(Math.min(current + 1, rows.length - 1));
    else if (key === "k") go(Math.max(current - 1, 0));
    else if (key === "x" && current >= 0) {
      tick(rows[current]).checked = !tick(rows[current]).checked;
      tell();
    } else if (key === "enter" && current >= 0 && event.target === document.body) {
      rows[current].querySelector("a").click();
    } else return;
    event.preventDefault();
  });
  table.addEventListener("focusin", (event) => {
    const row = event.target.closest("tbody tr");
    if (!row) return;
    rows[current]?.removeAttribute("data-current");
    current = rows.indexOf(row);
    row.dataset.current = "";
  });
  table.addEventListener("change", (event) => {
    if (event.target === all) for (const row of rows) tick(row).checked = all.checked;
    tell();
  });
  tell();
})();
