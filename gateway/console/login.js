// Who looks: a person of the development issuer, or whoever holds a token of the deployment's own. A login with an
// OpenID provider would be a third part of this form, which ends in `enter(token)` as the others do.

import { button, element, paragraph } from "./dom.js";
import { either } from "./session.js";
import { say, word } from "./words.js";

export async function login({ main, enter, wasRefused }) {
  const input = element("textarea", { required: true, autocomplete: "off", spellcheck: false, rows: 3 });
  const form = element("form", {}, element("label", {}, element("span", { textContent: say("token") }), input), element("button", { type: "submit", textContent: say("enter") }));
  form.addEventListener("submit", (event) => { event.preventDefault(); enter(input.value.trim().replace(/^Bearer\s+/i, "")); });
  const people = element("div");
  main.append(
    element("h1", { textContent: say("sign_in"), tabIndex: -1 }),
    wasRefused ? element("div", { className: "notice bad", role: "alert" }, paragraph(say("refused_token"))) : "",
    people, element("section", { className: "panel" }, element("h2", { textContent: say("paste") }), form, paragraph(say("kept"), "quiet")),
  );
  // The page's own file, as its scripts are, not the API: nobody is in it outside of development.
  const found = await fetch("/console/people", { cache: "no-store" }).then((answer) => answer.json()).catch(() => ({ people: [] }));
  if (!found.people.length) return;
  people.append(element("section", { className: "panel" }, element("h2", { textContent: say("people") }), element("ul", { className: "people" }, found.people.map((one) => element("li", {},
    button(say("as", either(one, "name")), () => enter(one.token)), element("span", { className: "quiet", textContent: ` ${one.roles.map((role) => word("role", role)).join(", ")}` }),
  )))));
}
