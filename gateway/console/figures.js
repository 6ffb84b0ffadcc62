// Any metric in any period, as a whole or in groups, with its definition.

import { call, query } from "./api.js";
import { element, panel, paragraph } from "./dom.js";
import { everyFigure, metric } from "./metrics.js";
import { compared, periodForm } from "./periods.js";
import { either } from "./session.js";
import { say, word } from "./words.js";

export function figures({ main, params, signal, go }) {
  const asked = { metric: params.get("metric") ?? "win_rate", period: params.get("period") ?? "", compare: params.get("compare") ?? "", group_by: params.get("group_by") ?? "" };
  const other = compared(asked.period, asked.compare);
  const form = element("div");
  const definition = call("/v1/metrics", { signal }).then(({ items }) => {
    const option = (value, text, current) => element("option", { value, textContent: text, selected: value === current });
    const metrics = element("select", {}, items.map((one) => option(one.key, either(one, "name"), asked.metric)));
    const own = items.find((one) => one.key === asked.metric) ?? items[0];
    const groups = element("select", {}, option("", say("whole"), asked.group_by), own.dimensions.map((one) => option(one, word("dimension", one), asked.group_by)));
    const labelled = (text, select) => element("label", {}, element("span", { textContent: text }), select);
    const periods = periodForm(asked);
    const shown = element("form", { className: "chosen" }, labelled(say("figure"), metrics), periods.nodes, labelled(say("group_by"), groups));
    shown.addEventListener("change", () => go(`#/figures${query({ metric: metrics.value, ...periods.read(), group_by: groups.value })}`));
    form.replaceChildren(shown);
    return own;
  });
  definition.catch(() => {}); // told by the panels that await it
  main.append(
    element("h1", { textContent: say("figures_title"), tabIndex: -1 }), form,
    panel(say("figure"), async () => {
      const [own, found] = await Promise.all([definition, metric(asked.metric, { period: asked.period, other, groupBy: asked.group_by, signal })]);
      return [element("h3", { textContent: either(own, "name") }), ...[everyFigure(found, own)].flat()];
    }),
    panel(say("definition"), async () => {
      const own = await definition;
      return [
        paragraph(either(own, "formula")), paragraph(say("of", say("dated_by"), either(own, "dated_by")), "quiet"),
        own.exclusions.length ? paragraph(say("of", say("left_out"), own.exclusions.map((one) => either(one, "text")).join(", ")), "quiet") : null,
        element("p", { className: "quiet" }, say("of", say("made_from"), ""), element("code", { textContent: own.events.join(", ") })),
      ];
    }),
  );
}
