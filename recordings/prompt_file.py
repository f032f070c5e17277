"""prompts.toml and the agents' numbers as an admin wrote them, checked; `catalogue` reads them."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ConfigError
from recordings.spoken import LANGUAGES

_PROMPT_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_AGENT_NUMBER = re.compile(r"[0-9]{1,10}")
_LINE_IN_ERROR = re.compile(r"at line (\d+)")


@dataclass(frozen=True, slots=True)
class PromptFile:
    """The texts of prompts.toml: every id in every language, each text a string."""

    path: Path
    tables: Mapping[str, Mapping[str, str]]

    @classmethod
    def read(cls, path: Path) -> "PromptFile":
        """Read and check the file. Raises ConfigError."""
        file = cls(path, read_toml(path))
        for table in (*LANGUAGES, "agent"):
            if not isinstance(file.tables.get(table), dict):
                raise ConfigError(path, None, f"The table [{table}] is missing.")
            for name, text in file.tables[table].items():
                file._check(name, text)
        file._check_languages()
        return file

    def sentences(self, lang: str) -> Mapping[str, str]:
        """Return id and text of every sentence in a language."""
        return self.tables[lang]

    def agent_text(self, lang: str) -> str:
        """Return the announcement of an agent, with the placeholder {number}."""
        return self.tables["agent"][lang]

    def fault(self, name: str, sentence: str) -> ConfigError:
        """Return an error that points at the line where a text is set."""
        setting = re.compile(rf"\s*[\"']?{re.escape(name)}[\"']?\s*=")
        for number, line in enumerate(self.path.read_text().splitlines(), 1):
            if setting.match(line):
                return ConfigError(self.path, number, sentence)
        return ConfigError(self.path, None, sentence)

    def _check(self, name: str, text: object) -> None:
        if not _PROMPT_ID.fullmatch(name):
            raise self.fault(name, f"{name!r}: use lower-case letters, digits and hyphens.")
        if not isinstance(text, str):
            raise self.fault(name, f"{name} must be a text in quotation marks.")

    def _check_languages(self) -> None:
        zh, en = (set(self.tables[lang]) for lang in LANGUAGES)
        for name in sorted(zh ^ en):
            missing = "en" if name in zh else "zh"
            raise self.fault(name, f"{name} has no text in [{missing}]. Add one.")
        if set(self.tables["agent"]) != set(LANGUAGES):
            raise ConfigError(self.path, None, "[agent] needs exactly the texts zh and en.")


def agent_numbers(path: Path) -> list[str]:
    """Return the numbers of all agents in agents.toml. Raises ConfigError."""
    numbers = [str(agent.get("number", "")) for agent in read_toml(path).get("agent", [])]
    for number in numbers:
        if not _AGENT_NUMBER.fullmatch(number):
            raise ConfigError(path, None, f"Agent number {number!r} must be 1 to 10 digits.")
    return numbers


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file. Raises ConfigError with the line when it is not one."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(path, None, "The file does not exist.") from None
    except UnicodeDecodeError:
        raise ConfigError(path, None, "The file is not UTF-8. Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        found = _LINE_IN_ERROR.search(str(error))
        raise ConfigError(path, int(found[1]) if found else None, f"{error}.") from None
