// Shows that a page is under way and keeps addresses clean; pages work without it.
(function () {
  "use strict";
  function busy() {
    document.body.classList.add("loading");
    document.getElementById("content").setAttribute("aria-busy", "true");
  }
  function idle() {
    document.body.classList.remove("loading");
    document.getElementById("content").removeAttribute("aria-busy");
    document.querySelectorAll("[data-emptied]").forEach(function (field) {
      field.disabled = false;
      field.removeAttribute("data-emptied");
    });
  }
  document.addEventListener("submit", function (event) {
    if (event.defaultPrevented) { return; }
    // Empty fields say nothing: keep them out of the address, so that it can be read and kept.
    if (event.target.method === "get") {
      event.target.querySelectorAll("input, select").forEach(function (field) {
        if (field.name && !field.value && !field.disabled) {
          field.disabled = true;
          field.setAttribute("data-emptied", "");
        }
      });
    }
    busy();
  });
  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("a[href]");
    if (link && !event.defaultPrevented && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey
        && !link.hasAttribute("download") && link.origin === location.origin
        && link.getAttribute("href").charAt(0) !== "#") { busy(); }
  });
  // A page that the browser brings back is not under way any more; neither is one whose fragment came.
  window.addEventListener("pageshow", idle);
  document.addEventListener("htmx:beforeRequest", busy);
  document.addEventListener("htmx:afterRequest", idle);
  document.addEventListener("htmx:responseError", function () { location.reload(); });
})();
