// Sorts and searches the table of areas; without it the table is there, in alphabetical order.
(function () {
  "use strict";
  var table = document.getElementById("areas");
  var body = table.tBodies[0], heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
  var rows = Array.prototype.slice.call(body.rows);

  function value(row, column) {
    var cell = row.cells[column];
    if (cell.dataset.value === undefined) { return cell.textContent.trim(); }
    return cell.dataset.value === "" ? null : Number(cell.dataset.value);
  }

  function sort(column, direction) {
    rows.sort(function (a, b) {
      var x = value(a, column), y = value(b, column);
      if (x === null || y === null) { return (x === null) - (y === null); }
      var order = typeof x === "number" ? x - y : x.localeCompare(y, "en-GB");
      return direction === "ascending" ? order : -order;
    });
    rows.forEach(function (row) { body.appendChild(row); });
    heads.forEach(function (head, index) {
      if (index === column) { head.setAttribute("aria-sort", direction); }
      else { head.removeAttribute("aria-sort"); }
    });
  }

  heads.forEach(function (head, column) {
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.textContent = "";
    head.appendChild(button);
    button.addEventListener("click", function () {
      sort(column, head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending");
    });
  });

  var field = document.getElementById("find"), found = document.getElementById("found");
  field.parentElement.hidden = false;
  field.addEventListener("input", function () {
    var words = field.value.toLowerCase().split(/\s+/), count = 0;
    rows.forEach(function (row) {
      var text = row.cells[0].textContent.toLowerCase();
      row.hidden = !words.every(function (word) { return text.indexOf(word) >= 0; });
      count += row.hidden ? 0 : 1;
    });
    found.textContent = count + (count === 1 ? " area" : " areas");
  });
})();
