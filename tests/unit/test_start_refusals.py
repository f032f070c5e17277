"""What cannot work is refused at the start, with a sentence that says what to do."""

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from core.errors import HotlineError
from core.secrets import ensure_secrets
from core.settings import Settings, get_settings
from stack import account, layout, packages
from stack.orphans import end_orphans, find_orphans
from stack.ports import check_ports
from stack.progress import Silent
from stack.started import check_unchanged, note_start

pytestmark = pytest.mark.unit


def _free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _settings(home: Path, **ports: int) -> Settings:
    free = {
        name: _free_port(socket.SOCK_STREAM) for name in ("agi_port", "ami_port", "http_port")
    } | {"sip_port": _free_port(socket.SOCK_DGRAM)}
    everything: dict[str, Any] = {"home": home, **free, **ports}
    return Settings(**everything)


def test_free_ports_are_accepted(tmp_path: Path) -> None:
    check_ports(_settings(tmp_path))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("agi_port", socket.SOCK_STREAM),
        ("ami_port", socket.SOCK_STREAM),
        ("http_port", socket.SOCK_STREAM),
        ("sip_port", socket.SOCK_DGRAM),
    ],
)
def test_a_taken_port_is_named_with_its_setting(
    tmp_path: Path, name: str, kind: socket.SocketKind
) -> None:
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            taken.listen()
        port = int(taken.getsockname()[1])
        with pytest.raises(HotlineError, match=f"{port}.*HOTLINE_{name.upper()}"):
            check_ports(_settings(tmp_path, **{name: port}))


def test_a_nearly_full_disk_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type(shutil.disk_usage(tmp_path))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**12, 10**12 - 10**8, 10**8))
    with pytest.raises(HotlineError, match=r"95 MB are free.*HOTLINE_HOME"):
        layout.check_free(tmp_path)


def test_a_home_too_deep_for_sockets_is_refused(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 90)
    with pytest.raises(HotlineError, match="shorter"):
        layout.ensure_home(_settings(deep), Silent())
    assert not deep.exists()


@pytest.mark.parametrize("name", ["two words", "线", "a%b"])
def test_a_home_that_asterisk_cannot_spell_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(HotlineError, match="absolute path of letters"):
        layout.ensure_home(_settings(tmp_path / name), Silent())


def test_a_home_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HotlineError, match="in the way"):
        layout.ensure_home(_settings(tmp_path / "file/home"), Silent())


def test_a_running_hotline_names_the_port_it_cannot_change(tmp_path: Path) -> None:
    before = _settings(tmp_path)
    note_start(before)
    check_unchanged(before)
    with pytest.raises(HotlineError, match=r"^HOTLINE_AGI_PORT changed.*\./hotline down"):
        check_unchanged(before.model_copy(update={"agi_port": before.agi_port + 1}))


def test_what_outlived_its_supervisor_is_found_and_ended(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    names = {"HOTLINE_HOME": str(tmp_path), "SUPERVISOR_PROCESS_NAME": "ledger"}
    stranger = subprocess.Popen(["sleep", "60"], env=os.environ | {"HOTLINE_HOME": str(tmp_path)})
    left = subprocess.Popen(["sleep", "60"], env=os.environ | names)
    try:
        found = find_orphans(settings)
        assert [(orphan.pid, orphan.name) for orphan in found] == [(left.pid, "ledger")]
        end_orphans(found)
        assert left.wait(5) == -signal.SIGTERM
        assert stranger.poll() is None
    finally:
        for process in (stranger, left):
            process.kill()
            process.wait()


def test_a_home_that_the_servers_cannot_enter_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(HotlineError, match=r"closed to the user hotline.*HOTLINE_HOME"):
        account.check_reachable(closed / "home")


def test_without_root_a_missing_package_is_named_with_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(packages, "missing_packages", lambda: ["sip-tester"])
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(HotlineError, match=r"sudo apt-get install .*sip-tester"):
        packages.ensure_packages(Silent())


def test_a_wrong_setting_stops_the_start_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_SIP_PORT", "ten")
    get_settings.cache_clear()
    try:
        with pytest.raises(HotlineError, match="HOTLINE_SIP_PORT"):
            get_settings()
    finally:
        get_settings.cache_clear()


def test_secrets_are_made_once_differ_and_are_closed_to_others(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    assert ensure_secrets(settings.secrets_file)
    assert not ensure_secrets(settings.secrets_file)
    secrets = settings.secrets
    words = [secrets.ami, secrets.database, secrets.redis, secrets.sip]
    words += [secrets.sip_password("8013"), secrets.sip_password("8014")]
    assert len(set(words)) == len(words)
    assert settings.secrets_file.stat().st_mode & 0o077 == 0
