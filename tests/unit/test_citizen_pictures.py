"""Pictures from strangers: the picture alone is kept, and what is none is refused."""

from itertools import chain

import pytest

from tests.citizen_pictures import jpeg, png
from tickets.citizens.pictures import LARGEST, BadPicture, clean
from tickets.citizens.service import readable, visible
from tickets.life.drafts import BadMatter

pytestmark = pytest.mark.unit

GPS = b"Exif\0\0 N36.45 E115.98"


def test_a_picture_is_kept_without_what_the_camera_tells() -> None:
    for plain, told in ((png(), png(1, GPS)), (jpeg(), jpeg(1, GPS, b"http://ns.adobe.com"))):
        assert GPS in told
        assert clean(told).data == clean(plain).data == plain
    assert (clean(png()).mime, clean(jpeg()).mime) == ("image/png", "image/jpeg")


def test_what_lies_behind_a_picture_is_not_kept() -> None:
    assert clean(jpeg() + b"<script>" + jpeg(1, GPS)).data == jpeg()
    assert clean(png() + b"PK\x03\x04").data == png()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<svg onload=alert(1)>",
        b"GIF89a" + b"\0" * 50,
        png(20_000),
        jpeg(20_000),
        png(0),
        png().replace(b"IDAT", b"IDAX"),
        b"\xff\xd8\xff\xe0\0\x10JFIF" + b"\0" * 40,
        b"\xff\xd8" + b"\xff" * 5000,
        b"\x89PNG\r\n\x1a\n" + b"\xff" * LARGEST,
    ],
    ids=range(10),
)
def test_what_is_no_picture_is_refused(raw: bytes) -> None:
    with pytest.raises(BadPicture):
        clean(raw)


def test_every_torn_picture_is_refused_with_a_sentence() -> None:
    torn = chain(
        (png()[:size] for size in range(len(png()))),
        (jpeg()[:size] for size in range(len(jpeg()))),
    )
    for raw in torn:
        with pytest.raises(BadPicture):
            clean(raw)


def test_text_is_kept_as_it_is_seen() -> None:
    seen = visible("\u202egnp\u200b.exe\0\r\n高新区\u3000灯\U0001f4a1 ")
    assert seen == "gnp.exe \n高新区 灯\U0001f4a1"
    for unseen in ("", " \n", "\u200b\u202e"):
        with pytest.raises(BadMatter):
            readable(unseen)
