// The form of one record: what does not apply to the chosen kind of subject, and the line that explains 其他 where
// nobody chose it, are out of sight and not sent. Without this script all fields are shown, and the server says which
// should not have been filled in.
(() => {
  const form = document.querySelector("form.entry");
  if (!form) return;

  function isFor(part) {
    const kind = form.querySelector("input[data-decides]:checked");
    if (!kind || !part.dataset.appliesTo) return true;
    return part.dataset.appliesTo.split(" ").includes(kind.value);
  }

  function isAsked(part) {
    const code = part.dataset.otherOf;
    if (!code) return true;
    const chosen = form.querySelectorAll(`[name="${code}"]:checked, select[name="${code}"]`);
    return [...chosen].some((input) => input.value === "其他");
  }

  function showWhatApplies() {
    for (const part of form.querySelectorAll("[data-applies-to], [data-other-of]")) {
      // A field with an error stays: its message must be seen.
      const isShown = (isFor(part) && isAsked(part)) || part.querySelector(".field--error") !== null;
      part.hidden = !isShown;
      for (const input of part.querySelectorAll("input, select, textarea")) input.disabled = !isShown;
    }
  }

  form.addEventListener("change", showWhatApplies);
  showWhatApplies();
})();
