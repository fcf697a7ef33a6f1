"""In each language the extension speaks as Blender does, and a person's own words stay what they are."""

from __future__ import annotations

import pytest

from .app import App
from .hands import open_tab, seen, values, wait_for, wait_until_gone
from .working import describe, generate, small_takes, until

LANGUAGES = {"de": "de_DE", "es": "es", "fr": "fr_FR", "ja": "ja_JP", "zh_HANS": "zh_HANS"}

# Every text of ours that Blender looks up by itself, in the context in which it does so; those that come out otherwise
# than the language's file says. A text that the file does not have is left to the tests in tests/blender.
LOOK_UP = """
import json, pathlib
t = bpy.app.translations
file = pathlib.Path(importlib.import_module(EXTENSION).__file__).with_name("words") / f"{LANGUAGE}.json"
known = json.loads(file.read_text("utf-8"))
looked_up = []
def of_properties(rna):
    for p in rna.properties:
        looked_up.append((p.name, p.translation_context, t.pgettext_iface))
        looked_up.append((p.description, "*", t.pgettext_tip))
        if p.type == "ENUM":
            looked_up.extend((item.name, p.translation_context, t.pgettext_iface) for item in p.enum_items)
            looked_up.extend((item.description, "*", t.pgettext_tip) for item in p.enum_items)
for name in dir(bpy.ops.sessions):
    rna = getattr(bpy.ops.sessions, name).get_rna_type()
    looked_up.append((rna.name, rna.translation_context, t.pgettext_iface))
    looked_up.append((rna.description, "*", t.pgettext_tip))
    of_properties(rna)
for kind in (bpy.types.Panel, bpy.types.Menu):
    for cls in kind.__subclasses__():
        if cls.__name__.startswith("SESSIONS_"):
            looked_up.append((cls.bl_label, getattr(cls, "bl_translation_context", "*"), t.pgettext_iface))
            looked_up.append((cls.__doc__, "*", t.pgettext_tip))
            looked_up.append((getattr(cls, "bl_category", ""), "*", t.pgettext_iface))
for kind in (bpy.types.PropertyGroup, bpy.types.AddonPreferences):
    for cls in kind.__subclasses__():
        if cls.__name__.startswith("SESSIONS_"):
            of_properties(cls.bl_rna)
said = [(text, translate(text, context)) for text, context, translate in looked_up if text in known]
result = [len(said), sorted({(text, words) for text, words in said if words != known[text]})]
"""


def speak(app: App, locale: str) -> None:
    """Set Blender to a language, as in its preferences."""
    app.run(
        f"v = bpy.context.preferences.view; v.language = {locale!r}; v.use_translate_interface = True;"
        " v.use_translate_tooltips = v.use_translate_new_dataname = True"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_blender_looks_up_comes_out_as_the_languages_file_says(app: App, language: str) -> None:
    speak(app, LANGUAGES[language])
    before = f"import importlib\nEXTENSION = 'bl_ext.user_default.generative_sessions'\nLANGUAGE = {language!r}\n"
    count, otherwise = app.run(before + LOOK_UP)
    assert count > 100
    assert otherwise == []


def test_a_german_editor_reads_german_and_finds_the_names_that_were_typed(app: App) -> None:
    open_tab(app)
    small_takes(app)
    describe(app, "Cancel")  # Blender has words of its own for that one
    generate(app)
    until(lambda: values(app, "len(S.assets)") == 1, "the clip to arrive")
    speak(app, "de_DE")
    wait_for(app, "Erzeugen", "UI")
    wait_for(app, "Cancel", "UI")
    assert not seen(app, "Abbrechen", "UI")
    speak(app, "en_US")
    wait_for(app, "Generate", "UI")
    wait_until_gone(app, "Erzeugen", "UI")


def test_a_chinese_editor_reads_chinese(app: App) -> None:
    open_tab(app)
    speak(app, "zh_HANS")
    wait_for(app, "描述镜头", "UI")
    wait_for(app, "生成", "UI")
