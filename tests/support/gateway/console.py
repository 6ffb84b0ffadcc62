"""What a browser finds of the console: what can be reached, read and named."""

CONTROLS = "a[href], button, select, input, textarea, summary, [tabindex='0']"

UNNAMED = """(controls) => controls.filter((one) => {
  const label = one.getAttribute("aria-label") ?? [...(one.labels ?? [])].map((label) => label.textContent).join("");
  return !(label || one.textContent).trim();
}).map((one) => one.outerHTML)"""
"""Of controls, those that a screen reader would not know what to call."""

STICKING_OUT = """(panels) => panels.flatMap((panel) => [...panel.querySelectorAll("*")]
  .filter((one) => !one.closest(".hidden, :not(.compact) > thead") && one.getBoundingClientRect().right > panel.getBoundingClientRect().right + 1)
  .map((one) => one.outerHTML.slice(0, 200)))"""
"""Of panels, what is wider than they are."""

PALE = """(body) => {
  const light = ([r, g, b]) => [r, g, b].map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const behind = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const colour = parts(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const written = [...body.querySelectorAll("*")].filter((one) => one.checkVisibility() && !one.disabled
    && [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim()));
  return written.map((one) => {
    const style = getComputedStyle(one);
    const [a, b] = [light(parts(one.namespaceURI.endsWith("svg") ? style.fill : style.color)), light(behind(one))];
    return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), one.outerHTML.slice(0, 120)];
  }).filter(([contrast]) => contrast < 4.5);
}"""
"""Text whose contrast is below 4.5 : 1 (WCAG 2.2, 1.4.3)."""

UNTRANSLATED = """async ([families, events]) => {
  const { ALL_WORDS, eventName, word } = await import("/console/words.js");
  const own = Object.entries(ALL_WORDS.SAY).map(([key, words]) => [key, typeof words === "function" ? words("1", "2") : words]);
  const codes = Object.values(ALL_WORDS.CODES).flatMap((family) => Object.entries(family));
  const isChinese = (text) => /[\\u4e00-\\u9fff]/.test(text);
  const lacking = [...own, ...codes].filter(([, pair]) => pair.length !== 2 || !pair.every((text) => text?.trim())).map(([key]) => key);
  const asked = Object.entries(families).flatMap(([family, names]) => names.map((name) => [`${family} ${name}`, word(family, name)]));
  const named = events.map((type) => [type, eventName(type)]);
  return [...lacking, ...[...asked, ...named].filter(([, text]) => !isChinese(text)).map(([key]) => key)];
}"""
"""Of a page in Chinese: keys without a word in one of the languages, and codes of the API without a Chinese word."""
