// Runs before the first paint, so that a reader who chose large type never sees the small one.
(() => {
  const root = document.documentElement;
  root.dataset.script = "";
  try {
    if (localStorage.getItem("type") === "large") root.dataset.type = "large";
  } catch {
    // Storage may be forbidden; the choice then lasts for one page.
  }
})();
