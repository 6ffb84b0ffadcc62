// A client room: the sections of a proposal, its documents, questions, and the answer to the offer.
// It uses the public API alone, with the token of the link.

const SAY = {
  en: {
    until: (day) => `The offer holds until ${day}.`, documents: "Documents", download: "Download", sections: "Sections",
    questions: "Questions", ask: "Ask", question: "Your question", asked: "Your question has arrived; the answer will appear here.",
    waiting: "Not answered yet.", decide: "Your answer", name: "Your name", accept: "Accept the proposal", reason: "Reason",
    decline: "Decline", accepted: (name, day) => `Accepted by ${name} on ${day}.`, declined: (name, day) => `Declined by ${name} on ${day}.`,
    lapsed: "The offer has lapsed.", failed: "This did not work", sure: "Accept this proposal in the name of your organisation?",
    nothing: "Nothing is written here.", us: "your organisation", logo: "Logo", about: "About the whole offer", later: "Please try again in a moment.",
  },
  zh: {
    until: (day) => `报价有效期至 ${day}。`, documents: "文件", download: "下载", sections: "章节",
    questions: "提问", ask: "提交问题", question: "您的问题", asked: "问题已收到，答复将显示在此处。",
    waiting: "尚未答复。", decide: "您的答复", name: "姓名", accept: "接受方案", reason: "理由",
    decline: "拒绝", accepted: (name, day) => `${name} 已于 ${day} 接受。`, declined: (name, day) => `${name} 已于 ${day} 拒绝。`,
    lapsed: "报价已失效。", failed: "操作未成功", sure: "确认以贵方名义接受本方案？", nothing: "此处无内容。", us: "贵方", logo: "标志", about: "针对整个方案", later: "请稍后重试。",
  },
};

const LABELS = {
  price_excl_tax: ["Price without tax", "不含税价"], tax_rate: ["Tax rate", "税率"], tax: ["Tax", "税额"], price_incl_tax: ["Price with tax", "含税总价"],
  taxes: ["Tax by rate", "分税率税额"], net: ["Net", "净额"], discount: ["Discount", "折扣"], list_price: ["List price", "折扣前报价"],
  price_in_words: ["In words", "大写金额"], currency: ["Currency", "币种"], requirement_count: ["Requirements", "需求数"], delivered_count: ["Offered", "提供数"], short_count: ["Of these, short of what is asked", "其中负偏离"],
  effort_days: ["Person-days", "人日"], duration_days: ["Working days", "工作日"], start: ["Start", "开始"], finish: ["Finish", "完成"], validity_days: ["Valid for (days)", "有效期（天）"],
  name: ["Name", "名称"], industry: ["Industry", "行业"], background: ["Background", "背景"], pains: ["Pains", "痛点"], objectives: ["Objectives", "目标"],
  success_criteria: ["Success criteria", "成功标准"], in_scope: ["In scope", "范围内"], out_of_scope: ["Out of scope", "范围外"], excluded: ["Not delivered", "不交付"],
  win_themes: ["Why us", "我方优势"], value_story: ["Value", "价值"], pain: ["Pain", "痛点"], capability: ["Capability", "能力"], benefit: ["Benefit", "收益"], evidence: ["Evidence", "佐证"],
  modules: ["Modules", "模块"], interfaces: ["Interfaces", "接口"], requirement_codes: ["Requirements", "需求"], code: ["Code", "编号"], title: ["Title", "标题"],
  statement: ["Statement", "描述"], kind: ["Kind", "类型"], priority: ["Priority", "优先级"], metric: ["Measured by", "指标"], acceptance_criteria: ["Accepted when", "验收标准"], verdict: ["Fit", "符合度"],
  product: ["Product", "产品"], deviation: ["Deviation", "偏离"], response: ["Response", "应答"], alternative: ["Alternative", "替代方案"], phases: ["Phases", "阶段"],
  tasks: ["Tasks", "任务"], milestones: ["Milestones", "里程碑"], date: ["Date", "日期"], months: ["Months", "月份"], roles: ["Roles", "角色"], people: ["People", "人数"],
  total_days: ["Person-days", "人日"], days: ["By month", "按月"], price: ["Price", "价格"], payments: ["Payments", "付款"], due: ["Due", "到期"], share: ["Share", "比例"], amount: ["Amount", "金额"], untaxed: ["Price, tax not included", "总价（不含税）"],
  rating: ["Rating", "等级"], preventive: ["Prevention", "预防措施"], owner: ["Owner", "责任人"], service_levels: ["Service levels", "服务级别"], response_minutes: ["Response (min)", "响应（分钟）"],
  resolution_minutes: ["Resolution (min)", "解决（分钟）"], hours: ["Hours", "服务时间"], warranty_months: ["Warranty (months)", "质保（月）"], warranty_terms: ["Warranty terms", "质保条款"],
  channels: ["Channels", "服务渠道"], address: ["Address", "联系方式"], maintenance_price: ["Maintenance", "维护价格"], maintenance_currency: ["Currency", "币种"], maintenance_terms: ["Maintenance terms", "维护条款"],
  stated: ["Assumptions", "假设"], assumptions: ["Assumptions", "假设"], exclusions: ["Exclusions", "除外"], summary: ["Summary", "概要"], scope: ["Scope", "范围"],
  components: ["Components", "组件"], tools: ["Tools", "工具"], standards: ["Standards", "标准"], steps: ["Steps", "步骤"], deliverables: ["Deliverables", "交付物"], description: ["Description", "说明"],
  technology: ["Technology", "技术"], layer: ["Layer", "层"], purpose: ["Purpose", "用途"], version: ["Version", "版本"], phase: ["Phase", "阶段"], acceptance: ["Acceptance", "验收"],
  horizon_years: ["Years looked at", "测算年限"], discount_rate: ["Discount rate", "折现率"], net_present_value: ["Net present value", "净现值"],
  benefits_present_value: ["Present value of benefits", "收益现值"], outlay_present_value: ["Present value of outlay", "支出现值"], irr: ["Internal rate of return", "内部收益率"],
  payback_years: ["Payback (years)", "投资回收期（年）"], discounted_payback_years: ["Discounted payback (years)", "动态回收期（年）"], break_even_year: ["Paid back in year", "回本年份"],
  return_on_investment: ["Return on investment", "投资回报率"], benefit_outlay_ratio: ["Benefits to outlay", "收益支出比"], streams: ["Benefits and expenses", "收益与支出"], total: ["Total", "合计"],
  years: ["By year", "按年"], year: ["Year", "年"], benefits: ["Benefits", "收益"], own_expenses: ["Own expenses", "自有支出"], cumulative: ["Cumulative", "累计"], discounted: ["Discounted", "折现"],
  sensitivity: ["Sensitivity", "敏感性"], low: ["Factor, low", "低值系数"], high: ["Factor, high", "高值系数"], value_low: ["Value, low", "低值净现值"], value_high: ["Value, high", "高值净现值"],
  scenarios: ["Scenarios", "情景"], probability: ["Probability", "概率"],
};
// What a name means in one list only.
const LABELS_IN = { years: { net: ["Net", "净现金流"] }, taxes: { net: ["Taxed at this rate", "计税金额"] } };
const SHARES = new Set(["tax_rate", "share", "irr", "discount_rate", "return_on_investment", "probability"]);
// Lists of what goes by its name: their codes are for programs.
const NAMED = new Set(["payments", "streams", "sensitivity"]);
// Of these a tenth of a percent is what one reads; a rate that is agreed is shown as it is.
const ROUNDED = new Set(["irr", "return_on_investment", "probability"]);
const AMOUNTS = /price|amount|tax|net|value|benefits|expenses|cumulative|discounted|total|untaxed/;
// Codes of the API in words, English and Chinese.
const VALUES = {
  functional: ["Function", "功能"], performance: ["Performance", "性能"], user: ["User", "用户"], interface: ["Interface", "接口"], security: ["Security", "安全"], data: ["Data", "数据"],
  operational: ["Operation", "运维"], compliance: ["Compliance", "合规"], constraint: ["Constraint", "约束"], business: ["Business", "业务"], quality: ["Quality", "质量"],
  must: ["Must have", "必须"], should: ["Should have", "应有"], could: ["Could have", "可有"], wont: ["Not in this offer", "本期不做"],
  low: ["Low", "低"], moderate: ["Moderate", "中"], medium: ["Medium", "中"], high: ["High", "高"], normal: ["Normal", "普通"], urgent: ["Urgent", "紧急"], none: ["None", "无"],
  positive: ["Better than asked", "正偏离"], negative: ["Less than asked", "负偏离"],
  full: ["Meets in full", "完全满足"], partial: ["Meets in part", "部分满足"], configuration: ["By configuration", "配置实现"], customisation: ["By development", "定制开发"],
  third_party: ["By a third party", "第三方"], roadmap: ["Planned", "规划中"],
  application: ["Application", "应用"], service: ["Service", "服务"], data_store: ["Data store", "数据存储"], device: ["Device", "设备"], platform: ["Platform", "平台"], external: ["External", "外部系统"],
  phone: ["Telephone", "电话"], mail: ["E-mail", "邮件"], portal: ["Portal", "门户"], chat: ["Chat", "在线"], on_site: ["On site", "现场"],
};
// What is drawn from other fields, or orders things only.
const UNSHOWN = new Set(["id", "role", "name_zh", "title_zh", "preventive_zh", "owner_zh", "product_zh", "capability_zh", "number", "status", "connections", "diagrams", "decisions", "component_codes", "applies_to", "price_includes_tax", "is_benefit", "phase"]);

export async function room(path, { call, element, token, page, whomToAsk }) {
  let shown = await call("GET", `${path}/view`);
  const is_zh = shown.language === "zh";
  const say = (key, ...rest) => { const text = SAY[is_zh ? "zh" : "en"][key]; return typeof text === "function" ? text(...rest) : text; };
  document.documentElement.lang = is_zh ? "zh-CN" : "en";
  document.title = shown.title;

  const either = (thing, field) => (is_zh ? thing[`${field}_zh`] ?? thing[field] : thing[field]);
  const isWords = (value) => value && typeof value === "object" && !Array.isArray(value) && "en" in value && "zh" in value;
  const label = (name, list) => (LABELS_IN[list]?.[name] ?? LABELS[name])?.[is_zh ? 1 : 0] ?? name.replaceAll("_", " ");
  const heading = (text) => element("h2", { textContent: text });
  const paragraphs = (text) => text.split(/\n+/).map((line) => element("p", { textContent: line }));
  const failed = (error) => element("p", { className: "wrong", role: "alert", textContent: `${say("failed")}: ${error.message}` });

  const percent = (share, places) => `${Number((share * 100).toFixed(places))}%`;

  function plain(name, value) {
    // Amounts in words are a Chinese custom, and Chinese words.
    if (value === null || value === undefined || (name === "price_in_words" && !is_zh)) return "";
    if (isWords(value)) return (is_zh ? value.zh ?? value.en : value.en ?? value.zh) ?? "";
    if (Array.isArray(value)) return value.map((one) => plain(name, one)).join(is_zh ? "、" : ", ");
    if (typeof value === "number" && SHARES.has(name)) return percent(value, ROUNDED.has(name) ? 1 : 4);
    if (typeof value === "string" && /^-?\d+\.\d+$/.test(value) && AMOUNTS.test(name)) return value.replace(/\B(?=(\d{3})+(?=\.))/g, ",");
    if (Object.hasOwn(VALUES, value)) return VALUES[value][is_zh ? 1 : 0];
    if (typeof value === "number") return String(Math.round(value * 100) / 100);
    return typeof value === "object" ? Object.values(value).map((one) => plain("", one)).filter(Boolean).join(" ") : String(value);
  }

  // Of what is assumed, low and high are shares; of a delay, years.
  const said = (row, name, list) => (list === "sensitivity" && ["low", "high"].includes(name) && row.code !== "delay_years" ? percent(row[name], 1) : plain(name, either(row, name)));

  // On a narrow screen each row is a card, and each of its cells says what it is.
  function cell(words, name) {
    return element("td", { className: words.length > 24 ? "long" : words.length > 12 ? "text" : "", textContent: words, "data-label": name });
  }

  // Several texts are read one below the other; numbers and months go on in a line.
  function value(name, given) {
    const isList = Array.isArray(given) && given.length > 1 && name !== "months" && given.every((one) => typeof one === "string" || isWords(one));
    return isList ? element("dd", {}, element("ul", {}, ...given.map((one) => element("li", { textContent: plain(name, one) })))) : element("dd", { textContent: plain(name, given) });
  }

  function table(rows, list) {
    const columns = Object.keys(rows[0]).filter((name) => !UNSHOWN.has(name) && !(name === "code" && NAMED.has(list)) && rows.some((row) => plain(name, either(row, name)) !== ""));
    const head = element("tr", {}, ...columns.map((name) => element("th", { scope: "col", textContent: label(name, list) })));
    const body = rows.map((row) => element("tr", {}, ...columns.map((name) => cell(said(row, name, list), label(name, list)))));
    return element("div", { className: "scroll" }, element("table", {}, element("thead", {}, head), element("tbody", {}, ...body)));
  }

  // A part of the data: its single values as a list of terms, its lists as tables, its parts each under a heading.
  function part(data) {
    const single = [];
    const more = [];
    // Where tax is not included, there is one price, and it says so.
    if (data.tax === null) {
      const { price_excl_tax, price_incl_tax, ...rest } = data;
      data = { untaxed: price_incl_tax, ...rest };
    }
    for (const [name, given] of Object.entries(data)) {
      if (UNSHOWN.has(name) || given === null || given?.length === 0 || (name === "short_count" && given === 0)) continue;
      if (Array.isArray(given) && typeof given[0] === "object" && !isWords(given[0])) more.push(element("h3", { textContent: label(name) }), table(given, name));
      else if (typeof given === "object" && !Array.isArray(given) && !isWords(given)) more.push(...part(given));
      else if (plain(name, either(data, name)) !== "") single.push(element("dt", { textContent: label(name) }), value(name, either(data, name)));
    }
    return single.length ? [element("dl", {}, ...single), ...more] : more;
  }

  function section(about) {
    const body = element("div");
    const details = element("details", {}, element("summary", { textContent: either(about, "title") }), body);
    details.addEventListener("toggle", async () => {
      if (!details.open || body.childElementCount) return;
      try {
        const { code, title, title_zh, text, ...data } = await call("GET", `${path}/sections/${about.code}`);
        const own = plain("", text);
        const parts = Object.entries(data).flatMap(([name, value]) => (value === null ? [] : Array.isArray(value) ? (value.length ? [table(value, name)] : []) : part({ ...value })));
        body.replaceChildren(...(own ? paragraphs(own) : []), ...(own || parts.length ? parts : [element("p", { className: "quiet", textContent: say("nothing") })]));
      } catch (error) {
        body.replaceChildren(failed(error));
      }
    });
    return details;
  }

  function file(about) {
    const button = element("button", { type: "button", textContent: `${say("download")} ${about.file_name}` });
    button.addEventListener("click", async () => {
      const answer = await fetch(`${path}/documents/${about.id}/file`, { headers: { Authorization: `Bearer ${token}` } });
      if (!answer.ok) return button.after(failed(new Error((await answer.json().catch(() => ({}))).detail ?? say("later"))));
      const link = element("a", { href: URL.createObjectURL(await answer.blob()), download: about.file_name });
      link.click();
      URL.revokeObjectURL(link.href);
    });
    return element("p", {}, button);
  }

  const asked = (question) => element("div", { className: "notice" }, element("p", { textContent: question.requirement_code ? `${question.requirement_code}: ${question.question}` : question.question }), element("p", { className: "quiet", textContent: question.answer ?? say("waiting") }));

  function questions() {
    const input = element("textarea", { maxLength: 8000, "aria-label": say("question") });
    const send = element("button", { type: "submit", textContent: say("ask") });
    const about = element("select", { "aria-label": say("about") }, element("option", { value: "", textContent: say("about") }),
      ...shown.requirements.map((one) => element("option", { value: one.code, textContent: `${one.code} ${one.title}` })));
    const list = element("div", {}, ...shown.questions.map(asked));
    const told = element("p", { className: "quiet", role: "status" });
    const form = element("form", {}, ...(shown.requirements.length ? [about] : []), input, told, send);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!input.value.trim()) return;
      send.disabled = true;
      try {
        list.append(asked(await call("POST", `${path}/questions`, { question: input.value, requirement_code: about.value || null })));
        input.value = about.value = "";
        told.textContent = say("asked");
      } catch (error) {
        told.textContent = `${say("failed")}: ${error.message}`;
      } finally {
        send.disabled = false;
      }
    });
    return [heading(say("questions")), list, form];
  }

  function decision() {
    if (shown.answered_at) {
      const day = shown.answered_at.slice(0, 10);
      return [element("div", { className: "notice good" }, element("p", { textContent: say(shown.proposal_status, shown.answered_by ?? say("us"), day) }))];
    }
    if (shown.proposal_status === "expired") return [element("div", { className: "notice bad" }, element("p", { textContent: say("lapsed") }))];
    if (!shown.may_answer) return [];
    const name = element("input", { type: "text", maxLength: 300, placeholder: say("name"), "aria-label": say("name") });
    const reason = element("input", { type: "text", maxLength: 8000, placeholder: say("reason"), "aria-label": say("reason") });
    const told = element("div");
    const answer = (verb, body) => async () => {
      if (verb === "accept" && !confirm(say("sure"))) return;
      try {
        await call("POST", `${path}/${verb}`, body());
        shown = await call("GET", `${path}/view`);
        render();
      } catch (error) {
        told.replaceChildren(failed(error));
      }
    };
    const accept = element("button", { type: "button", textContent: say("accept") });
    accept.addEventListener("click", answer("accept", () => ({ name: name.value })));
    const decline = element("button", { type: "button", className: "plain", textContent: say("decline") });
    decline.addEventListener("click", answer("decline", () => ({ name: name.value, reason: reason.value })));
    return [heading(say("decide")), element("div", { className: "notice" }, element("p", {}, name), element("p", {}, accept), element("p", {}, reason), element("p", {}, decline), told)];
  }

  // The logo of who makes the offer, within the page: a picture is asked for without a token.
  async function logo() {
    if (!shown.has_logo) return [];
    const answer = await fetch(`${path}/logo`, { headers: { Authorization: `Bearer ${token}` } });
    if (!answer.ok) return [];
    const reader = new FileReader();
    const read = new Promise((done) => reader.addEventListener("loadend", () => done(reader.result)));
    reader.readAsDataURL(await answer.blob());
    return [element("img", { className: "logo", src: await read, alt: plain("", shown.company) || say("logo") })];
  }
  const mark = await logo();

  function render() {
    page.replaceChildren(
      ...mark,
      ...(plain("", shown.company) ? [element("p", { className: "supplier", textContent: plain("", shown.company) })] : []),
      element("h1", { textContent: shown.title }),
      element("p", { className: "intro", textContent: [shown.client_name, `${shown.code} ${shown.version_label}`].filter(Boolean).join(" · ") }),
      element("p", { className: "quiet", textContent: say("until", shown.valid_until) }),
      heading(say("sections")), ...shown.sections.map(section),
      ...(shown.files.length ? [heading(say("documents")), ...shown.files.map(file)] : []),
      ...questions(), ...decision(), whomToAsk(shown),
    );
  }

  render();
}
