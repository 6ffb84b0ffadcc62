// Names of the subjects that rows carry: asked for together, shown when they come. They stay in this page alone.

import { call } from "./api.js";
import { element } from "./dom.js";
import { session, either } from "./session.js";

const AT_ONCE = 50;
let known = new Map();
let waiting = new Map();
let whose = null;

export function person(subject) {
  if (whose !== session.token) [known, waiting, whose] = [new Map(), new Map(), session.token];
  const made = element("span", { textContent: subject ?? "–" });
  if (!subject) return made;
  if (known.has(subject)) name(made, known.get(subject));
  else {
    if (!waiting.size) setTimeout(ask, 30);
    waiting.set(subject, [...(waiting.get(subject) ?? []), made]);
  }
  return made;
}

function name(shown, found) {
  if (!found?.named) return;
  shown.textContent = either(found, "name") ?? found.name_zh;
  shown.title = [found.subject, found.title, found.team].filter(Boolean).join(", ");
}

async function ask() {
  const asked = waiting;
  waiting = new Map();
  const subjects = [...asked.keys()];
  for (let from = 0; from < subjects.length; from += AT_ONCE) {
    const some = subjects.slice(from, from + AT_ONCE);
    const found = await call(`/v1/people?${new URLSearchParams([...some.map((one) => ["subject", one]), ["limit", "200"]])}`).catch(() => ({ items: [] })); // a subject serves as well
    const named = new Map(found.items.map((one) => [one.subject, one]));
    for (const one of some) {
      known.set(one, named.get(one));
      for (const shown of asked.get(one)) name(shown, named.get(one));
    }
  }
}
