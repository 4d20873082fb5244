// Drag a word to a week. The forms on the page do the same without dragging.
(() => {
  const form = document.querySelector("[data-drop-form]");
  let carried = null;
  document.addEventListener("dragstart", (event) => {
    const source = event.target.closest("[data-word],[data-from]");
    if (!source) return;
    carried = { word: source.dataset.word, from: source.dataset.from };
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", source.textContent.trim());
  });
  const target = (event) => carried && event.target.closest("[data-week]:not([data-closed])");
  document.addEventListener("dragover", (event) => {
    document.querySelectorAll(".u-over").forEach((row) => row.classList.remove("u-over"));
    const row = target(event);
    if (!row) return;
    event.preventDefault();
    row.classList.add("u-over");
  });
  document.addEventListener("dragend", () => { carried = null; });
  document.addEventListener("drop", (event) => {
    const row = target(event);
    if (!row) return;
    event.preventDefault();
    const set = (name, value) => { form.elements[name].value = value || ""; };
    set("action", carried.from ? "swap" : "plan");
    set("word", carried.word);
    set("week", carried.from || row.dataset.week);
    set("other", carried.from ? row.dataset.week : "");
    form.submit();
  });
})();
