// The report: its matrix can be filtered, texts copied; drawings begin at the witness.
(() => {
  // A link to a row that the filter hides lifts the filter; the row is then opened.
  function reveal(lift) {
    let place = null;
    try {
      place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch (error) {
      if (!(error instanceof URIError)) throw error;
    }
    if (!place) return;
    if (place.hidden || place.closest("[hidden]")) {
      lift();
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

  document.querySelectorAll("button.copy").forEach(copyable);
  document.querySelectorAll(".drawing").forEach(atWitness);
  rowFilter({
    names: ["family", "outcome", "text"],
    families: "#requirements tbody",
    rows: "tr.requirement",
    home: "#matrix",
    onLink: reveal,
  });
})();
