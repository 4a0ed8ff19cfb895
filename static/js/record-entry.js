// The form of one record: fields that do not apply to the chosen kind of subject are out of sight and not sent.
// Without this script all of them are shown, and the server says which should not have been filled in.
(() => {
  const choices = [...document.querySelectorAll("input[data-decides]")];
  const parts = [...document.querySelectorAll("[data-applies-to]")];

  function showWhatApplies() {
    const chosen = choices.find((choice) => choice.checked);
    for (const part of parts) {
      // A field with an error stays: its message must be seen.
      const applies = !chosen || part.dataset.appliesTo.split(" ").includes(chosen.value) || part.querySelector(".field--error");
      part.hidden = !applies;
      for (const input of part.querySelectorAll("input, select, textarea")) input.disabled = !applies;
    }
  }

  for (const choice of choices) choice.addEventListener("change", showWhatApplies);
  showWhatApplies();
})();
