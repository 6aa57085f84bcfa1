// Charts as pictures to take away: PNG and SVG with title and source, made without any network.
(function () {
  "use strict";
  var maker = window.cspCharts;
  if (!maker || !window.Plotly) { return; }
  var WIDTH = 720, SCALE = 2, EDGE = 12; // a picture is as wide as a page of a document asks for
  var FONT = '"Segoe UI", "Helvetica Neue", Arial, sans-serif';
  var INK = "#10151a", SOFT = "#4b555d";
  var ruler = document.createElement("canvas").getContext("2d");

  function escaped(text) {
    return String(text).replace(/[&<>"]/g, function (sign) {
      return { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }[sign];
    });
  }

  function lines(text, size, weight) {
    var found = [""];
    ruler.font = weight + " " + size + "px " + FONT;
    String(text || "").split(/\s+/).forEach(function (word) {
      var last = found[found.length - 1], longer = last ? last + " " + word : word;
      if (last && ruler.measureText(longer).width > WIDTH - 2 * EDGE) { found.push(word); }
      else { found[found.length - 1] = longer; }
    });
    return found[0] ? found : [];
  }

  // A text from `top` down, and how much of the height it takes.
  function block(text, size, weight, colour, top) {
    var said = lines(text, size, weight), step = Math.round(size * 1.4);
    return {
      height: said.length * step,
      svg: said.map(function (line, number) {
        return '<text x="' + EDGE + '" y="' + (top + number * step + size) + '" font-size="' + size +
          '" font-weight="' + weight + '" fill="' + colour + '">' + escaped(line) + "</text>";
      }).join("")
    };
  }

  // The picture of a chart as SVG: a Promise of {svg, width, height}. A bare one has no words about.
  function picture(id, foot, alt, isBare) {
    var chart = maker.fitted(id, WIDTH - EDGE), about = maker.about(id);
    if (isBare) { about = { title: "" }; }
    return window.Plotly.toImage(chart, {
      format: "svg", width: WIDTH - EDGE, height: chart.layout.height, imageDataOnly: true
    }).then(function (drawn) {
      var title = block(about.title, 17, 700, INK, EDGE);
      var under = block(about.subtitle, 14, 400, SOFT, EDGE + title.height + 2);
      var top = isBare ? 0 : EDGE + title.height + under.height + 10, high = chart.layout.height;
      var said = isBare ? "" : [foot, about.source ? "Source: " + about.source : ""].filter(Boolean).join(" ");
      var source = block(said, 12, 400, SOFT, top + high + 6);
      var height = isBare ? high : top + high + 6 + source.height + EDGE;
      var inner = drawn.slice(drawn.indexOf("<svg")).replace("<svg", '<svg x="6" y="' + top + '"');
      return {
        width: WIDTH, height: height,
        svg: '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"' +
          ' width="' + WIDTH + '" height="' + height + '" viewBox="0 0 ' + WIDTH + " " + height +
          '" role="img" font-family="' + escaped(FONT) + '"><title>' + escaped(about.title) +
          "</title><desc>" + escaped(alt || "") + '</desc><rect width="100%" height="100%"' +
          ' fill="#fff"/>' + title.svg + under.svg + inner + source.svg + "</svg>"
      };
    });
  }

  // The same as a canvas of so many times the size, from which PNG is had.
  function painted(made, scale) {
    return new Promise(function (done, failed) {
      var image = new Image();
      image.onload = function () {
        var canvas = document.createElement("canvas");
        canvas.width = made.width * (scale || SCALE);
        canvas.height = made.height * (scale || SCALE);
        canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
        done(canvas);
      };
      image.onerror = function () { failed(new Error("the picture could not be drawn")); };
      image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(made.svg);
    });
  }

  function save(blob, name) {
    var link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    document.body.appendChild(link);
    link.click();
    link.remove();
    window.setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
  }

  // Each chart of a page gets its two buttons, beneath it.
  function buttons(place) {
    var id = place.dataset.chart, row = document.createElement("p"), about = maker.about(id);
    if (!about) { return; }
    var alt = document.getElementById((place.getAttribute("aria-labelledby") || "").split(" ").pop());
    // What the page says of itself: the restricted edition, synthetic data.
    var marks = document.querySelectorAll(".restricted strong, .synthetic strong");
    var foot = Array.prototype.map.call(marks, function (mark) {
      return mark.textContent.replace(/\.?$/, ".");
    }).join(" ");
    row.className = "take";
    row.appendChild(document.createTextNode("Take this chart: "));
    ["PNG", "SVG"].forEach(function (format) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = format;
      button.setAttribute("aria-label", "Save as " + format + ": " + about.title);
      button.addEventListener("click", function () {
        var name = id.replace(/[^\w.-]+/g, "_") + "." + format.toLowerCase();
        picture(id, foot, alt && alt.textContent).then(function (made) {
          if (format === "SVG") { return save(new Blob([made.svg], { type: "image/svg+xml" }), name); }
          return painted(made).then(function (canvas) {
            canvas.toBlob(function (blob) { save(blob, name); });
          });
        });
      });
      row.appendChild(button);
    });
    place.insertAdjacentElement("afterend", row);
  }

  window.cspPictures = { picture: picture, painted: painted };
  document.querySelectorAll("[data-chart]").forEach(buttons);
})();
