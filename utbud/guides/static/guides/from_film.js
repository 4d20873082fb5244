// Take the frame where the film stands, with what is said there.
(() => {
  const form = document.querySelector("[data-moments]");
  const film = form?.querySelector("[data-film]");
  if (!film) return;
  const list = form.querySelector("[data-rows]");
  const empty = form.querySelector("[data-empty]");
  const total = form.querySelector("[name=m-TOTAL_FORMS]");
  const told = form.querySelector("[data-told]");
  const take = form.querySelector("[data-take]");
  const cues = JSON.parse(document.getElementById("cues").textContent);

  const see = (row) => {
    const button = row.querySelector("[data-see]");
    button.hidden = false;
    button.addEventListener("click", () => {
      const second = Number(row.querySelector("[name$=-second]").value.replace(",", "."));
      if (Number.isFinite(second)) film.currentTime = second;
      film.focus();
    });
  };
  // The empty rows are for those who have no script: here a moment is added where the film stands.
  for (let last = list.lastElementChild; last && !last.querySelector("[name$=-second]").value && !last.querySelector("[name$=-text]").value; last = list.lastElementChild) {
    last.remove();
    total.value = Number(total.value) - 1;
  }
  list.querySelectorAll("[data-row]").forEach(see);
  take.hidden = false;
  take.addEventListener("click", () => {
    film.pause();
    const row = empty.content.cloneNode(true).querySelector("[data-row]");
    const number = Number(total.value);
    row.innerHTML = row.innerHTML.replaceAll("__prefix__", number);
    list.append(row);
    total.value = number + 1;
    const now = film.currentTime;
    row.querySelector("[data-place]").textContent = number + 1;
    row.querySelector("[name$=-use]").checked = true;
    row.querySelector("[name$=-second]").value = now.toFixed(2).replace(".", ",");
    row.querySelector("[name$=-text]").value = cues.find(([start, end]) => start <= now && now < end)?.[2] || "";
    see(row);
    told.textContent = told.dataset.added;
    row.querySelector("[name$=-text]").focus();
  });
})();
