// The public API, and nothing but it: requests with the caller's token, problems as errors, the live feed.

import { session } from "./session.js";
import { say } from "./words.js";

// A problem (RFC 9457) in the page's language; what never came to an answer looks the same.
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? problem.title);
    this.status = status;
    this.problem = problem;
  }
}

const headers = (more) => ({ Authorization: `Bearer ${session.token}`, "Accept-Language": session.language, ...more });

async function answerOf(path, options) {
  try {
    return await fetch(path, { cache: "no-store", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(0, { title: say("unreachable"), detail: say("unreachable_detail") });
  }
}

async function refusal(answer) {
  if (answer.status === 401) document.dispatchEvent(new Event("unauthenticated"));
  const problem = await answer.json().catch(() => ({}));
  return new Refused(answer.status, { title: `${answer.status} ${answer.statusText}`, ...problem });
}

export async function call(path, { method = "GET", body, version, signal } = {}) {
  const more = { Accept: "application/json" };
  if (body !== undefined) more["Content-Type"] = "application/json";
  if (version !== undefined) more["If-Match"] = `"${version}"`;
  const answer = await answerOf(path, { method, signal, headers: headers(more), body: body && JSON.stringify(body) });
  if (!answer.ok) throw await refusal(answer);
  return answer.status === 204 ? null : answer.json();
}

// A file that the API makes: its bytes, and the name that it has there.
export async function file(path, type) {
  const answer = await answerOf(path, { headers: headers({ Accept: type }) });
  if (!answer.ok) throw await refusal(answer);
  const [, name] = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "") ?? [];
  return { name, bytes: await answer.blob() };
}

export const query = (values) => {
  const given = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return given.length ? `?${new URLSearchParams(given)}` : "";
};

const pause = (milliseconds, signal) => new Promise((done) => {
  const timer = setTimeout(done, milliseconds);
  signal.addEventListener("abort", () => { clearTimeout(timer); done(); }, { once: true });
});

// Calls `onEvent` for each event after `after` (without it, from now on), as it is committed, until `signal` is aborted.
// A broken connection is taken up again behind the last event seen: EventSource would do that, but sends no token.
export async function follow({ filter = {}, after, signal, onEvent, onState }) {
  let last = after;
  let wait = 1000;
  while (!signal.aborted) {
    try {
      const more = { Accept: "text/event-stream", ...(last === undefined ? {} : { "Last-Event-ID": String(last) }) };
      const answer = await answerOf(`/v1/events${query(filter)}`, { signal, headers: headers(more) });
      if (!answer.ok) throw await refusal(answer);
      onState("live");
      for await (const told of frames(answer.body)) {
        if (told.retry) wait = Number(told.retry);
        if (told.id === undefined) continue;
        last = told.id;
        onEvent(JSON.parse(told.data), Number(told.id));
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Refused && error.status >= 400 && error.status < 500 && error.status !== 429) {
        onState("refused", error);
        return;
      }
    }
    if (signal.aborted) return;
    onState("broken");
    await pause(wait, signal);
  }
}

async function* frames(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n\n");
    rest = parts.pop();
    for (const part of parts) {
      const told = {};
      for (const line of part.split("\n")) {
        const [, name, text] = /^(\w+): ?(.*)$/.exec(line) ?? [];
        if (name) told[name] = name === "data" && "data" in told ? `${told.data}\n${text}` : text;
      }
      yield told;
    }
  }
}
