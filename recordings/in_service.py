"""Which version of each prompt callers hear: the configuration as changed by what people did."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from core.settings import Settings
from recordings.catalogue import Catalogue, Kind, Prompt
from recordings.normalise import normalise
from recordings.takes import BadTake, take_path
from recordings.versions import Record, Version


def in_service(
    settings: Settings, catalogue: Catalogue, history: Mapping[str, Record]
) -> tuple[Catalogue, tuple[str, ...]]:
    """Return the prompts as they are heard, and the keys of those whose recording is lost."""
    heard, lost = {}, []
    for key, prompt in catalogue.prompts.items():
        record = history.get(key)
        if record is None or not record.versions:
            heard[key] = prompt
            continue
        heard[key] = spoken_as(prompt, record.current)
        if record.current.take is not None:
            with suppress(BadTake):
                heard[key] = as_version(settings, prompt, record.current)
            if heard[key].recording is None:
                # A caller hears the words all the same.
                lost.append(key)
    return replace(catalogue, prompts=heard), tuple(lost)


def as_version(settings: Settings, prompt: Prompt, version: Version) -> Prompt:
    """Return a prompt as one of its versions has it. Raises BadTake when its recording is lost."""
    if version.take is None:
        return spoken_as(prompt, version)
    return replace(spoken_as(prompt, version), recording=take_path(settings, version.take))


def spoken_as(prompt: Prompt, version: Version) -> Prompt:
    """Return a prompt with the words of a version, spoken."""
    if prompt.kind is not Kind.SENTENCE or version.text == prompt.wording:
        return replace(prompt, recording=None)
    text = normalise(version.text, prompt.lang)
    return replace(prompt, text=text, written=version.text, recording=None)
