"use strict";
(() => {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const holders = [...document.querySelectorAll("[data-chart]")];
  const figures = holders.map(holder => holder.parentElement);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const wholeNumbers = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000, 500000, 1000000];
  const widestInPrint = 640;
  let drawn = [];

  // Numbers as the page's tables have them, whatever the reader's language.
  const text = number => number == null ? "" : String(+number.toPrecision(4));
  const width = (figure, printed) => Math.max(200, printed ? Math.min(widestInPrint, figure.clientWidth) : figure.clientWidth);
  const height = width => Math.round(Math.min(300, Math.max(210, width * .55)));

  function draw(holder, printed) {
    const chart = charts[holder.dataset.chart];
    const figure = holder.parentElement;
    const legend = [...figure.querySelectorAll(".legend li[class]")];
    const at = figure.querySelector(".legend li:not([class]) output");
    const style = getComputedStyle(holder);
    const [ink, rule] = ["--muted", "--rule"].map(name => style.getPropertyValue(name).trim());
    const axis = {
      stroke: ink, font: "12px " + style.fontFamily, labelFont: "12px " + style.fontFamily, labelSize: 20,
      grid: { stroke: rule, width: 1 }, ticks: { stroke: rule, width: 1, size: 5 },
    };
    const values = (_, splits) => splits.map(text);
    const x = { ...axis, label: chart.x, size: 30, values: chart.logX ? undefined : values };
    if (!chart.logX && chart.data[0].every(Number.isInteger))
      x.incrs = wholeNumbers;
    const y = {
      ...axis, label: chart.y, values: chart.logY ? undefined : values,
      size: (_, labels) => 16 + 7 * Math.max(2, ...(labels ?? []).map(label => label?.length ?? 0)),
    };
    const series = legend.map(item => {
      const look = getComputedStyle(item);
      const colour = look.getPropertyValue("--series").trim();
      const dash = look.getPropertyValue("--dash").trim();
      return {
        stroke: colour, width: 2, dash: dash === "none" ? undefined : dash.split(" ").map(Number), spanGaps: true,
        points: { size: 5, width: 1, fill: colour, stroke: colour },
      };
    });
    const range = chart.ofShares ? { range: [0, 1] } : {};
    const wide = width(figure, printed);
    return new uPlot({
      width: wide, height: height(wide), legend: { show: false },
      scales: { x: { time: false, distr: chart.logX ? 3 : 1, ...range }, y: { distr: chart.logY ? 3 : 1, ...range } },
      axes: [x, y], series: [{}, ...series],
      cursor: { y: false },
      hooks: {
        setCursor: [plot => {
          const place = plot.cursor.idx;
          at.textContent = place == null ? "" : `at ${chart.x} ${text(plot.data[0][place])}`;
          legend.forEach((item, number) => {
            item.querySelector("output").textContent = place == null ? "" : text(plot.data[number + 1][place]);
          });
        }],
      },
    }, chart.data, holder);
  }

  function drawAll(printed = false) {
    document.documentElement.classList.toggle("printed", printed);
    for (const plot of drawn)
      plot.destroy();
    drawn = holders.map(holder => draw(holder, printed));
  }

  drawAll();
  dark.addEventListener("change", () => drawAll());
  addEventListener("beforeprint", () => drawAll(true));
  addEventListener("afterprint", () => drawAll());
  const observer = new ResizeObserver(entries => {
    for (const { target } of entries) {
      const plot = drawn[figures.indexOf(target)];
      const wide = width(target, false);
      if (plot && plot.width !== wide && !document.documentElement.classList.contains("printed"))
        requestAnimationFrame(() => plot.setSize({ width: wide, height: height(wide) }));
    }
  });
  figures.forEach(figure => observer.observe(figure));
})();
