// How presales does: win and loss, why, against whom, and whether expectations were right, in a period and beside another.

import { call, file, query } from "./api.js";
import { bar, reliability } from "./charts.js";
import { behind, downloads, element, empty, link, panel, paragraph, table } from "./dom.js";
import { forecast, funnel, metric, responses } from "./metrics.js";
import { compared, daysOf, offered, periodForm } from "./periods.js";
import { either } from "./session.js";
import { money, number, percent, say, signed, word } from "./words.js";

const AT_ONCE = 20;
const FILES = { review_pages: "application/pdf", review_slides: "application/vnd.openxmlformats-officedocument.presentationml.presentation" };

export function lead({ main, params, signal, go }) {
  const period = params.get("period") ?? offered()[0];
  const compare = params.get("compare") ?? "";
  const other = compared(period, compare);
  const read = (path, label) => (label === null ? null : call(`${path}${query(daysOf(label))}`, { signal }));
  const both = (path) => Promise.all([read(path, period), read(path, other)]);
  const winLoss = once(() => both("/v1/win-loss"));
  const of = (show) => async () => show(await winLoss());
  const form = periodForm({ period, compare });
  const chosen = element("form", { className: "chosen" }, form.nodes);
  chosen.addEventListener("change", () => go(`#/lead?${new URLSearchParams(form.read())}`));

  main.append(
    element("h1", { textContent: say("lead_title"), tabIndex: -1 }), chosen,
    other ? paragraph(say("shown", period, other), "quiet") : "",
    period ? review(period, other) : "",
    element("div", { className: "panels" },
      panel(say("win_rate"), of(rates)),
      panel(say("rivals"), of(rivals)),
      panel(say("forecast"), async () => forecast(await metric("weighted_pipeline", { signal })), { isWide: true, note: say("forecast_note") }),
      panel(say("funnel"), async () => funnel(await metric("conversion", { period, other, signal })), { isWide: true }),
      panel(say("results"), of(results), { isWide: true }),
      panel(say("reasons_won"), of(([now, then]) => reasons(now.won_by, then?.won_by, say("reasons_won")))),
      panel(say("reasons_lost"), of(([now, then]) => reasons(now.lost_by, then?.lost_by, say("reasons_lost")))),
      panel(say("responses"), async () => responses(await metric("response_time", { period, other, signal })), { isWide: true }),
      panel(say("calibration"), async () => calibration(await both("/v1/win-calibration")), { isWide: true }),
    ),
  );
}

// The report of a period, in the language of the page.
const review = (period, other) => downloads(Object.entries(FILES).map(([text, type]) => [say(text), () => file(`/v1/reviews/${period}${query({ compare_to: other })}`, type)]));

// Several panels show parts of one answer: it is asked for once, and again only where that failed.
function once(ask) {
  let asked;
  return () => (asked ??= ask().catch((error) => { asked = undefined; throw error; }));
}

// The opportunities of these ids, by their names: `opportunity_ids` of a figure.
const opportunities = (ids, about) => (ids.length ? behind(about ? say("of", about, say("opportunities", ids.length)) : say("opportunities", ids.length), async (from = 0) => {
  const some = await Promise.all(ids.slice(from, from + AT_ONCE).map((id) => call(`/v1/journeys/${id}`)));
  const next = from + AT_ONCE < ids.length ? from + AT_ONCE : null;
  return [some.map((one) => [link(`#/journeys/${one.opportunity_id}`, `${one.code ?? ""} ${one.title ?? ""}`), ` ${one.client_name ?? ""}`]), next];
}) : null);

const change = (now, then) => (now === null || then === null || then === undefined ? "–" : say("points", signed(now - then, (value) => number(value * 100, 1))));

const excluded = (list) => (list.length ? [element("h3", { textContent: say("left_out") }), ...list.map((one) => opportunities(one.opportunity_ids, word("result", one.reason)))] : []);

function rates([now, then]) {
  const { win_rate: rate } = now;
  if (!rate.denominator) return [empty(say("nothing_decided")), ...excluded(rate.excluded)];
  const before = (currency) => then?.win_rate_by_amount.find((one) => one.currency === currency);
  const rows = [
    { name: say("by_number"), now: rate.value, then: then?.win_rate.value, made: say("won_of", rate.numerator, rate.denominator) },
    ...now.win_rate_by_amount.map((one) => ({ name: say("by_amount", one.currency), now: one.value, then: before(one.currency)?.value, made: `${money(one.numerator)} ÷ ${money(one.denominator)}` })),
  ];
  const columns = [
    { name: say("win_rate"), cell: (row) => row.name, isHead: true },
    { name: say("value"), cell: (row) => bar(row.now ?? 0, percent(row.now)), isNumber: true },
    ...(then ? [{ name: say("before"), cell: (row) => percent(row.then), isNumber: true }, { name: say("change"), cell: (row) => change(row.now, row.then), isNumber: true }] : []),
    { name: say("made_of"), cell: (row) => row.made },
  ];
  return [
    element("p", { className: "large" }, percent(rate.value), then ? element("span", { className: "quiet", textContent: ` ${change(rate.value, then.win_rate.value)}` }) : null),
    rate.interval ? paragraph(say("between", ...rate.interval.map((end) => percent(end))), "quiet") : null,
    rate.note ? paragraph(either(rate, "note"), "quiet") : null,
    table(say("win_rate"), columns, rows), opportunities(rate.opportunity_ids), ...excluded(rate.excluded),
  ];
}

function results([now, then]) {
  if (!now.count) return empty(say("nothing_decided"));
  const before = (result) => then.results.find((one) => one.result === result)?.count ?? 0;
  const sums = (list) => (list.length ? list.map((one) => element("div", { textContent: money(one) })) : "–");
  return table(say("results"), [
    { name: say("result"), cell: (row) => word("result", row.result), isHead: true },
    { name: say("count"), cell: (row) => bar(row.count / now.count, number(row.count)), isNumber: true },
    ...(then ? [{ name: say("before"), cell: (row) => number(before(row.result)), isNumber: true }] : []),
    { name: say("offered"), cell: (row) => sums(row.amounts), isNumber: true },
    { name: say("agreed"), cell: (row) => sums(row.final_amounts), isNumber: true },
    { name: say("opportunity"), cell: (row) => opportunities(row.opportunity_ids) },
  ], now.results.filter((one) => one.count));
}

function reasons(now, then, title) {
  if (!now.reasons.length) return [empty(say("nothing_decided")), now.without_reason ? paragraph(say("without_reason", now.without_reason), "quiet") : null];
  const greatest = Math.max(...now.reasons.map((one) => one.count));
  const before = (reason) => then.reasons.find((one) => one.reason === reason)?.count ?? 0;
  return [table(title, [
    { name: say("reason"), cell: (row) => word("reason", row.reason), isHead: true },
    { name: say("count"), cell: (row) => bar(row.count / greatest, number(row.count)), isNumber: true },
    ...(then ? [{ name: say("before"), cell: (row) => number(before(row.reason)), isNumber: true }] : []),
  ], now.reasons), now.without_reason ? paragraph(say("without_reason", now.without_reason), "quiet") : null];
}

function rivals([now]) {
  if (!now.competitors.length) return empty(say("nothing_decided"));
  return table(say("rivals"), [
    { name: say("rival"), cell: (row) => row.name ?? say("unnamed"), isHead: true },
    { name: say("we_won"), cell: (row) => number(row.won), isNumber: true },
    { name: say("we_lost"), cell: (row) => number(row.lost), isNumber: true },
    { name: say("open_ended"), cell: (row) => number(row.other), isNumber: true },
    { name: say("met"), cell: (row) => opportunities(row.opportunity_ids) },
  ], now.competitors);
}

function calibration([now, then]) {
  if (!now.count) return [empty(say("nothing_decided")), ...excluded(now.excluded)];
  const figure = (name, shown) => ({ name, now: shown(now), then: then ? shown(then) : null });
  const rows = [
    figure(say("expected_share"), (one) => percent(one.mean_forecast)), figure(say("observed"), (one) => percent(one.observed_share)),
    figure(say("brier"), (one) => number(one.brier_score, 3)), figure(say("skill"), (one) => number(one.skill, 3)),
  ];
  const points = now.reliability.map((one) => ({ stated: one.mean_forecast, observed: one.observed_share, interval: one.interval, count: one.count }));
  return [
    now.note ? paragraph(either(now, "note"), "quiet") : null,
    table(say("calibration"), [
      { name: say("value"), cell: (row) => row.name, isHead: true }, { name: say("period"), cell: (row) => row.now, isNumber: true },
      ...(then ? [{ name: say("before"), cell: (row) => row.then, isNumber: true }] : []),
    ], rows),
    reliability(points),
    table(say("chart_reliability"), [
      { name: say("stated"), cell: (row) => say("range", percent(row.lower, 0), percent(row.upper, 0)), isHead: true },
      { name: say("observed"), cell: (row) => percent(row.observed_share), isNumber: true },
      { name: say("made_of"), cell: (row) => say("won_of", row.won, row.count) },
      { name: say("opportunity"), cell: (row) => opportunities(row.opportunity_ids) },
    ], now.reliability),
    paragraph(either(now.correction, "note"), "quiet"), ...excluded(now.excluded),
  ];
}
