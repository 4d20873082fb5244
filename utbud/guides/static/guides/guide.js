// On paper everything is said: what is folded on the screen is opened while it is printed. Newer browsers do it by the
// style sheet alone.
(() => {
  let shut = [];
  addEventListener("beforeprint", () => {
    shut = [...document.querySelectorAll("details.wrong:not([open])")];
    for (const one of shut) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of shut) one.open = false;
    shut = [];
  });
})();
