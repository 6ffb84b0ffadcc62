// Metrics, of which the API says the names, formulas and reasons in both languages: any of them as a table, and three
// that a lead looks at first as pictures.

import { call, query } from "./api.js";
import { bar, span } from "./charts.js";
import { behind, element, empty, link, paragraph, table } from "./dom.js";
import { either } from "./session.js";
import { amount, number, percent, say, signed, word } from "./words.js";

export const metric = (key, { period, other, groupBy, signal }) => call(`/v1/metrics/${key}${query({ period, compare_to: other, group_by: groupBy })}`, { signal });

const UNITS = new Set(["count", "days", "hours", "minutes", "score"]);

// A figure's value in its unit; null has its reason beside it.
export function shown(value, unit) {
  if (value === null || value === undefined) return "–";
  if (unit === "share") return percent(Number(value));
  if (unit === "score") return number(Number(value), 3);
  if (unit === "count") return number(Number(value));
  return UNITS.has(unit) ? say("in_unit", number(Number(value), 1), word("unit", unit)) : `${amount(value)} ${unit}`;
}

const changed = (figure) => {
  const by = figure.compared?.change;
  if (by === null || by === undefined) return "–";
  return figure.unit === "share" ? say("points", signed(Number(by), (size) => number(size * 100, 1))) : signed(Number(by), (size) => shown(size, figure.unit));
};

const made = ({ numerator, denominator, interval, unit }) => {
  const counted = [...UNITS, "share"].includes(unit);
  const plain = (value) => (counted ? number(Number(value)) : amount(value));
  return [
    ...(numerator !== null && denominator !== null ? [element("div", { textContent: `${plain(numerator)} ÷ ${plain(denominator)}` })] : []),
    ...(interval ? [element("div", { className: "quiet", textContent: say("between", ...interval.map((end) => percent(Number(end)))) })] : []),
  ];
};

// The opportunities behind a figure, those that are left out with the reason.
export const opportunitiesOf = (figure, reasons = {}) => {
  const left = figure.excluded.reduce((sum, one) => sum + one.opportunities, 0);
  if (!figure.opportunity_count && !left) return null;
  return behind(say("opportunities", figure.opportunity_count) + (left ? say("and_left_out", left) : ""), async (cursor) => {
    const page = await call(`${figure.opportunities}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
    const why = (one) => (one.excluded.length ? say("left_out_since", one.excluded.map((reason) => reasons[reason] ?? word("result", reason)).join(", ")) : "");
    return [page.items.map((one) => [link(`#/journeys/${one.opportunity_id}`, `${one.code ?? ""} ${one.title ?? ""}`), ` ${one.client_name ?? ""} `, element("span", { className: "quiet", textContent: why(one) })]), page.next_cursor];
  });
};

const reasonsOf = (figures) => Object.fromEntries(figures.flatMap((one) => one.excluded.map((left) => [left.reason, either(left, "text")])));

const leftOut = (figures) => {
  const all = new Map(figures.flatMap((one) => one.excluded).map((one) => [one.reason, one]));
  return all.size ? paragraph(say("of", say("left_out"), [...all.values()].map((one) => `${either(one, "text")} (${one.cases})`).join(", ")), "quiet") : null;
};

const nothing = (found) => empty(found.figures[0]?.reason ? either(found.figures[0].reason, "text") : say("no_figures"));

const aboutWords = ({ about, group }) => [...Object.entries(group), ...Object.entries(about)].map(([name, value]) => (["cohort", "month", "from", "to", "material", "currency", "client", "team", "industry", "region", "product", "competitor", "owner"].includes(name) ? word("about", value) : word(name === "next" ? "stage" : name, value))).join(" · ");

// Every number of a metric, one a line.
export function everyFigure(found, definition) {
  const parts = Object.fromEntries(definition.parts.map((one) => [one.part, either(one, "text")]));
  const reasons = reasonsOf(found.figures);
  const rows = found.figures.filter((one) => one.part !== "verbatims");
  const texts = found.figures.flatMap((one) => one.verbatims);
  if (!rows.length) return nothing(found);
  return [
    table(either(found, "name"), [
      { name: say("of_what"), cell: (row) => aboutWords(row) || say("whole"), isHead: true },
      { name: say("figure"), cell: (row) => parts[row.part] ?? row.part },
      { name: say("value"), cell: (row) => (row.value === null ? [element("span", { className: "quiet", textContent: row.reason ? either(row.reason, "text") : "–" })] : [shown(row.value, row.unit), ...(row.is_enough ? [] : [element("div", { className: "quiet small", textContent: say("few", row.cases) })])]), isNumber: true },
      ...(found.compared_to ? [{ name: found.compared_to.label, cell: (row) => shown(row.compared?.value, row.unit), isNumber: true }, { name: say("change"), cell: changed, isNumber: true }] : []),
      { name: say("made_of"), cell: made },
      { name: say("opportunity"), cell: (row) => opportunitiesOf(row, reasons) },
    ], rows),
    leftOut(rows),
    ...(texts.length ? [element("h3", { textContent: say("verbatims") }), element("ul", {}, texts.map((one) => element("li", {}, one.text, " ", link(`#/journeys/${one.opportunity_id}`, say("opportunity")))))] : []),
  ];
}

// How many of those that entered a stage ever reached the next.
export function funnel(found) {
  const whole = found.figures.filter((one) => one.about.cohort === "all");
  const rates = whole.filter((one) => one.part === "rate");
  if (!rates.length) return nothing(found);
  const pending = (row) => whole.find((one) => one.part === "pending" && one.about.stage === row.about.stage)?.value;
  return [table(either(found, "name"), [
    { name: say("stage"), cell: (row) => `${word("stage", row.about.stage)} → ${word("stage", row.about.next)}`, isHead: true },
    { name: say("reached"), cell: (row) => bar(Number(row.value), shown(row.value, "share")), isNumber: true },
    ...(found.compared_to ? [{ name: found.compared_to.label, cell: (row) => shown(row.compared?.value, "share"), isNumber: true }, { name: say("change"), cell: changed, isNumber: true }] : []),
    { name: say("still_open"), cell: (row) => shown(pending(row), "share"), isNumber: true },
    { name: say("made_of"), cell: made },
    { name: say("opportunity"), cell: (row) => opportunitiesOf(row) },
  ], rates), leftOut(rates)];
}

// What open opportunities may bring, by the month of their expected close; each currency by itself.
export function forecast(found) {
  const rows = new Map();
  for (const one of found.figures.filter((figure) => figure.about.month)) {
    const key = `${one.about.month} ${one.about.currency}`;
    rows.set(key, { ...rows.get(key), month: one.about.month, unit: one.unit, [one.part]: one });
  }
  if (!rows.size) return [empty(say("no_pipeline")), leftOut(found.figures)];
  const greatest = (unit) => Math.max(...[...rows.values()].filter((one) => one.unit === unit).map((one) => Number(one.pipeline.value)));
  const cell = (part) => (row) => shown(row[part]?.value, row.unit);
  return [table(either(found, "name"), [
    { name: say("month"), cell: (row) => row.month, isHead: true },
    { name: say("pipeline"), cell: cell("pipeline"), isNumber: true },
    { name: say("expected"), cell: cell("expected"), isNumber: true },
    { name: say("p10"), cell: cell("p10"), isNumber: true },
    { name: say("p50"), cell: cell("p50"), isNumber: true },
    { name: say("p90"), cell: (row) => element("span", { className: "barred" }, cell("p90")(row), span(Number(row.p10?.value), Number(row.p50?.value), Number(row.p90?.value), greatest(row.unit))), isNumber: true },
    { name: say("opportunity"), cell: (row) => opportunitiesOf({ ...row.pipeline, excluded: [] }) },
  ], [...rows.values()]), leftOut(found.figures)];
}

// How soon questions are answered, in minutes of business.
export function responses(found) {
  const rows = new Map();
  for (const one of found.figures) rows.set(one.about.purpose, { ...rows.get(one.about.purpose), purpose: one.about.purpose, [one.part]: one });
  if (![...rows.values()].some((row) => row.p50?.value || row.in_time?.value)) return nothing(found);
  return [table(either(found, "name"), [
    { name: say("answer"), cell: (row) => word("purpose", row.purpose), isHead: true },
    { name: say("half"), cell: (row) => shown(row.p50?.value, "minutes"), isNumber: true },
    { name: say("most"), cell: (row) => shown(row.p90?.value, "minutes"), isNumber: true },
    { name: say("in_time"), cell: (row) => bar(Number(row.in_time?.value ?? 0), shown(row.in_time?.value, "share")), isNumber: true },
    ...(found.compared_to ? [{ name: say("change"), cell: (row) => (row.in_time ? changed(row.in_time) : "–"), isNumber: true }] : []),
    { name: say("made_of"), cell: (row) => (row.in_time ? made(row.in_time) : "–") },
    { name: say("opportunity"), cell: (row) => opportunitiesOf(row.in_time ?? row.p50) },
  ], [...rows.values()]), leftOut(found.figures)];
}
