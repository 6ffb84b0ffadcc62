"""What a client's answers to a questionnaire become: drafts in the client's words."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.language.forms import COMMENT, parts_of, title_of, visible

BECOMES = ("requirement", "pain", "objective", "success_criterion", "assumption", "in_scope")
"""What the answer to a question with `presales.becomes` is made into."""
_PROSE = {"text", "comment"}
_LONGEST = 8000


@dataclass(frozen=True, slots=True)
class Draft:
    """Something that one answer becomes. `statement` can be read without the question, `words` are the client's."""

    becomes: str
    question: str
    about: str
    words: str
    statement: str
    options: Mapping[str, Any]


def options_of(question: Mapping[str, Any]) -> Mapping[str, Any]:
    """What we say of a question under `presales`: becomes, and kind, priority, group or severity of what is made."""
    ours = question.get("presales")
    return ours if isinstance(ours, Mapping) else {}


def drafts(form: Mapping[str, Any], answers: Mapping[str, Any], language: str) -> Iterator[Draft]:
    """The drafts of all answers, in the order of the questions: one for each choice, and for each line of a comment."""
    for question in visible(form, answers):
        options, answer = options_of(question), _with_comment(question, answers)
        if options.get("becomes") not in BECOMES or answer is None:
            continue
        about = title_of(question.get("title"), language).strip()
        for words in _words_of(question, answer, about, language):
            yield Draft(options["becomes"], question["name"], about, words, _whole(question, about, words), options)


def unmapped(form: Mapping[str, Any], answers: Mapping[str, Any], language: str) -> Iterator[dict[str, Any]]:
    """The answers that become nothing, in the order of the questions: question, about, words."""
    made = {draft.question for draft in drafts(form, answers, language)}
    for question in visible(form, answers):
        name = question["name"]
        if name in answers and name not in made:
            about, answer = title_of(question.get("title"), language).strip(), _with_comment(question, answers)
            words = [] if isinstance(answer, bool) else _words_of(question, answer, about, language)
            said = words or [json.dumps(answer, ensure_ascii=False)[:_LONGEST]]
            yield {"question": name, "about": about, "words": list(said)}


def _with_comment(question: Mapping[str, Any], answers: Mapping[str, Any]) -> Any:
    """An answer with what was written beside the choices: in the place of "other", or after them."""
    answer, comment = answers.get(question["name"]), answers.get(f"{question['name']}{COMMENT}")
    if not isinstance(comment, str):
        return answer
    if answer == "other":
        return comment
    chosen = answer if isinstance(answer, list) else [answer]
    return [comment if one == "other" else one for one in chosen] + ([] if "other" in chosen else [comment])


def _whole(question: Mapping[str, Any], about: str, words: str) -> str:
    """A choice or number says little without its question; what was written in prose stands alone."""
    if (question["type"] in _PROSE and question.get("inputType", "text") == "text") or not about or about == words:
        return words
    return f"{about}{' ' if about[-1] in '?？:：' else ': '}{words}"[:_LONGEST]


def _words_of(question: Mapping[str, Any], answer: Any, about: str, language: str) -> Sequence[str]:
    return [words.strip()[:_LONGEST] for words in _said(question, answer, about, language) if words.strip()]


def _said(question: Mapping[str, Any], answer: Any, about: str, language: str) -> list[str]:
    """An answer in words: the texts of what was chosen, `yes` by the question itself, rows of a matrix one by one."""
    match answer:
        case bool():
            return [about] if answer else []
        case Mapping():
            return _of_rows(question, answer, language)
        case list() if question["type"] in {"matrixdynamic", "paneldynamic"}:
            return [_parts_said(question, said, language) for said in answer if isinstance(said, Mapping)]
        case list():
            texts = _texts(question.get("choices", []), language)
            return [texts.get(str(one), str(one)) for one in answer if not isinstance(one, Mapping)]
        case str() if question["type"] == "comment":
            return [line.strip(" -•*\t") for line in answer.splitlines()]
        case _:
            return [_texts(question.get("choices", []), language).get(str(answer), str(answer))]


def _of_rows(question: Mapping[str, Any], answer: Mapping[str, Any], language: str) -> list[str]:
    """Items of a text, or rows of a matrix, one by one."""
    if question["type"] == "multipletext":
        return [_parts_said(question, {name: value}, language) for name, value in answer.items()]
    rows = _texts(question.get("rows", []), language)
    if question["type"] == "matrixdropdown":
        return [f"{rows.get(row, row)}: {_parts_said(question, said, language)}" for row, said in answer.items()]
    columns = _texts(question.get("columns", []), language)
    return [f"{rows.get(row, row)}: {columns.get(str(value), value)}" for row, value in answer.items()]


def _parts_said(question: Mapping[str, Any], said: Mapping[str, Any], language: str) -> str:
    """Answers to the questions within a question, in a line."""
    parts = []
    for part in parts_of(question):
        if part["name"] in said:
            texts, value = _texts(part.get("choices") or [], language), said[part["name"]]
            words = ", ".join(
                texts.get(str(one), _plain(one, language)) for one in (value if isinstance(value, list) else [value])
            )
            parts.append(f"{title_of(part.get('title') or part['name'], language)}: {words}")
    return "; ".join(parts)


def _plain(value: Any, language: str) -> str:
    if isinstance(value, bool):
        return {"zh": ("否", "是")}.get(language, ("no", "yes"))[value]
    return str(value)


def _texts(items: Sequence[Any], language: str) -> dict[str, str]:
    """What the values of a list read as."""
    pairs = [(item["value"], item.get("text")) if isinstance(item, Mapping) else (item, None) for item in items]
    return {str(value): title_of(text or value, language) for value, text in pairs}
