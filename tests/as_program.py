"""How a program of the machine shows itself to the API."""

from pathlib import Path

from core.secrets import load_secrets


def as_program(home: Path) -> dict[str, str]:
    """Return the headers with the API key of a home."""
    return {"Authorization": f"Bearer {load_secrets(home / 'secrets.toml').api}"}
