/* A figure that scrolls in its own box can be scrolled from the keyboard too. */
window.addEventListener("DOMContentLoaded", () => {
  for (const figure of document.querySelectorAll("figure.wide")) {
    if (figure.scrollWidth > figure.clientWidth) figure.tabIndex = 0;
  }
});
