// Draws the charts of a page from its own tables, so that a chart and its numbers cannot differ.
// <figure class="chart" data-chart="lines"><div class="canvas"></div><details>..<table>..</table></details></figure>
(function () {
  "use strict";
  var COLOURS = ["#1a5690", "#1b6a3b", "#b01e1a", "#835000"];
  var INK = "#1c2733", MUTED = "#5a6876", HAIR = "#e8edf1";
  var FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", sans-serif';

  function texts(cells) { return Array.prototype.map.call(cells, function (cell) { return cell.textContent.trim(); }); }

  function number(text) {
    var value = parseFloat(text.replace(/[,%]/g, ""));
    return isNaN(value) ? null : value;
  }

  function read(table) {
    var rows = Array.prototype.map.call(table.tBodies[0].rows, function (row) { return texts(row.cells); });
    return {names: texts(table.tHead.rows[0].cells).slice(1), labels: rows.map(function (row) { return row[0]; }),
            column: function (place) { return rows.map(function (row) { return number(row[place + 1]); }); }};
  }

  function lines(data) {
    return {
      textStyle: {fontFamily: FONT, color: INK},
      color: COLOURS,
      animation: false,
      grid: {left: 44, right: 14, top: 30, bottom: 24},
      legend: {top: 0, right: 8, itemWidth: 14, itemHeight: 8, textStyle: {color: MUTED, fontSize: 12}},
      tooltip: {trigger: "axis", renderMode: "richText", textStyle: {fontSize: 12}},
      xAxis: {type: "category", data: data.labels, boundaryGap: false, axisLine: {lineStyle: {color: MUTED}},
              axisLabel: {color: MUTED, fontSize: 11, formatter: function (label) { return label.slice(5); }}},
      yAxis: {type: "value", minInterval: 1, splitLine: {lineStyle: {color: HAIR}},
              axisLabel: {color: MUTED, fontSize: 11}},
      series: data.names.map(function (name, place) {
        return {name: name, type: "line", data: data.column(place), symbol: place ? "rect" : "circle", symbolSize: 4,
                lineStyle: {width: 2, type: place ? "dashed" : "solid"}};
      })
    };
  }

  var KINDS = {lines: lines};

  function draw(figure) {
    var table = figure.querySelector("table"), canvas = figure.querySelector(".canvas");
    var kind = KINDS[figure.getAttribute("data-chart")];
    if (!kind || !table || !table.tBodies[0] || !table.tBodies[0].rows.length) { return; }
    figure.classList.add("drawn");  // gives the canvas its size, which a chart takes over when it is made
    var chart = window.echarts.init(canvas, null, {renderer: "svg"});
    chart.setOption(kind(read(table)));
    window.addEventListener("resize", function () { chart.resize(); });
    window.addEventListener("beforeprint", function () { chart.resize({width: 620}); });
    window.addEventListener("afterprint", function () { chart.resize({width: "auto"}); });
  }

  document.querySelectorAll("figure.chart").forEach(draw);
})();
