"""Why somebody is not let in, in words for the person at the door."""

from core.errors import HotlineError


class BadSignIn(HotlineError):
    """The name and the password do not belong together; which of both is wrong is not said."""

    slug = "bad-sign-in"
    chinese = "用户名或密码不正确，请重新输入。"

    def __init__(self) -> None:
        super().__init__("The name or the password is wrong. Please try again.")


class CodeNeeded(HotlineError):
    """The password is right; the six digits of the person's device are missing or wrong."""

    slug = "code-needed"
    chinese = "请输入动态验证码（手机验证器上的六位数字）。"

    def __init__(self) -> None:
        super().__init__("Enter the six digits that your authenticator shows now.")


class LockedOut(HotlineError):
    """Too many wrong tries: nobody is asked again before `seconds` have passed."""

    slug = "locked-out"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many wrong tries. Please wait {seconds} seconds.")
        self.chinese = f"输错次数过多，请等待{seconds}秒后再试。"
        self.seconds = seconds


class UnknownPerson(HotlineError):
    """Nobody has that name."""

    slug = "unknown-person"

    def __init__(self, name: str) -> None:
        super().__init__(f"Nobody is called {name!r} here. See ./hotline person list.")


class BadPerson(HotlineError):
    """A person cannot be as they are written."""

    slug = "bad-person"


class WeakPassword(HotlineError):
    """A password that is guessed soon."""

    slug = "weak-password"

    def __init__(self, least: int) -> None:
        super().__init__(f"A password has at least {least} characters and is not the name.")
        self.chinese = f"密码至少{least}个字符，且不能与用户名相同。"
