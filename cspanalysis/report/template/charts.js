// Draws the charts of a page from its JSON, to the width at hand, on screen and on paper.
(function () {
  "use strict";
  var holder = document.getElementById("charts");
  if (!holder || !window.Plotly) { return; }
  var content = JSON.parse(holder.textContent);
  var drawn = [];
  var config = {
    displayModeBar: false, displaylogo: false, showSendToCloud: false, plotlyServerURL: "",
    responsive: false, scrollZoom: false, doubleClick: false, showTips: false, locale: "en-GB"
  };
  var paper = 660; // CSS pixels that fit an A4 page between its margins

  function copy(value) { return JSON.parse(JSON.stringify(value)); }

  // Long names of categories take up to three lines; what is left is in the table.
  function broken(text, most) {
    var lines = [""];
    String(text).split(" ").forEach(function (word) {
      if (word.length > most) { word = word.slice(0, most - 1) + "…"; }
      var last = lines[lines.length - 1];
      if (last && (last + " " + word).length > most) { lines.push(word); }
      else { lines[lines.length - 1] = last ? last + " " + word : word; }
    });
    if (lines.length > 3) { lines = lines.slice(0, 3); lines[2] += " …"; }
    return lines.join("<br>");
  }

  function categories(data, axis) {
    var key = axis.charAt(0), seen = [];
    data.forEach(function (trace) {
      var anchor = (trace[key + "axis"] || key).replace(key, key + "axis");
      if (anchor !== axis || !Array.isArray(trace[key])) { return; }
      trace[key].forEach(function (value) {
        if (typeof value === "string" && seen.indexOf(value) < 0) { seen.push(value); }
      });
    });
    return seen;
  }

  function fitted(chart, width) {
    var layout = copy(chart.layout), data = chart.data;
    if (chart.template !== null) { layout.template = content.templates[chart.template]; }
    layout.width = width;
    layout.height = layout.height || 400;
    layout.autosize = false;
    layout.dragmode = false;
    var base = (layout.template && layout.template.layout) || {};
    if (!base.margin && !layout.margin) { layout.margin = { l: 8, r: 24, t: 12, b: 40 }; }
    layout.font = layout.font || {};
    layout.font.family = '"Segoe UI", "Helvetica Neue", Arial, sans-serif';
    layout.paper_bgcolor = "rgba(0,0,0,0)";
    layout.plot_bgcolor = "rgba(0,0,0,0)";
    var narrow = width < 520;
    layout.xaxis = layout.xaxis || {};
    layout.yaxis = layout.yaxis || {};
    Object.keys(layout).forEach(function (key) {
      if (!/^[xy]axis\d*$/.test(key)) { return; }
      var axis = layout[key], most = narrow ? 16 : 32;
      axis.fixedrange = true;
      if (axis.automargin === undefined) { axis.automargin = true; }
      if (key.charAt(0) !== "y" || axis.tickvals) { return; }
      var names = categories(data, key);
      if (names.some(function (name) { return name.length > most && name.indexOf("<br>") < 0; })) {
        axis.tickmode = "array";
        axis.tickvals = names;
        axis.ticktext = names.map(function (name) { return broken(name, most); });
      }
    });
    // On a phone a name beside a point or the end of a line would take a third of the chart: it
    // goes above, that of a limit to the line's beginning, away from the newest months.
    if (narrow) {
      var dated = layout.xaxis.type === "date";
      if (dated) {
        layout.margin = Object.assign({}, base.margin, layout.margin, { r: 12 });
        layout.xaxis.tickangle = 0;
      }
      (layout.annotations || []).forEach(function (note) {
        if (note.xref === "paper" || note.yref === "paper" || !note.xshift) { return; }
        note.xshift = 0;
        note.yanchor = "bottom";
        note.yshift = dated ? 1 : 6;
        note.xanchor = dated ? "right" : "center";
        if (dated && /^(?:upper limit|lower limit|mean) /.test(note.text)) {
          note.xref = "paper";
          note.x = 0;
          note.xanchor = "left";
          note.bgcolor = "rgba(255,255,255,0.8)";
        }
      });
    }
    if (narrow && (layout.legend || layout.showlegend)) {
      layout.legend = Object.assign({}, layout.legend,
        { orientation: "h", x: 0, xanchor: "left", y: 1.02, yanchor: "bottom" });
    }
    return layout;
  }

  // On a phone labels at a line's end move over it, names break, and bars bear the count alone;
  // the share is in the table beneath.
  function slim(layout) {
    var ends = (layout.annotations || []).filter(function (note) { return note.name === "end"; });
    var lowest = Math.min.apply(null, ends.map(function (note) { return note.y; }));
    ends.forEach(function (note) {
      note.xanchor = "right";
      note.xshift = 6;
      note.yanchor = ends.length > 1 && note.y === lowest ? "top" : "bottom";
      note.yshift = note.yanchor === "top" ? -3 : ends.length > 1 ? 2 : 9;
      note.bgcolor = "rgba(255,255,255,.8)";
      note.borderpad = 0;
    });
    if (ends.length) { layout.margin = Object.assign({}, layout.margin, { r: 14 }); }
    (layout.annotations || []).forEach(function (note) {
      if (note.name === "point") { note.text = broken(note.text, 18); note.align = "left"; }
    });
    var axis = layout.xaxis;
    if (axis && axis.type === "date" && axis.tickvals && axis.tickvals.length > 4) {
      var every = function (value, i, all) { return (all.length - 1 - i) % 2 === 0; };
      axis.tickvals = axis.tickvals.filter(every);
      axis.ticktext = axis.ticktext.filter(every);
    }
    if (axis && axis.tickangle === undefined) { axis.tickangle = 0; }
  }

  function plain(trace) {
    if (trace.name === "value" && Array.isArray(trace.text)) {
      trace.text = trace.text.map(function (text) {
        return String(text).replace(/ \([^()]*\)(<\/b>)?$/, "$1");
      });
    }
    return trace;
  }

  function draw(place, width) {
    var chart = content.charts[place.dataset.chart];
    if (!chart) { return; }
    place.dataset.width = width;
    var data = copy(chart.data), layout = fitted(chart, width);
    if (width < 520) { slim(layout); data = data.map(plain); }
    return window.Plotly.react(place, data, layout, config);
  }

  function all(width) {
    return Promise.all(drawn.map(function (place) {
      var wanted = width || Math.floor(place.getBoundingClientRect().width);
      return wanted > 0 && String(wanted) !== place.dataset.width ? draw(place, wanted) : null;
    }));
  }

  document.querySelectorAll("[data-chart]").forEach(function (place) { drawn.push(place); });
  all().then(function () { document.documentElement.dataset.charts = "drawn"; });

  var waiting = 0;
  window.addEventListener("resize", function () {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(function () { all(); }, 120);
  });
  var folded = [];
  window.addEventListener("beforeprint", function () {
    folded = Array.prototype.slice.call(document.querySelectorAll("details:not([open])"));
    folded.forEach(function (part) { part.open = true; });
    all(paper);
  });
  window.addEventListener("afterprint", function () {
    folded.forEach(function (part) { part.open = false; });
    all();
  });
})();
