// A picture from the clipboard goes where a file would; a frame is taken where the film stands.
(() => {
  const form = document.querySelector("[data-paste]");
  const file = form?.querySelector("input[type=file]");
  if (!file) return;
  const told = form.querySelector("[data-told]");
  const use = (blob) => {
    const kept = new DataTransfer();
    kept.items.add(new File([blob], "urklipp.png", { type: blob.type }));
    file.files = kept.files;
    told.textContent = told.dataset.pasted;
    form.requestSubmit();
  };
  document.addEventListener("paste", (event) => {
    const found = [...(event.clipboardData?.files || [])].find((one) => one.type.startsWith("image/"));
    if (!found) return;
    event.preventDefault();
    use(found);
  });
  const button = form.querySelector("[data-clipboard]");
  if (navigator.clipboard?.read) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        for (const item of await navigator.clipboard.read()) {
          const type = item.types.find((one) => one.startsWith("image/"));
          if (type) return use(await item.getType(type));
        }
      } catch { /* not allowed: the keyboard's own way is left */ }
      file.focus();
    });
  }
  const film = form.querySelector("[data-film]");
  const take = form.querySelector("[data-take]");
  const second = form.querySelector("[name=second]");
  if (film && take && second) {
    take.hidden = false;
    take.addEventListener("click", () => {
      film.pause();
      second.value = film.currentTime.toFixed(2).replace(".", ",");
      second.focus();
    });
  }
})();
