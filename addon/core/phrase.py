"""From a prompt to the short phrase a person would call it by.

The prompt's first clause that speaks of a subject, without what stands around it (`boilerplate`); clauses of a word or
two take the next one with them. What is still too long ends at a word, best where a phrase ends.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

from . import boilerplate, graphemes
from .boilerplate import pattern, words_of

HEAD = 2_000
"""Code points of a prompt that are looked at, so that a prompt of a megabyte costs no more than a long one."""

ELLIPSIS = "…"

_SENTENCE_ENDS = ".!?…。！？．؟।॥։።။៕\n"
_MARKS = (
    r"[.!?]+[\"'”’»)\]]*(?=\s|$)",
    r"…+|,(?!\d)|(?<!\d),|;|:(?=\s|$)|[—|]|(?<=\s)[-–]{1,2}(?=\s)|\n",
    r"[。、，；：！？．،؛؟।॥։።፣၊။៕]+[”」』]*",
)
_BETWEEN_CLAUSES = rf"(\s*(?:{'|'.join(_MARKS)})\s*)"
_ABBREVIATION = (
    r"(?:\b(?:mr|mrs|ms|dr|st|prof|int|ext|vs|mt|ft|jr|sr|e\.g|i\.e|approx|ca|bzw|z\.b)|(?:^|[\s.])[^\W\d_])$"
)
_ARTICLE = (
    r"^(?:a(?!\s+(?:la|las|lo|los|el|un|una|mi|su|tu)\b)|an(?!\s+(?:de[rnms]|die|das|eine[mnrs]?)\b)|the)\s+(?=\w)"
)
_OPENERS = dict(zip(")]}”»」』》）】", ("(", "[", "{", "“„", "«", "「", "『", "《", "（", "【"), strict=True))
_KEPT_AT_END = frozenset("%#&")
_KEPT_AT_START = frozenset("#@&")

# Words that begin a phrase (a good place to stop before), and words that a phrase does not end with.
_LINKS = words_of(
    """of in on at by with without from to into onto over under through across along around behind beside between beyond
    near against above below inside outside toward towards past during while as and or but for that which who whose
    where when until after before is are was were has
    und mit von vom zu zum zur im am auf aus bei über unter durch nach vor hinter neben während als oder
    et avec dans sur sous de du des au aux pour par vers qui y con en por para sobre bajo entre del al que desde hacia
    e di da su per tra nel nella sul sulla com em no na sob
    в во на с со и из под над по за от для у к о при через между
    في من على إلى مع عن של עם על את אל और"""
)
_UNFINISHED = _LINKS | words_of(
    """a an the his her its their our my your this that these those very some more one
    der die das dem den des ein eine einem einen einer eines le la les un une el los las una lo il gli uno o os um uma
    एक ו ה و"""
)
_ARTICLES = frozenset(("a", "an", "the"))
_NOT_PARTICIPLES = words_of("king ring spring string evening morning building wing thing nothing something")
_ASCII_MARK = r"([,;])\s*$"
_UNSPACED = (
    "[\u0e00-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003ffff]"
)
_CJK_CLOSING = "。、，；：！？」』）】》་"
_CJK_LOOSE_ENDS = "のをにはがとでへも的和与與在、，,"
_THAI_LEADING_VOWELS = "เแโใไເແໂໃໄ"


def short_phrase(prompt: str, limit: int) -> str:
    """A phrase of at most `limit` code points for `prompt`, in any script; "" for one without letter, digit or picture.

    Whole grapheme clusters always, whole words wherever words can be told apart; a word longer than `limit`, and a run
    of Chinese, Thai or the like without a recognizable end, ends with "…". Past `HEAD` the prompt is not looked at.
    """
    head = _head(prompt)
    return (
        _subject(boilerplate.without_markup(head), limit)
        or _subject(head, limit, is_filler=lambda clause: False)
        or _finish(head.replace("\n", " "), limit)
    )


def cut(text: str, limit: int, size: Callable[[str], int] = len) -> str:
    """`text` when it is at most `limit` in `size` (code points unless told), else a beginning that ends well."""
    if size(text) <= limit:
        return text
    used = end = stop = 0
    previous = ""
    for cluster in graphemes.clusters(text):
        if previous and _may_break(previous, cluster):
            stop = end
        used += size(cluster)
        if used > limit:
            break
        end += len(cluster)
        previous = cluster
    kept, rest = text[:stop].rstrip(), text[stop:].lstrip()
    if not kept or (size(kept) * 3 < limit and _is_unspaced(rest[:1])):
        stump = graphemes.clip(text, limit - size(ELLIPSIS), size).rstrip(" " + _THAI_LEADING_VOWELS)
        return stump + ELLIPSIS if stump else ""
    if _is_unspaced(kept[-1]) and not text[stop:].startswith(" "):
        kept = kept.rstrip(_CJK_LOOSE_ENDS) or kept
    return trim(_end_at_a_phrase(kept, rest)) or graphemes.clip(text, limit, size).rstrip()


def trim(text: str) -> str:
    """`text` without punctuation and blanks at its ends, and without quotation marks and brackets around all of it or
    lacking their partner."""
    parts = list(graphemes.clusters(text.strip()))
    while _is_wrapped(parts):
        parts = parts[1:-1]
    end = len(parts)
    while end and _is_loose(parts[end - 1], parts[: end - 1], []):
        end -= 1
    start = 0
    while start < end and _is_loose(parts[start], [], parts[start + 1 : end]):
        start += 1
    text = "".join(parts[start:end])
    for closer, openers in _OPENERS.items():
        if closer not in text:
            text = re.sub(f"[{re.escape(openers)}]", "", text)
    return " ".join((text.replace('"', "") if text.count('"') % 2 else text).split())


def _head(prompt: str) -> str:
    start = graphemes.first_visible(prompt)
    head = prompt[start : start + HEAD]
    if len(prompt) > start + HEAD:  # the last word may be cut: leave it out, where it is not the only one
        whole = re.match(r"(?s).*\S(?=\s)", head)
        head = whole[0] if whole and len(whole[0]) * 2 > HEAD else "".join(list(graphemes.clusters(head))[:-1])
    lines = [graphemes.visible(line) for line in head.splitlines()]
    return "\n".join(line for line in lines if line)


def _subject(text: str, limit: int, is_filler: Callable[[str], bool] = boilerplate.is_boilerplate) -> str:
    """The first clauses of `text` that say something and are no filler, up to the weight wanted."""
    phrase = separator = ""
    for clause, after in _clauses(_without_asides(_joined_lines(text))):
        if not phrase:
            clause = boilerplate.without_label(clause)
        clause = boilerplate.without_ending(trim(clause))
        if _says_something(clause) and not is_filler(clause):
            if not phrase:
                phrase = pattern(_ARTICLE).sub("", boilerplate.without_opening(clause), count=1)
            elif _adds_enough(phrase, longer := phrase + separator + clause, limit):
                phrase = longer
            else:
                break
        if phrase:
            ends = any(mark in after for mark in _SENTENCE_ENDS)
            if len(phrase) > limit or _weight(phrase) >= (1.5 if ends else 3.0):
                break
            separator = pattern(_ASCII_MARK).sub(r"\1 ", after.replace("\n", ", "))
    return _finish(phrase, limit)


def _adds_enough(phrase: str, longer: str, limit: int) -> bool:
    """Whether the next clause is worth having although only its beginning fits."""
    return len(longer) <= limit or _weight(phrase) < 1.5 or _weight(cut(longer, limit)) - _weight(phrase) >= 3


def _finish(phrase: str, limit: int) -> str:
    phrase = graphemes.visible(cut(_capitalized(graphemes.visible(trim(phrase))), limit))
    return phrase if _says_something(phrase) else ""


def _joined_lines(text: str) -> str:
    """The lines of `text` without their labels; a line that goes on in small letters belongs to the one before."""
    joined = ""
    for line in text.splitlines():
        whole = graphemes.visible(line)
        line = boilerplate.without_label(whole)
        if line:
            goes_on = line == whole and line[0].islower() and joined[-1:].isalnum()
            joined += (" " if goes_on else "\n" if joined else "") + line
    return boilerplate.without_opening(boilerplate.without_settings(joined))


def _without_asides(text: str) -> str:
    """`text` without what stands in parentheses inside a clause; other brackets are opened."""

    def replace(match: re.Match[str]) -> str:
        before = text[: match.start()].rstrip(" ")
        return " " if before and before[-1].isalnum() else match[0][1:-1]

    def opened(match: re.Match[str]) -> str:
        return "" if boilerplate.is_boilerplate(match[0][1:-1]) else match[0][1:-1]

    return re.sub(r"\[[^\[\]]*\]|\{[^{}]*\}", opened, re.sub(r"[(（][^()（）]*[)）]", replace, text))


def _clauses(text: str) -> list[tuple[str, str]]:
    """The clauses of `text`, each with what separates it from the next."""
    pieces = [*pattern(_BETWEEN_CLAUSES).split(text), ""]
    clauses: list[tuple[str, str]] = []
    begun = ""
    for clause, separator in zip(pieces[::2], pieces[1::2], strict=True):
        begun += clause
        if separator.startswith(".") and pattern(_ABBREVIATION).search(begun[-12:]):
            begun += separator
        else:
            clauses.append((begun, separator))
            begun = ""
    return [*clauses, (begun, "")] if begun else clauses


def _weight(phrase: str) -> float:
    """How much a phrase says, in words; one that begins "In the …" or "At …" says less."""
    words = phrase.split()
    light = _UNFINISHED if words and words[0].lower() in _LINKS else _ARTICLES
    words = [word for word in words if word.lower() not in light]
    return sum(max(1.0, sum(map(_unspaced_weight, word))) for word in words)


def _unspaced_weight(character: str) -> float:
    if not _is_unspaced(character):
        return 0.0
    return 0.5 if character >= "\u2e80" else 0.2


def _capitalized(phrase: str) -> str:
    """`phrase` with a capital where its first word is all small: scripts without capitals and iPhone stay."""
    word = phrase.split(" ", 1)[0]
    start = next((index for index, character in enumerate(word) if character.isalnum()), 0)
    if not word.islower() or re.search(r"[/@#_]|\w\.\w", word):
        return phrase
    turkish = word[start] == "i" and ("ı" in phrase or "ğ" in phrase)
    capital = "İ" if turkish else word[start].title()
    return phrase[:start] + capital + phrase[start + 1 :] if len(capital) == 1 else phrase


def _says_something(text: str) -> bool:
    """Whether there is a letter, a digit or a picture in it."""
    return any(unicodedata.category(character)[0] in "LN" or _is_picture(character) for character in text)


def _is_picture(character: str) -> bool:
    return graphemes.is_pictograph(character) or graphemes.is_regional(character)


def _is_loose(cluster: str, before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether `cluster` is a mark that does not belong at an end of a phrase, with the rest `before` or `after` it."""
    if cluster == " " or cluster in "|~<>=^`":
        return True
    if any(unicodedata.category(character)[0] != "P" for character in cluster):
        return False
    if cluster == '"':
        return (before or after).count('"') % 2 == 0
    if cluster in _OPENERS:
        return not any(opener in before for opener in _OPENERS[cluster])
    closer = next((closer for closer, openers in _OPENERS.items() if cluster in openers), None)
    if closer:
        return closer not in after
    return cluster not in (_KEPT_AT_END if before else _KEPT_AT_START)


def _is_wrapped(parts: Sequence[str]) -> bool:
    """Whether one pair of quotation marks or brackets holds all of `parts`."""
    if len(parts) < 2 or (
        parts[0] not in _OPENERS.get(parts[-1], "") and not (parts[0] == parts[-1] and parts[0] in "\"'")
    ):
        return False
    return parts[0] not in parts[1:-1] and parts[-1] not in parts[1:-1]


def _may_break(before: str, after: str) -> bool:
    """Whether a word ends between two neighbouring clusters."""
    if " " in (before, after) or _is_picture(before[0]) or _is_picture(after[0]):
        return True
    if before in _CJK_CLOSING or before == "的":
        return True
    if "\u3041" <= before[0] <= "\u309f":  # in Japanese a new word mostly begins where Hiragana ends
        return (
            before not in "おご"
            and _is_unspaced(after[0])
            and not "\u3041" <= after[0] <= "\u309f"
            and after[0] != "ー"
        )
    return _is_unspaced(before[0]) != _is_unspaced(after[0]) and before[0].isalpha() and after[0].isalpha()


def _is_unspaced(character: str) -> bool:
    """Whether its script writes words without spaces: Chinese, Japanese, Thai, Lao, Tibetan, Burmese, Khmer."""
    return bool(pattern(_UNSPACED).match(character))


def _end_at_a_phrase(kept: str, rest: str) -> str:
    """`kept`, which goes on with `rest`, back to where a phrase ends, if that is not too far back."""
    words = kept.split(" ")
    goes_on = rest.split(" ", 1)[0]
    if kept[-1].isalnum() and not _begins_phrase(goes_on) and not _is_unfinished(words[-1]):
        for index in range(len(words) - 1, 1, -1):
            if _begins_phrase(words[index]) and len(" ".join(words[:index])) * 5 >= len(kept) * 2:
                words = words[:index]
                break
    while len(words) > 1 and _is_unfinished(words[-1]):
        words.pop()
        if len(words) > 2 and _is_participle(words[-1]):
            words.pop()
    return " ".join(words)


def _begins_phrase(word: str) -> bool:
    return word.lower() in _LINKS or _is_participle(word)


def _is_participle(word: str) -> bool:
    return word.isascii() and word.islower() and word.endswith("ing") and len(word) > 5 and word not in _NOT_PARTICIPLES


def _is_unfinished(word: str) -> bool:
    return word.lower().strip(",.;:") in _UNFINISHED
