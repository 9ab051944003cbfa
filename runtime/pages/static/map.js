// Puts the points of a GeoJSON answer on the boundaries of another, or on bare coordinates where there are none.
(function () {
  "use strict";
  var SHADES = {red: "#b01e1a", orange: "#d9730d", yellow: "#c9a227", blue: "#1a5690"};
  var ORDER = ["blue", "yellow", "orange", "red"];
  var SHAPES = {blue: "circle", yellow: "triangle", orange: "rect", red: "diamond"};
  var FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", sans-serif';

  function read(address) {
    return fetch(address, {credentials: "same-origin"}).then(function (answer) {
      if (!answer.ok) { throw new Error(String(answer.status)); }
      return answer.json();
    });
  }

  function points(risks, shade) {
    return risks.features.filter(function (one) { return one.properties.risk === shade; }).map(function (one) {
      return {name: one.properties.name, id: one.id,
              value: one.geometry.coordinates.concat([one.properties.open, one.properties.overdue, one.properties.major])};
    });
  }

  function series(risks, placed) {
    return ORDER.map(function (shade) {
      return {name: shade, type: "scatter", coordinateSystem: placed ? "geo" : "cartesian2d", symbol: SHAPES[shade],
              data: points(risks, shade), itemStyle: {color: SHADES[shade], borderColor: "#fff", borderWidth: 1},
              symbolSize: function (value) { return Math.min(8 + 2 * Math.sqrt(value[2]), 22); }};
    });
  }

  function tooltip() {
    return {renderMode: "richText", textStyle: {fontSize: 12, fontFamily: FONT}, formatter: function (one) {
      var value = one.value;
      return Array.isArray(value)
        ? one.name + "\n未销号 " + value[2] + "，逾期 " + value[3] + "，重大 " + value[4] : one.name;
    }};
  }

  function bare(risks) {
    function axis() {
      return {type: "value", scale: true, splitLine: {lineStyle: {color: "#e8edf1"}},
              axisLabel: {color: "#5a6876", fontSize: 11, formatter: function (value) { return value.toFixed(2) + "°"; }}};
    }
    return {animation: false, tooltip: tooltip(), grid: {left: 52, right: 16, top: 12, bottom: 28},
            xAxis: axis(), yAxis: axis(), series: series(risks, false)};
  }

  function drawn(risks, boundaries) {
    window.echarts.registerMap("boundaries", boundaries);
    return {animation: false, tooltip: tooltip(), series: series(risks, true),
            geo: {map: "boundaries", roam: true, label: {show: true, fontSize: 11, color: "#5a6876", fontFamily: FONT},
                  itemStyle: {areaColor: "#eef3f8", borderColor: "#9aa8b5"},
                  emphasis: {itemStyle: {areaColor: "#dfe9f3"}}}};
  }

  function note(text) { document.querySelector(".mapnote").textContent = text; }

  function show(figure) {
    var place = figure.getAttribute("data-boundaries");
    Promise.all([read(figure.getAttribute("data-risks")), place ? read(place) : null]).then(function (found) {
      var risks = found[0], boundaries = found[1];
      note("标出 " + risks.features.length + " 处" + (risks.unplaced ? "，另有 " + risks.unplaced + " 处没有可用的坐标" : "")
           + (risks.more ? "；过多未全列，请选择下级地区" : ""));
      if (!risks.features.length) { figure.classList.add("nothing"); return; }
      figure.classList.add("drawn");
      var chart = window.echarts.init(figure.querySelector(".canvas"), null, {renderer: "canvas"});
      chart.setOption(boundaries && boundaries.features.length ? drawn(risks, boundaries) : bare(risks));
      chart.on("click", function (one) {
        if (one.data && one.data.id) { location.href = "/sites/" + encodeURIComponent(one.data.id).replace(/%3A/g, ":"); }
      });
      window.addEventListener("resize", function () { chart.resize(); });
    }).catch(function () { note("暂时读不到地图数据，请稍后刷新；右侧排名不受影响。"); });
  }

  document.querySelectorAll("figure.riskmap").forEach(show);
})();
