"""What can stand in the way of a change to a flow, each with what to do about it."""

from core.errors import HotlineError


class UnknownVersion(HotlineError):
    """No such version was ever published."""

    slug = "flow-version-unknown"


class UnknownAlias(HotlineError):
    """No alias of that name points anywhere."""

    slug = "flow-alias-unknown"


class UnknownDraft(HotlineError):
    """No such draft was ever begun."""

    slug = "flow-draft-unknown"


class BadText(HotlineError):
    """A text or a name that cannot be kept, whatever it says."""

    slug = "flow-bad-text"


class Overtaken(HotlineError):
    """Somebody else changed the same thing at the same time and was first."""

    slug = "flow-overtaken"


class RevisionChanged(HotlineError):
    """What is to be changed is not what was looked at any more."""

    slug = "flow-revision-changed"


class StaleDraft(HotlineError):
    """A newer version was published since the draft was begun."""

    slug = "flow-draft-stale"


class OwnDraft(HotlineError):
    """Nobody reviews what they wrote themselves."""

    slug = "flow-own-draft"


class RedFlow(HotlineError):
    """Red findings keep a flow from callers."""

    slug = "flow-red"


class BrokenPromise(HotlineError):
    """Scenarios beside the flow do not come true with it."""

    slug = "flow-scenarios-failed"


class NothingBefore(HotlineError):
    """There is no step to take back."""

    slug = "flow-nothing-before"


class BadShare(HotlineError):
    """A canary that no call or every call would get, or numbers that are none."""

    slug = "flow-bad-share"
