// A film of a guide is being made: the page is read in again when it is over.
(() => {
  "use strict";

  const working = document.querySelector("[data-filming]");
  const look = async () => {
    if (!document.hidden) {
      try {
        const answer = await fetch(working.dataset.filming, { headers: { "X-Requested-With": "XMLHttpRequest" } });
        if ((await answer.json()).over) {
          location.reload();
          return;
        }
      } catch {
        // The network is gone: the next turn asks again.
      }
    }
    setTimeout(look, 2000);
  };
  if (working) setTimeout(look, 2000);
})();
