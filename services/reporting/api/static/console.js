// Shows that a page is under way; pages work without it.
(function () {
  "use strict";
  function busy() {
    document.body.classList.add("loading");
    document.getElementById("content").setAttribute("aria-busy", "true");
  }
  document.addEventListener("submit", function (event) {
    // Empty fields say nothing: keep them out of the address, so that it can be read and kept.
    event.target.querySelectorAll("input, select").forEach(function (field) {
      if (field.name && !field.value) { field.disabled = true; }
    });
    busy();
  });
  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("a[href]");
    if (link && !event.defaultPrevented && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey
        && link.origin === location.origin && link.getAttribute("href").charAt(0) !== "#") { busy(); }
  });
  // A page that the browser brings back is not under way any more.
  window.addEventListener("pageshow", function () {
    document.body.classList.remove("loading");
    document.getElementById("content").removeAttribute("aria-busy");
    document.querySelectorAll("form input, form select").forEach(function (field) { field.disabled = false; });
  });
})();
