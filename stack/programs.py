"""The processes of one hotline, in the order they start, and how the supervisor runs each."""

import os
import sys
from dataclasses import dataclass

from core.settings import CHECKOUT, Settings
from stack.account import ours_may_leave_root, service_user
from stack.private_servers import postgres_command, redis_command
from stack.switch import Switch


@dataclass(frozen=True, slots=True)
class Program:
    """One supervised process. `serves` are the servers, which never run as root."""

    name: str
    command: tuple[str, ...]
    serves: bool = False
    stop_signal: str = "TERM"
    copies: int = 1


def programs(settings: Settings, switch: Switch) -> list[Program]:
    """Return every process of this hotline, servers first."""
    table = []
    if not settings.database_url:
        table.append(Program("postgres", tuple(postgres_command(settings)), True, "INT"))
    if not settings.redis_url:
        table.append(Program("redis", tuple(redis_command(settings)), True))
    configuration = str(settings.home / "asterisk/etc/asterisk.conf")
    table += [
        Program("asterisk", (*switch.command, "-f", "-C", configuration), True),
        _ours("agi", "agi_scripts.server", copies=settings.agi_workers),
        _ours("ledger", "queues.ledger"),
        _ours("live", "queues.live"),
        _ours("callbacks", "queues.callbacks"),
        _ours("outbound", "queues.outbound"),
        _ours("jobs", "jobs"),
        _ours("publisher", "stack.publisher"),
        _ours("api", "api"),
    ]
    return table


def _ours(name: str, module: str, copies: int = 1) -> Program:
    return Program(name, (sys.executable, "-P", "-m", module), copies=copies)


def supervisor_configuration(settings: Settings, table: list[Program]) -> str:
    """Return the supervisor's configuration for these processes."""
    run, log = settings.run_dir, settings.home / "log"
    parts = [
        f"[supervisord]\nlogfile={log}/supervisor.log\npidfile={run}/supervisor.pid\n"
        f"childlogdir={log}\nlogfile_maxbytes=5MB\nlogfile_backups=2\nminfds=8192\n"
        # What our processes write holds voices and phone numbers.
        "umask=027\n" + ("user=root\n" if os.geteuid() == 0 else ""),
        f"[unix_http_server]\nfile={run}/supervisor.sock\nchmod=0700\n",
        "[rpcinterface:supervisor]\n"
        "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n",
    ]
    parts += [_section(program, settings, order) for order, program in enumerate(table)]
    return "\n".join(parts)


def _section(program: Program, settings: Settings, order: int) -> str:
    user = service_user() if program.serves or ours_may_leave_root() else None
    lines = [
        f"[program:{program.name}]",
        f"command={' '.join(_quote(word) for word in program.command)}",
        f"directory={settings.run_dir if program.serves else CHECKOUT}",
        f"stopsignal={program.stop_signal}",
        f"priority={order}",
        "autostart=false",
        "autorestart=true",
        "startsecs=1",
        # Keep trying: a process that gives up is a hotline that needs a person at night.
        "startretries=1000000",
        "stopwaitsecs=15",
        "stopasgroup=true",
        "killasgroup=true",
        "redirect_stderr=true",
        "stdout_logfile_maxbytes=10MB",
        "stdout_logfile_backups=3",
        f"environment={_environment(settings)}",
    ]
    name = program.name
    if program.copies > 1:
        name = "%(program_name)s-%(process_num)d"
        lines += [f"numprocs={program.copies}", f"process_name={name}"]
    lines.append(f"stdout_logfile={settings.home}/log/{name}.log")
    if user:
        lines.append(f"user={user}")
    return "\n".join(lines) + "\n"


def _environment(settings: Settings) -> str:
    """Processes see what was set when the hotline came up, whoever starts them later."""
    spoken = {f"HOTLINE_{name.upper()}": getattr(settings, name) for name in settings.spoken}
    values = {"PYTHONPATH": CHECKOUT, **spoken, "HOTLINE_HOME": settings.home}
    return ",".join(f'{name}="{_escape(value)}"' for name, value in values.items())


def _escape(value: object) -> str:
    return str(value).replace("%", "%%").replace('"', '\\"')


def _quote(word: str) -> str:
    escaped = word.replace("%", "%%")
    return f'"{escaped}"' if " " in escaped or not escaped else escaped
