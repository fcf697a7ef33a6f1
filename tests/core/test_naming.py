"""Names that a person would pick, in any script, and never cut where it hurts."""

from __future__ import annotations

import random
import re
import unicodedata

import pytest

from addon.core import graphemes, naming
from addon.core.errors import InputError

NAMES = {
    # the seed's kind of prompt
    "A lighthouse in a storm, dramatic wide shot": "Lighthouse in a storm",
    "a lighthouse\nin a storm": "Lighthouse in a storm",
    "An old man and the sea": "Old man and the sea",
    "fox": "Fox",
    "the": "The",
    # camera, style and quality around the subject
    "Cinematic wide shot of a red fox running through snow, 4k, highly detailed": "Red fox running through snow",
    "Create a video of a dog surfing a giant wave": "Dog surfing a giant wave",
    "Can you please create a cinematic 10-second video of a spaceship landing": "Spaceship landing",
    "I want a video showing the ocean at night": "Ocean at night",
    "Imagine a city under water": "City under water",
    "A close-up of an old fisherman's hands mending a net": "Old fisherman's hands mending a net",
    "Photo of the Eiffel Tower at dawn": "Eiffel Tower at dawn",
    "Ultra realistic 8k red fox": "Red fox",
    "Ultra realistic 8k photo of a red fox in the style of Studio Ghibli": "Red fox",
    "In the style of Van Gogh, a starry night over a city": "Starry night over a city",
    "Studio Ghibli style, a girl with an umbrella": "Girl with an umbrella",
    "Shot on 35mm film, a bride laughing": "Bride laughing",
    "Slow motion, a drop of milk hits the surface": "Drop of milk hits the surface",
    "Close-up shot: a tear rolls down a cheek": "Tear rolls down a cheek",
    "The camera slowly pushes in on a lighthouse": "Lighthouse",
    "Slow push in on a lighthouse at dusk": "Lighthouse at dusk",
    "Camera pans left. A horse gallops on the beach.": "Horse gallops on the beach",
    "Low-angle tracking shot following a skateboarder down a hill": "Skateboarder down a hill",
    "Black and white 35mm film footage of a jazz club": "Jazz club",
    "FPV drone shot flying fast through a train station as it explodes, 120 fps": "Train station as it explodes",
    "a beautiful homemade video showing the people of Lagos, Nigeria in the year 2056": "People of Lagos",
    "Golden hour, a couple on the beach": "Couple on the beach",
    "We see a man walking his dog": "Man walking his dog",
    # nothing else to say: the boilerplate is the name
    "Wide shot, medium shot, close-up": "Wide shot, medium shot",
    "macro shot": "Macro shot",
    "4k": "4k",
    # these look like boilerplate and are not
    "A view of Paris": "View of Paris",
    "Make a robot dance": "Make a robot dance",
    "Portrait of a young woman": "Portrait of a young woman",
    "Light and shadow": "Light and shadow",
    "2001: A Space Odyssey": "2001: A Space Odyssey",
    "12:30 train to Paris": "12:30 train to Paris",
    # labels and markup
    "Scene 3: The detective enters the dark room": "Detective enters the dark room",
    "SCENE 1\nA fox runs": "Fox runs",
    "Shot 12 - The fox returns": "Fox returns",
    "Prompt: a cat on a windowsill watching the rain": "Cat on a windowsill watching the rain",
    "Camera: slow dolly in. Lighting: golden hour. Subject: A fox in the snow. Mood: calm.": "Fox in the snow",
    "Subject:\n  a fox in the snow\nCamera:\n  static": "Fox in the snow",
    "[00:00-00:05] A balloon rises over the desert": "Balloon rises over the desert",
    "- a fox in the snow\n- sunset": "Fox in the snow",
    "1. A balloon rises above the sea": "Balloon rises above the sea",
    "**Bold fox** in *snow*": "Bold fox in snow",
    "(masterpiece:1.2), 1girl": "1girl",
    "(masterpiece:1.2), best quality, ((1girl)), solo, red hair, walking in rain": "1girl, solo, red hair",
    "The (big:1.3) bad (wolf:0.8) howls": "Big bad wolf howls",
    "[subject] red fox running --ar 16:9 --v 6": "Red fox running",
    "[Wide shot] [Golden hour] A knight rides": "Knight rides",
    "<lora:filmgrain:0.8> abandoned subway station, volumetric light": "Abandoned subway station",
    "red fox::2 snow::1": "Red fox, snow",
    "A {red|blue} bird on a branch": "Red bird on a branch",
    "A dog in a park. Negative prompt: blurry": "Dog in a park",
    '{"prompt": "A whale flying over a city at night", "seed": 4}': "Whale flying over a city at night",
    "https://example.com/ref.png a castle in the clouds": "Castle in the clouds",
    # punctuation, quotes, case
    '"A fox in the snow"': "Fox in the snow",
    '"""A fox"""': "Fox",
    "«Лиса в снегу»": "Лиса в снегу",
    "「雪の中の狐」": "雪の中の狐",
    'He said "run" and they ran': 'He said "run" and they ran',
    'neon sign that says "OPEN 24 HOURS"': 'Neon sign that says "OPEN 24 HOURS"',
    "A robot's hand (chrome, glossy) reaches for a flower": "Robot's hand reaches for a flower",
    "What is love?": "What is love",
    "don't stop believing": "Don't stop believing",
    "iPhone on a marble table": "iPhone on a marble table",
    "INT. LIGHTHOUSE - NIGHT": "INT. LIGHTHOUSE - NIGHT",
    "Dr. Smith looks through a microscope": "Dr. Smith looks through a microscope",
    "J. R. R. Tolkien writing at his desk": "J. R. R. Tolkien writing at his desk",
    "C++ logo": "C++ logo",
    "100% cotton shirt": "100% cotton shirt",
    "#1 dad mug": "#1 dad mug",
    "A 1,000-year-old oak tree in spring": "1,000-year-old oak tree in spring",
    "fox\tin\tsnow\x07": "Fox in snow",
    "\u202eA fox\u202c in\u200b snow\ufeff": "Fox in snow",
    # clauses that are too short alone
    "Night. Rain. A lonely taxi.": "Night. Rain",
    "A big, old, wooden house on a hill": "Big, old, wooden house on a hill",
    "A red, green and blue parrot flying": "Red, green and blue parrot flying",
    "Tokyo: neon rain at night": "Tokyo: neon rain at night",
    "Hello world! How are you": "Hello world",
    # too long: at a word, where a phrase ends
    "Old wooden ship sailing across a vast stormy ocean at midnight": "Old wooden ship sailing",
    "Young woman with long flowing hair wearing a red dress": "Young woman with long flowing hair",
    "Giant robot walks slowly through the ruined streets of Tokyo": "Giant robot walks slowly",
    "Red fox running through the deep snow of a northern forest": "Red fox running through the deep snow",
    "Nahaufnahme eines alten Mannes mit Bart und Pfeife am Hafen": "Nahaufnahme eines alten Mannes mit Bart",
    "Une jeune femme marche lentement dans les rues de Paris": "Une jeune femme marche lentement",
    # other languages: their own articles stay, English ones are not seen where there are none
    "ein Leuchtturm im Sturm, dramatische Weitwinkelaufnahme": "Ein Leuchtturm im Sturm",
    "An der Küste steht ein Leuchtturm": "An der Küste steht ein Leuchtturm",
    "A la orilla del mar camina una mujer": "A la orilla del mar camina una mujer",
    "istanbul'da yağmurlu bir gece": "İstanbul'da yağmurlu bir gece",
    "маяк во время шторма, драматичный общий план": "Маяк во время шторма",
    "暴风雨中的灯塔，戏剧性的广角镜头": "暴风雨中的灯塔",
    "一只红色的狐狸在雪地里奔跑，电影感，4K": "一只红色的狐狸在雪地里奔跑",
    "场景3：雨夜的街道": "雨夜的街道",
    "嵐の中の灯台、ドラマチックなワイドショット": "嵐の中の灯台",
    "赤い狐、雪の中を走る": "赤い狐、雪の中を走る",
    "폭풍 속의 등대, 극적인 와이드 샷": "폭풍 속의 등대",
    "منارة في عاصفة، لقطة واسعة درامية": "منارة في عاصفة",
    "מגדלור בסערה בלילה, צילום רחב": "מגדלור בסערה בלילה",
    "तूफान में एक लाइटहाउस, नाटकीय वाइड शॉट": "तूफान में एक लाइटहाउस",
    "ประภาคารท่ามกลางพายุ ภาพมุมกว้าง": "ประภาคารท่ามกลางพายุ ภาพมุมกว้าง",
    "ფარი ქარიშხალში": "ფარი ქარიშხალში",
    # pictures
    "🔥🔥🔥": "🔥🔥🔥",
    "👨‍👩‍👧‍👦 family dinner 🎉": "👨‍👩‍👧‍👦 family dinner 🎉",
    "1️⃣ first thing": "1️⃣ first thing",
    # nothing to name
    "": "Untitled",
    " \n\t\u3000": "Untitled",
    "!!! ??? …": "Untitled",
    "。、「」": "Untitled",
    "\u200b\u202e\u2066\ufeff": "Untitled",
    "\x00\x1b\ud800": "Untitled",
}


@pytest.mark.parametrize(("prompt", "name"), NAMES.items())
def test_a_session_is_called_what_a_person_would_call_it(prompt: str, name: str) -> None:
    assert naming.session_name(prompt) == name


def test_a_prompt_of_ten_thousand_words_has_a_short_name() -> None:
    assert (
        naming.session_name("A lighthouse stands in the storm " + "and waves crash " * 10_000)
        == "Lighthouse stands in the storm"
    )


def test_a_word_of_ten_thousand_letters_shows_that_it_was_cut() -> None:
    assert naming.session_name("x" * 10_000) == "X" + "x" * 38 + "…"


@pytest.mark.parametrize("character", ["👨‍👩‍👧‍👦", "🇩🇪", "क्षि", "e\u0323\u0302", "ที่", "狐", "\u1112\u1161\u11ab"])
def test_a_long_run_of_one_character_is_cut_between_two(character: str) -> None:
    name = naming.session_name(character * 1000)
    whole = set(graphemes.clusters(graphemes.visible(character)))
    assert {cluster.lower() for cluster in graphemes.clusters(name.rstrip("…"))} == whole
    assert 30 < len(name) <= naming.SESSION_NAME_LIMIT


def test_a_long_sentence_of_japanese_ends_where_a_word_ends() -> None:
    prompt = (
        "雨の降る夜の東京の路地裏で傘を差して歩いている若い女性が立ち止まり空を見上げてそっと微笑む瞬間を捉えた映像"
    )
    assert naming.session_name(prompt) == "雨の降る夜の東京の路地裏で傘を差して歩いている若い女性が立ち止まり空"


@pytest.mark.parametrize(
    "unit",
    [
        "x",
        "word ",
        " ",
        "\n",
        "(",
        "[",
        '"',
        "* ",
        "a, ",
        "\u0301",
        "\u200b",
        "狐",
        "slow motion ",
        "high ",
        "<a",
        "\\",
    ],
)
def test_only_the_start_of_a_huge_prompt_is_looked_at(unit: str) -> None:
    page, book = unit * (2 * 2000 // len(unit)), unit * (1_000_000 // len(unit))
    assert naming.session_name(book) == naming.session_name(page)


def test_blanks_before_a_prompt_do_not_count() -> None:
    assert naming.session_name(" \u200b\n" * 100_000 + "A fox in the snow") == "Fox in the snow"


def test_a_name_in_use_gets_a_number_whatever_its_case() -> None:
    assert naming.session_name("A café at night", ["CAFE\u0301 AT NIGHT", "Café at night 2"]) == "Café at night 3"


def test_untitled_sessions_are_numbered_as_well() -> None:
    assert naming.session_name("...", ["Untitled", "untitled 2"]) == "Untitled 3"


def test_a_number_takes_its_room_from_the_name_at_a_word() -> None:
    name = "A fox in snow and 3 ravens on the fence"
    assert naming.unique(name, [name], 40) == "A fox in snow and 3 ravens 2"


def test_a_number_takes_its_room_from_a_long_word_at_a_character() -> None:
    name = "👨‍👩‍👧‍👦" * 5
    assert naming.unique(name, [name], 36) == "👨‍👩‍👧‍👦" * 4 + " 2"


def test_sessions_from_one_prompt_all_have_names_of_their_own() -> None:
    taken: set[str] = set()
    for _ in range(120):
        name = naming.session_name("x" * 50, taken)
        assert len(name) <= naming.SESSION_NAME_LIMIT
        assert name not in taken
        taken.add(name)


def test_any_prompt_gives_a_name_that_fits_and_can_be_written() -> None:
    for prompt in random_prompts():
        name = naming.session_name(prompt)
        assert 0 < len(name) <= naming.SESSION_NAME_LIMIT
        assert name == graphemes.visible(name), "something unseen is left"
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", name)
        assert naming.clean_name(name) == name
        assert naming.session_name(prompt, [name]).casefold() != name.casefold()
        name.encode()


def test_words_are_never_cut() -> None:
    choose = random.Random(11)
    latin = [
        "lighthouse",
        "storm",
        "running",
        "through",
        "snow",
        "the",
        "a",
        "of",
        "deep",
        "Überseedampfer",
        "e\u0301te\u0301",
    ]
    words = [*latin, "маяк", "шторм", "منارة", "सागर", "등대", "🦊"]
    for _ in range(1500):
        chosen = choose.choices(words, k=choose.randint(1, 25))
        known = {graphemes.visible(word).casefold() for word in chosen}
        assert {word.casefold() for word in naming.session_name(" ".join(chosen)).split()} <= known


def test_a_typed_name_is_one_clean_line() -> None:
    assert naming.clean_name("  My\tshot\n\u202e e\u0301t\u00e9 \x00") == "My shot été"


def test_a_typed_name_keeps_what_its_author_wrote() -> None:
    assert naming.clean_name("the Chase (take two), v3…") == "the Chase (take two), v3…"


@pytest.mark.parametrize(
    "text", ["", "   ", "\n\t", "\u200b\u202e", "\u3164" * 500, "\u200b" * 10_000, "\u0301", "\ud800"]
)
def test_a_typed_name_of_blanks_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"^The name is empty\. Type at least one letter, digit or sign\.$"):
        naming.clean_name(text)


def test_a_typed_name_that_is_too_long_is_refused_not_cut() -> None:
    assert naming.clean_name("x" * 120) == "x" * 120
    with pytest.raises(InputError, match=r"^The name has 10,000 characters; at most 120 fit\. Shorten it\.$"):
        naming.clean_name("x" * 10_000)


STEMS = {
    ("Lighthouse in a storm", 3): "Lighthouse in a storm 03",
    ("Lighthouse in a storm", 123): "Lighthouse in a storm 123",
    ('a/b\\c:d*e?f"g<h>i|j', 1): "a b c d e f g h i j 01",
    ("100% #1 {fox}", 1): "100 1 fox 01",
    ("../../etc/passwd", 1): "etc passwd 01",
    ("-rf ~", 1): "rf 01",
    (".hidden", 1): "hidden 01",
    ("The end...", 1): "The end 01",
    ("CON.fox", 1): "Clip CON.fox 01",
    ("lpt1", 1): "Clip lpt1 01",
    ("Console", 1): "Console 01",
    ("e\u0301te\u0301", 1): "été 01",
    ("嵐の中の灯台", 1): "嵐の中の灯台 01",
    ("???", 1): "Clip 01",
    ("", 1): "Clip 01",
}


@pytest.mark.parametrize(("session", "stem"), STEMS.items())
def test_a_clip_is_called_after_its_session_and_take(session: tuple[str, int], stem: str) -> None:
    assert naming.clip_stem(*session) == stem


def test_any_session_name_gives_a_file_name_for_every_system() -> None:
    for text in random_prompts():
        stem = naming.clip_stem(text, 7)
        assert stem.endswith(" 07")
        assert len(stem.encode()) <= naming.CLIP_STEM_LIMIT
        assert not re.search(r'[<>:"/\\|?*\x00-\x1f\x7f#%{}]', stem)
        assert stem[0] not in " .-~"
        assert unicodedata.is_normalized("NFC", stem)
        assert stem.split(".")[0].rstrip().upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT1"}


def test_a_long_name_makes_a_stem_of_whole_characters() -> None:
    stem = naming.clip_stem("👨‍👩‍👧‍👦" * 5, 1)
    assert stem == "👨‍👩‍👧‍👦👨‍👩‍👧‍👦 01"


def random_prompts() -> list[str]:
    """Prompts made of everything that is hard about prompts, the same ones in every run."""
    pieces = [
        *"()[]{}\"'«»“”「」*_`#<>,.。、،!?…-—|\\~\n\t\x00 ",
        *(
            "```",
            "**",
            "--",
            "--ar 16:9",
            "::2",
            "<lora:x:1>",
            "http://a.b/c",
            "Scene 3:",
            "[subject]",
            '{"prompt": "',
            "&amp;",
        ),
        *(
            "cinematic ",
            "wide shot of ",
            "a ",
            "the ",
            "of ",
            "with ",
            "in the style of ",
            "fox",
            "running ",
            "Mr. ",
            "x" * 50,
        ),
        *("\u200b", "\u202e", "\u2066", "\ud800", "\u0301", "\u200d", "\ufe0f", "\U000e0067", "\ufffe", "e\u0301"),
        *(
            "👨",
            "👩",
            "🏽",
            "🇩",
            "🇪",
            "1️⃣",
            "嵐の中",
            "を",
            "的",
            "ประภาคาร",
            "क्ष",
            "त्रि",
            "ي",
            "שלום",
            "한국",
            "ß",
            "ǆ",
            "ŉ",
            "İ",
            "ı",
        ),
        *("CON", "nul", "com1", "4k ", "3.5", "1,000", "12:30", "{a|b}"),
    ]
    choose = random.Random(3)
    return ["".join(choose.choices(pieces, k=choose.choice([1, 2, 3, 5, 9, 20, 60]))) for _ in range(3000)]
