// For operators: which services answer, and the events that one of them could not take in.

import { call } from "./api.js";
import { button, element, empty, link, newId, panel, paragraph, problemBox, table } from "./dom.js";
import { badge } from "./journeys.js";
import { either } from "./session.js";
import { eventName, moment, number, say, word } from "./words.js";

const SERVICES = ["requirements", "engagement", "estimation", "risk", "proposal", "insights"];

export function operations({ main, signal }) {
  main.append(
    element("h1", { textContent: say("operations_title"), tabIndex: -1 }),
    panel(say("health"), () => health(signal)),
    panel(say("parked"), () => parked(signal), { note: say("parked_note") }),
  );
}

async function health(signal) {
  const told = await call("/readyz", { signal });
  const services = Object.entries(told.services).map(([service, state]) => ({ service, state, skew: told.clock_skew_seconds[service] }));
  const checks = Object.entries(told.checks).map(([check, state]) => ({ service: check, state }));
  return [element("p", {}, badge(told.status)), table(say("health"), [
    { name: say("service"), cell: (row) => word("service", row.service), isHead: true },
    { name: say("state"), cell: (row) => badge(row.state) },
    { name: say("clock_ahead"), cell: (row) => (row.skew === undefined ? "–" : say("seconds", number(row.skew, 3))), isNumber: true },
  ], [...services, ...checks])];
}

async function parked(signal) {
  const asked = await Promise.allSettled(SERVICES.map((service) => call(`/v1/ops/${service}/parked-events?status=parked&limit=200`, { signal })));
  const refused = asked.map((one, at) => ({ service: SERVICES[at], error: one.reason })).filter(({ error }) => error);
  // What one may not do, before who is away.
  if (refused.length === SERVICES.length || refused.some(({ error }) => error.status === 403)) throw refused.map(({ error }) => error).sort((one, other) => one.status - other.status)[0];
  const rows = asked.flatMap((one, at) => (one.value?.items ?? []).map((item) => ({ ...item, service: SERVICES[at] })));
  rows.sort((one, other) => (one.created_at < other.created_at ? 1 : -1));
  return [
    ...refused.map(({ service, error }) => element("div", {}, element("h3", { textContent: word("service", service) }), problemBox(error))),
    ...(rows.length ? rows.map((row) => card(row, signal)) : [empty(say("no_parked"))]),
  ];
}

function card(parkedEvent, signal) {
  const path = `/v1/ops/${parkedEvent.service}/parked-events/${parkedEvent.id}`;
  const id = newId();
  const told = element("div", { role: "status" });
  const actions = element("div", { className: "actions" });
  const title = `${eventName(parkedEvent.event_type)} → ${word("service", parkedEvent.service)}`;
  const made = element("article", { className: "card", "aria-labelledby": id },
    element("h3", { id, textContent: title }),
    paragraph(either(parkedEvent, "detail")),
    element("dl", {},
      element("dt", { textContent: say("reason") }), element("dd", {}, element("code", { textContent: parkedEvent.code })),
      element("dt", { textContent: say("event") }), element("dd", {}, element("code", { textContent: parkedEvent.event_type })),
      element("dt", { textContent: say("since_when") }), element("dd", { textContent: moment(parkedEvent.created_at) }),
      ...(parkedEvent.opportunity_id ? [element("dt", { textContent: say("opportunity") }), element("dd", {}, link(`#/journeys/${parkedEvent.opportunity_id}`, say("journeys")))] : []),
    ),
    payload(path, signal), actions, told,
  );

  // The version that was seen goes along: what somebody else has resolved meanwhile is refused, and told.
  const act = async (verb, body) => {
    for (const one of actions.querySelectorAll("button")) one.disabled = true;
    try {
      await call(`${path}/${verb}`, { method: "POST", version: parkedEvent.version, body });
      actions.remove();
      made.classList.add("resolved");
      told.replaceChildren(paragraph(say(verb === "retry" ? "retried" : "discarded", title)));
    } catch (error) {
      told.replaceChildren(problemBox(error));
      offer();
    }
  };
  const giveUp = () => {
    const reason = element("input", { type: "text", required: true, maxLength: 8000 });
    const form = element("form", {}, element("label", {}, element("span", { textContent: say("why_discard") }), reason), element("button", { type: "submit", textContent: say("discard") }), button(say("cancel"), offer, { className: "plain" }));
    form.addEventListener("submit", (event) => { event.preventDefault(); act("discard", { reason: reason.value }); });
    actions.replaceChildren(form);
    reason.focus();
  };
  const named = (key) => ({ "aria-label": say("of", say(key), title) });
  function offer() {
    actions.replaceChildren(button(say("retry"), () => act("retry"), named("retry")), button(say("discard"), giveUp, { className: "plain", ...named("discard") }));
  }
  offer();
  return made;
}

function payload(path, signal) {
  const shown = element("pre", { tabIndex: 0, "aria-label": say("payload") });
  const details = element("details", {}, element("summary", { textContent: say("payload") }), shown);
  details.addEventListener("toggle", async () => {
    if (!details.open || shown.childNodes.length) return;
    try {
      const { payload: text } = await call(path, { signal });
      shown.textContent = pretty(text);
    } catch (error) {
      shown.replaceChildren(problemBox(error));
    }
  });
  return details;
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text; // that it is no JSON may be why it is parked
  }
}
