"""What the hotline says: the catalogue, the voices, the sound of prompts, music on hold."""

import json
import shutil
import subprocess
import sys
import threading
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from core.errors import ConfigError
from core.settings import CHECKOUT, Settings
from ivr.ticket_lookup import STATUS
from recordings import audio, build, music
from recordings.audio import Sound, UnreadableSound
from recordings.build import BuildReport, build_all
from recordings.catalogue import load_catalogue
from recordings.prompts import PromptMissing, Prompts
from recordings.tts import CommandVoice, Espeak, SpeechFailed
from tickets.states import TicketState

pytestmark = pytest.mark.unit

TEXTS = """
[zh]
greeting = "您好，这里是12345。"
goodbye = "再见。"
silent = ""

[en]
greeting = "Hello, this is 12345."
goodbye = "Goodbye."
silent = ""

[agent]
zh = "{number}号受理员为您服务。"
en = "Agent {number} is at your service."
"""
needs_ffmpeg = pytest.mark.skipif(
    shutil.which("ffmpeg") is None, reason="ffmpeg reads what is not plain WAV"
)
# The ids that call flows and the dialplan name.
USED = (
    "greeting-direct", "greeting", "main-menu", "invalid", "enterprise-menu", "progress-ask",
    "progress-tail", "progress-wrong", "progress-human", "progress-intro", "progress-filed",
    "progress-tail-number", "progress-expected", "progress-before", "progress-options", "legal",
    "message", "message-thanks", "message-short", "callback-offer", "callback-taken", "elderly",
    "english", "english-wait", "police", "partner-missing", "queue-comfort", "queue-timeout",
    "busy", "degraded", "survey", "survey-thanks", "closed", "goodbye", "code-is",
    "transfer-failed", "queue-youarenext", "queue-thereare", "queue-callswaiting",
    "agent-signed-in", "agent-signed-out", "beep", "agent/8013", "digits/0", "digits/9",
    "digits/20", "greeting-police", "from-110", "case-ends",
)  # fmt: skip


def tone(seconds: float, rate: int, peak: float = 0.5, hz: float = 440) -> Sound:
    wave_form = peak * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)
    return Sound((wave_form * 32767).astype("<i2").tobytes(), rate)


def samples(sound: Sound) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return np.frombuffer(sound.pcm, "<i2").astype(np.int64)


def write_wav(path: Path, sound: Sound) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    audio.write(path, sound)


class FakeVoice:
    """Says everything as a tone and remembers what it was asked to say."""

    identity = "fake 1"

    def __init__(self) -> None:
        self.spoken: list[tuple[str, str]] = []

    def speak(self, text: str, lang: str) -> Sound:
        self.spoken.append((lang, text))
        return tone(0.3, 16000)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    config = tmp_path / "config"
    config.mkdir()
    (config / "prompts.toml").write_text(TEXTS)
    (config / "agents.toml").write_text('[[agent]]\nnumber = "8013"\n')
    return Settings(home=tmp_path / "home", config_dir=config)


@pytest.fixture
def voice(monkeypatch: pytest.MonkeyPatch) -> FakeVoice:
    fake = FakeVoice()
    monkeypatch.setattr(build, "make_voice", lambda settings: fake)
    monkeypatch.setattr(music, "compose", lambda: tone(1, 8000))
    return fake


def build_quietly(
    settings: Settings, greetings: Sequence[tuple[str, str]] = (("zh", "greeting"),)
) -> BuildReport:
    return build_all(settings, greetings, lambda done, total: None)


# The catalogue


def test_every_prompt_that_is_used_can_be_said_in_both_languages() -> None:
    catalogue = load_catalogue(CHECKOUT / "config")
    assert set(STATUS) == set(TicketState)

    for prompt_id in (*USED, *STATUS.values()):
        assert catalogue.exists(prompt_id, "zh"), prompt_id
        assert catalogue.exists(prompt_id, "en"), prompt_id


def test_no_shipped_prompt_leaves_a_figure_to_the_voice() -> None:
    for prompt in load_catalogue(CHECKOUT / "config").prompts.values():
        assert not any(c.isdigit() for c in prompt.text), prompt


def test_an_agent_is_announced_by_the_digits_of_the_number(settings: Settings) -> None:
    prompts = load_catalogue(settings.config_dir).prompts

    assert prompts["zh/agent/8013"].text == "八零幺三号受理员为您服务。"
    assert prompts["en/agent/8013"].text == "Agent eight zero one three is at your service."


@pytest.mark.parametrize(
    ("wrong", "right", "line", "says"),
    [
        ('goodbye = "再见。"\n', "", 7, "no text in \\[zh\\]"),
        ('"再见。"', "3", 3, "quotation marks"),
        ('"再见。"', '"再见{name}"', 3, "{name}"),
        ("goodbye =", "Good_Bye =", 3, "lower-case"),
        ("silent =", "beep =", 4, "built-in"),
        ('"再见。"', '"再见。', 3, "line 3"),
        ("{number}号", "{工号}号", 12, "number"),
        ("[agent]", "[agents]", None, "\\[agent\\] is missing"),
    ],
)
def test_a_wrong_text_is_refused_with_file_line_and_mend(
    settings: Settings, wrong: str, right: str, line: int | None, says: str
) -> None:
    path = settings.config_dir / "prompts.toml"
    path.write_text(TEXTS.strip().replace(wrong, right))

    with pytest.raises(ConfigError, match=says) as refused:
        load_catalogue(settings.config_dir)

    assert (refused.value.path, refused.value.line) == (str(path), line)


@pytest.mark.parametrize("number", ["", "../8013", "8013\\n", "八", "1" * 11])
def test_an_agent_number_that_is_no_number_is_refused(settings: Settings, number: str) -> None:
    (settings.config_dir / "agents.toml").write_text(f'[[agent]]\nnumber = "{number}"\n')

    with pytest.raises(ConfigError, match="1 to 10 digits"):
        load_catalogue(settings.config_dir)


# Building


def test_a_build_makes_each_prompt_at_both_rates(settings: Settings, voice: FakeVoice) -> None:
    report = build_quietly(settings)

    for key in ("zh/greeting", "en/agent/8013", "zh/d7", "en/twenty", "zh/beep", "zh/digits/2"):
        for extension, rate in ((".wav", 8000), (".wav16", 16000)):
            with wave.open(str(settings.sounds_dir / f"{key}{extension}")) as file:
                assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
                assert file.getframerate() == rate
                assert file.getnframes() > 0
    assert report.made == len(json.loads((settings.sounds_dir / "manifest.json").read_text()))
    assert ("zh", "您好，这里是幺二三四五。") in voice.spoken


def test_progress_counts_up_to_the_end(settings: Settings, voice: FakeVoice) -> None:
    heard: list[tuple[int, int]] = []

    report = build_all(settings, (), lambda done, total: heard.append((done, total)))

    assert heard == [(n, report.made) for n in range(1, report.made + 1)]


def test_a_second_build_makes_nothing(settings: Settings, voice: FakeVoice) -> None:
    first = build_quietly(settings)
    voice.spoken.clear()

    second = build_quietly(settings)

    assert (second.made, second.kept) == (0, first.made)
    assert voice.spoken == []


def test_only_the_text_that_changed_is_spoken_again(settings: Settings, voice: FakeVoice) -> None:
    build_quietly(settings)
    voice.spoken.clear()
    (settings.config_dir / "prompts.toml").write_text(TEXTS.replace("再见。", "下次再见。"))

    assert build_quietly(settings).made == 1
    assert voice.spoken == [("zh", "下次再见。")]


def test_another_voice_speaks_everything_again(
    settings: Settings, voice: FakeVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build_quietly(settings)
    monkeypatch.setattr(voice, "identity", "fake 2")

    assert build_quietly(settings).made == first.made


def test_a_sound_that_was_lost_is_made_again(settings: Settings, voice: FakeVoice) -> None:
    build_quietly(settings)
    (settings.sounds_dir / "en/goodbye.wav16").unlink()

    assert build_quietly(settings).made == 1


def test_a_broken_manifest_only_costs_time(settings: Settings, voice: FakeVoice) -> None:
    first = build_quietly(settings)
    (settings.sounds_dir / "manifest.json").write_text('{"zh/greeting": [1')

    assert build_quietly(settings).made == first.made


def test_a_build_that_broke_off_keeps_what_it_made(
    settings: Settings, voice: FakeVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def speak_until_goodbye(text: str, lang: str) -> Sound:
        if text == "Goodbye.":
            raise SpeechFailed("The engine died.")
        return tone(0.3, 16000)

    with monkeypatch.context() as broken:
        broken.setattr(voice, "speak", speak_until_goodbye)
        with pytest.raises(SpeechFailed):
            build_quietly(settings)

    report = build_quietly(settings)
    assert report.kept > report.made


def test_the_sound_of_a_prompt_that_is_gone_is_removed(
    settings: Settings, voice: FakeVoice
) -> None:
    build_quietly(settings)
    without = TEXTS.replace('goodbye = "再见。"\n', "").replace('goodbye = "Goodbye."\n', "")
    (settings.config_dir / "prompts.toml").write_text(without)

    assert build_quietly(settings).removed == 2
    assert not list(settings.sounds_dir.rglob("goodbye*"))


def test_a_prompt_that_is_being_played_is_heard_to_its_end(
    settings: Settings, voice: FakeVoice
) -> None:
    build_quietly(settings)
    path = settings.sounds_dir / "zh/goodbye.wav"
    with path.open("rb") as played:
        before = path.read_bytes()
        (settings.config_dir / "prompts.toml").write_text(TEXTS.replace("再见。", "下次再见。"))
        build_quietly(settings)
        assert played.read() == before


def test_the_switch_may_read_what_was_made(settings: Settings, voice: FakeVoice) -> None:
    build_quietly(settings)

    for path in settings.sounds_dir.rglob("*.wav*"):
        assert path.stat().st_mode & 0o444 == 0o444


def test_an_empty_text_is_a_short_silence(settings: Settings, voice: FakeVoice) -> None:
    build_quietly(settings)
    sound = audio.load(settings.sounds_dir / "en/silent.wav")

    assert 0.1 < sound.seconds < 0.5
    assert not samples(sound).any()


# Recordings that replace texts


def test_a_recording_replaces_the_text(settings: Settings, voice: FakeVoice) -> None:
    build_quietly(settings)
    write_wav(settings.config_dir / "prompts/zh/goodbye.wav", tone(2, 44100))
    write_wav(settings.config_dir / "prompts/zh/agent/8013.wav", tone(3, 8000))
    voice.spoken.clear()

    assert build_quietly(settings).made == 2
    assert voice.spoken == []
    prompts = Prompts(settings)
    assert prompts.duration("goodbye", "zh") == pytest.approx(2, abs=0.05)
    assert prompts.duration("agent/8013", "zh") == pytest.approx(3, abs=0.05)


def test_the_text_is_spoken_again_when_the_recording_goes(
    settings: Settings, voice: FakeVoice
) -> None:
    recording = settings.config_dir / "prompts/zh/goodbye.wav"
    write_wav(recording, tone(2, 16000))
    build_quietly(settings)
    recording.unlink()

    assert build_quietly(settings).made == 1
    assert Prompts(settings).duration("goodbye", "zh") < 1


def test_a_recording_named_for_no_prompt_is_reported(settings: Settings, voice: FakeVoice) -> None:
    stray = settings.config_dir / "prompts/zh/godbye.wav"
    write_wav(stray, tone(1, 16000))

    assert build_quietly(settings).strays == (stray,)


def test_a_silent_recording_is_refused(settings: Settings, voice: FakeVoice) -> None:
    write_wav(settings.config_dir / "prompts/zh/goodbye.wav", audio.silence(1, 8000))

    with pytest.raises(ConfigError, match=r"goodbye\.wav: .* only silence"):
        build_quietly(settings)


def test_a_recording_that_needs_ffmpeg_says_so_where_it_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = tmp_path / "goodbye.mp3"
    song.write_bytes(b"ID3" + bytes(1000))
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(UnreadableSound, match="ffmpeg"):
        audio.load(song)


@needs_ffmpeg
@pytest.mark.parametrize("name", ["goodbye.mp3", "goodbye.m4a", "goodbye.ogg", "goodbye.flac"])
def test_a_recording_may_come_in_any_common_format(tmp_path: Path, name: str) -> None:
    write_wav(tmp_path / "goodbye.wav", tone(1, 44100))
    subprocess.run(
        ["ffmpeg", "-loglevel", "error", "-i", "goodbye.wav", name], cwd=tmp_path, check=True
    )

    sound = audio.load(tmp_path / name)

    assert sound.seconds == pytest.approx(1, abs=0.1)
    assert audio.loudness_of(sound) == pytest.approx(-10, abs=1)


@needs_ffmpeg
@pytest.mark.parametrize("name", ["x.wav", "x.mp3"])
def test_a_file_that_is_no_sound_is_refused_by_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes("不是声音".encode() * 50)

    with pytest.raises(UnreadableSound, match=name):
        audio.load(path)


# Sound


@pytest.mark.parametrize("peak", [0.01, 0.3, 1.0])
def test_quiet_and_loud_speech_come_out_alike(peak: float) -> None:
    spoken = audio.join([tone(1, 16000, peak), audio.silence(1, 16000), tone(1, 16000, peak)])

    assert audio.loudness_of(audio.level(spoken)) == pytest.approx(audio.SPEECH_LEVEL, abs=0.3)


def test_loudness_is_never_bought_with_clipping() -> None:
    clicks = np.zeros(16000)
    clicks[::1000] = 20000
    sound = audio.level(Sound(clicks.astype("<i2").tobytes(), 16000))

    assert np.abs(samples(sound)).max() <= 32768 * 10 ** (audio.PEAK_LIMIT / 20) + 1


def test_what_the_telephone_cannot_carry_is_removed_not_folded_back() -> None:
    whistle = tone(0.5, 22050, hz=6000)

    assert np.abs(samples(audio.resample(whistle, 8000)))[400:-400].max() < 100
    assert np.abs(samples(audio.resample(whistle, 16000))).max() > 15000


def test_resampling_keeps_length_and_pitch() -> None:
    sound = audio.resample(tone(1, 22050, hz=1000), 8000)
    spectrum = np.abs(np.fft.rfft(samples(sound)))

    assert sound.seconds == pytest.approx(1, abs=0.001)
    assert np.argmax(spectrum) == pytest.approx(1000, abs=2)


def test_silence_at_both_ends_is_cut() -> None:
    pause = audio.silence(0.7, 16000)

    trimmed = audio.trim(audio.join([pause, tone(1, 16000), pause]))

    assert trimmed.seconds == pytest.approx(1.06, abs=0.03)


# Voices


def test_the_built_in_voice_speaks_mandarin_and_english_at_an_intelligible_pace() -> None:
    mandarin = Espeak().speak(
        "您好，欢迎拨打聊城市幺二三四五政务服务便民热线，本次通话将被录音。", "zh"
    )
    english = Espeak().speak("Thank you for calling. Goodbye.", "en")

    assert 30 / 5.5 < mandarin.seconds < 30 / 3.5
    assert 1 < english.seconds < 4
    assert audio.loudness_of(mandarin) > -30
    assert audio.loudness_of(english) > -30


def test_the_built_in_voice_is_asked_by_one_thread_at_a_time() -> None:
    alone = Espeak().speak("正在为您接通人工服务。", "zh")
    heard: list[Sound] = []
    threads = [
        threading.Thread(
            target=lambda: heard.append(Espeak().speak("正在为您接通人工服务。", "zh"))
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [sound.seconds for sound in heard] == [pytest.approx(alone.seconds, abs=0.05)] * 8


def test_a_zero_byte_does_not_end_a_prompt_early() -> None:
    whole = Espeak().speak("您好\0正在为您接通人工服务。", "zh")

    assert whole.seconds > Espeak().speak("您好", "zh").seconds + 1


ENGINE = """
import sys, wave
text, lang, out = sys.argv[1:]
with wave.open(out, "wb") as file:
    file.setparams((1, 2, 8000, 0, "NONE", ""))
    file.writeframes(b"\\x00\\x20" * (len(text) * 100 + (lang == "zh")))
"""


def test_a_command_can_be_the_voice(tmp_path: Path) -> None:
    engine = tmp_path / "engine.py"
    engine.write_text(ENGINE)
    voice = CommandVoice(f"{sys.executable} {engine} {{text}} {{lang}} {{out}}")

    sound = voice.speak("你好; rm -rf $HOME {out}", "zh")

    assert (len(sound.pcm), sound.rate) == (2 * (len("你好; rm -rf $HOME {out}") * 100 + 1), 8000)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("no-such-engine {text} {out}", "not installed"),
        ("sh -c 'echo no model >&2; exit 3' {text} {out}", r"failed \(3\): no model"),
        ("true {text} {out}", "wrote no file"),
    ],
)
def test_a_command_that_fails_says_why(command: str, says: str) -> None:
    with pytest.raises(SpeechFailed, match=says):
        CommandVoice(command).speak("您好", "zh")


def test_a_command_without_a_place_for_the_text_is_refused() -> None:
    with pytest.raises(SpeechFailed, match=r"\{text\}"):
        CommandVoice("piper {out}")


# Looking prompts up


def test_a_prompt_is_found_where_the_switch_looks(settings: Settings, voice: FakeVoice) -> None:
    build_quietly(settings)
    prompts = Prompts(settings)

    assert prompts.path("greeting", "zh") == str(settings.sounds_dir / "zh/greeting")
    assert prompts.exists("agent/8013", "en")
    assert prompts.duration("greeting", "zh") == pytest.approx(0.3, abs=0.05)


@pytest.mark.parametrize(
    "prompt_id", ["", "nothing", "../zh/greeting", "greeting\n", "x" * 5000, "您好", "a\0b", "/etc"]
)
def test_an_unknown_prompt_is_refused_with_the_mend(
    settings: Settings, voice: FakeVoice, prompt_id: str
) -> None:
    build_quietly(settings)
    prompts = Prompts(settings)

    assert not prompts.exists(prompt_id, "zh")
    for question in (prompts.path, prompts.duration):
        with pytest.raises(PromptMissing, match=r"prompts\.toml"):
            question(prompt_id, "zh")


def test_a_prompt_made_after_the_start_is_found(settings: Settings, voice: FakeVoice) -> None:
    prompts = Prompts(settings)
    assert not prompts.exists("greeting", "zh")

    build_quietly(settings)

    assert prompts.duration("greeting", "zh") > 0


# Music


def test_a_greeting_class_plays_the_greeting_then_the_music(
    settings: Settings, voice: FakeVoice
) -> None:
    build_quietly(settings, [("zh", "greeting"), ("en", "greeting")])
    folder = settings.sounds_dir / "music"

    assert sorted(path.name for path in (folder / "en-greeting").iterdir()) == [
        "00-greeting.wav",
        "01-music.wav",
    ]
    assert (folder / "zh-greeting/01-music.wav").samefile(next((folder / "hold").iterdir()))


def test_a_new_greeting_reaches_its_music_class(settings: Settings, voice: FakeVoice) -> None:
    build_quietly(settings)
    (settings.config_dir / "prompts.toml").write_text(TEXTS.replace("您好，", "您好，您好，"))

    build_quietly(settings)

    greeting = settings.sounds_dir / "zh/greeting.wav"
    assert (settings.sounds_dir / "music/zh-greeting/00-greeting.wav").samefile(greeting)


def test_a_greeting_that_does_not_exist_is_refused(settings: Settings, voice: FakeVoice) -> None:
    with pytest.raises(PromptMissing, match="hello"):
        build_quietly(settings, [("zh", "hello")])


def test_the_music_is_calm_long_and_never_clips() -> None:
    piece = music.compose()
    loudness = samples(piece)

    assert piece.seconds > 240
    assert np.abs(loudness).max() < 0.5 * 32768
    assert 20 * np.log10(np.sqrt(np.mean(loudness**2)) / 32768) == pytest.approx(-24, abs=0.2)
