// What stands above the text follows what the autosave has saved: a change ends an approval, the same again restores it.
(() => {
  const standing = document.querySelector("[data-standing]");
  if (!standing) return;
  document.addEventListener("w-autosave:success", async () => {
    const answer = await fetch(standing.dataset.standing, { headers: { Accept: "application/json" } }).catch(() => null);
    const type = answer?.headers.get("Content-Type") || "";
    if (!answer?.ok || !type.startsWith("application/json")) return;
    const { says, warns } = await answer.json();
    if (standing.textContent === says) return;
    standing.textContent = says;
    standing.setAttribute("role", "status");
    const line = standing.closest("li");
    line?.classList.toggle("warning", warns);
    line?.classList.toggle("info", !warns);
  });
})();

// What is approved, or waits for it, is not changed by a slip of the hand: the first change in the editor is asked about.
(() => {
  const standing = document.querySelector("[data-standing-asks]");
  const form = document.querySelector("[data-edit-form]") || document.getElementById("page-edit-form");
  if (!standing?.dataset.standingAsks || !form) return;
  let may = false;

  const writes = event => {
    const field = event.target.closest?.("input:not([type=hidden]), textarea, select, [contenteditable=true]");
    if (event.type === "click") {
      return event.target.closest("input[type=checkbox], input[type=radio], select")
        || event.target.closest("[data-streamfield-list-add], [data-streamfield-delete], [data-contentpath] button:not([aria-expanded], [role=tab]), .w-panel__content button:not([aria-expanded])");
    }
    if (event.type !== "keydown") return field;
    const key = event.key;
    return field && !event.ctrlKey && !event.metaKey && !event.altKey
      && (key.length === 1 || key === "Backspace" || key === "Delete" || key === "Enter");
  };

  const ask = event => {
    if (may || !writes(event)) return;
    if (window.confirm(standing.dataset.standingAsks)) {
      may = true;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  };

  for (const type of ["keydown", "beforeinput", "paste", "cut", "drop", "click"]) form.addEventListener(type, ask, true);
})();
