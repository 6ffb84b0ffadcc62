// Every word of the console, English and Chinese side by side. Codes of the API that have no entry here are called in
// Chinese as the services call them (labels.js), in English by their own names.

import { LABELS } from "./labels.js";
import { isChinese, session } from "./session.js";

const SAY = {
  product: ["Presales", "售前管理"], skip: ["Skip to the content", "跳到正文"], menu: ["Main menu", "主菜单"],
  to_language: ["中文", "English"], to_language_label: ["切换为中文", "Switch to English"], leave: ["Sign out", "退出"],
  loading: ["Loading…", "加载中…"], again: ["Try again", "重试"], more: ["More", "更多"], failed: ["This did not work", "操作未成功"],
  trace: ["Trace", "追踪号"], unreachable: ["No answer", "无响应"], unreachable_detail: ["The server could not be reached. What is shown may be old.", "无法连接服务器，所示内容可能已过时。"],
  none_behind: ["There are none.", "没有。"], all: ["All", "全部"], apply: ["Show", "显示"], none: ["none", "无"],
  // who looks
  sign_in: ["Who are you?", "请选择身份"], people: ["People of this machine's development issuer", "本机开发身份"], paste: ["An access token of your issuer", "贵方身份系统的访问令牌"],
  token: ["Access token", "访问令牌"], enter: ["Enter", "进入"], refused_token: ["The token was not accepted. Please take a new one.", "令牌未被接受，请重新获取。"],
  kept: ["It stays in this tab and is gone with it.", "令牌仅保存在此标签页中，关闭即清除。"], as: (name) => [`Continue as ${name}`, `以 ${name} 的身份继续`],
  // figures
  lead: ["Team", "团队"], lead_title: ["How presales does", "售前表现"], period: ["Period", "时段"], compare: ["Compared with", "对比"], all_time: ["All time", "全部时间"],
  no_comparison: ["nothing", "不对比"], previous: ["the period before", "上一时段"], year_before: ["a year before", "上年同期"],
  shown: (now, then) => [`${now}, compared with ${then}`, `${now}，对比 ${then}`],
  win_rate: ["Win rate", "赢单率"], by_number: ["by number", "按数量"], by_amount: (currency) => [`by amount, ${currency}`, `按金额，${currency}`],
  won_of: (won, all) => [`${won} of ${all}`, `${all} 个中 ${won} 个`], between: (low, high) => [`95 % between ${low} and ${high}`, `95 % 区间 ${low} 至 ${high}`],
  change: ["Change", "变化"], before: ["Before", "此前"], points: (number) => [`${number} points`, `${number} 个百分点`], value: ["Value", "数值"], made_of: ["Made of", "构成"],
  results: ["Results", "结果"], result: ["Result", "结果"], count: ["Number", "数量"], offered: ["Offered, with tax", "含税报价"], agreed: ["Agreed, with tax", "含税成交价"],
  reasons_won: ["Why we won", "赢单原因"], reasons_lost: ["Why we lost", "丢单原因"], reason: ["Reason", "原因"], without_reason: (number) => [`${number} without a reason`, `${number} 个无原因`],
  rivals: ["Competitors", "竞争对手"], rival: ["Competitor", "竞争对手"], met: ["Met", "交锋"], we_won: ["We won", "我方赢"], we_lost: ["We lost", "我方输"], open_ended: ["Neither", "无胜负"], unnamed: ["not named", "未命名"],
  review_pages: ["Review report (PDF)", "复盘报告（PDF）"], review_slides: ["Review slides (PowerPoint)", "复盘幻灯片（PowerPoint）"],
  win_loss: ["Win and loss", "赢丢单"], nothing_decided: ["Nothing was decided in this period.", "该时段内没有已决结果。"], price_ratio: ["Final ÷ offered price", "成交价 ÷ 报价"],
  calibration: ["Are our win probabilities right?", "赢单概率是否准确？"], brier: ["Brier score (0 is perfect)", "Brier 得分（0 为最佳）"], skill: ["Skill", "技巧得分"], expected_share: ["Expected", "预期"], observed: ["Came true", "实际"],
  stated: ["Stated", "陈述概率"], range: (from, to) => [`${from} to ${to}`, `${from} 至 ${to}`], chart_reliability: ["Share that was won, by stated probability; on the line they are equal", "按陈述概率划分的实际赢单比例；落在线上即一致"],
  opportunities: (number) => [number === 1 ? "1 opportunity" : `${number} opportunities`, `${number} 个商机`], left_out: ["Left out", "未计入"],
  forecast: ["Forecast", "预测"], forecast_note: ["All that is open, by the month in which it is expected to close", "全部未结商机，按预计成交月份"], funnel: ["From stage to stage", "阶段转化"], responses: ["How soon we answer", "响应速度"],
  figures: ["Figures", "指标"], figures_title: ["Any figure", "指标查询"], figure: ["Figure", "指标"], definition: ["What it says", "定义"], dated_by: ["Counts by", "计入依据"], made_from: ["Made from", "来源事件"], group_by: ["Apart by", "分组"], whole: ["as a whole", "整体"],
  of_what: ["Of what", "对象"], in_unit: (value, unit) => [`${value} ${unit}`, `${value} ${unit}`], few: (cases) => [`${cases} only`, `仅 ${cases} 个`], and_left_out: (count) => [`, ${count} left out`, `，${count} 个未计入`],
  left_out_since: (why) => [`(left out: ${why})`, `（未计入：${why}）`], no_figures: ["There is nothing in this period.", "该时段内没有数据。"], verbatims: ["What clients said", "客户原话"], stage: ["Stage", "阶段"], reached: ["Went on", "进入下一阶段"], still_open: ["Still open", "仍未结"],
  no_pipeline: ["Nothing that is open has an expected day, value and probability.", "没有同时具备预计日期、金额与概率的未结商机。"], month: ["Month", "月份"], pipeline: ["Pipeline", "商机总额"], expected: ["Expected", "期望值"], p10: ["P10", "P10"], p50: ["P50", "P50"], p90: ["P10 … P90", "P10 … P90"],
  answer: ["Answer", "响应类型"], half: ["Half within", "中位数"], most: ["90 % within", "90 % 以内"], in_time: ["In time", "按时"],
  search: ["Search", "搜索"], search_title: (q) => [`What has “${q}” in it`, `“${q}”的搜索结果`], found: ["Found", "结果"], nothing_found: ["Nothing was found.", "没有找到。"],
  // work
  work: ["My work", "我的工作"], work_title: ["What waits for me", "待我处理"], kinds: ["Kinds of work", "工作类型"], work_item: ["What", "事项"], due: ["Due", "截止"], waiting_since: ["Waits since", "等待自"], owner: ["Whose", "负责人"], anybody: ["anybody who may", "任何有权限者"],
  request: ["By this request", "操作请求"], counted: (what, count) => [`${what} (${count})`, `${what}（${count}）`], no_work: ["Nothing waits for you.", "没有待处理事项。"],
  // journeys
  journeys: ["Journeys", "商机进展"], journeys_title: ["Where every opportunity is", "各商机进展"], status: ["Status", "状态"], opportunity: ["Opportunity", "商机"], client: ["Client", "客户"],
  waits_for: ["Waits for", "等待"], changed: ["Changed", "更新时间"], no_journeys: ["No opportunity is in this state.", "没有处于该状态的商机。"], steps: ["Steps", "步骤"], step: ["Step", "步骤"], state: ["State", "状态"],
  since: ["Since", "时间"], after_approval: ["After the approval", "批准后"], by: ["By", "执行人"], seconds: (number) => [`${number} s`, `${number} 秒`], happened: ["What happened", "动态"], live: ["Live", "实时"], broken: ["Connection lost, trying again…", "连接中断，正在重连…"],
  refused: ["The feed was refused", "动态被拒绝"], no_events: ["Nothing yet.", "暂无动态。"], times: (number) => [` × ${number}`, ` × ${number}`], earlier: (number) => [`${number} earlier lines`, `更早的 ${number} 条`], event: ["Event", "事件"], look_parked: ["See the parked events", "查看搁置事件"], to_journeys: ["All journeys", "全部商机"],
  outcome: ["Outcome", "结果"], now_at: (step, state) => [`${step}: ${state}`, `${step}：${state}`],
  // operations
  operations: ["Operations", "运维"], operations_title: ["Services and parked events", "服务与搁置事件"], health: ["Services", "服务状态"], service: ["Service", "服务"], clock_ahead: ["Clock ahead", "时钟偏差"], check: ["Check", "检查项"],
  parked: ["Parked events", "搁置事件"], parked_note: ["Events that a service could not take in. Retry after the cause is mended; discard only what must never have an effect.", "服务未能处理的事件。排除原因后重试；仅放弃不应生效的事件。"],
  no_parked: ["No event is parked.", "没有搁置事件。"], retry: ["Retry", "重试"], discard: ["Discard", "放弃"], why_discard: ["Why is it given up?", "放弃的理由"], cancel: ["Cancel", "取消"], why: ["Why", "原因"], since_when: ["Parked", "搁置时间"], what_now: ["Action", "操作"],
  retried: (what) => [`${what} was taken in.`, `${what} 已处理。`], discarded: (what) => [`${what} was given up.`, `${what} 已放弃。`], payload: ["What it says", "事件内容"], of: (what, whom) => [`${what}: ${whom}`, `${what}：${whom}`],
  needs_reason: ["Please say why.", "请填写理由。"],
};

// Codes in both languages, where the services' own words are too short for a page, or have none.
const CODES = {
  status: {
    open: ["open", "未启动"], running: ["running", "进行中"], waiting_person: ["waits for somebody", "等待处理"], blocked: ["blocked", "受阻"], stalled: ["stalled", "停滞"], done: ["done", "已完成"], cancelled: ["cancelled", "已取消"],
    ready: ["ready", "正常"], degraded: ["degraded", "部分异常"], "does not answer": ["does not answer", "无响应"], ok: ["ok", "正常"], waiting: ["waiting", "等待中"],
  },
  step: {
    baseline: ["Baseline", "需求基线"], estimate: ["Estimate", "估算"], risk_budget: ["Risk budget", "风险预算"], price: ["Price", "定价"], proposal: ["Proposal", "方案书"], documents: ["Documents", "文档"],
  },
  waits: {
    "a baseline": ["a baseline", "需求基线"], "a new baseline": ["a new baseline", "新的基线"], "approval of the baseline": ["approval of the baseline", "基线批准"], "review of the proposal": ["review of the proposal", "方案书送审"],
    "approval of the proposal": ["approval of the proposal", "方案书批准"], "submission of the proposal": ["submission of the proposal", "方案书提交"], "rework of the proposal": ["rework of the proposal", "方案书修改"],
    "the client's answer": ["the client's answer", "客户答复"], "closing of the opportunity": ["closing of the opportunity", "商机关闭"], "a new proposal": ["a new proposal", "新的方案书"],
  },
  service: {
    requirements: ["Requirements", "需求"], engagement: ["Engagement", "客户沟通"], estimation: ["Estimation", "估算"], risk: ["Risk", "风险"], proposal: ["Proposal", "方案"], insights: ["Insights", "洞察"],
    gateway: ["Gateway", "网关"], issuer: ["Token issuer", "令牌签发方"], clocks: ["Clocks", "时钟"],
  },
  result: { invalidated: ["invalidated", "已失效"], no_offer: ["no offer", "无报价"], no_probability: ["no probability", "无概率"] },
  reason: {
    price: ["price", "价格"], fit: ["fit", "匹配度"], quality: ["quality", "质量"], relationship: ["relationship", "客户关系"], references: ["references", "案例"], team: ["team", "团队"], delivery_time: ["delivery time", "交付时间"],
    terms: ["terms", "条款"], risk: ["risk", "风险"], incumbent: ["incumbent", "在位供应商"], late: ["too late", "过迟"], budget: ["budget", "预算"], priorities: ["priorities", "优先级"], other: ["other", "其他"],
  },
  entity: {
    acceptance: ["acceptance", "接受门槛"], bid: ["bid", "投标"], budget: ["risk budget", "风险预算"], event: ["event", "事件"], fit: ["fit", "匹配度"], hours: ["hours", "工时"], limit: ["limit", "约束"], need: ["need", "需求线索"],
    proof: ["proof of concept", "概念验证"], reserve: ["reserve", "储备"], room_question: ["question in the room", "客户空间提问"],
  },
  unit: { days: ["days", "天"], hours: ["hours", "小时"], minutes: ["minutes", "分钟"] },
  purpose: { first: ["first answer", "首次答复"], following: ["following answers", "后续答复"], resolution: ["resolution", "解决"] },
  cycle: {
    opened_to_approved: ["opening to baseline", "立项至基线批准"], approved_to_submitted: ["baseline to offer", "基线批准至提交方案"], submitted_to_decided: ["offer to decision", "提交方案至决定"], opened_to_decided: ["opening to decision", "立项至决定"],
  },
  about: { all: ["all months", "全部月份"], unknown: ["unknown", "未知"] },
  size: { under_100k: ["under 100,000", "10 万以下"], "100k_to_1m": ["100,000 to 1 million", "10 万至 100 万"], "1m_to_10m": ["1 to 10 million", "100 万至 1000 万"], "10m_and_more": ["10 million and more", "1000 万及以上"], unknown: ["unknown", "未知"] },
  dimension: {
    client: ["client", "客户"], owner: ["owner", "负责人"], team: ["team", "团队"], industry: ["industry", "行业"], region: ["region", "地区"], kind: ["kind", "类型"], size: ["size", "规模"], currency: ["currency", "货币"], language: ["language", "语言"], product: ["product", "产品"], competitor: ["competitor", "竞争对手"],
  },
  participle: {
    budgeted: ["budgeted", "已测算预算"], drafted: ["drafted", "已起草"], drawn: ["drawn", "已动用"], estimated: ["estimated", "已估算"], extended: ["extended", "已延期"], heard: ["heard", "已获悉"], judged: ["judged", "已判断"],
    neared: ["due soon", "即将到期"], opened: ["opened", "已立项"], outdated: ["outdated", "已过时"], parked: ["parked", "已搁置"], passed: ["passed", "已通过"], remarked: ["remarked", "已备注"], rendered: ["rendered", "已生成"],
    reviewed: ["reviewed", "已复核"], scheduled: ["scheduled", "已排期"], totalled: ["totalled", "已汇总"], triggered: ["triggered", "已触发"], turned_negative: ["turned negative", "转为不值得"], unparked: ["no longer parked", "已解除搁置"], waived: ["waived", "已豁免"],
  },
};

const WORDS_OF = { status: "state", step: "kind", result: "state", entity: "kind", participle: "state", stage: "state", role: "role", kind: "kind" };

export function say(key, ...facts) {
  const words = SAY[key];
  if (words === undefined) throw new Error(`no words for ${key}`);
  return (typeof words === "function" ? words(...facts) : words)[isChinese() ? 1 : 0];
}

// A code of the API in words: `family` says what kind of code it is.
export function word(family, code) {
  if (code === null || code === undefined) return "";
  const own = CODES[family]?.[code];
  if (own) return own[isChinese() ? 1 : 0];
  const plain = String(code).replaceAll("_", " ");
  return isChinese() ? (LABELS[WORDS_OF[family]]?.[code] ?? plain) : plain;
}

// `presales.proposal.proposal.drafted.v1` in words.
export function eventName(type) {
  const [entity, participle] = type.replace(/^presales\./, "").split(".").slice(1, 3);
  const [what, done] = [word("entity", entity), word("participle", participle)];
  return isChinese() ? `${what}${done}` : `${what.charAt(0).toUpperCase()}${what.slice(1)} ${done}`;
}

const locale = () => (isChinese() ? "zh-CN" : "en-GB");

export const percent = (share, places = 1) => (share === null || share === undefined ? "–" : new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: places }).format(share));
export const number = (value, places = 2) => (value === null || value === undefined ? "–" : new Intl.NumberFormat(locale(), { maximumFractionDigits: places }).format(value));
// Amounts come as decimals and are written from their digits: no float comes between.
export const amount = (value) => new Intl.NumberFormat(locale(), { minimumFractionDigits: /\./.test(value) ? 2 : 0, maximumFractionDigits: 2 }).format(String(value));
export const money = ({ amount: value, currency }) => `${amount(value)} ${currency}`;
export const moment = (at) => (at ? new Date(at).toLocaleString(locale(), { dateStyle: "medium", timeStyle: "short" }) : "–");
export const clock = (at) => new Date(at).toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit", second: "2-digit" });
export const signed = (value, shown) => `${value > 0 ? "+" : value < 0 ? "−" : "±"}${shown(Math.abs(value))}`;

// For tests: every word in both languages.
export const ALL_WORDS = { SAY, CODES };
export const languageTag = () => (session.language === "zh" ? "zh-CN" : "en");
