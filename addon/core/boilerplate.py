"""What stands around the subject of a prompt: requests to a machine, camera and quality words, generators' markup.

English mostly, for that is what prompts are written in; in other languages only what surely is no part of the subject.
"""

from __future__ import annotations

import functools
import html
import json
import re


def words_of(text: str) -> frozenset[str]:
    """The words of a list written as running text."""
    return frozenset(text.split())


@functools.cache
def pattern(text: str) -> re.Pattern[str]:
    """A pattern that takes capitals for small letters, compiled when first used: no start-up waits for it."""
    return re.compile(text, re.IGNORECASE)


def _any_of(patterns: str) -> str:
    return "|".join(patterns.split())


_LABEL_WORDS = _any_of(
    """scene shot prompt take clip image video subject description title text idea concept positive user frame beat
    sequence setting action main final szene escena scène cena сцена промпт 장면 프롬프트 シーン プロンプト
    场景 場景 镜头 鏡頭 提示词 提示詞"""
)
_TIME = r"\d{1,2}:\d\d(?:[.:]\d+)?"
_NUMBERED = r"(?:\s*#?\s*\d{1,4}[a-z]?\s*[:：.\-–—]|\s*#?\d{1,4}$|\s*[:：]|\s[-–—](?=\s))"
_LABELS = (
    rf"\[\s*(?:{_LABEL_WORDS})\b[^\]]{{0,20}}\]\s*[:：]?",  # [Scene 1]
    rf"[\[(]{_TIME}(?:\s*[-–—]\s*{_TIME})?[\])]\s*[:：\-–—]?",  # [00:05]
    rf"{_TIME}\s*[-–—]\s*{_TIME}\s*[:：\-–—]?",  # 0:00–0:05
    rf"(?:{_LABEL_WORDS})(?:\s+(?:prompt|description))?{_NUMBERED}",  # Scene 3: and Prompt: and Shot 12 –
)
_LABEL = rf"(?:{'|'.join(_LABELS)})\s*"
_LINE_MARK = r"(?:[-*+•▪◦–—>]|#{1,6}|\d{1,2}[.)]|\[[ xX]?\])\s+"
_CJK_REQUEST = r"请?(?:帮我)?(?:生成|创建|創建|制作|製作)(?:一[个個段张張])?(?:视频|視頻|影片|图片|圖片)?\s*[:：，,]\s*"

# No entry is two others in a row ("slow motion"): a run can be read in one way only, and so in linear time.
_STYLE = _any_of(
    r"""cinematic dramatic epic wide extreme extremely ultra super hyper medium full long short tight high low angle
    static hand-?held steadicam steady tracking dolly crane drone aerial overhead top[-\s]down bird['’]?s[-\s]eye
    worm['’]?s[-\s]eye establishing slow slo-?mo motion smooth moody beautiful stunning breathtaking gorgeous realistic
    photo-?realistic highly very detailed intricate sharp professional quality best resolution definition hd uhd hdr fhd
    dslr imax anamorphic macro black[-\s]and[-\s]white vertical horizontal widescreen looping seamless animated cgi raw
    award-?winning pov first[-\s]person third[-\s]person over[-\s]the[-\s]shoulder panning zoom telephoto fish-?eye
    fpv homemade amateur historical archival eye[-\s]level dutch single continuous new ai generated
    close[-\s]?up time-?lapse hyper-?lapse
    \d{1,4}[-\s]?(?:k|p|fps|mm|s|sec|secs|second|seconds) [23]d \d{3,5}x\d{3,5} \d{1,2}:\d{1,2}"""
)
_MEDIUM = _any_of(
    r"""shots? videos? footage photos? photographs? photography pictures? images? clips? close[-\s]?ups? animation
    render rendering time-?lapse hyper-?lapse"""
)
_STYLED_MEDIUM = f"{_MEDIUM}|{_any_of('view scene frame film movie sequence still perspective')}"
_SHOWS = _any_of(
    r"""of showing shows featuring features depicting depicts capturing captures following follows revealing reveals
    about with where over above along across through in\s+which (?:that|which)\s+shows
    (?:opens|begins|starts)\s+(?:on|with) flying\s+(?:\w+\s+)?(?:over|above|along|across|through)"""
)
_GAP = r"[\s,/-]+"
_SHOT = (
    rf"(?:(?:an?|the|this|one)\s+)?(?:(?:{_STYLE}){_GAP})*"
    rf"(?:(?:{_STYLE}){_GAP}(?:{_STYLED_MEDIUM})|(?:{_MEDIUM}))(?:\s+(?:{_STYLED_MEDIUM}))*\s+(?:{_SHOWS})\s+"
)
_MAKE = _any_of("create generate make render produce animate film imagine show give draw depict visuali[sz]e design")
_ASK = (
    r"(?:(?:can|could|would)\s+you\s+(?:please\s+)?|i(?:['’]d|\s+would)?\s+(?:want|like|need)\s+(?:(?:you\s+)?to\s+)?)"
)
_PUSH = r"(?:push|pull|zoom|dolly|pan|tilt)(?:ing)?(?:[-\s]+(?:in|out|back|up|down|left|right)){1,2}"
_PAN = r"(?:pan|orbit)(?:ning|ing)?"
_CAMERA_MOVES = (
    r"(?:the\s+)?camera\s+(?:\w+ly\s+)?"
    r"(?:pans?|tilts?|push(?:es)?|pulls?|zooms?|doll(?:y|ies)|orbits?|tracks?|follows?|moves?|glides?|flies|circles?)\b"
    r"(?:\s+(?:in|out|back|up|down|left|right|forwards?|slowly|smoothly|gently))*"
)
_ONTO = r"(?:on|onto|to|into|towards?|over|across|through|past|from|along|around)"
_QUALITY = (
    r"cinematic|masterpiece|award-?winning|raw|hdr|uhd|\d{1,2}k|1080p|720p|(?:ultra|full)[-\s]hd|hd|"
    r"(?:(?:ultra|hyper|super|photo|highly|extremely|very|high|best)[\s-]?){0,3}"
    r"(?:realistic|detailed|quality|definition|resolution)"
)
_SOMETHING = r"(?=(?:an?|the|some)\s)"
_OPENINGS = (
    rf"(?:please\s+)?{_ASK}?(?:(?:{_MAKE})\s+)?(?:(?:me|us)\s+)?{_SHOT}",
    rf"(?:please\s+)?(?:generate|create|imagine|visuali[sz]e|depict|render)\s+{_SOMETHING}",
    rf"(?:please\s+)?(?:show|give|make|draw)\s+(?:me|us)\s+{_SOMETHING}",
    rf"i(?:['’]d|\s+would)?\s+(?:want|like|need)\s+(?:to\s+see\s+)?{_SOMETHING}",
    r"(?:we\s+(?:see|open\s+on)|there(?:['’]s|\s+is|\s+are)|open(?:ing)?\s+on|fade\s+in(?:\s+(?:on|to))?)\s+(?=\w)",
    rf"{_CAMERA_MOVES}(?:\s+{_ONTO})?\s+(?=\w)",
    rf"(?:slow(?:ly)?\s+|smooth\s+)?(?:{_PUSH}\s+{_ONTO}|{_PAN}\s+(?:over|across|along|around))\s+(?=\w)",
    rf"(?:an?\s+|the\s+)?(?:(?:{_QUALITY})\b(?:[\s,]+|-))+(?=\w)(?!(?:and|or|of|in|with)\b)",
)
_IN_A_STYLE = r"(?:in|with)\s+(?:the\s+|an?\s+)?(?:[\w'’-]+\s+){0,3}style"
_GEAR = r"(?:\d+\s?mm|\d+k|arri|alexa|red|sony|canon|nikon|kodak|iphone|imax|super\s?8)\b"
_ENDINGS = (
    rf"\s+(?:{_IN_A_STYLE}(?:\s+of\b.*)?"
    rf"|(?:shot|filmed|captured)\s+(?:on|with|in)\s+(?:an?\s+)?{_GEAR}.*"
    r"|(?:in\s+)?(?:full\s+)?(?:\d{1,2}k|u?hd|hdr|1080p|720p|\d\dfps)(?:\s+(?:resolution|quality|u?hd))?)$"
)
_STYLE_CLAUSE = (
    rf"{_IN_A_STYLE}\b|(?:style\s+of|inspired\s+by|trending\s+on|directed\s+by|rendered\s+(?:in|with)"
    r"|(?:shot|filmed|captured)\s+(?:on|with))\b"
)
_SETTING_WORDS = _any_of(
    r"""style camera movement lighting mood lens resolution aspect\s+ratio duration length fps seed steps quality tone
    colou?r\s+palette colou?rs audio sound music format"""
)
_SETTING = rf"(?:^|(?<=[.;\n])\s*)(?:visual\s+|camera\s+)?(?:{_SETTING_WORDS})\s*[:：][^.;\n]*(?:[.;\n]\s*|$)"
_STYLE_PHRASE = r"black and white|(?:golden|blue) hour|^(?:[\w'’-]+ ){1,4}style$"
_CJK_STYLE_WORDS = _any_of(
    """电影感? 電影感? 级 級 风格 風格 画面 畫面 画质 畫質 镜头 鏡頭 广角 廣角 全景 远景 遠景 中景 近景 特写 特寫 航拍
    慢动作 慢動作 高清 超 写实 寫實 真实感? 细节 細節 丰富 豐富 戏剧性? 戲劇性? 的 シネマティックな? 映画的?な?
    ドラマチックな? ワイド ショット クローズアップ 高画質 高精細 リアルな? 空撮 映像 スローモーション [48][kK]"""
)
_CJK_STYLE = f"(?:{_CJK_STYLE_WORDS})+"
_WORD = r"[^\W_]+(?:['’:.][^\W_]+)*"
_NUMBER = r"\d+(?:[.:x]\d+|k|p|fps|mm|s)?"
_SMALL_WORDS = words_of("a an the of on in with and to for no by")
_STYLE_WORDS = words_of(
    """cinematic dramatic epic wide extreme ultra super hyper medium full tight angle static handheld hand held
    steadicam steady tracking dolly crane drone aerial overhead establishing slow slowly motion slo mo smooth smoothly
    moody stunning breathtaking realistic photorealistic hyperrealistic ultrarealistic photo highly very extremely
    detailed detail details intricate sharp professional quality best high low long short resolution definition hd uhd
    hdr fhd dslr imax anamorphic macro widescreen looping seamless pov panning zoom zooms pan pans tilt push pull orbit
    left right telephoto fisheye shot shots video footage photograph photography image close up closeup timelapse lapse
    hyperlapse view perspective camera movement move moves lighting volumetric lens depth field shallow bokeh soft
    natural color colour colors grading graded grain texture textures rendering render octane unreal engine artstation
    masterpiece focus composition atmosphere mood arri alexa kodak cgi raw award winning first third person over
    shoulder eye level dutch aspect ratio fps seconds 2d 3d vfx style cinematography absurdres"""
)


def without_markup(text: str) -> str:
    """`text` without generators' markup, addresses, marks of Markdown and HTML; of a JSON prompt, what it describes."""
    text = _from_json(text)
    text = re.split(r"\bnegative[ _]prompts?\b\s*[:：]", text, maxsplit=1, flags=re.IGNORECASE)[0]
    text = re.sub(r"!?\[([^\[\]\n]*)\]\((?:https?:|/|\.)[^()\s]*\)", r"\1", text)
    text = re.sub(r"(?:https?://|www\.)[!-~]+", " ", text)
    text = html.unescape(re.sub(r"<[/!a-zA-Z][^<>\n]*>", " ", text))
    text = re.sub(r"(?:^|(?<=\s))--[a-z]+[ \t]+[\d.:x/]+(?=\s|$)", " ", text)
    text = re.split(r"(?:(?<=\s)|^)--[a-z]", text, maxsplit=1)[0]
    text = re.sub(r"\s*::\s*-?[\d.]*", ", ", text)
    text = re.sub(r"\bBREAK\b", ",", text)
    text = re.sub(r"\{([^{}|]*)\|[^{}]*\}", r"\1", text)
    for _ in range(3):  # weights nest
        text = re.sub(r"[(\[](?=[^()\[\]]*[^\W\d_])([^()\[\]]*?)\s*:\s*-?[\d.]+\s*[)\]]", r"\1", text)
        text = re.sub(r"\(\(([^()]*)\)\)", r"(\1)", text)
    text = re.sub(r"^[`~]{3,}\w*\s*$", " ", text, flags=re.MULTILINE)
    text = re.sub(r"\"{2,}|'{2,}", '"', text)
    return re.sub(r"(\*\*|__|\*(?!\ufe0f)|`)(?=\S)([^*`\n]+?)(?<=\S)\1", r"\2", text)


def without_label(line: str) -> str:
    """`line` without list marks, "Scene 3:", "Prompt:", time codes and the like before what it says."""
    for _ in range(4):
        for mark in (_LINE_MARK, _LABEL, _CJK_REQUEST):
            match = pattern(mark).match(line)
            if match:
                line = line[match.end() :]
    return line


def without_settings(text: str) -> str:
    """`text` without sentences like "Camera: static.", and without labels like "Subject:" before the others."""
    for _ in range(4):  # the next one is at the beginning only now
        text = pattern(_SETTING).sub("", text)
    return "".join(map(without_label, re.split(r"(?<=[.;\n] )|(?<=\n)", text)))


def without_opening(clause: str) -> str:
    """`clause` without "Create a video of", "Wide shot of", "The camera pans across" and so on before its subject."""
    for _ in range(4):
        shorter = clause
        for opening in _OPENINGS:
            match = pattern(opening).match(shorter)
            if match:
                shorter = shorter[match.end() :]
        if shorter == clause:
            break
        clause = shorter
    return clause


def without_ending(clause: str) -> str:
    """`clause` without "in the style of …", "shot on 35mm", "in 4k" and the like after its subject."""
    for _ in range(3):
        clause = pattern(_ENDINGS).sub("", clause)
    return clause


def is_boilerplate(clause: str) -> bool:
    """Whether all of `clause` speaks of camera, style or quality, nothing of the subject."""
    if pattern(_STYLE_CLAUSE).match(clause) or pattern(_CJK_STYLE).fullmatch(clause):
        return True
    words = pattern(_WORD).findall(pattern(_STYLE_PHRASE).sub("cinematic", clause.lower()))
    telling = [word for word in words if word not in _SMALL_WORDS and not pattern(_NUMBER).fullmatch(word)]
    said = telling or [word for word in words if word not in _SMALL_WORDS and not word.isdecimal()]
    return bool(said) and all(word in _STYLE_WORDS for word in telling)


def _from_json(text: str) -> str:
    if not text.lstrip("`jsonJSON \t\r\n").startswith(("{", "[{")):
        return text
    for key in ("title", "subject", "prompt", "description", "scene", "text", "caption", "action"):
        match = re.search(rf'"{key}"\s*:\s*"((?:[^"\\]|\\.)*)', text, re.IGNORECASE)
        if match and match[1].strip():
            try:
                return str(json.loads(f'"{match[1]}"', strict=False))
            except ValueError:  # cut off inside an escape
                return match[1]
    return text
