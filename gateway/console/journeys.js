// Where every opportunity is, and one of them live: each step as it happens.

import { call, follow, query } from "./api.js";
import { behind, element, empty, link, pagedTable, panel, paragraph, problemBox, table } from "./dom.js";
import { person } from "./people.js";
import { either } from "./session.js";
import { clock, eventName, moment, number, say, word } from "./words.js";

const STATUSES = ["open", "running", "waiting_person", "blocked", "stalled", "done", "cancelled"];
const SHOWN = 50;

export const badge = (status) => element("span", { className: `badge ${status.replaceAll(" ", "_")}`, textContent: word("status", status) });
// A journey waits for a step, for what a person does, or for a service (`consumer` of a parked event).
const awaited = (what) => (what === null ? "–" : word("waits", what) === what.replaceAll("_", " ") ? word("step", what) : word("waits", what));

export function journeys({ main, params, signal, go }) {
  const status = params.get("status") ?? "";
  const option = (value, text) => element("option", { value, textContent: text, selected: value === status });
  const select = element("select", {}, option("", say("all")), STATUSES.map((one) => option(one, word("status", one))));
  select.addEventListener("change", () => go(`#/journeys${query({ status: select.value })}`));
  const page = async (cursor) => call(`/v1/journeys${query({ status, cursor })}`, { signal });
  const columns = [
    { name: say("opportunity"), cell: (row) => link(`#/journeys/${row.opportunity_id}`, `${row.code ?? ""} ${row.title ?? ""}`), isHead: true },
    { name: say("client"), cell: (row) => row.client_name ?? "–" },
    { name: say("status"), cell: (row) => badge(row.status) },
    { name: say("waits_for"), cell: (row) => awaited(row.waits_for) },
    { name: say("reason"), cell: (row) => (row.reason ? either(row.reason, "message") : "–") },
    { name: say("changed"), cell: (row) => moment(row.updated_at) },
  ];
  const load = async () => {
    const first = await page();
    if (!first.items.length) return empty(say("no_journeys"));
    return pagedTable(say("journeys"), columns, first, page);
  };
  main.append(
    element("h1", { textContent: say("journeys_title"), tabIndex: -1 }),
    element("form", { className: "chosen" }, element("label", {}, element("span", { textContent: say("status") }), select)),
    panel(say("journeys"), load),
  );
}

export function journey({ main, parts, signal }) {
  const path = `/v1/journeys/${parts[0]}`;
  const title = element("h1", { textContent: say("loading"), tabIndex: -1 });
  const head = element("div", { className: "standing" });
  const state = element("p", { className: "feed", role: "status" });
  const list = element("ul", { className: "events" });
  const earlier = element("p", { className: "quiet" });
  let last = {};
  let left = 0;

  const steps = panel(say("steps"), async () => {
    const shown = await call(path, { signal });
    title.textContent = `${shown.code ?? ""} ${shown.title ?? ""}`;
    document.title = `${title.textContent} · ${say("product")}`;
    head.replaceChildren(...standing(shown).filter(Boolean));
    return table(say("steps"), [
      { name: say("step"), cell: (row) => word("step", row.step), isHead: true },
      { name: say("state"), cell: (row) => [badge(row.state === "waiting" ? "waiting" : row.state), ...(row.reason ? [paragraph(either(row.reason, "message"), "quiet")] : [])] },
      { name: say("since"), cell: (row) => moment(row.since) },
      { name: say("after_approval"), cell: (row) => (row.seconds_after_approval === null ? "–" : say("seconds", number(row.seconds_after_approval))), isNumber: true },
      { name: say("by"), cell: (row) => person(row.by) },
    ], shown.steps);
  });

  // Many events come together: the journey is asked for once they have come.
  let timer;
  const refreshSoon = () => { clearTimeout(timer); timer = setTimeout(() => signal.aborted || steps.refresh({ isQuiet: true }), 150); };
  // The same again and again, as when a list of requirements is read in, is one line.
  const onEvent = (event) => {
    refreshSoon();
    if (last.type === event.type && last.by === event.authid) {
      last.count += 1;
      last.times.textContent = say("times", last.count);
      last.at.textContent = clock(event.time);
      return;
    }
    last = { type: event.type, by: event.authid, count: 1, times: element("span"), at: element("time", { textContent: clock(event.time) }) };
    list.prepend(element("li", {}, last.at, ` ${eventName(event.type)}`, last.times, " ", element("span", { className: "quiet" }, person(event.authid))));
    if (list.childElementCount <= SHOWN) return;
    list.lastElementChild.remove();
    left += 1;
    earlier.textContent = say("earlier", left);
  };
  const onState = (told, error) => {
    state.className = `feed ${told}`;
    state.replaceChildren(...(told === "refused" ? [problemBox(error)] : [say(told)]));
  };

  main.append(
    paragraph("", "crumb"), title, head, steps,
    element("section", { className: "panel", "aria-labelledby": "happened" }, element("h2", { id: "happened", textContent: say("happened") }), state, list, earlier),
  );
  main.querySelector(".crumb").append(link("#/journeys", say("to_journeys")));
  follow({ filter: { opportunity_id: parts[0] }, after: 0, signal, onEvent, onState });
}

const standing = (shown) => [
  paragraph(shown.client_name ?? "", "quiet"),
  element("p", { role: "status" }, badge(shown.status), shown.waits_for ? ` ${say("of", say("waits_for"), awaited(shown.waits_for))}` : "", shown.outcome ? ` ${say("of", say("outcome"), word("result", shown.outcome))}` : ""),
  shown.reason ? element("div", { className: "notice bad" }, paragraph(either(shown.reason, "message")), shown.reason.actions.includes("retry") ? element("p", {}, link("#/operations", say("look_parked"))) : null) : null,
];
