"use strict";
// A form that filters the rows of a table, family by family; its state is the address, so that a view can be linked:
// #?family=queue&outcome=violates.  Any other address is given to onLink, with a function that lifts the filter.
function rowFilter({ names, families, rows, home, onLink }) {
  const form = document.getElementById("filter");

  function apply() {
    const wanted = Object.fromEntries(names.map((name) => [name, form.elements[name].value.trim()]));
    const words = wanted.text.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0, all = 0;
    for (const family of document.querySelectorAll(families)) {
      let left = 0;
      for (const row of family.querySelectorAll(rows)) {
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

  function set(wanted) {
    for (const name of names) {
      form.elements[name].value = wanted.get(name) ?? "";
      // A value that the form does not offer filters nothing.
      if (form.elements[name].selectedIndex === -1) form.elements[name].value = "";
    }
    apply();
  }

  function fromAddress() {
    if (location.hash && !location.hash.startsWith("#?")) {
      apply();
      onLink(() => set(new URLSearchParams()));
    } else {
      set(new URLSearchParams(location.hash.slice(2)));
    }
  }

  function toAddress() {
    const wanted = new URLSearchParams();
    for (const name of names) {
      const value = form.elements[name].value.trim();
      if (value) wanted.set(name, value);
    }
    const query = wanted.toString();
    history.replaceState(null, "", query ? `#?${query}` : home);
    apply();
  }

  form.hidden = false;
  form.addEventListener("input", toAddress);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(toAddress));
  addEventListener("hashchange", fromAddress);
  fromAddress();
}
