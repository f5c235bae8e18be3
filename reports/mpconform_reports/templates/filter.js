"use strict";
// The filter of the matrix; its state is the address, so that a view can be linked: #?family=queue&outcome=violates
(() => {
  const form = document.getElementById("filter");
  const names = ["family", "outcome", "text"];

  function state() {
    const hash = location.hash;
    return new URLSearchParams(hash.startsWith("#?") ? hash.slice(2) : "");
  }

  function apply() {
    const wanted = Object.fromEntries(names.map((name) => [name, form.elements[name].value.trim()]));
    const words = wanted.text.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0, all = 0;
    for (const family of document.querySelectorAll("#requirements tbody")) {
      let left = 0;
      for (const row of family.querySelectorAll("tr.requirement")) {
        const fits = (!wanted.family || family.dataset.family === wanted.family)
          && (!wanted.outcome || row.dataset.outcomes.split(" ").includes(wanted.outcome))
          && words.every((word) => row.dataset.text.includes(word));
        row.hidden = !fits;
        left += fits;
        all += 1;
      }
      family.hidden = left === 0;
      shown += left;
    }
    document.getElementById("shown").textContent = `${shown} of ${all} requirements`;
    document.getElementById("nothing").hidden = shown > 0;
  }

  function fromAddress() {
    if (location.hash && !location.hash.startsWith("#?")) {
      reveal();
      return;
    }
    const wanted = state();
    for (const name of names) {
      form.elements[name].value = wanted.get(name) ?? "";
      // A value that the form does not offer filters nothing.
      if (form.elements[name].selectedIndex === -1) form.elements[name].value = "";
    }
    apply();
  }

  function toAddress() {
    const wanted = new URLSearchParams();
    for (const name of names) {
      const value = form.elements[name].value.trim();
      if (value) wanted.set(name, value);
    }
    const query = wanted.toString();
    history.replaceState(null, "", query ? `#?${query}` : "#matrix");
    apply();
  }

  // A link to a row that the filter hides lifts the filter; the row is then opened.
  function reveal() {
    let place = null;
    try {
      place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch (error) {
      if (!(error instanceof URIError)) throw error;
    }
    if (!place) return;
    if (place.hidden || place.closest("[hidden]")) {
      for (const name of names) form.elements[name].value = "";
      apply();
      place.scrollIntoView();
    }
    if (place.matches("tr.requirement")) place.querySelector("details").open = true;
  }

  function copyable(button) {
    const code = button.parentElement.querySelector("code");
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "Copied";
      } catch {
        // Not every browser lets a local file write: then the text is at least selected.
        getSelection().selectAllChildren(code);
        button.textContent = "Selected";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
  }

  // Where the drawing is wider than the screen, it begins at the witness.
  function atWitness(drawing) {
    const bar = drawing.querySelector(".bar.witness");
    const x = bar ? bar.getBoundingClientRect().left - drawing.getBoundingClientRect().left : 0;
    if (x > drawing.clientWidth / 2) drawing.scrollLeft = x - drawing.clientWidth / 3;
  }

  form.hidden = false;
  form.addEventListener("input", toAddress);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(toAddress));
  addEventListener("hashchange", fromAddress);
  document.querySelectorAll("button.copy").forEach(copyable);
  document.querySelectorAll(".drawing").forEach(atWitness);
  apply();
  fromAddress();
})();
