// Menus close with Escape, and when somebody goes elsewhere. Without this file the button that opened one closes it.
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
})();
