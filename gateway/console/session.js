// Who looks, and in which language. The token stays in this tab and goes with it; nothing else of a person is kept.

const TOKEN = "presales.token";
const LANGUAGE = "presales.language";

let token = sessionStorage.getItem(TOKEN);
// What the browser sends as Accept-Language, unless somebody chose otherwise here.
let language = localStorage.getItem(LANGUAGE) ?? (navigator.languages.find((one) => /^(zh|en)/.test(one)) ?? "en").slice(0, 2);

function claimsOf(given) {
  try {
    const bytes = Uint8Array.from(atob(given.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null; // not a token that can be read here: the gateway judges it
  }
}

export const session = {
  get token() {
    return token;
  },
  // Only for what is shown: what somebody may do, the services say.
  get name() {
    const claims = claimsOf(token) ?? {};
    return (isChinese() ? claims.name_zh : null) ?? claims.name ?? claims.sub ?? "";
  },
  begin(given) {
    token = given;
    sessionStorage.setItem(TOKEN, given);
  },
  end() {
    token = null;
    sessionStorage.removeItem(TOKEN);
  },
  get language() {
    return language;
  },
  set language(chosen) {
    language = chosen;
    localStorage.setItem(LANGUAGE, chosen);
  },
};

export const isChinese = () => language === "zh";

// A text that the API gives in both languages: `name` and `name_zh`.
export const either = (thing, field) => (isChinese() ? (thing[`${field}_zh`] ?? thing[field]) : thing[field]);
