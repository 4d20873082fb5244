// Asks the server for the report on what is written, as it is written, and shows each remark where it stands.
document.addEventListener("DOMContentLoaded", () => {
  const panel = document.querySelector("[data-plain-language]");
  const form = panel?.closest("form");
  if (!form) return;
  const report = panel.querySelector("[data-report]");
  const live = panel.querySelector("[data-live]");
  let sent = null;
  let busy = false;

  const text = () => {
    const data = new FormData(form);
    for (const name of [...data.keys()]) if (data.get(name) instanceof File) data.delete(name);
    return new URLSearchParams(data).toString();
  };

  const place = () => {
    document.querySelectorAll(".u-note").forEach((note) => note.remove());
    report.querySelectorAll("[data-field]").forEach((item) => {
      const name = item.dataset.field;
      const where = name && form.querySelector(`[data-contentpath="${name}"]`);
      if (!where) return;
      const note = document.createElement("p");
      note.className = item.className + " u-note";
      const copy = item.cloneNode(true);
      copy.querySelector("[data-name]")?.remove(); // it stands beside its field
      note.textContent = copy.textContent.replace(/\s+/g, " ").trim();
      where.append(note);
    });
  };

  const ask = async () => {
    const now = text();
    if (busy || document.hidden || now === sent) return;
    busy = true;
    try {
      const answer = await fetch(panel.dataset.url, {
        method: "POST",
        body: now,
        headers: { "Content-Type": "application/x-www-form-urlencoded" },
      });
      if (answer.ok) {
        const open = [...report.querySelectorAll("details")].map((part) => part.open);
        report.innerHTML = await answer.text();
        report.querySelectorAll("details").forEach((part, index) => { part.open = open[index] ?? part.open; });
        const said = report.querySelector("[data-summary]").textContent.replace(/\s+/g, " ").trim();
        if (sent !== null && live.textContent !== said) live.textContent = said;
        place();
        sent = now;
      }
    } catch {
      // The network is gone: the next turn asks again.
    }
    busy = false;
  };
  place();
  setInterval(ask, 1200);
});
