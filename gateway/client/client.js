// The page behind a link for clients: shows any form that the API gives for it, and sends the answers.
// It uses the public API alone. The token is in the fragment, which no server ever sees in an address.

import { room } from "./room.js";

const SAY = {
  en: {
    send: "Send", sending: "Sending…", thanks: "Thank you. Your answers have arrived.",
    answered: "These questions have been answered already. Thank you.", must: "needed", yes: "Yes", no: "No",
    choose: "– choose –", none: "This link is not complete. Please open it as it was sent to you.",
    expires: (when) => `You can answer until ${when}.`, failed: "This did not work",
    again: "Please try again in a moment.", wrong: "Some answers need another look.", other: "Other", none_of_it: "None", refused: "I prefer not to answer", dontknow: "I do not know",
    comment: "Comment", which: "Which?", add: "Add", remove: "Remove", up: "Earlier", down: "Later",
    invalid: "This link does not work. Please open it as it was sent to you, or ask for a new one.",
    expired: (when) => `This link has expired${when ? ` (${when})` : ""}. Please ask for a new one.`,
    withdrawn: "This link is no longer in use. Please ask for a new one.", closed: "This matter is closed; nothing more is needed from you. Thank you.",
    project: (title) => `Project: ${title}`, ask: (who) => `Any questions? Please ask ${who}.`, sender: "whoever sent you this link",
  },
  zh: {
    send: "提交", sending: "正在提交…", thanks: "感谢您，回复已收到。", answered: "该问卷已提交，感谢您的参与。",
    must: "必填", yes: "是", no: "否", choose: "– 请选择 –", none: "链接不完整，请按收到的原始链接打开。",
    expires: (when) => `请于 ${when} 前完成。`, failed: "操作未成功", again: "请稍后重试。",
    wrong: "部分回答需要修改。", other: "其他", none_of_it: "无", refused: "不便回答", dontknow: "不清楚",
    comment: "备注", which: "请说明", add: "添加", remove: "删除", up: "上移", down: "下移", invalid: "该链接无法使用。请按收到的原始链接打开，或索取新的链接。",
    expired: (when) => `该链接已过期${when ? `（${when}）` : ""}，请索取新的链接。`,
    withdrawn: "该链接已停用，请索取新的链接。", closed: "该事项已结束，无需再填写。感谢您的支持。",
    project: (title) => `项目：${title}`, ask: (who) => `如有疑问，请联系${who}。`, sender: "向您发送此链接的人员",
  },
};

const page = document.getElementById("page");
const token = location.hash.slice(1);
let language = navigator.language.startsWith("zh") ? "zh" : "en";
const say = (key, ...rest) => (typeof SAY[language][key] === "function" ? SAY[language][key](...rest) : SAY[language][key]);

function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// SurveyJS: a text is a string, or an object by language with `default`.
function text(value, fallback = "") {
  if (value && typeof value === "object") return value[language === "zh" ? "zh-cn" : "en"] ?? value.default ?? Object.values(value)[0] ?? fallback;
  return value ?? fallback;
}

const choice = (item) => (item !== null && typeof item === "object" ? { value: item.value, text: text(item.text, String(item.value)) } : { value: item, text: String(item) });

// What is not there is left out: `replaceChildren` would print it as "null".
const fill = (...parts) => page.replaceChildren(...parts.filter((part) => part !== null && part !== undefined));

function notice(kind, title, detail, shown = {}) {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = title;
  fill(supplier(shown), element("div", { className: `notice ${kind}`, role: "status" }, element("h1", { textContent: title }), detail ? element("p", { className: "quiet", textContent: detail }) : null), whomToAsk(shown));
}

const supplier = (shown) => (shown.supplier ? element("p", { className: "supplier", textContent: shown.supplier }) : null);

function whomToAsk({ ask }) {
  const who = ask ? [ask.name, ask.mail, ask.phone].filter(Boolean).join(language === "zh" ? "，" : ", ") : say("sender");
  return element("p", { className: "quiet ask", textContent: say("ask", who) });
}

const moment = (at) => new Date(at).toLocaleString(language === "zh" ? "zh-CN" : "en-GB", { dateStyle: "long", timeStyle: "short" });

// Why a link shows nothing, in words of whoever opened it; what is said in codes is for programs.
function broken(error) {
  const { code, state } = error.problem ?? {};
  const isOver = claims?.exp * 1000 < Date.now();
  if (code === "opportunity_is_closed" || state === "closed") return say("closed");
  if (state === "expired" || (error.status === 401 && isOver)) return say("expired", claims?.exp ? moment(claims.exp * 1000) : "");
  if (code === "link_not_open") return say("withdrawn");
  return [401, 403, 404].includes(error.status) ? say("invalid") : say("again");
}

async function call(method, path, body) {
  const headers = { Authorization: `Bearer ${token}`, "Accept-Language": language };
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const data = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(data.detail ?? answer.statusText), { problem: data, status: answer.status });
  return data;
}

let claims;

function pathOfLink() {
  const [, body] = token.split(".");
  const bytes = Uint8Array.from(atob(body.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  claims = JSON.parse(new TextDecoder().decode(bytes));
  if (claims.lang) language = claims.lang === "zh" ? "zh" : "en";
  return `/v1/${claims.scope.split(":")[0]}/${claims.sub.slice("link:".length)}`;
}

// One function for each type of question: gives the control, and how to read the answer from it.
const CONTROLS = {
  text(question) {
    const type = { number: "number", date: "date", email: "email" }[question.inputType] ?? "text";
    const input = element("input", { type, placeholder: text(question.placeholder), maxLength: question.maxLength > 0 ? question.maxLength : 8000 });
    if (type === "number") input.step = "any";
    return [input, () => (type === "number" ? (input.value === "" ? undefined : Number(input.value)) : input.value.trim() || undefined)];
  },
  comment(question) {
    const input = element("textarea", { placeholder: text(question.placeholder), maxLength: question.maxLength > 0 ? question.maxLength : 8000 });
    return [input, () => input.value.trim() || undefined];
  },
  radiogroup: (question) => options(question, "radio"),
  checkbox: (question) => options(question, "checkbox"),
  tagbox: (question) => options(question, "checkbox"),
  imagepicker: (question) => options(question, question.multiSelect ? "checkbox" : "radio"),
  dropdown(question) {
    const items = choicesOf(question);
    const select = element("select", {}, element("option", { value: "", textContent: say("choose") }), ...items.map((item, at) => element("option", { value: String(at), textContent: item.text })));
    const read = () => (select.value === "" ? undefined : items[Number(select.value)].value);
    return commented(question, select, read);
  },
  multipletext: (question) => several(partsOf(question)),
  matrixdropdown(question) {
    const rows = question.rows.map(choice).map((row) => ({ row, part: several(partsOf(question)) }));
    const shown = element("div", {}, ...rows.map(({ row, part }) => element("div", { className: "within" }, element("strong", { textContent: row.text }), part[0])));
    const read = () => {
      const said = rows.map(({ row, part }) => [row.value, part[1]()]).filter(([, value]) => value !== undefined);
      return said.length ? Object.fromEntries(said) : undefined;
    };
    return [shown, read];
  },
  matrixdynamic: (question) => repeated(question, question.minRowCount, question.rowCount ?? 2, question.maxRowCount),
  paneldynamic: (question) => repeated(question, question.minPanelCount, question.panelCount ?? 1, question.maxPanelCount),
  ranking(question) {
    let order = question.choices.map(choice);
    let isTouched = false;
    const list = element("ol", { className: "ranking" });
    const move = (at, by) => {
      [order[at], order[at + by]] = [order[at + by], order[at]];
      isTouched = true;
      draw();
      list.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const button = (key, item, at, by) => element("button", { type: "button", className: "small", textContent: say(key), "aria-label": `${say(key)}: ${item.text}`, disabled: at + by < 0 || at + by >= order.length, onclick: () => move(at, by) });
    const draw = () => list.replaceChildren(...order.map((item, at) => element("li", {}, element("span", { textContent: item.text }), button("up", item, at, -1), button("down", item, at, 1))));
    draw();
    return [list, () => (isTouched || question.isRequired ? order.map((item) => item.value) : undefined)];
  },
  boolean(question) {
    const items = [{ value: true, text: text(question.labelTrue, say("yes")) }, { value: false, text: text(question.labelFalse, say("no")) }];
    return options({ ...question, choices: items }, "radio");
  },
  rating(question) {
    const [from, to, step] = [question.rateMin ?? 1, question.rateMax ?? question.rateCount ?? 5, question.rateStep ?? 1];
    const values = question.rateValues?.map(choice) ?? Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, at) => ({ value: from + at * step, text: String(from + at * step) }));
    const inputs = values.map(() => element("input", { type: "radio", name: question.name }));
    const scale = element("div", { className: "scale" }, ...values.map((item, at) => element("label", {}, inputs[at], item.text)));
    const ends = question.minRateDescription || question.maxRateDescription ? element("div", { className: "ends" }, element("span", { textContent: text(question.minRateDescription) }), element("span", { textContent: text(question.maxRateDescription) })) : null;
    return [element("div", {}, scale, ends), () => values[inputs.findIndex((input) => input.checked)]?.value];
  },
  matrix(question) {
    const columns = question.columns.map(choice);
    const rows = question.rows.map(choice);
    const inputs = rows.map((row) => columns.map(() => element("input", { type: "radio", name: `${question.name}/${row.value}` })));
    const head = element("tr", {}, element("th"), ...columns.map((column) => element("th", { scope: "col", textContent: column.text })));
    const body = rows.map((row, y) => element("tr", {}, element("th", { scope: "row", textContent: row.text }), ...columns.map((column, x) => {
      inputs[y][x].setAttribute("aria-label", `${row.text}: ${column.text}`);
      return element("td", {}, inputs[y][x]);
    })));
    const read = () => {
      const chosen = rows.flatMap((row, y) => { const x = inputs[y].findIndex((input) => input.checked); return x < 0 ? [] : [[row.value, columns[x].value]]; });
      return chosen.length ? Object.fromEntries(chosen) : undefined;
    };
    return [element("div", { className: "scroll" }, element("table", {}, element("thead", {}, head), element("tbody", {}, ...body))), read];
  },
  file(question) {
    const input = element("input", { type: "file", multiple: question.allowMultiple ?? false });
    let files;
    input.addEventListener("change", async () => {
      files = await Promise.all([...input.files].map((one) => new Promise((done) => {
        const reader = new FileReader();
        reader.onload = () => done({ name: one.name, type: one.type, content: reader.result });
        reader.readAsDataURL(one);
      })));
    });
    return [input, () => (files?.length ? files : undefined)];
  },
};

const EXTRA = { other: ["showOtherItem", "hasOther"], none: ["showNoneItem", "hasNone"], refused: ["showRefuseItem"], dontknow: ["showDontKnowItem"] };
const SHOWN_AS = { other: "otherText", none: "noneText", refused: "refuseText", dontknow: "dontKnowText" };

// The choices of a question, with those that the format has for every question.
function choicesOf(question) {
  const own = question.choices.map(choice);
  const extra = Object.entries(EXTRA).filter(([value, names]) => names.some((name) => question[name] === true) && !own.some((item) => item.value === value));
  return [...own, ...extra.map(([value]) => ({ value, text: text(question[SHOWN_AS[value]], say(value === "none" ? "none_of_it" : value)) }))];
}

// What is written beside the choices: which other one, or a comment; the format keeps it under a name of its own.
function commented(question, shown, read) {
  const isOther = EXTRA.other.some((name) => question[name] === true);
  if (!isOther && !question.showCommentArea && !question.hasComment) return [shown, read];
  const label = say(isOther ? "which" : "comment");
  const input = element("input", { type: "text", className: "beside", maxLength: 8000, placeholder: label, "aria-label": label });
  const isAsked = () => !isOther || [].concat(read() ?? []).includes("other");
  const both = element("div", {}, shown, input);
  const refresh = () => { input.hidden = !isAsked(); };
  both.addEventListener("change", refresh);
  refresh();
  return [both, read, () => (isAsked() && input.value.trim() ? input.value.trim() : undefined)];
}

// The questions within a question: items of a text, columns of a table, what a repeated panel asks.
function partsOf(question) {
  if (question.type === "multipletext") return question.items.map((one) => ({ ...one, type: "text" }));
  if (question.type === "paneldynamic") return question.templateElements;
  const usual = question.cellType ?? "dropdown";
  return question.columns.map((one) => (typeof one === "string" ? { name: one } : one)).map((one) => ({ choices: question.choices ?? [], ...one, type: (one.cellType ?? "default") === "default" ? usual : one.cellType }));
}

let groups = 0;

// Questions in one box, answered together as an object; groups of buttons in two boxes must not share a name.
function several(questions) {
  groups += 1;
  const own = groups;
  const parts = questions.map((question) => {
    if (STILL[question.type]) return { shown: STILL[question.type](question) };
    const [control, read] = (CONTROLS[question.type] ?? CONTROLS.comment)({ ...question, name: `${own}/${question.name}` });
    const title = text(question.title, question.name) + (question.isRequired ? ` · ${say("must")}` : "");
    control.setAttribute("aria-label", title);
    return { shown: element("div", { className: "field" }, element("span", { className: "caption", textContent: title }), control), name: question.name, read };
  });
  const read = () => {
    const said = parts.filter((part) => part.read).map((part) => [part.name, part.read()]).filter(([, value]) => value !== undefined);
    return said.length ? Object.fromEntries(said) : undefined;
  };
  return [element("div", { className: "within" }, ...parts.map((part) => part.shown)), read];
}

// Rows of a table, or panels: as many as somebody adds.
function repeated(question, least, first, most) {
  const boxes = [];
  const list = element("div", {});
  const add = element("button", { type: "button", className: "small", textContent: text(question.addRowText ?? question.panelAddText ?? question.addPanelText, say("add")), onclick: () => put() });
  const limits = () => {
    add.hidden = boxes.length >= (most ?? 500);
    for (const box of boxes) box.remove.hidden = boxes.length <= Math.max(least ?? 0, 1);
  };
  const put = () => {
    const [shown, read] = several(partsOf(question));
    const box = { read, remove: element("button", { type: "button", className: "small", textContent: say("remove") }) };
    const row = element("div", { className: "repeated" }, shown, box.remove);
    box.remove.addEventListener("click", () => {
      boxes.splice(boxes.indexOf(box), 1);
      row.remove();
      limits();
    });
    boxes.push(box);
    list.append(row);
    limits();
  };
  for (let at = 0; at < Math.max(Math.min(first, most ?? first), least ?? 0, 1); at += 1) put();
  const read = () => {
    const said = boxes.map((box) => box.read()).filter((value) => value !== undefined);
    return said.length ? said : undefined;
  };
  return [element("div", {}, list, add), read];
}

function options(question, type) {
  const items = choicesOf(question);
  const inputs = items.map(() => element("input", { type, name: question.name }));
  const list = element("div", {}, ...items.map((item, at) => element("label", { className: "option" }, inputs[at], element("span", { textContent: item.text }))));
  const read = () => {
    const chosen = items.filter((_, at) => inputs[at].checked).map((item) => item.value);
    return type === "checkbox" ? (chosen.length ? chosen : undefined) : chosen[0];
  };
  return commented(question, list, read);
}

// A form in the order in which it is read: headings of pages and panels, texts, and questions.
function sheetOf(form) {
  const within = (elements, level) => (elements ?? []).flatMap((one) => (one.type === "panel" ? [...heading(one, level), ...within(one.elements, level + 1)] : [one]));
  const heading = (one, level) => (one.title || one.description ? [{ type: "heading", level: Math.min(level, 6), title: one.title, description: one.description }] : []);
  return form.pages ? form.pages.flatMap((one) => [...heading(one, 2), ...within(one.elements, 3)]) : within(form.elements ?? form.questions, 2);
}

const STILL = {
  heading: (one) => element("div", { className: "part" }, text(one.title) ? element(`h${one.level}`, { textContent: text(one.title) }) : null, text(one.description) ? element("p", { className: "description", textContent: text(one.description) }) : null),
  html: (one) => element("p", { className: "description", textContent: new DOMParser().parseFromString(text(one.html), "text/html").body.textContent }),
};

function render(form, shown, path) {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = text(shown.title, shown.supplier ?? "");
  const fields = [];
  const parts = sheetOf(form).map((question) => {
    if (STILL[question.type]) return STILL[question.type](question);
    const [control, answer, comment] = (CONTROLS[question.type] ?? CONTROLS.comment)(question);
    const wrong = element("p", { className: "wrong", hidden: true, role: "alert" });
    const set = element("fieldset", {},
      element("legend", {}, text(question.title, question.name), question.isRequired ? element("span", { className: "must", textContent: ` · ${say("must")}` }) : ""),
      question.description ? element("p", { className: "description", textContent: text(question.description) }) : null, control, wrong);
    const first = set.querySelector("input, select, textarea");
    if (control === first) control.setAttribute("aria-label", text(question.title, question.name));
    fields.push({ question, set, read: answer, comment, wrong, first });
    return set;
  });
  const send = element("button", { type: "submit", textContent: say("send") });
  const told = element("p", { className: "wrong", hidden: true, role: "alert" });
  const until = shown.expires_at ? moment(shown.expires_at) : null;
  const sheet = element("form", { noValidate: true }, ...parts, told, send);
  const answers = () => Object.fromEntries(fields.filter((field) => !field.set.hidden).flatMap((field) => [[field.question.name, field.read()], [`${field.question.name}-Comment`, field.comment?.()]]).filter(([, value]) => value !== undefined));
  const refresh = () => {
    // A question that comes into sight may bring others with it: once for each is always enough.
    for (let round = 0; round < fields.length; round += 1) {
      const given = answers();
      const before = fields.map((field) => field.set.hidden).join();
      for (const field of fields) field.set.hidden = field.question.visibleIf ? !holds(field.question.visibleIf, given) : false;
      if (fields.map((field) => field.set.hidden).join() === before) break;
    }
  };
  sheet.addEventListener("input", refresh);
  sheet.addEventListener("change", refresh);
  sheet.addEventListener("submit", async (event) => {
    event.preventDefault();
    send.disabled = true;
    send.textContent = say("sending");
    for (const field of fields) mark(field, "");
    told.hidden = true;
    try {
      await call("POST", `${path}/answers`, { answers: answers() });
      notice("good", say("thanks"), undefined, shown);
    } catch (error) {
      if (error.problem?.code === "already_answered") return notice("good", say("answered"), undefined, shown);
      if (["link_not_open", "opportunity_is_closed"].includes(error.problem?.code)) return notice("bad", broken(error), undefined, shown);
      showErrors(fields, told, error);
    } finally {
      send.disabled = false;
      send.textContent = say("send");
    }
  });
  refresh();
  fill(
    supplier(shown),
    element("h1", { textContent: text(shown.title) }),
    shown.project ? element("p", { className: "project", textContent: say("project", shown.project) }) : null,
    shown.introduction ? element("p", { className: "intro", textContent: text(shown.introduction) }) : null,
    until ? element("p", { className: "quiet", textContent: say("expires", until) }) : null,
    sheet,
    whomToAsk(shown),
  );
}

function mark(field, message) {
  field.wrong.textContent = message;
  field.wrong.hidden = !message;
  field.first?.setAttribute("aria-invalid", String(Boolean(message)));
}

function showErrors(fields, told, error) {
  const named = new Map();
  for (const one of error.problem?.errors ?? []) {
    const name = one.pointer.replace(/^\/answers\//, "").split("/")[0].replaceAll("~1", "/").replaceAll("~0", "~");
    named.set(name, one.message);
    if (name.endsWith("-Comment")) named.set(name.slice(0, -"-Comment".length), one.message);
  }
  const wrong = fields.filter((field) => named.has(field.question.name));
  for (const field of wrong) mark(field, named.get(field.question.name));
  told.textContent = wrong.length ? say("wrong") : `${say("failed")}: ${error.message || say("again")}`;
  told.hidden = false;
  (wrong[0]?.first ?? told).scrollIntoView({ block: "center" });
  wrong[0]?.first?.focus();
}

// visibleIf of SurveyJS: comparisons of {question} with a literal, joined by `and` and `or`, `and` binding closer.
function holds(expression, given) {
  return expression.split(/\s+or\s+/i).some((part) => part.split(/\s+and\s+/i).every((one) => compare(one.trim(), given)));
}

function compare(condition, given) {
  const match = condition.match(/^\{([^}]+)\}\s*(<=|>=|<>|!=|==|=|<|>|notempty|empty|notcontains|contains|anyof)\s*(.*)$/i);
  if (!match) return true;
  const [, name, operator, literal] = match;
  const value = given[name];
  const wanted = literal ? JSON.parse(literal.trim().replace(/'/g, '"')) : undefined;
  const has = (one) => (Array.isArray(value) ? value.includes(one) : value === one);
  switch (operator.toLowerCase()) {
    case "=": case "==": return value === wanted || (value !== undefined && String(value) === String(wanted));
    case "<>": case "!=": return String(value) !== String(wanted);
    case "<": return value < wanted;
    case ">": return value > wanted;
    case "<=": return value <= wanted;
    case ">=": return value >= wanted;
    case "empty": return value === undefined;
    case "notempty": return value !== undefined;
    case "contains": return has(wanted);
    case "notcontains": return !has(wanted);
    default: return [].concat(wanted).some(has);
  }
}

async function open() {
  let path;
  try {
    path = pathOfLink();
  } catch {
    notice("bad", say("none"));
    return;
  }
  try {
    if (path.startsWith("/v1/rooms/")) {
      await room(path, { call, element, token, page, whomToAsk });
      return;
    }
    const shown = await call("GET", `${path}/form`);
    language = shown.language === "zh" ? "zh" : "en";
    if (shown.answered_at) notice("good", say("answered"), undefined, shown);
    else render(shown.form, shown, path);
  } catch (error) {
    notice("bad", broken(error));
  }
}

open();
