// Beneath each chart of a notebook in JupyterLab: two buttons that save it as PNG or SVG.
// Written by hand as JupyterLab loads it, so that nothing has to be built; it asks no host.
(function () {
  "use strict";

  function titled(chart) {
    // The heading of the finding stands in the output above the chart.
    var output = chart.closest(".jp-OutputArea-child");
    var heading = null;
    while (output && !heading) {
      heading = output.querySelector("h3");
      output = output.previousElementSibling;
    }
    return heading ? heading.textContent.replace(/¶$/, "").trim() : "chart";
  }

  function add(chart) {
    var next = chart.nextElementSibling;
    if (!window.Plotly || (next && next.className === "csp-take")) { return; }
    var row = document.createElement("div"), title = titled(chart);
    row.className = "csp-take";
    row.style.cssText = "padding:.2rem 0 .4rem;font-family:var(--jp-ui-font-family)";
    ["PNG", "SVG"].forEach(function (format) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = format;
      button.setAttribute("aria-label", "Save as " + format + ": " + title);
      button.style.cssText = "margin-right:.5rem;padding:.2rem .8rem;min-height:1.6rem;cursor:pointer";
      button.addEventListener("click", function () {
        var size = chart._fullLayout || {};
        window.Plotly.downloadImage(chart, {
          format: format.toLowerCase(), width: size.width || 720, height: size.height || 450,
          scale: format === "PNG" ? 2 : 1,
          filename: title.replace(/[^\w]+/g, "_").replace(/^_|_$/g, "") || "chart"
        });
      });
      row.appendChild(button);
    });
    chart.insertAdjacentElement("afterend", row);
  }

  var waiting = 0;
  function look() {
    waiting = 0;
    document.querySelectorAll(".jp-OutputArea .js-plotly-plot").forEach(add);
  }

  var plugin = {
    id: "cspanalysis:pictures",
    autoStart: true,
    activate: function () {
      new MutationObserver(function () {
        waiting = waiting || window.setTimeout(look, 300);
      }).observe(document.body, { childList: true, subtree: true });
    }
  };

  // The documentation beneath Help: pages that `csp lab` has its server hand out.
  var help = {
    id: "cspanalysis:documentation",
    autoStart: true,
    activate: function (app) {
      var base = app.serviceManager.serverSettings.baseUrl;
      var page = base + "static/documentation/index.html";
      var command = "cspanalysis:documentation";
      app.commands.addCommand(command, {
        label: "cspanalysis: documentation",
        execute: function () { window.open(page, "_blank", "noopener"); }
      });
      if (handedOut()) { app.restored.then(function () { entry(app, command); }); }
    }
  };

  // `csp lab` writes into JupyterLab's page whether it has the pages to hand out.
  function handedOut() {
    var told = document.getElementById("jupyter-config-data");
    return !!told && !!JSON.parse(told.textContent).cspDocumentation;
  }

  function entry(app, command) {
    // The main menu has no name here that could be asked for without a build; it is a widget.
    var menu = null;
    Array.from(app.shell.widgets("menu")).forEach(function (bar) {
      (bar.menus || []).forEach(function (one) {
        if (one.id === "jp-mainmenu-help") { menu = one; }
      });
    });
    if (menu) { menu.insertItem(0, { command: command }); }
  }

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB.cspanalysis = {
    init: function () {},
    get: function () {
      return Promise.resolve(function () { return { __esModule: true, default: [plugin, help] }; });
    }
  };
})();
