// Small pictures beside numbers: what they show stands in the table next to them, so readers of screens lose nothing.

import { drawn, element } from "./dom.js";
import { percent, say } from "./words.js";

// A bar of `share` (0 … 1) of the greatest; within a table cell, after its number.
export function bar(share, text) {
  const width = Math.max(0, Math.min(1, share)) * 100;
  const picture = drawn("svg", { class: "bar", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" }, drawn("rect", { class: "ground", width: 100, height: 8 }), drawn("rect", { class: "fill", width, height: 8 }));
  return element("span", { className: "barred" }, element("span", { textContent: text }), picture);
}

// From low to high on a scale that ends at `greatest`, with a mark at the middle value.
export function span(low, middle, high, greatest) {
  const at = (value) => (greatest ? (100 * value) / greatest : 0);
  return drawn("svg", { class: "bar", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
    drawn("rect", { class: "ground", width: 100, height: 8 }),
    drawn("rect", { class: "fill", x: at(low), width: Math.max(1, at(high) - at(low)), height: 8 }),
    drawn("rect", { class: "mark", x: Math.max(0, at(middle) - 0.75), width: 1.5, height: 8 }),
  );
}

// What was stated against what came true; on the diagonal they are equal. `points`: { stated, observed, interval, count }.
export function reliability(points) {
  const [x, y] = [(share) => 40 + share * 240, (share) => 260 - share * 240];
  const greatest = Math.max(...points.map((one) => one.count), 1);
  const ticks = [0, 0.25, 0.5, 0.75, 1].flatMap((at) => [
    drawn("text", { x: x(at), y: 278, "text-anchor": "middle" }, percent(at, 0)), drawn("text", { x: 34, y: y(at) + 4, "text-anchor": "end" }, percent(at, 0)),
    drawn("line", { class: "grid", x1: x(0), x2: x(1), y1: y(at), y2: y(at) }),
  ]);
  const marks = points.flatMap(({ stated, observed, interval, count }) => [
    ...(interval ? [drawn("line", { class: "interval", x1: x(stated), x2: x(stated), y1: y(interval[0]), y2: y(interval[1]) })] : []),
    drawn("circle", { class: "point", cx: x(stated), cy: y(observed), r: 3 + 6 * Math.sqrt(count / greatest) }),
  ]);
  return drawn("svg", { class: "chart", viewBox: "0 0 300 300", role: "img", "aria-label": say("chart_reliability") },
    ticks, drawn("line", { class: "diagonal", x1: x(0), y1: y(0), x2: x(1), y2: y(1) }), marks,
    drawn("text", { x: 160, y: 296, "text-anchor": "middle" }, say("stated")),
  );
}
