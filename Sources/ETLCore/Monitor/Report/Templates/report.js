"use strict";
// Without this script the page says the same: below each chart stand the newest values, and the table.
// The page is also well-formed XML, so that no ampersand and no less-than sign stands here.
for (const figure of document.querySelectorAll("figure[data-points]")) {
  const svg = figure.querySelector(".plot svg");
  const places = figure.dataset.points.split(" ").map(Number);
  const rows = figure.querySelectorAll("tbody tr");
  const values = figure.querySelectorAll(".readout .value");
  const head = figure.querySelector(".readout .head");
  const cross = svg.querySelector(".cross");
  if (rows.length !== places.length) throw new Error("the table of " + figure.id + " has other points than its chart");
  let position = 0;

  // Shows the values of a row of the table, the newest of which is the first.
  const show = (wanted) => {
    position = Math.max(0, Math.min(places.length - 1, wanted));
    const row = rows[position];
    head.textContent = row.querySelector("th").textContent;
    row.querySelectorAll("td").forEach((cell, column) => { values[column].textContent = cell.textContent; });
    cross.setAttribute("transform", "translate(" + places[position] + ")");
  };
  const leave = () => { figure.classList.remove("reading"); show(0); };
  const point = (event) => {
    const x = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse()).x;
    let nearest = 0;
    places.forEach((place, index) => { if (Math.abs(places[nearest] - x) > Math.abs(place - x)) nearest = index; });
    figure.classList.add("reading");
    show(nearest);
  };
  const moves = {
    ArrowLeft: () => position + 1, ArrowRight: () => position - 1, Home: () => places.length - 1, End: () => 0,
  };
  const plot = figure.querySelector(".plot");
  plot.tabIndex = 0;
  plot.setAttribute("role", "group");
  plot.setAttribute("aria-label", figure.querySelector("h3").textContent + ": arrow keys read the values");
  figure.querySelector(".readout").setAttribute("aria-live", "polite");
  plot.addEventListener("keydown", (event) => {
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    figure.classList.add("reading");
    show(move());
  });
  svg.addEventListener("pointermove", point);
  svg.addEventListener("pointerdown", point);
  svg.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") leave(); });
  plot.addEventListener("focus", () => { figure.classList.add("reading"); show(position); });
  plot.addEventListener("blur", leave);
}

// On paper the tables are open.
let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  closed.forEach((details) => { details.open = true; });
});
addEventListener("afterprint", () => { closed.forEach((details) => { details.open = false; }); });
