"""Prompts have versions: brought, said, put back, and noticed in the configuration."""

import multiprocessing
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from core.settings import Settings
from ivr.sounds import load_sounds
from recordings import audio
from recordings.audio import Sound
from recordings.history import append, changing, read_history
from recordings.prompt_changes import CannotSay, UnknownPrompt, bring, put_back, say
from recordings.prompts import Prompts
from recordings.standing import Standing, standings
from recordings.takes import BadTake, examine, take_path
from recordings.versions import Act, NoSuchVersion, Source
from tests.unit.prompts.case import up
from tests.unit.test_prompts import samples, tone, write_wav

pytestmark = pytest.mark.unit

KEY = "zh/goodbye"
ACT = Act("8013", "clearer")
needs_ffmpeg = pytest.mark.skipif(
    shutil.which("ffmpeg") is None, reason="ffmpeg reads what is not plain WAV"
)


def standing(settings: Settings, key: str = KEY) -> Standing:
    return standings(settings)[key]


def edit(settings: Settings, old: str, new: str) -> None:
    path = settings.config_dir / "prompts.toml"
    path.write_text(path.read_text().replace(old, new))


def recording(tmp_path: Path, seconds: float = 2, hz: float = 700) -> Path:
    path = tmp_path / "taken.wav"
    write_wav(path, tone(seconds, 44100, hz=hz))
    return path


def heard_hz(settings: Settings, key: str = KEY, extension: str = ".wav") -> float:
    sound = audio.load(settings.sounds_dir / f"{key}{extension}")
    return float(np.argmax(np.abs(np.fft.rfft(samples(sound)))) / sound.seconds)


def test_the_first_version_is_the_text_spoken(settings: Settings) -> None:
    one = standing(settings)
    assert (one.current.number, one.current.source, one.current.text) == (1, Source.TTS, "再见。")
    assert (one.current.by, one.is_stale) == ("config", False)


def test_an_upload_is_a_new_version_and_is_heard_at_both_rates(
    settings: Settings, tmp_path: Path
) -> None:
    version = bring(settings, KEY, recording(tmp_path), ACT)
    assert (version.number, version.source, version.by, version.why) == (
        2, Source.UPLOAD, "8013", "clearer",
    )  # fmt: skip
    for extension in (".wav", ".wav16"):
        assert heard_hz(settings, extension=extension) == pytest.approx(700, abs=3)
    assert Prompts(settings).duration("goodbye", "zh") == pytest.approx(2, abs=0.05)
    up(settings)
    assert heard_hz(settings) == pytest.approx(700, abs=3)


def test_an_upload_comes_out_as_loud_as_everything_else(settings: Settings, tmp_path: Path) -> None:
    bring(settings, KEY, recording(tmp_path), ACT)
    sound = audio.load(settings.sounds_dir / f"{KEY}.wav")
    assert audio.loudness_of(sound) == pytest.approx(audio.SPEECH_LEVEL, abs=0.3)


def test_the_measure_of_loudness_is_that_of_the_standard() -> None:
    # BS.1770-4: a full-scale sine of 997 Hz in one channel measures −3.01 LUFS.
    for rate in (8000, 16000, 48000):
        assert audio.loudness_of(tone(2, rate, 1.0, 997)) == pytest.approx(-3.01, abs=0.2)


def test_an_earlier_version_can_be_put_back_and_stays_over_up(
    settings: Settings, tmp_path: Path
) -> None:
    bring(settings, KEY, recording(tmp_path, hz=700), ACT)
    bring(settings, KEY, recording(tmp_path, hz=900), ACT)
    assert put_back(settings, KEY, 2, ACT).number == 2
    assert heard_hz(settings) == pytest.approx(700, abs=3)
    up(settings)
    assert standing(settings).record.serving == 2
    assert [version.number for version in standing(settings).record.versions] == [1, 2, 3]
    bring(settings, KEY, recording(tmp_path), ACT)
    assert standing(settings).current.number == 4


def test_who_is_listening_hears_the_old_sound_to_its_end(
    settings: Settings, tmp_path: Path
) -> None:
    path = settings.sounds_dir / f"{KEY}.wav"
    before = path.read_bytes()
    with path.open("rb") as played:
        bring(settings, KEY, recording(tmp_path), ACT)
        assert played.read() == before
    assert path.read_bytes() != before


def test_a_greeting_brought_anew_reaches_its_music_class(
    settings: Settings, tmp_path: Path
) -> None:
    bring(settings, "zh/greeting", recording(tmp_path), ACT)
    first = settings.sounds_dir / "music/zh-greeting/00-greeting.wav"
    assert first.samefile(settings.sounds_dir / "zh/greeting.wav")


def test_a_text_said_anew_is_heard_and_shown_until_the_file_is_changed(settings: Settings) -> None:
    say(settings, KEY, "下次再见。", ACT)
    up(settings)
    assert (standing(settings).current.text, standing(settings).wanted) == ("下次再见。",) * 2
    assert load_sounds(settings).text(KEY) == "下次再见。"
    edit(settings, "再见。", "慢走。")
    assert load_sounds(settings).text(KEY) == "慢走。"
    up(settings)
    assert (standing(settings).current.number, standing(settings).current.text) == (3, "慢走。")


def test_a_recording_older_than_its_text_stays_and_is_stale(
    settings: Settings, tmp_path: Path
) -> None:
    bring(settings, KEY, recording(tmp_path), ACT)
    assert not standing(settings).is_stale
    edit(settings, "再见。", "慢走。")
    assert standing(settings).is_stale
    up(settings)
    one = standing(settings)
    assert (one.is_stale, one.current.source, one.wanted) == (True, Source.UPLOAD, "慢走。")
    bring(settings, KEY, recording(tmp_path), ACT)
    assert not standing(settings).is_stale


def test_a_recording_dropped_in_the_configuration_is_a_version_of_its_own(
    settings: Settings,
) -> None:
    dropped = settings.config_dir / "prompts/zh/goodbye.wav"
    write_wav(dropped, tone(2, 44100, hz=700))
    up(settings)
    assert (standing(settings).current.source, standing(settings).current.name) == (
        Source.FILE, "goodbye.wav",
    )  # fmt: skip
    put_back(settings, KEY, 1, ACT)
    up(settings)
    assert standing(settings).record.serving == 1
    put_back(settings, KEY, 2, ACT)
    dropped.unlink()
    up(settings)
    assert (standing(settings).current.number, standing(settings).current.source) == (3, Source.TTS)


def test_a_number_for_the_phone_stays_with_its_prompt_for_ever(settings: Settings) -> None:
    before = {key: one.record.slot for key, one in standings(settings).items()}
    assert before["zh/goodbye"] + 1 == before["en/goodbye"]
    edit(settings, 'silent = ""', 'another = "多"')
    up(settings)
    after = {key: one.record.slot for key, one in standings(settings).items()}
    assert after.items() >= {k: s for k, s in before.items() if "silent" not in k}.items()
    assert after["zh/another"] > max(before.values())
    edit(settings, 'another = "多"', 'silent = ""')
    up(settings)
    assert standing(settings, "zh/silent").record.slot == before["zh/silent"]


@pytest.mark.parametrize(
    ("seconds", "rate", "peak", "says"),
    [
        (121, 8000, 0.5, "longer than 120 s"),
        (1, 6000, 0.5, "6000 samples a second"),
        (1, 8000, 0.0, "only silence"),
        (1, 8000, 3.0, "clipped"),
        (0.01, 8000, 0.5, "click"),
    ],
)
def test_a_recording_that_cannot_serve_is_refused_in_one_sentence(
    settings: Settings, tmp_path: Path, seconds: float, rate: int, peak: float, says: str
) -> None:
    wave_form = peak * np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate)) / rate)
    pcm = (wave_form.clip(-1, 1) * 32767).astype("<i2").tobytes()
    write_wav(tmp_path / "taken.wav", Sound(pcm, rate))
    with pytest.raises(BadTake, match=says):
        bring(settings, KEY, tmp_path / "taken.wav", ACT)
    assert standing(settings).record.serving == 1
    assert not list(settings.sounds_dir.rglob(".*"))


def test_no_bytes_and_too_many_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.mp3").touch()
    with pytest.raises(BadTake, match="empty"):
        examine(tmp_path / "empty.mp3")
    with (tmp_path / "vast.wav").open("wb") as file:
        file.truncate(30 * 1024 * 1024)
    with pytest.raises(BadTake, match="larger than 20 MB"):
        examine(tmp_path / "vast.wav")


@needs_ffmpeg
def test_an_hour_of_sound_is_refused_without_being_read(tmp_path: Path) -> None:
    line = "ffmpeg -v error -f lavfi -i sine=440:d=3600:r=8000 -b:a 8k -ac 1 hour.mp3"
    subprocess.run(line.split(), cwd=tmp_path, check=True)
    with pytest.raises(BadTake, match="longer than 120 s"):
        examine(tmp_path / "hour.mp3")


@needs_ffmpeg
def test_a_playlist_cannot_make_us_read_another_file(tmp_path: Path) -> None:
    secret = recording(tmp_path)
    for name, text in (
        ("list.m3u8", f"#EXTM3U\n#EXTINF:1,\nfile://{secret}\n"),
        ("list.mp3", f"ffconcat version 1.0\nfile {secret.name}\n"),
    ):
        (tmp_path / name).write_text(text)
        with pytest.raises(BadTake, match="not a sound file"):
            examine(tmp_path / name)


def test_what_could_be_better_is_remarked(tmp_path: Path) -> None:
    quiet = audio.join([tone(1, 16000, 0.005), audio.silence(4, 16000), tone(1, 16000, 0.005)])
    write_wav(tmp_path / "quiet.wav", quiet)
    remarks = " ".join(examine(tmp_path / "quiet.wav").remarks)
    assert "Very quiet" in remarks
    assert "A pause of 4.0 s" in remarks


@pytest.mark.parametrize("text", ["", " ", "x" * 1001])
def test_a_text_of_no_or_endless_words_is_refused(settings: Settings, text: str) -> None:
    with pytest.raises(CannotSay):
        say(settings, KEY, text, ACT)


def test_nothing_changes_without_a_reason_or_for_a_prompt_that_is_none(settings: Settings) -> None:
    with pytest.raises(CannotSay, match="why"):
        say(settings, KEY, "您好", Act("8013", " "))
    with pytest.raises(UnknownPrompt, match="zh/goodbye"):
        say(settings, "zh/godbye", "您好", ACT)
    with pytest.raises(UnknownPrompt):
        say(settings, "../zh/goodbye", "您好", ACT)
    with pytest.raises(NoSuchVersion, match="last one is 1"):
        put_back(settings, KEY, 7, ACT)
    with pytest.raises(CannotSay, match="recording"):
        say(settings, "zh/d1", "一", ACT)


def test_a_line_torn_by_a_crash_costs_only_itself(settings: Settings, tmp_path: Path) -> None:
    path = settings.prompts_dir / "history.jsonl"
    with path.open("a") as file:
        file.write('{"line": "version", "key": "zh/goodbye", "num')
    bring(settings, KEY, recording(tmp_path), ACT)
    assert standing(settings).current.number == 2


def test_a_line_that_nobody_wrote_is_passed_over(settings: Settings) -> None:
    with changing(settings):
        append(settings, [{"line": "served", "key": KEY, "number": 99, "written": {"text": ""}}])
        append(settings, [{"line": "what", "key": KEY}])
    assert standing(settings).record.serving == 1


def test_where_a_recording_is_lost_its_text_is_spoken(settings: Settings, tmp_path: Path) -> None:
    take = bring(settings, KEY, recording(tmp_path), ACT).take
    assert take is not None
    take_path(settings, take).unlink()
    assert up(settings).lost == (KEY,)
    assert Prompts(settings).duration("goodbye", "zh") < 1


def _say_often(home: Path, config: Path, who: str) -> None:
    settings = Settings(home=home, config_dir=config)
    for number in range(5):
        say(settings, KEY, f"再见{who}。", Act(who, f"turn {number}"))


def test_people_who_change_one_prompt_at_once_make_one_version_each(settings: Settings) -> None:
    context = multiprocessing.get_context("fork")
    people = [
        context.Process(target=_say_often, args=(settings.home, settings.config_dir, who))
        for who in ("甲", "乙", "丙")
    ]
    for person in people:
        person.start()
    for person in people:
        person.join(60)
    record = read_history(settings)[KEY]
    assert [version.number for version in record.versions] == list(range(1, 17))
    assert record.serving == 16
