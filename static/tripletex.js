// Menus close with Escape, and when somebody goes elsewhere; and what did not get through is said. Without this file the
// button that opened a menu closes it.
(() => {
  const opened = () => document.querySelectorAll(".tx .tx-menu[open]");
  document.addEventListener("keydown", event => {
    for (const menu of event.key === "Escape" ? opened() : []) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  for (const going of ["click", "focusin"]) {
    document.addEventListener(going, event => {
      for (const menu of opened()) if (!menu.contains(event.target)) menu.open = false;
    });
  }

  // A press that did not get through: the choice jumps back to what was saved last, and an alert says so.
  const pressed = event => event.detail.requestConfig?.triggeringEvent;
  const choices = event => {
    const { name, form } = pressed(event)?.target ?? {};
    return name && form ? [...form.elements].filter(one => one.name === name && "defaultChecked" in one) : [];
  };
  const failed = event => {
    if (!pressed(event)) return; // it was the page that asked by itself, and will again
    for (const one of choices(event)) one.checked = one.defaultChecked;
    const said = document.querySelector(".tx-failed") ?? document.createElement("p");
    said.className = "tx-note is-bad tx-failed";
    said.setAttribute("role", "alert");
    said.textContent = document.querySelector("meta[name=tx-failed]").content;
    document.querySelector(".tx").append(said);
  };
  document.addEventListener("htmx:afterRequest", event => {
    if (!event.detail.successful) return;
    for (const one of choices(event)) one.defaultChecked = one.checked;
    document.querySelector(".tx-failed")?.remove();
  });
  document.addEventListener("htmx:sendError", failed);
  document.addEventListener("htmx:timeout", failed);
  document.addEventListener("htmx:responseError", failed);
})();
