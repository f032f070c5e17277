"""How our own calls reach the switch: as the one user that may dial, each under a uid of ours.

The dialplan's contexts `callback-…` and `outbound-…` begin here. The switch knows the channel by
the uid, so no call can be there twice.
"""

from collections.abc import Sequence

from core.settings import Settings
from telephony.ami import Ami

USER = "dialler"
# The far half of a line that only the dialplan answers.
LINE = "Local/s@callback-line/n"


def dialling_hand(settings: Settings) -> Ami:
    """Return the AMI, not yet connected, of the user that may dial and nothing else."""
    secret = settings.secrets.dialler
    return Ami("127.0.0.1", settings.ami_port, USER, secret, classes="off")


async def originate(
    ami: Ami, uid: str, channel: str, context: str, variables: Sequence[str], *, rings: int
) -> None:
    """Ring a channel for so many seconds and let it begin in a context. Raises AmiError."""
    await ami.action(
        "Originate",
        Channel=channel,
        Context=context,
        Exten="s",
        Priority=1,
        Timeout=rings * 1000,
        CallerID='"12345" <12345>',
        ChannelId=uid,
        Variable=list(variables),
    )
