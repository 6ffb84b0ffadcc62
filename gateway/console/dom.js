// Building the page from nodes alone: what the API says becomes text, never markup.

import { say } from "./words.js";

export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

export function drawn(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.flat());
  return made;
}

export const paragraph = (text, className = "") => element("p", { textContent: text, className });
export const link = (href, text) => element("a", { href, textContent: text });

let ids = 0;
export const newId = () => `n${(ids += 1)}`;

export function button(text, onClick, properties = {}) {
  const made = element("button", { type: "button", textContent: text, ...properties });
  made.addEventListener("click", onClick);
  return made;
}

// A problem as it was told, with the fields that are wrong and what would be right.
export function problemBox(error, again) {
  const { title, detail, errors = [], trace_id } = error.problem ?? { title: say("failed"), detail: error.message };
  return element("div", { className: "notice bad", role: "alert" },
    element("p", {}, element("strong", { textContent: title ?? say("failed") })),
    detail ? paragraph(detail) : null,
    errors.length ? element("ul", {}, errors.map((one) => element("li", { textContent: `${one.pointer}: ${one.message}` }))) : null,
    trace_id ? paragraph(`${say("trace")} ${trace_id}`, "quiet small") : null,
    again ? button(say("again"), again, { className: "plain" }) : null,
  );
}

// `columns`: { name, cell(row), isNumber, isHead }. On a narrow screen each row is a card whose cells say what they are.
export function table(caption, columns, rows) {
  const cellOf = (column, row) => {
    const content = column.cell(row);
    const tag = column.isHead ? "th" : "td";
    const own = { className: column.isNumber ? "number" : "", "data-label": column.name };
    if (column.isHead) own.scope = "row";
    return element(tag, own, element("div", {}, ...(Array.isArray(content) ? content : [content ?? "–"])));
  };
  return element("table", { className: columns.length > 3 ? "" : "compact" },
    element("caption", { textContent: caption, className: "hidden" }),
    element("thead", {}, element("tr", {}, columns.map((column) => element("th", { scope: "col", textContent: column.name, className: column.isNumber ? "number" : "" })))),
    element("tbody", {}, rows.map((row) => element("tr", {}, columns.map((column) => cellOf(column, row))))),
  );
}

// A part of a screen that loads by itself: when its service is away, it says so and the others go on.
export function panel(title, load, { note, isWide } = {}) {
  const id = newId();
  const body = element("div", { className: "body" });
  const made = element("section", { className: isWide ? "panel wide" : "panel", "aria-labelledby": id }, element("h2", { id, textContent: title }), note ? paragraph(note, "quiet") : null, body);
  const refresh = async ({ isQuiet = false } = {}) => {
    made.setAttribute("aria-busy", "true");
    if (!isQuiet) body.replaceChildren(paragraph(say("loading"), "quiet"));
    try {
      body.replaceChildren(...[await load(refresh)].flat().filter((one) => one !== null && one !== undefined));
    } catch (error) {
      if (error.name !== "AbortError") body.replaceChildren(problemBox(error, () => refresh()));
    } finally {
      made.removeAttribute("aria-busy");
    }
  };
  made.refresh = refresh;
  refresh();
  return made;
}

// Buttons by which files are made and saved: [text, load] each, `load()` gives its bytes and name.
export function downloads(files) {
  const refused = element("div");
  const save = async (made, load) => {
    made.disabled = true;
    try {
      const { name, bytes } = await load();
      const href = URL.createObjectURL(bytes);
      element("a", { href, download: name }).click();
      URL.revokeObjectURL(href);
      refused.replaceChildren();
    } catch (error) {
      refused.replaceChildren(problemBox(error));
    } finally {
      made.disabled = false;
    }
  };
  return element("div", { className: "downloads" }, files.map(([text, load]) => {
    const made = button(text, () => save(made, load), { className: "plain" });
    return made;
  }), refused);
}

export const empty = (text) => paragraph(text, "quiet empty");

// A button for what comes after a page that is shown: `read(cursor)` gives the next one, `add(items)` shows it.
export function further(cursor, read, add) {
  const place = element("div");
  const offer = (next) => place.replaceChildren(...(next ? [button(say("more"), async () => {
    try {
      const page = await read(next);
      add(page.items);
      offer(page.next_cursor);
    } catch (error) {
      place.replaceChildren(problemBox(error));
    }
  }, { className: "plain" })] : []));
  offer(cursor);
  return place;
}

// The same of a table, with its first page.
export function pagedTable(caption, columns, first, read) {
  const shown = table(caption, columns, first.items);
  return [shown, further(first.next_cursor, read, (items) => shown.tBodies[0].append(...table("", columns, items).tBodies[0].rows))];
}

// What is behind a figure, read when somebody asks: `load(cursor)` gives [nodes, next cursor].
export function behind(summary, load) {
  const list = element("ul", { className: "behind" });
  const rest = element("div");
  const more = async (cursor) => {
    rest.replaceChildren(paragraph(say("loading"), "quiet"));
    try {
      const [nodes, next] = await load(cursor);
      list.append(...nodes.map((node) => element("li", {}, ...[node].flat())));
      rest.replaceChildren(...(next ? [button(say("more"), () => more(next), { className: "plain" })] : list.childElementCount ? [] : [empty(say("none_behind"))]));
    } catch (error) {
      rest.replaceChildren(problemBox(error, () => more(cursor)));
    }
  };
  const details = element("details", {}, element("summary", { textContent: summary }), list, rest);
  details.addEventListener("toggle", () => { if (details.open && !list.childElementCount && !rest.childElementCount) more(); });
  return details;
}
