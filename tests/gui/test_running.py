"""Takes on their way: cancelled, failed, and what is said of them where they stand."""

from __future__ import annotations

from pathlib import Path

from .app import App
from .hands import click, open_tab, seen, wait_for
from .reading import marks
from .working import generate, save_as, slow_takes, small_takes, states, tall, until


def test_one_of_three_running_takes_is_cancelled_and_the_others_end_well(app: App) -> None:
    tall(app)
    open_tab(app)
    slow_takes(app)
    generate(app, "A lighthouse", count=3)
    until(lambda: states(app).count("running") + states(app).count("submitting") >= 1, "takes run")
    box = wait_for(app, "Take 3", "UI")
    below = box._replace(top=box.bottom + 4, bottom=box.bottom + 26, left=box.left - 30, right=box.right + 20)
    click(app, marks(app.display.grab(), below)[-1])  # ✕
    until(lambda: sorted(states(app)) == ["cancelled", "succeeded", "succeeded"], "one is cancelled, two have clips")
    assert states(app)[0] == "cancelled"
    assert seen(app, "Cancelled", "UI")


def test_while_a_take_runs_the_header_says_so_with_the_sidebar_closed(app: App) -> None:
    open_tab(app)
    slow_takes(app)
    generate(app, "A lighthouse", count=1)
    until(lambda: states(app) == ["running"], "the take runs")
    app.run(
        "next(a for a in bpy.context.window_manager.windows[0].screen.areas if a.type == 'SEQUENCE_EDITOR'"
        " and a.spaces.active.view_type != 'PREVIEW').spaces.active.show_region_ui = False"
    )
    wait_for(app, "1 Running", "HEADER", seconds=10)
    until(lambda: states(app) == ["succeeded"], "it ends")
    until(lambda: not seen(app, "1 Running", "HEADER"), "nothing runs any more", seconds=10)


def _inputs(app: App) -> list[str]:
    """The files that the next take starts from."""
    found: list[str] = app.run(
        "import importlib\n"
        "runtime = importlib.import_module('bl_ext.user_default.generative_sessions.blender.runtime')\n"
        "result = [each.path for each in runtime.current().draft.inputs]"
    )
    return found


def test_a_take_that_fails_says_why_and_what_to_do_where_it_stands(app: App, folder: Path) -> None:
    tall(app)
    open_tab(app)
    save_as(app, folder / "film.blend")
    picture = folder / "reference.png"
    app.run(f"i = bpy.data.images.new('r', 64, 64); i.filepath_raw = {str(picture)!r}; i.file_format = 'PNG'; i.save()")
    small_takes(app, seconds=2.0)
    app.run(f"bpy.ops.sessions.input_from_file(filepath={str(picture)!r})")
    until(lambda: _inputs(app), "the picture is there to start from")
    kept = Path(_inputs(app)[0])
    good = kept.read_bytes()
    kept.write_bytes(b"no picture at all")
    generate(app, "A lighthouse")
    app.expected += [kept.name, "cannot go on"]
    until(lambda: states(app) == ["failed"], "the take fails")
    wait_for(app, "Failed", "UI")
    wait_for(app, "since the take was", "UI")
    wait_for(app, "Generate a new take", "UI")  # what to do, in words
    kept.write_bytes(good)
    click(app, "Try Again", "UI")
    until(lambda: states(app) == ["succeeded", "failed"], "the new one has its clip")
