"""What can go wrong with a built-in phone, each as a sentence that says what to do."""

from core.errors import HotlineError


class PhoneError(HotlineError):
    """A phone could not do what it was asked."""

    slug = "phone-error"


class SippMissingError(PhoneError):
    """The SIP engine under the phones is not installed."""

    slug = "sipp-missing"

    def __init__(self) -> None:
        super().__init__(
            "The program sipp is missing: run `apt-get install sip-tester`, or run ./hotline up."
        )


class PortTakenError(PhoneError):
    """Another program has the port a phone was told to use."""

    slug = "phone-port-taken"

    def __init__(self, ip: str, port: int) -> None:
        super().__init__(
            f"UDP port {ip}:{port} is taken by another program: end it, or give the phone "
            "another port."
        )


class SippFailedError(PhoneError):
    """sipp ended by itself; `detail` holds its own words."""

    slug = "sipp-failed"

    def __init__(self, detail: str) -> None:
        super().__init__(f"sipp ended unexpectedly. It said: {detail or 'nothing'}")
        self.detail = detail


class CallRefusedError(PhoneError):
    """A call ended before anybody answered it; `code` is the SIP status, `cause` the Q.850 one."""

    slug = "call-refused"

    def __init__(self, phone: str, code: int | None, cause: int | None) -> None:
        super().__init__(f"The call of {phone} was not answered: SIP {code}, cause {cause}.")
        self.code = code
        self.cause = cause


class NotRegisteredError(PhoneError):
    """The exchange refused a registration; 401 or 403 is a wrong password, 408 no reply."""

    slug = "not-registered"

    def __init__(self, number: str, code: int) -> None:
        super().__init__(
            f"Phone {number} could not register: SIP {code}. "
            "Check the number, its password, and that the exchange is running."
        )
        self.code = code


class PhoneTimeoutError(PhoneError):
    """Something awaited on a phone did not happen in time; the message ends with what did."""

    slug = "phone-timeout"

    def __init__(self, phone: str, awaited: str, seconds: float, happened: str) -> None:
        super().__init__(
            f"{phone}: no {awaited} within {seconds:g} s. What happened: {happened or 'nothing'}."
        )
