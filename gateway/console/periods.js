// Periods as the API names them: 2026, 2026-Q3, 2026-09; and the days that they span.

import { element } from "./dom.js";
import { say } from "./words.js";

const pad = (value) => String(value).padStart(2, "0");
const day = (year, month, date) => { const at = new Date(Date.UTC(year, month, date)); return `${at.getUTCFullYear()}-${pad(at.getUTCMonth() + 1)}-${pad(at.getUTCDate())}`; };

function parsed(label) {
  const [, year, quarter, month] = /^(\d{4})(?:-Q([1-4])|-(\d\d))?$/.exec(label ?? "") ?? [];
  if (!year) return null;
  if (quarter) return { year: Number(year), first: (Number(quarter) - 1) * 3, months: 3 };
  if (month) return { year: Number(year), first: Number(month) - 1, months: 1 };
  return { year: Number(year), first: 0, months: 12 };
}

function labelled({ year, first, months }) {
  const at = new Date(Date.UTC(year, first, 1));
  const [own, month] = [at.getUTCFullYear(), at.getUTCMonth()];
  if (months === 12) return String(own);
  return months === 3 ? `${own}-Q${month / 3 + 1}` : `${own}-${pad(month + 1)}`;
}

// First and last day, both included; open for all time.
export function daysOf(label) {
  const found = parsed(label);
  return found ? { from: day(found.year, found.first, 1), to: day(found.year, found.first + found.months, 0) } : {};
}

// What a comparison means for a period: `previous` or `year_before`.
export function compared(label, how) {
  const found = parsed(label);
  if (!found || !how) return null;
  return labelled(how === "previous" ? { ...found, first: found.first - found.months } : { ...found, year: found.year - 1 });
}

// The periods that are offered: this year and the two before, their quarters, and the last six months.
export function offered(today = new Date()) {
  const [year, month] = [today.getFullYear(), today.getMonth()];
  const quarter = Math.floor(month / 3) * 3;
  return [
    ...Array.from({ length: 3 }, (_, back) => labelled({ year: year - back, first: 0, months: 12 })),
    ...Array.from({ length: 8 }, (_, back) => labelled({ year, first: quarter - 3 * back, months: 3 })),
    ...Array.from({ length: 6 }, (_, back) => labelled({ year, first: month - back, months: 1 })),
  ];
}

// Which period, and beside which other: nodes for a form, and what is chosen there.
export function periodForm({ period, compare }) {
  const option = (value, text, current) => element("option", { value, textContent: text, selected: value === current });
  const labelled = (text, select) => element("label", {}, element("span", { textContent: text }), select);
  const periods = element("select", {}, option("", say("all_time"), period), offered().map((one) => option(one, one, period)));
  const comparisons = [["", say("no_comparison")], ["previous", say("previous")], ["year_before", say("year_before")]];
  const compares = element("select", { disabled: !period }, comparisons.map(([value, text]) => option(value, text, compare)));
  const read = () => ({ period: periods.value, compare: periods.value && compares.value });
  return { nodes: [labelled(say("period"), periods), labelled(say("compare"), compares)], read };
}
