// What waits for whoever looks: what hurts first comes first, and each says why it is there and which request does it.

import { call, follow, query } from "./api.js";
import { button, element, empty, link, pagedTable, panel } from "./dom.js";
import { person } from "./people.js";
import { either } from "./session.js";
import { moment, say } from "./words.js";

export function work({ main, params, signal, go }) {
  const kind = params.get("kind") ?? "";
  const page = (cursor) => call(`/v1/work${query({ kind, cursor })}`, { signal });
  const counts = element("div", { className: "counts", role: "group", "aria-label": say("kinds") });
  const count = (value, text) => button(text, () => go(`#/work${query({ kind: value })}`), { className: value === kind ? "" : "plain", "aria-pressed": String(value === kind) });
  const columns = [
    { name: say("work_item"), cell: (row) => [element("strong", { textContent: either(row, "label") }), element("div", { textContent: either(row, "title") })], isHead: true },
    { name: say("why"), cell: (row) => [either(row, "why"), element("div", { className: `quiet ${row.reason}`, textContent: either(row, "reason_text") })] },
    { name: say("due"), cell: (row) => moment(row.due_at) },
    { name: say("waiting_since"), cell: (row) => moment(row.since) },
    { name: say("opportunity"), cell: (row) => (row.opportunity ? link(`#/journeys/${row.opportunity.id}`, `${row.opportunity.code ?? ""} ${row.opportunity.title ?? ""}`) : "–") },
    { name: say("owner"), cell: (row) => (row.owner ? person(row.owner) : say("anybody")) },
    { name: say("request"), cell: (row) => [element("code", { textContent: `${row.action.method} ${row.action.path}` }), ...(row.kind === "parked_event" ? [element("div", {}, link("#/operations", say("look_parked")))] : [])] },
  ];
  const list = panel(say("work"), async () => {
    const first = await page();
    const all = first.counts.reduce((sum, one) => sum + one.count, 0);
    counts.replaceChildren(count("", say("counted", say("all"), all)), ...first.counts.map((one) => count(one.kind, say("counted", either(one, "label"), one.count))));
    if (!first.items.length) return empty(say("no_work"));
    return pagedTable(say("work"), columns, first, page);
  });
  main.append(element("h1", { textContent: say("work_title"), tabIndex: -1 }), counts, list);

  // Each item comes of an event; many come together, and the list is asked for once they have come.
  let timer;
  const onEvent = () => { clearTimeout(timer); timer = setTimeout(() => signal.aborted || list.refresh({ isQuiet: true }), 1000); };
  follow({ signal, onEvent, onState: () => {} });
}
