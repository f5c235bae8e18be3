"use strict";
// The filter of the traces; its state is the address, so that a view can be linked: traceability.html#?kind=untested
(() => {
  const form = document.getElementById("filter");
  const names = ["family", "kind", "outcome", "text"];

  function apply() {
    const wanted = Object.fromEntries(names.map((name) => [name, form.elements[name].value.trim()]));
    const words = wanted.text.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0, all = 0;
    for (const family of document.querySelectorAll("#traces tbody")) {
      let left = 0;
      for (const row of family.querySelectorAll("tr.trace")) {
        const fits = (!wanted.family || family.dataset.family === wanted.family)
          && (!wanted.kind || row.dataset.kind === wanted.kind)
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
    const filters = location.hash.startsWith("#?");
    const wanted = new URLSearchParams(filters ? location.hash.slice(2) : "");
    for (const name of names) {
      form.elements[name].value = wanted.get(name) ?? "";
      // A value that the form does not offer filters nothing.
      if (form.elements[name].selectedIndex === -1) form.elements[name].value = "";
    }
    apply();
    if (!filters && location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }

  function toAddress() {
    const wanted = new URLSearchParams();
    for (const name of names) {
      const value = form.elements[name].value.trim();
      if (value) wanted.set(name, value);
    }
    const query = wanted.toString();
    history.replaceState(null, "", query ? `#?${query}` : "#traces");
    apply();
  }

  form.hidden = false;
  form.addEventListener("input", toAddress);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(toAddress));
  addEventListener("hashchange", fromAddress);
  fromAddress();
})();
