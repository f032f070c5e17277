"""Puts a recording made by phone into service: `python -P -m recordings.by_phone KEY FILE WHO`.

The AGI servers start it when an agent keeps a recording, since they must not spend time on sound.
"""

import sys
from pathlib import Path

from core.errors import HotlineError
from core.settings import get_settings
from recordings.prompt_changes import bring
from recordings.versions import Act, Source


def main() -> None:
    """Keep one recording, or say in a sentence why not."""
    key, file, who = sys.argv[1:]
    try:
        bring(get_settings(), key, Path(file), Act(who, "recorded by phone"), Source.PHONE)
    except HotlineError as fault:
        sys.exit(str(fault))


if __name__ == "__main__":
    main()
