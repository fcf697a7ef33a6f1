"""Texts that break what is careless with them: prompts come from people, other programs and other people's files."""

from __future__ import annotations

AWKWARD = {
    "lines": "A fox\nin the snow\r\nat night\rwide shot",
    "quotes": "He said \"cut\", then 'print' and `wrap`",
    "html": "</td></table><script>alert('x')</script><img src=x onerror=alert(1)>&amp;<!--",
    "markdown": "# Title\n| a | b |\n``` \n[link](javascript:alert(1)) **bold** ![](http://example.com/x.png) <b>",
    "fences": "```\n````\n~~~\n`",
    "formula": '=HYPERLINK("http://example.com","click")',
    "plus": "+1+cmd|' /C calc'!A0",
    "minus": "-2+3",
    "at": "@SUM(A1:A9)",
    "hidden formula": "\t =1+1",
    "right to left": "\u05d0\u05d1\u05d2 \u202eevil\u202c \u0645\u0631\u062d\u0628\u0627",
    "emoji": "👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪 a\u0301",
    "controls": "bell\x07 null\x00 escape\x1b[31m",
    "half a character": "half \ud83d of it",
    "template": "{title} {0} %s ${x} {{y}}",
    "long": "A lighthouse in a storm. " * 4_000,
    "blank": "   ",
    "empty": "",
}
