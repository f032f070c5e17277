"""All settings, read once and typed; a wrong one stops the start with a sentence.

Order, the first that speaks wins: environment (`HOTLINE_SIP_PORT=…`), `settings.toml` in the
configuration folder, the defaults below. Everything binds to loopback unless told otherwise.
"""

import os
from functools import lru_cache
from pathlib import Path

from pydantic import Field, ValidationError, computed_field
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from core.errors import HotlineError
from core.secrets import Secrets, load_secrets

CHECKOUT = Path(__file__).resolve().parent.parent


def _default_home() -> Path:
    """Root keeps state in /var/lib, anybody else in their own home."""
    if os.geteuid() == 0:
        return Path("/var/lib/hotline12345")
    return Path.home() / ".local/share/hotline12345"


def _default_cache() -> Path:
    if os.geteuid() == 0:
        return Path("/var/cache/hotline12345")
    return Path.home() / ".cache/hotline12345"


class Settings(BaseSettings):
    """One hotline on one machine. Ports are TCP/UDP numbers, durations seconds."""

    model_config = SettingsConfigDict(env_prefix="HOTLINE_", extra="forbid", frozen=True)

    home: Path = Field(default_factory=_default_home)
    cache: Path = Field(default_factory=_default_cache)
    config_dir: Path = CHECKOUT / "config"

    node: str = Field(default="node1", pattern=r"^[a-z0-9-]{1,16}$")
    bind: str = "127.0.0.1"
    sip_port: int = Field(default=5060, ge=1024, le=65535)
    rtp_start: int = Field(default=20000, ge=1024, le=65000)
    rtp_end: int = Field(default=22999, ge=1025, le=65535)
    agi_port: int = Field(default=4573, ge=1024, le=65535)
    agi_workers: int = Field(default=2, ge=1, le=32)
    ami_port: int = Field(default=5038, ge=1024, le=65535)
    http_port: int = Field(default=8345, ge=1024, le=65535)
    # Where browser phones reach the switch, and what browsers are told when a proxy stands between.
    phone_port: int = Field(default=8346, ge=1024, le=65535)
    phone_url: str = Field(default="", pattern=r"^(wss?://[\w.:/\[\]-]+)?$")
    # The phone company's gateway. Until there is a real one: the built-in phones on loopback.
    trunk_address: str = "127.0.0.2"
    trunk_port: int = Field(default=5060, ge=1, le=65535)
    partner_port: int = Field(default=5090, ge=1024, le=65535)

    # Empty: a private server in `home`. A URL: the city's own.
    database_url: str = Field(default="", pattern=r"^(postgresql\+psycopg://.+)?$")
    redis_url: str = Field(default="", pattern=r"^((rediss?|unix)://.+)?$")

    # Seconds without a sound packet after which an agent's phone counts as gone.
    seat_silence: int = Field(default=15, ge=5, le=300)
    # Rings in a row that an agent may miss before the phone is left alone.
    missed_rings: int = Field(default=3, ge=1, le=20)
    # Hours in which a number that was served is offered to the same agent first.
    same_agent_hours: int = Field(default=24, ge=0, le=24)
    agi_patience: float = Field(default=2.5, gt=0.2, le=3.0)
    # Hours without any event after which a call whose end was never written is over.
    silent_call_hours: float = Field(default=12, ge=1, le=168)
    short_abandon: float = Field(default=5.0, ge=0, le=30)
    # Hours that an agent's day should have, for adherence.
    shift_hours: float = Field(default=8.0, gt=0, le=24)
    tts_command: str = ""
    # Who carries messages to citizens' phones: their address and our key there. Empty: a file.
    message_url: str = Field(default="", pattern=r"^(https?://.+)?$")
    message_key: str = ""
    # Minutes without a request, and hours at all, after which somebody signs in again.
    session_idle_minutes: int = Field(default=60, ge=5, le=720)
    session_hours: int = Field(default=12, ge=1, le=24)
    # What a flow's draft needs before it may be published.
    flow_review: bool = True
    flow_tests: bool = True

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment first, then settings.toml; nothing else may speak."""
        folder = Path(os.environ.get("HOTLINE_CONFIG_DIR", CHECKOUT / "config"))
        toml = TomlConfigSettingsSource(settings_cls, folder / "settings.toml")
        return init_settings, env_settings, toml

    @computed_field  # type: ignore[prop-decorator]
    @property
    def run_dir(self) -> Path:
        """Sockets and pid files."""
        return self.home / "run"

    @property
    def spoken(self) -> list[str]:
        """Names of the settings that somebody gave, as opposed to defaults."""
        return sorted(self.model_fields_set)

    @property
    def api_host(self) -> str:
        """Where the API listens: loopback only, since it speaks no TLS."""
        return self.bind if self.bind.startswith("127.") else "127.0.0.1"

    @property
    def phone_socket(self) -> str:
        """The WebSocket at which a browser's phone signs in."""
        return self.phone_url or f"ws://{self.bind}:{self.phone_port}/ws"

    @property
    def seat_phones_dir(self) -> Path:
        """One file for each seat that was ever used with a browser's phone, read by the switch."""
        return self.home / "asterisk/etc/seats"

    @property
    def console_dir(self) -> Path:
        """The built web console; missing until `up` or `console build` made it."""
        return self.home / "console"

    @property
    def secrets_file(self) -> Path:
        """Generated at first start, readable by its owner only."""
        return self.home / "secrets.toml"

    @property
    def secrets(self) -> Secrets:
        """The generated secrets of this home; an error sentence when `up` has not run yet."""
        return load_secrets(self.secrets_file)

    @property
    def journal(self) -> Path:
        """Where AGI processes write what happened in menus; tailed by the ledger."""
        return self.home / "journal" / "agi.jsonl"

    @property
    def asterisk_log_dir(self) -> Path:
        """Holds queue_log and cel.csv, the switch's own truth."""
        return self.home / "asterisk" / "log"

    @property
    def queue_log(self) -> Path:
        """The switch's queue_log file."""
        return self.asterisk_log_dir / "queue_log"

    @property
    def cel_file(self) -> Path:
        """The switch's channel events as CSV."""
        return self.asterisk_log_dir / "cel-custom" / "cel.csv"

    @property
    def sounds_dir(self) -> Path:
        """Prompts as the switch plays them: `<language>/<prompt id>.wav` and `.wav16`."""
        return self.home / "sounds"

    @property
    def prompts_dir(self) -> Path:
        """The history of prompts and the recordings people brought for them."""
        return self.home / "prompts"

    @property
    def spool_dir(self) -> Path:
        """Raw audio as the switch writes it while a call lasts."""
        return self.home / "asterisk" / "spool"

    @property
    def messages_file(self) -> Path:
        """Messages to citizens, as long as no provider carries them; for development."""
        return self.home / "messages" / "outbox.jsonl"

    @property
    def uploads_dir(self) -> Path:
        """Pictures that citizens sent, `yyyy/mm/dd/<token>`."""
        return self.home / "uploads"

    @property
    def recordings_dir(self) -> Path:
        """Finished recordings, `yyyy/mm/dd/<call uid>.wav`."""
        return self.home / "recordings"

    @property
    def models_dir(self) -> Path:
        """What was learnt from closed tickets."""
        return self.home / "models"

    @property
    def database(self) -> str:
        """SQLAlchemy URL of the database in use, the private one unless configured."""
        if self.database_url:
            return self.database_url
        password = self.secrets.database
        return f"postgresql+psycopg://hotline:{password}@/hotline?host={self.run_dir}"

    @property
    def redis(self) -> str:
        """URL of the Redis in use, the private one unless configured."""
        if self.redis_url:
            return self.redis_url
        return f"unix://:{self.secrets.redis}@{self.run_dir}/redis.sock"


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Read the settings of this process once. Raises HotlineError naming each wrong key."""
    try:
        return Settings()
    except ValidationError as error:
        faults = "; ".join(
            f"HOTLINE_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()
        )
        raise HotlineError(f"Settings are wrong. {faults}.") from error
