// A console for those who sell, lead and operate. It is made as a team of frontend developers would make one: it asks
// the public API alone (docs at /docs), with the token of whoever looks, and knows nothing that is not in its answers.
// No build, no library, nothing from outside.

import { element, link } from "./dom.js";
import { figures } from "./figures.js";
import { journey, journeys } from "./journeys.js";
import { lead } from "./lead.js";
import { login } from "./login.js";
import { operations } from "./operations.js";
import { search, searchBox } from "./search.js";
import { session } from "./session.js";
import { languageTag, say } from "./words.js";
import { work } from "./work.js";

const SCREENS = [
  { name: "lead", show: lead },
  { name: "figures", show: figures },
  { name: "work", show: work },
  { name: "journeys", show: ({ parts, ...place }) => (parts.length ? journey({ parts, ...place }) : journeys(place)) },
  { name: "operations", show: operations },
];
const FOUND = { name: "search", show: search };

let leaving = new AbortController();
let wasRefused = false;

function place() {
  const [path, search] = location.hash.slice(1).split("?");
  const [name, ...parts] = path.split("/").filter(Boolean).map(decodeURIComponent);
  return { screen: [...SCREENS, FOUND].find((one) => one.name === name) ?? SCREENS[0], parts, params: new URLSearchParams(search) };
}

const go = (hash) => { if (location.hash === hash) show(); else location.hash = hash; };

function shell(current, main, params) {
  const language = element("button", { type: "button", className: "plain", textContent: say("to_language"), lang: session.language === "zh" ? "en" : "zh-CN", "aria-label": say("to_language_label") });
  language.addEventListener("click", () => { session.language = session.language === "zh" ? "en" : "zh"; show(); });
  const leave = element("button", { type: "button", className: "plain", textContent: say("leave") });
  leave.addEventListener("click", () => { session.end(); show(); });
  const skip = element("a", { href: "#main", className: "skip", textContent: say("skip") });
  skip.addEventListener("click", (event) => { event.preventDefault(); main.querySelector("h1")?.focus(); });
  const items = SCREENS.map((one) => {
    const item = link(`#/${one.name}`, say(one.name));
    if (one === current) item.setAttribute("aria-current", "page");
    return element("li", {}, item);
  });
  return [
    skip,
    element("header", {}, element("strong", { className: "product", textContent: say("product") }),
      session.token ? element("nav", { "aria-label": say("menu") }, element("ul", {}, items)) : null,
      session.token ? searchBox(params.get("q") ?? "", go) : null,
      element("div", { className: "who" }, session.token ? element("span", { className: "quiet", textContent: session.name }) : null, language, session.token ? leave : null)),
    main,
  ];
}

function show() {
  leaving.abort();
  leaving = new AbortController();
  const { screen, parts, params } = place();
  const main = element("main", { id: "main" });
  document.documentElement.lang = languageTag();
  document.title = `${say(session.token ? screen.name : "sign_in")} · ${say("product")}`;
  document.body.replaceChildren(...shell(screen, main, params));
  if (session.token) screen.show({ main, parts, params, signal: leaving.signal, go });
  else login({ main, wasRefused, enter: (token) => { wasRefused = false; session.begin(token); show(); } });
}

window.addEventListener("hashchange", () => {
  show();
  document.querySelector("h1")?.focus(); // where a reader of the screen goes on
});
document.addEventListener("unauthenticated", () => {
  if (!session.token) return;
  session.end();
  wasRefused = true;
  show();
});
show();
