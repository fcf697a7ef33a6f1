"""Which camera move a prompt names, and what the camera does then."""

from __future__ import annotations

from itertools import pairwise

import pytest

from addon.blender.animatic import camera

WIDTH, HEIGHT = 1280, 720


@pytest.mark.parametrize(
    ("prompt", "moves"),
    [
        ("A lighthouse in a storm, slow push in", ("push in",)),
        ("The camera pushes slowly in on her face", ("push in",)),
        ("Dolly forward through the door", ("push in",)),
        ("ZOOM IN", ("push in",)),
        ("Zooming on the clock", ("push in",)),
        ("Pull back to reveal the city", ("pull out",)),
        ("zoom out", ("pull out",)),
        ("a pull-out from the window", ("pull out",)),
        ("pan left", ("pan left",)),
        ("The camera pans gently to the left", ("pan left",)),
        ("panning from right to left", ("pan left",)),
        ("pan left to right over the valley", ("pan right",)),
        ("whip pan right", ("pan right",)),
        ("pan across the harbour", ("pan right",)),
        ("the camera tracks left", ("pan left",)),
        ("tilt up to the sky", ("tilt up",)),
        ("tilting slowly down", ("tilt down",)),
        ("crane up", ("tilt up",)),
        ("orbit around him", ("orbit",)),
        ("circling around the tower", ("orbit",)),
        ("hand-held, nervous", ("handheld",)),
        ("Handheld push in", ("handheld", "push in")),
        ("static shot of a chair", ("static",)),
        ("a chair, static", ("static",)),
        ("locked-off camera", ("static",)),
        ("no camera movement", ("static",)),
    ],
)
def test_a_move_is_known_by_what_people_write(prompt: str, moves: tuple[str, ...]):
    assert camera.named_moves(prompt) == moves


@pytest.mark.parametrize(
    "prompt",
    [
        "A lighthouse in a storm, dramatic wide shot",
        "eggs in a frying pan",
        "a man pushes a cart in the rain",
        "a dog runs from left to right",
        "static electricity crackles",
        "a tv static glow",
        "she left the house and turned right",
        "",
        "嵐の中の灯台",
    ],
)
def test_words_that_only_look_like_moves_name_none(prompt: str):
    assert camera.named_moves(prompt) == ()


def test_of_two_moves_that_exclude_each_other_the_first_counts():
    assert camera.named_moves("pan left, then pan right and tilt up") == ("pan left", "tilt up")


def test_static_counts_for_nothing_beside_a_move():
    assert camera.named_moves("static at first, then zoom in") == ("push in",)


def test_a_prompt_of_a_megabyte_is_read_at_its_beginning():
    assert camera.named_moves("pan left " + "word " * 200_000) == ("pan left",)


@pytest.mark.parametrize(
    ("move", "x", "y", "scale"),
    [
        ("push in", 0, 0, 1),
        ("pull out", 0, 0, -1),
        ("pan left", 1, 0, 0),
        ("pan right", -1, 0, 0),
        ("tilt up", 0, -1, 0),
        ("tilt down", 0, 1, 0),
        ("static", 0, 0, 0),
    ],
)
def test_the_picture_goes_the_other_way_than_the_camera(move: str, x: int, y: int, scale: int):
    views = camera.path((move,), 1, 48, 2.0)
    first, last = (camera.placement(views[i], 0.5, WIDTH, HEIGHT) for i in (0, -1))
    assert _sign(last.x - first.x) == x
    assert _sign(last.y - first.y) == y
    assert _sign(last.scale - first.scale) == scale


def test_without_a_named_move_the_camera_drifts_in():
    views = camera.path((), 1, 48, 2.0)
    assert 1.0 < views[-1].zoom / views[0].zoom < 1.2


def test_in_an_orbit_what_is_near_and_what_is_far_go_opposite_ways():
    views = camera.path(("orbit",), 1, 48, 2.0)
    far, near = (
        camera.placement(views[-1], depth, WIDTH, HEIGHT).x - camera.placement(views[0], depth, WIDTH, HEIGHT).x
        for depth in (0.0, 1.0)
    )
    assert far > 0.1 * WIDTH
    assert near < -0.1 * WIDTH


def test_a_handheld_camera_never_rests_and_never_strays():
    views = camera.path(("handheld",), 5, 120, 5.0)
    assert all(a != b for a, b in pairwise(views))
    assert max(abs(view.x) for view in views) < 0.02
    assert max(abs(view.roll) for view in views) < 1.0


def test_a_handheld_camera_moves_the_same_for_the_same_seed_only():
    assert camera.path(("handheld",), 5, 24, 1.0) == camera.path(("handheld",), 5, 24, 1.0)
    assert camera.path(("handheld",), 5, 24, 1.0) != camera.path(("handheld",), 6, 24, 1.0)


def test_moves_named_together_happen_together():
    last = camera.path(("push in", "pan left"), 1, 24, 1.0)[-1]
    assert last.zoom > 1.3
    assert last.x < -0.05


@pytest.mark.parametrize("move", ["push in", "pull out", "pan left", "tilt down", "orbit", "handheld", "static"])
@pytest.mark.parametrize("nearness", [0.0, 0.5, 1.0])
def test_a_layer_of_the_size_asked_for_fills_the_frame_in_every_place(move: str, nearness: float):
    places = [camera.placement(view, nearness, WIDTH, HEIGHT) for view in camera.path((move,), 3, 60, 2.5)]
    half_width, half_height = camera.reach(places, WIDTH, HEIGHT)
    for place in places:  # the frame's sides, brought into the layer, lie within it
        assert place.scale * half_width - abs(place.x) >= WIDTH / 2
        assert place.scale * half_height - abs(place.y) >= HEIGHT / 2


def test_a_shot_of_one_frame_has_one_view():
    assert len(camera.path(("push in",), 1, 1, 0.04)) == 1


def _sign(value: float) -> int:
    return 0 if abs(value) < 1e-6 else 1 if value > 0 else -1
