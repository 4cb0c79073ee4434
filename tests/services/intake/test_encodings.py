"""Encodings of Japanese files."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import SourceError
from services.intake.tables.encodings import decode
from services.words.texts import told

PATH = Path("list.csv")
TEXT = "名称,所在地,開催日\r\nひまわりサロン,柏市東一丁目1-1,毎週月曜日\r\n"


@pytest.mark.parametrize(
    "encoding",
    [
        *("utf-8", "utf-8-sig", "cp932", "euc_jp", "iso2022_jp"),
        *("utf-16", "utf-16-le", "utf-16-be"),
    ],
)
def test_every_encoding_of_a_japanese_office_is_recognised(encoding):
    assert decode(TEXT.encode(encoding), path=PATH) == TEXT


@pytest.mark.parametrize("text", ["①会館,髙橋会館", "ﾋﾏﾜﾘ,名称", "㈱サロン", "A,B"])
def test_characters_of_windows_are_read_from_cp932(text):
    assert decode(text.encode("cp932"), path=PATH) == text


def test_half_width_kana_beside_kanji_is_not_taken_for_euc():
    text = "名称,ﾌﾘｶﾞﾅ\nﾋﾏﾜﾘの会,ﾋﾏﾜﾘﾉｶｲ\n"
    assert decode(text.encode("cp932"), path=PATH) == text


def test_the_mark_of_the_end_of_a_dos_file_is_taken_off():
    assert decode("名称\n".encode("cp932") + b"\x1a", path=PATH) == "名称\n"


@pytest.mark.parametrize(
    "data",
    [b"\xff\xfe\x80\x00", b"\x00\x01\x02\x03", b"\x89PNG\r\n\x1a\n\x00\x00", b"\xff\xff\xff"],
)
def test_what_is_no_text_is_refused_with_the_encodings_tried(data):
    with pytest.raises(SourceError, match="not text in utf-8-sig, utf-8, cp932, euc-jp") as error:
        decode(data, path=PATH)
    assert "UTF-8のCSVで保存し直す" in told(error.value, "ja")


def test_an_encoding_that_is_named_is_the_only_one_tried():
    with pytest.raises(SourceError, match="not text in utf-8;"):
        decode("名称".encode("cp932"), path=PATH, encoding="utf-8")
    with pytest.raises(SourceError, match="not text in klingon"):
        decode(b"a", path=PATH, encoding="klingon")


@given(st.binary(max_size=200))
def test_no_bytes_crash_it(data):
    with contextlib.suppress(SourceError):
        assert isinstance(decode(data, path=PATH), str)


KANA = st.text(
    "あいうえおかきくけこがぎアイウエオ東西南北会館町丁目公民集所柏松戸市", min_size=4, max_size=40
)


@given(KANA, st.sampled_from(["utf-8", "cp932", "euc_jp", "iso2022_jp", "utf-16"]))
def test_words_of_a_list_come_back_as_they_were(text, encoding):
    assert decode(f"名称,会館の住所\n{text}\n".encode(encoding), path=PATH).split("\n")[1] == text
