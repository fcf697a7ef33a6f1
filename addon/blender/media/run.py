"""Makes inputs: pictures and clips of a sequencer, and smaller ones of files. Run in a background Blender.

    blender --background --factory-startup --python run.py -- ORDER.json ANSWER.json
    python run.py -- ORDER.json ANSWER.json

Give it a profile of its own (BLENDER_USER_RESOURCES): Blender tidies up the extensions of the one it finds. It ends as
soon as its standard input is closed: so it does not outlive who started it.

ORDER.json says what to `do`, with `media` "image", "video" or "audio":
- "look": find out what `file` is.
- "shoot": render frame `first` (a video: to `last`) of the sequencer of `scene` in the .blend `file`, as the preview
  shows it, with the meta strip `meta` open, to `out` with its ending added. With `strip`, that strip alone, where it
  can at the size of its own file. A clip that is there whole and unchanged is answered as it is.
- "still": take frame `frame` of the clip `file`, from 1, its last one if it has fewer, as `out` with its ending added.
- "fit": make the picture, clip or sound `file` smaller, to at most `width` × `height` pixels and `size` bytes (0: any),
  as `out` with its ending added.
- "try": render frame `frame` of a scene's sequencer as it would be if `strip` showed each of `clips`; see `trying`, the
  answer is described there.
- "collect": see `collecting`; the answer is described there.

While a clip is rendered, how far it is stands in a file (`writing.movie`).

ANSWER.json appears whole at the end: `file`, `width` and `height` in pixels, `seconds` and `fps` (0 for a picture), or
`error` with its `values`.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
import traceback
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import bpy  # noqa: F401  (as a module, bpy is what brings the other modules of Blender)

if TYPE_CHECKING:
    from ...core.wording import Words

# The extension as a package of another name, without what its own does when it is imported.
_around = ModuleType("sessions_media")
_around.__path__ = [str(Path(__file__).resolve().parents[2])]
sys.modules[_around.__name__] = _around


def _module(name: str) -> Any:
    return importlib.import_module(f"{_around.__name__}.blender.media.{name}")


answers, collecting, fitting, shooting = map(_module, ("answers", "collecting", "fitting", "shooting"))


def _try(order: dict[str, Any]) -> dict[str, Any]:
    """What swaps takes needs the extension's libraries, which this Blender knows nothing of."""
    sys.path += [each for each in order["libraries"] if each not in sys.path]
    said: dict[str, Any] = _module("trying").pictures(order)
    return said


_DO = {
    "look": answers.look,
    "shoot": shooting.shoot,
    "still": fitting.still_of,
    "fit": fitting.fit,
    "collect": collecting.collect,
    "try": _try,
}


def _done(order: dict[str, Any]) -> dict[str, Any]:
    try:
        return _DO[order["do"]](order)
    except answers.Impossible as error:
        return {"error": error.template, "values": error.values}
    except (OSError, RuntimeError) as error:
        traceback.print_exc()
        return _refusal("Blender could not make it: {error}", error=str(error).strip())


def _refusal(template: Words, **values: str) -> dict[str, Any]:
    return {"error": template, "values": values}


def _end_with_input() -> None:
    """Wait for the end of standard input, then end this process. In a thread: Blender's operators let others run."""
    try:
        while os.read(0, 4096):
            pass
    except OSError:
        return  # there is no standard input to wait for
    os._exit(3)


def main(order: str, answer: str) -> int:
    """Exit code: 0 if it was done."""
    said = _done(json.loads(Path(order).read_text("utf-8")))
    unfinished = Path(f"{answer}.part")
    unfinished.write_text(json.dumps(said), "utf-8")
    unfinished.replace(answer)
    return 1 if "error" in said else 0


if __name__ == "__main__":
    threading.Thread(target=_end_with_input, daemon=True).start()
    code = main(*sys.argv[sys.argv.index("--") + 1 :])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # Blender 4.2 crashes at times if it quits while a thread waits; nothing is left to tidy
