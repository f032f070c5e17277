"""What can go wrong with the switch's manager interface (AMI), each as a fact of its own."""

from core.errors import HotlineError


class AmiError(HotlineError):
    """Any failure of the manager interface."""

    slug = "ami-error"


class AmiDown(AmiError):
    """There is no connection to the switch; the action was not sent and was not done."""

    slug = "ami-down"


class AmiUnanswered(AmiDown):
    """The action was sent and no answer came: it may have been done. It is never sent again."""

    slug = "ami-unanswered"


class AmiLoginRefused(AmiError):
    """The switch knows no such user, secret or address."""

    slug = "ami-login-refused"


class AmiRefused(AmiError):
    """The switch answered the action with an error; `reason` is its sentence."""

    slug = "ami-refused"

    def __init__(self, action: str, reason: str) -> None:
        super().__init__(f"The switch refused {action}: {reason or 'it gave no reason'}")
        self.action = action
        self.reason = reason


class AmiBadHeader(AmiError, ValueError):
    """A header that the wire cannot carry; nothing was sent."""

    slug = "ami-bad-header"


class AmiEventsLost(AmiError):
    """A reader fell so far behind that events were thrown away: look at the switch anew."""

    slug = "ami-events-lost"
