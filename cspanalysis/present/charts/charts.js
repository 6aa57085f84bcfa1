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
  var beside = 390; // and those that are left beside a sentence
  var NARROW = 520; // below it a chart is drawn for a phone

  // On a dark page every colour has a counterpart that keeps its rank: what is darkest on white
  // is brightest on black, so that words within marks stay readable.
  var DARK = {
    "#0b0c0c": "#e8ecef", "#505a5f": "#b3bdc5", "#e3e3e3": "#38424a", "#ffffff": "#14181c",
    "#f3f2f1": "#20272d", "#f3f6f9": "#20272d", "#12436d": "#8cc0f0", "#bfbfbf": "#5e6a73",
    "#28a197": "#4fc7bc", "#f46a25": "#ff9a62", "#d0e1ee": "#21384d", "#dce6f0": "#26384a",
    "#8db4d3": "#31608a", "#b8cde2": "#34526f", "#8fb0d1": "#4a739c", "#6f90af": "#7ea3c6",
    "#3d79ab": "#5590c4", "#8a949b": "#8a949b",
    "rgba(18,67,109,0.15)": "rgba(140,192,240,0.22)", "rgba(255,255,255,.8)": "rgba(20,24,28,.8)"
  };
  // A document made for paper is laid out on the screen as it will be printed.
  var isSheet = document.body.classList.contains("printed");
  var night = window.matchMedia("(prefers-color-scheme: dark)"), onPaper = isSheet;

  function toned(value) {
    if (typeof value === "string") {
      return value.replace(/#[0-9a-f]{6}\b|rgba\([^)]*\)/gi, function (found) {
        return DARK[found.toLowerCase()] || found;
      });
    }
    if (Array.isArray(value)) { return value.map(toned); }
    if (value && typeof value === "object") {
      Object.keys(value).forEach(function (key) {
        if (key !== "bdata") { value[key] = toned(value[key]); }
      });
    }
    return value;
  }

  function tone() { return night.matches && !onPaper ? "dark" : "light"; }

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

  // A line of the key in the lines that `room` (pixels) asks for: apart at its commas and gaps, and
  // within a phrase only where the phrase alone is too long.
  var ruler = document.createElement("canvas").getContext("2d");
  function phrased(text, room, font) {
    ruler.font = font;
    function fits(words) { return ruler.measureText(words).width <= room; }
    var lines = [""];
    text.replace(/(, | {3})/g, "$1\n").split("\n").forEach(function (phrase) {
      var last = lines.length - 1;
      if (fits((lines[last] + phrase).trim())) { lines[last] += phrase; return; }
      if (!fits(phrase)) { phrase = broken(phrase, Math.floor(room / ruler.measureText("n").width)); }
      if (lines[last]) { lines.push(phrase); } else { lines[last] = phrase; }
    });
    return lines.map(function (line) { return line.trim(); }).join("<br>");
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
    if (chart.template !== null) { layout.template = copy(content.templates[chart.template]); }
    layout.width = width;
    layout.height = layout.height || 400;
    // A map is as high as its width asks for.
    var map = layout.meta && layout.meta.aspect ? layout.meta : null;
    if (map) {
      layout.height = Math.round(Math.min((width - 8) * map.aspect, map.tallest) + map.beside);
    }
    layout.autosize = false;
    layout.dragmode = false;
    var base = (layout.template && layout.template.layout) || {};
    if (!base.margin && !layout.margin) { layout.margin = { l: 8, r: 24, t: 12, b: 40 }; }
    layout.font = layout.font || {};
    layout.font.family = '"Segoe UI", "Helvetica Neue", Arial, sans-serif';
    layout.paper_bgcolor = "rgba(0,0,0,0)";
    layout.plot_bgcolor = "rgba(0,0,0,0)";
    layout.xaxis = layout.xaxis || {};
    layout.yaxis = layout.yaxis || {};
    axes(layout).forEach(function (key) {
      var axis = layout[key], most = width < NARROW ? 16 : 32;
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
    return layout;
  }

  function axes(layout) {
    return Object.keys(layout).filter(function (key) { return /^[xy]axis\d*$/.test(key); });
  }

  function margin(layout, sides) { layout.margin = Object.assign({}, layout.margin, sides); }

  function longest(texts) {
    return Math.max.apply(null, [0].concat([].concat.apply([], (texts || []).map(function (text) {
      return String(text).replace(/<(?!br)[^>]*>/g, "").split("<br>");
    }))).map(function (line) { return line.length || 0; }));
  }

  // Everything that a phone needs otherwise than a desk: there is room for the data or for words
  // beside them, not for both. What is left out is in the sentence or in the table beneath.
  function onPhone(data, layout) {
    var notes = layout.annotations || [], first = layout.xaxis, dated = first.type === "date";
    var taller = 0;

    // Names at a line's end go over it; limits, and the own area's name among points, to the key.
    var key = notes.filter(function (note) { return note.name === "key"; })[0];
    var moved = !key ? [] : notes.filter(function (note) {
      return note.name === "limit" || (note.name === "point" && /^<b>/.test(note.text));
    });
    if (moved.length) {
      key.text = moved.map(function (note) {
        return note.name === "point" ? '<span style="color:#12436D">●</span> ' + note.text : note.text;
      }).join(", ") + "<br>" + key.text;
      key.align = "left";
      notes = layout.annotations = notes.filter(function (note) { return moved.indexOf(note) < 0; });
      margin(layout, { t: ((layout.margin || {}).t || 26) + 16 });
      taller += 16;
    }
    if (key) {
      var lines = key.text.split("<br>"), font = "12px " + layout.font.family;
      var fits = lines.map(function (line) {
        return /</.test(line) ? line : phrased(line, layout.width - 56, font);
      }).join("<br>");
      var more = 14 * (fits.split("<br>").length - lines.length);
      if (more) {
        key.text = fits;
        key.align = "left";
        margin(layout, { t: ((layout.margin || {}).t || 26) + more });
        taller += more;
      }
    }
    var ends = notes.filter(function (note) { return note.name === "end"; });
    var lowest = Math.min.apply(null, ends.map(function (note) { return note.y; }));
    ends.forEach(function (note) {
      var under = ends.length > 1 && note.y === lowest;
      Object.assign(note, {
        xanchor: "right", xshift: 6, yanchor: under ? "top" : "bottom",
        yshift: under ? -3 : ends.length > 1 ? 2 : 9, bgcolor: "rgba(255,255,255,.8)", borderpad: 0
      });
    });
    notes.forEach(function (note) {
      if (note.name === "point") { note.text = broken(note.text, 18); note.align = "left"; }
      if (note.name === "end" || note.xref === "paper" || note.yref === "paper" || !note.xshift) { return; }
      Object.assign(note, { xshift: 0, xanchor: "center", yanchor: "bottom", yshift: 6 });
    });
    if (dated) { margin(layout, { r: 14 }); }

    // Column headings stand upright, and dots in columns shrink with the columns.
    if (first.side === "top") {
      first.tickangle = -90;
      taller += 6 * longest(first.ticktext);
      data.forEach(function (trace) {
        if (trace.marker && Array.isArray(trace.marker.size)) {
          trace.marker.size = trace.marker.size.map(function (size) { return size * 0.65; });
        }
      });
    } else if (first.tickangle === undefined) { first.tickangle = 0; }

    var bars = data.filter(function (trace) { return trace.type === "bar" && trace.orientation === "h"; });
    var values = data.filter(function (trace) { return trace.name === "value"; });
    if (values.length && !bars.length) {
      // The margin takes the texts beside the marks; the axis need not leave room for them.
      margin(layout, { r: 46 });
      if (first.range) { first.range[1] /= 1.1; }
      notes.forEach(function (note) {
        if (note.xref === "paper" && note.x === 1) { note.xshift = 34; }
      });
    }
    var room = layout.width - 7.4 * longest(layout.yaxis.ticktext) - 24 - ((layout.margin || {}).r || 12);
    if (!layout.yaxis.ticktext) { room -= 30; }
    if (bars.length && first.range) {
      values.forEach(function (trace) { plain(trace, bars[0], room / first.range[1]); });
    }
    axes(layout).forEach(function (key) {
      var axis = layout[key];
      if (key.charAt(0) !== "x" || axis.side === "top" || !axis.tickvals) { return; }
      thin(axis, axis.domain ? room * (axis.domain[1] - axis.domain[0]) : room, 7.2);
    });
    layout.height += taller;
    return data.filter(function (trace) { return trace.name !== "foot"; });
  }

  // Of ticks that would touch, every second, third … is left: with the zero, or else the newest.
  function thin(axis, room, letter) {
    var n = axis.tickvals.length, texts = axis.ticktext || axis.tickvals;
    var span = axis.range ? axis.range[1] - axis.range[0] : NaN;
    var between = room * (axis.tickvals[1] - axis.tickvals[0]) / span || room / (n - 1);
    var step = Math.ceil((letter * longest(texts) + 8) / between);
    var kept = Math.max(axis.tickvals.indexOf(0), axis.type === "date" ? n - 1 : 0);
    var chosen = function (value, i) { return (i - kept) % step === 0; };
    if (step > 1) {
      axis.tickvals = axis.tickvals.filter(chosen);
      axis.ticktext = texts.filter(chosen);
    }
  }

  // Bars bear the count alone, beside the bar where it is too short for it.
  function plain(trace, bar, scale) {
    var inks = (trace.textfont || {}).color;
    trace.text = trace.text.map(function (text) {
      return String(text).replace(/ \([^()]*\)(<\/b>)?$/, "$1");
    });
    trace.textfont = Object.assign({}, trace.textfont);
    trace.textfont.color = trace.text.map(function (text, i) {
      var short = trace.x[i] === 0 && bar.x[i] > 0 && bar.x[i] * scale < 8 * longest([text]) + 4;
      if (short) { trace.x[i] = bar.x[i]; return "#0B0C0C"; }
      return Array.isArray(inks) ? inks[i] : inks;
    });
  }

  // The height at which names of several lines do not touch, and two of them are seen apart.
  function crowded(names) {
    var lines = names.map(function (name) { return String(name).split("<br>").length; });
    var most = Math.max.apply(null, [0].concat(lines.slice(1).map(function (n, i) { return (n + lines[i]) / 2; })));
    return most > 1 ? Math.round((29.6 * most - 21) * lines.length) + 56 : 0;
  }

  function draw(place, width) {
    var chart = content.charts[place.dataset.chart];
    if (!chart) { return; }
    place.dataset.width = width;
    place.dataset.tone = tone();
    var data = copy(chart.data), layout = fitted(chart, width);
    if (width < NARROW) { data = onPhone(data, layout); }
    else if (layout.xaxis.ticktext && layout.xaxis.side !== "top" && !layout.xaxis.domain) {
      thin(layout.xaxis, width - 40 - ((layout.margin || {}).r || 12), 6);
    }
    // Paper has less room: what has no rows of names may be flatter, and many rows closer.
    if (onPaper) {
      var rows = layout.yaxis.tickvals || categories(data, "yaxis");
      var flat = rows.length ? (rows.length < 8 ? 1 : 0.78) : layout.meta && layout.meta.aspect ? 0.78 : 0.7;
      flat *= Number(place.dataset.stretch || 1);
      layout.height = Math.max(Math.round(layout.height * flat), Math.min(layout.height, crowded(layout.yaxis.ticktext || rows)));
    }
    if (tone() === "dark") { data = toned(data); layout = toned(layout); }
    place.style.minHeight = "0";
    return window.Plotly.react(place, data, layout, config);
  }

  function all(width) {
    return Promise.all(drawn.map(function (place) {
      var wanted = width || Math.floor(place.getBoundingClientRect().width);
      var isNew = String(wanted) !== place.dataset.width || place.dataset.tone !== tone();
      return wanted > 0 && isNew ? draw(place, wanted) : null;
    }));
  }

  // On paper charts are smaller than on a screen and stand beside their sentence, and a tall one so
  // small that it fits a page.
  function onSheet(place) {
    var chart = content.charts[place.dataset.chart];
    if (!chart) { return; }
    var figure = place.closest("figure");
    var isBeside = figure && figure.parentNode.matches(".finding, .whole .part");
    var most = !isBeside ? 0.8 : figure.parentNode.matches(".part") ? 0.58 : 0.7;
    var size = Math.max(0.58, Math.min(most, 620 / fitted(chart, paper).height));
    place.style.zoom = size;
    return draw(place, Math.floor((isBeside ? beside : paper) / size));
  }

  // For pictures.js and paper.js: a chart as it is drawn for a width, what stands above and beneath
  // it, and a chart drawn again so many times as high.
  window.cspCharts = {
    stretched: function (place, factor) { place.dataset.stretch = factor; return onSheet(place); },
    about: function (id) { return (content.charts[id] || {}).about; },
    fitted: function (id, width) {
      var chart = content.charts[id];
      return { data: copy(chart.data), layout: fitted(chart, width), config: config };
    }
  };

  // What is folded stays out of a document that is made for paper: hidden there, it would tear
  // headings from what follows them.
  if (document.body.classList.contains("printed")) {
    document.querySelectorAll("details:not([open]), .uncovered").forEach(function (fold) { fold.remove(); });
  }
  document.querySelectorAll("[data-chart]").forEach(function (place) { drawn.push(place); });
  var first = isSheet ? Promise.all(drawn.map(onSheet)) : all();
  window.cspCharts.ready = first.then(function () { document.documentElement.dataset.charts = "drawn"; });
  if (isSheet) { return; }

  // What lies in a fold is drawn when it is opened.
  document.addEventListener("toggle", function (event) {
    if (event.target.open) { all(); }
  }, true);
  night.addEventListener("change", function () { all(); });

  var waiting = 0;
  window.addEventListener("resize", function () {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(function () { all(); }, 120);
  });
  // What is folded is not printed; it is in the workbook.
  window.addEventListener("beforeprint", function () {
    onPaper = true;
    drawn.forEach(onSheet);
  });
  window.addEventListener("afterprint", function () {
    onPaper = false;
    drawn.forEach(function (place) { place.style.zoom = ""; });
    all();
  });
})();
