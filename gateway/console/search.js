// One box over all stages: what the words are in, with the place of the hit, what is newest first.

import { call, query } from "./api.js";
import { element, empty, further, link, panel, paragraph } from "./dom.js";
import { either } from "./session.js";
import { moment, say, word } from "./words.js";

// The box in the head of every screen.
export function searchBox(q, go) {
  const input = element("input", { type: "search", value: q, maxLength: 200, required: true, placeholder: say("search"), "aria-label": say("search") });
  const form = element("form", { role: "search" }, input);
  form.addEventListener("submit", (event) => { event.preventDefault(); go(`#/search${query({ q: input.value.trim() })}`); });
  return form;
}

export function search({ main, params, signal }) {
  const q = params.get("q") ?? "";
  const page = (cursor) => call(`/v1/search${query({ q, limit: 20, cursor })}`, { signal });
  main.append(
    element("h1", { textContent: say("search_title", q), tabIndex: -1 }),
    panel(say("found"), async () => {
      const first = q ? await page() : { items: [] };
      if (!first.items.length) return empty(say("nothing_found"));
      const list = element("ul", { className: "found" }, first.items.map(hit));
      return [list, further(first.next_cursor, page, (items) => list.append(...items.map(hit)))];
    }),
  );
}

function hit(one) {
  const name = `${one.code ?? ""} ${either(one, "title")}`.trim();
  const deal = one.opportunity;
  return element("li", {},
    element("div", {}, element("span", { className: "badge", textContent: word("kind", one.kind) }), " ", deal ? link(`#/journeys/${deal.id}`, name) : element("strong", { textContent: name })),
    one.snippet ? element("div", {}, marked(one.snippet)) : null,
    paragraph([deal && one.kind !== "opportunity" ? `${deal.code ?? ""} ${deal.title ?? ""}` : "", moment(one.changed_at)].filter(Boolean).join(" · "), "quiet small"),
  );
}

// Hits are counted in characters, of which some are two of JavaScript's.
function marked({ text, hits }) {
  const signs = Array.from(text);
  const part = (from, to) => signs.slice(from, to).join("");
  let last = 0;
  const nodes = hits.flatMap(([from, to]) => {
    const before = part(last, from);
    last = to;
    return [before, element("mark", { textContent: part(from, to) })];
  });
  return [...nodes, part(last)];
}
