// Small conveniences. Every page works without them; nothing personal is ever stored here.
(() => {
  const root = document.documentElement;

  const preference = {
    read(key) {
      try {
        return localStorage.getItem(key);
      } catch {
        return null;
      }
    },
    write(key, value) {
      try {
        if (value === null) localStorage.removeItem(key);
        else localStorage.setItem(key, value);
      } catch {
        // Forbidden storage: the choice lasts for one page.
      }
    },
  };

  function rememberTypeSize() {
    const box = document.getElementById("large-type");
    if (!box) return;
    box.checked = root.dataset.type === "large";
    box.addEventListener("change", () => {
      if (box.checked) root.dataset.type = "large";
      else delete root.dataset.type;
      preference.write("type", box.checked ? "large" : null);
    });
  }

  // "/" goes to the search box. Single-key shortcuts must be possible to switch off (WCAG 2.1.4).
  function focusSearchOnSlash() {
    const box = document.querySelector("[data-shortcuts]");
    if (box) {
      box.checked = preference.read("shortcuts") !== "off";
      box.addEventListener("change", () => preference.write("shortcuts", box.checked ? null : "off"));
    }
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (preference.read("shortcuts") === "off" || isTyping(event.target)) return;
      const search = document.querySelector("[data-search]");
      if (!search) return;
      event.preventDefault();
      search.focus();
      search.select();
    });
  }

  function isTyping(element) {
    return element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
  }

  // One double click, one case. The button is switched off after the browser has collected the values,
  // so the value of the pressed button is still sent.
  function guardAgainstDoubleSubmit() {
    document.addEventListener("submit", (event) => {
      const form = event.target;
      if (event.defaultPrevented || form.method !== "post" || "resubmit" in form.dataset) return;
      if ("submitted" in form.dataset) {
        event.preventDefault();
        return;
      }
      form.dataset.submitted = "";
      form.setAttribute("aria-busy", "true");
      setTimeout(() => toggleButtons(form, true));
    });
    window.addEventListener("pageshow", () => {
      for (const form of document.querySelectorAll("form[data-submitted]")) {
        delete form.dataset.submitted;
        form.removeAttribute("aria-busy");
        toggleButtons(form, false);
      }
    });
  }

  function toggleButtons(form, busy) {
    for (const button of form.querySelectorAll("button:not([type=button])")) {
      button.disabled = busy;
      if (!button.dataset.busy) continue;
      if (busy) button.dataset.idle = button.textContent;
      button.textContent = busy ? button.dataset.busy : button.dataset.idle ?? button.textContent;
    }
  }

  function warnOfUnsavedChanges() {
    for (const form of document.querySelectorAll("form[data-warn-unsaved]")) {
      let changed = false;
      form.addEventListener("input", () => (changed = true));
      form.addEventListener("submit", () => (changed = false));
      window.addEventListener("beforeunload", (event) => changed && event.preventDefault());
    }
  }

  function prepareFileDrops() {
    for (const drop of document.querySelectorAll("[data-file-drop]")) {
      const input = drop.querySelector("input[type=file]");
      const name = drop.querySelector("[data-file-name]");
      if (!input || !name) continue;
      const empty = name.textContent;
      drop.dataset.ready = "";
      input.addEventListener("change", () => {
        name.textContent = input.files.length ? [...input.files].map(describeFile).join("；") : empty;
      });
      input.addEventListener("dragenter", () => (drop.dataset.over = ""));
      for (const end of ["dragleave", "drop"]) input.addEventListener(end, () => delete drop.dataset.over);
    }
  }

  function describeFile(file) {
    const kilobytes = file.size / 1024;
    const size = kilobytes < 1024 ? `${Math.ceil(kilobytes)} KB` : `${(kilobytes / 1024).toFixed(1)} MB`;
    return `${file.name}（${size}）`;
  }

  // Codes are copied whole. Without a secure context there is no clipboard, then no button is shown.
  function offerCopies() {
    document.addEventListener("click", async (event) => {
      const button = event.target.closest("[data-copy]");
      if (!button) return;
      const label = button.textContent;
      try {
        await navigator.clipboard.writeText(button.dataset.copy);
        button.textContent = "已复制";
      } catch {
        button.textContent = "未能复制，请选中后复制";
      }
      setTimeout(() => (button.textContent = label), 3000);
    });
    if (!navigator.clipboard) for (const button of document.querySelectorAll("[data-copy]")) button.hidden = true;
  }

  // An open menu or explanation closes with Escape or a click elsewhere.
  function closeFloats() {
    const closeAll = (except) => {
      for (const float of document.querySelectorAll("details[data-float][open]")) {
        if (!float.contains(except)) float.open = false;
      }
    };
    document.addEventListener("click", (event) => closeAll(event.target));
    document.addEventListener("keydown", (event) => event.key === "Escape" && closeAll(null));
  }

  // The summary is where a reader must look first after a refused form.
  function focusErrorSummary() {
    document.querySelector("[data-error-summary]")?.focus();
  }

  rememberTypeSize();
  focusSearchOnSlash();
  guardAgainstDoubleSubmit();
  warnOfUnsavedChanges();
  prepareFileDrops();
  offerCopies();
  closeFloats();
  focusErrorSummary();
})();
