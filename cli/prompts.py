"""`prompt`: what the hotline says, spoken or recorded, and every version of it."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from cli.person import By
from cli.reading import moment, seconds
from cli.screen import out, print_json, print_table
from core.settings import get_settings
from recordings.catalogue import load_catalogue
from recordings.prompt_changes import bring, find, put_back
from recordings.prompt_changes import say as say_text
from recordings.standing import Standing, standings
from recordings.versions import Act, Record, Version

app = typer.Typer(
    help="Prompts: what callers hear, spoken or recorded, and every version of it.",
    no_args_is_help=True,
)
Key = Annotated[str, typer.Argument(help="Language and prompt, such as zh/greeting-direct.")]
Why = Annotated[str, typer.Option("--why", help="Why, as it stays in the record.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command("list")
def list_command(
    stale: Annotated[
        bool, typer.Option("--stale", help="Only recordings older than their text.")
    ] = False,
    every: Annotated[bool, typer.Option("--all", help="Pieces of numbers as well.")] = False,
    as_json: AsJson = False,
) -> None:
    """List prompts: number for the phone, source, version, length and text."""
    settings = get_settings()
    found = [
        one
        for one in standings(settings).values()
        if (every or one.prompt.kind == "sentence") and (one.is_stale or not stale)
    ]
    strays = load_catalogue(settings.config_dir).strays
    if as_json:
        print_json({"prompts": [_as_dict(s) for s in found], "strays": [str(p) for p in strays]})
        return
    headings = ("slot", "prompt", "source", "version", "s", "stale", "text")
    print_table(headings, [_row(one) for one in found], right="slot,version,s")
    for path in strays:
        out.print(f"[yellow]{escape(str(path))} is named for no prompt; nobody hears it.[/]")


@app.command()
def show(key: Key, as_json: AsJson = False) -> None:
    """Show one prompt: what is heard, the text that is wanted, how to hear and record it."""
    find(get_settings(), key)
    one = standings(get_settings())[key]
    if as_json:
        print_json(_as_dict(one))
        return
    for name, value in _as_dict(one).items():
        out.print(f"{name:12} {escape(str(value))}")


@app.command()
def say(
    key: Key,
    text: Annotated[str, typer.Option("--text", help="What the voice shall say.")],
    why: Why,
    by: By,
) -> None:
    """Let the voice speak another text from the next caller on."""
    _in_service(key, say_text(get_settings(), key, text, Act(by, why)))


@app.command()
def upload(
    key: Key,
    file: Annotated[Path, typer.Argument(help="wav, mp3, m4a, ogg, flac …")],
    why: Why,
    by: By,
) -> None:
    """Let a recording be heard from the next caller on."""
    _in_service(key, bring(get_settings(), key, file, Act(by, why)))


@app.command()
def versions(key: Key, as_json: AsJson = False) -> None:
    """List every version of a prompt, newest first: who, when, why."""
    _, record = find(get_settings(), key)
    found = sorted(record.versions, key=lambda version: -version.number)
    if as_json:
        print_json([_version(record, version) for version in found])
        return
    headings = ("", "version", "source", "at", "by", "why", "text", "remarks")
    rows = [
        (
            "→" if version.number == record.serving else "",
            version.number,
            version.source,
            moment(version.at),
            escape(version.by),
            escape(version.why),
            escape(version.text[:40]),
            escape(" ".join(version.remarks)),
        )
        for version in found
    ]
    print_table(headings, rows, right="version")


@app.command()
def rollback(
    key: Key,
    to: Annotated[int, typer.Option("--to", min=1, help="The version to be heard again.")],
    why: Why,
    by: By,
) -> None:
    """Put an earlier version back into service, from the next caller on."""
    _in_service(key, put_back(get_settings(), key, to, Act(by, why)))


@app.command("play-code")
def play_code(key: Key, as_json: AsJson = False) -> None:
    """Show what to dial at an agent's phone to hear a prompt, and to record it."""
    settings = get_settings()
    slot, pin = find(settings, key)[1].slot, settings.secrets.prompt_pin
    if as_json:
        print_json({"hear": f"*71{slot}", "record": f"*72{slot}", "pin": pin})
        return
    out.print(f"Hear it:   *71{slot}")
    out.print(f"Record it: *72{slot}, PIN {pin}, any key ends the recording, 1 keeps it, 2 again")


def _in_service(key: str, version: Version) -> None:
    out.print(f"{key}: version {version.number} ({version.source}) is heard from now on.")
    for remark in version.remarks:
        out.print(f"[yellow]{escape(remark)}[/]")


def _row(one: Standing) -> tuple[object, ...]:
    return (
        one.record.slot,
        one.prompt.key,
        one.current.source,
        one.current.number,
        seconds(one.seconds),
        "[yellow]stale[/]" if one.is_stale else "",
        escape(one.current.text[:60]),
    )


def _as_dict(one: Standing) -> dict[str, object]:
    return {
        "key": one.prompt.key,
        "slot": one.record.slot,
        "seconds": one.seconds,
        "stale": one.is_stale,
        "wanted": one.wanted,
        **_version(one.record, one.current),
    }


def _version(record: Record, version: Version) -> dict[str, object]:
    return {
        "version": version.number,
        "in_service": version.number == record.serving,
        "source": version.source,
        "text": version.text,
        "file": version.name,
        "remarks": version.remarks,
        "by": version.by,
        "why": version.why,
        "at": version.at.isoformat(),
    }
