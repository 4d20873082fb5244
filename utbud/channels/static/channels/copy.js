/* A button that copies a text. Without it the text is marked and copied by hand. */
document.querySelectorAll("textarea[data-copy]").forEach(function (field) {
  if (!navigator.clipboard) return;
  var button = document.createElement("button"), done = document.createElement("span");
  button.type = "button";
  button.className = "quiet";
  button.textContent = field.dataset.copy;
  done.setAttribute("role", "status");
  field.after(button, done);
  button.addEventListener("click", function () {
    navigator.clipboard.writeText(field.value).then(function () { done.textContent = " " + field.dataset.done; }, function () { field.select(); });
  });
});
