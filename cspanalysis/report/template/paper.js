// Fills the pages of a document made for paper: pictures are a little lower where what follows
// would else begin a page, and a little higher where a page would stay empty.
(function () {
  "use strict";
  var charts = window.cspCharts;
  if (!charts) { return; }
  var PAGE = 266 / 25.4 * 96; // pixels of an A4 page between the margins of page.css
  var SAFE = 6, LOW = 0.8, LOWEST = 0.68, HIGH = 1.35; // of a picture's height
  var WHOLE = "main > .chapter:not(#duty) .finding, .short, .tiles, .note, .whole > .part, h2, h3, h4, p, tr, li, .lead, .windows div";
  var LEADS = "h2, h3, h4, .lead, thead tr, .answer:not(:last-child), .short:has(+ .note), #duty > .src";

  // What no page tears: each with its first element, its last, and the pictures in it.
  function pieces(root) {
    var found = [], led = null;
    function visit(element) {
      var box = element.getBoundingClientRect();
      if (!box.height || element.matches(".cover, .unseen")) { return; }
      if (!element.matches(WHOLE) || box.height > PAGE) {
        if (element.children.length) { return Array.prototype.forEach.call(element.children, visit); }
      }
      var one = led || { first: element, places: [] };
      one.last = element;
      one.places = one.places.concat(Array.prototype.slice.call(element.querySelectorAll("[data-chart]")));
      led = element.matches(LEADS) ? one : null;
      if (!led) { found.push(one); }
    }
    visit(root);
    found.forEach(function (one) {
      // The rule above a part belongs to its heading.
      while (one.first.parentNode !== root && one.first.parentNode.firstElementChild === one.first) {
        one.first = one.first.parentNode;
      }
    });
    return found;
  }

  function top(one) { return one.first.getBoundingClientRect().top; }
  function bottom(one) { return one.last.getBoundingClientRect().bottom; }

  // By how much what holds a picture grows with it: not at all while its words are taller.
  function growth(place, factor) {
    var figure = place.closest("figure"), holder = figure.parentNode, words = 0;
    var box = holder.getBoundingClientRect();
    Array.prototype.forEach.call(holder.children, function (child) {
      if (child !== figure && !child.matches(".src")) {
        words = Math.max(words, child.getBoundingClientRect().bottom - box.top);
      }
    });
    var drawn = figure.getBoundingClientRect().bottom - box.top;
    var high = place.getBoundingClientRect().height;
    return Math.max(words, drawn + (factor - 1) * high) - Math.max(words, drawn);
  }

  function grown(places, factor) {
    return places.reduce(function (sum, place) { return sum + growth(place, factor); }, 0);
  }

  // The factor between two at which pictures grow by as much as there is room for.
  function factor(places, least, most, room) {
    for (var turn = 0; turn < 16; turn += 1) {
      var half = (least + most) / 2;
      if (grown(places, half) <= room) { least = half; } else { most = half; }
    }
    return Math.floor(least * 200) / 200;
  }

  function set(places, size) { places.forEach(function (place) { charts.stretched(place, size); }); }

  function fill(root) {
    var all = pieces(root), here = 0;
    while (here < all.length) {
      var start = top(all[here]), next = here, places = [], size = 1;
      while (next < all.length) {
        var more = places.concat(all[next].places), over = bottom(all[next]) - start - PAGE + SAFE;
        if (over > 0) {
          if (size !== 1) { break; }
          // Where a quarter of the page would stay empty pictures may be lower still.
          var least = next > here && PAGE - (bottom(all[next - 1]) - start) > PAGE / 4 ? LOWEST : LOW;
          if (!more.length || -grown(more, least) < over) { break; }
          size = factor(more, least, 1, -over);
          set(more, size);
          // Names in several lines keep a picture from being as low as it was asked to be.
          if (bottom(all[next]) - start > PAGE) { size = least; set(more, size); }
          if (bottom(all[next]) - start > PAGE) { size = 1; set(more, size); break; }
        }
        places = more;
        next += 1;
      }
      if (next === here) { next += 1; }
      var room = PAGE - SAFE - (bottom(all[next - 1]) - start);
      if (next < all.length && size === 1 && places.length && room > 0) {
        set(places, factor(places, 1, HIGH, room));
        if (bottom(all[next - 1]) - start > PAGE) { set(places, 1); }
      }
      here = next;
    }
    document.documentElement.dataset.pages = "filled";
  }

  charts.ready.then(function () { fill(document.getElementById("main")); });
})();
