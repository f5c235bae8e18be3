// The traces: they can be filtered, and a link to one shows it: traceability.html#?kind=untested
rowFilter({
  names: ["family", "kind", "outcome", "text"],
  families: "#traces tbody",
  rows: "tr.trace",
  home: "#traces",
  onLink: (lift) => {
    lift();
    document.getElementById(location.hash.slice(1))?.scrollIntoView();
  },
});
