"""The keys of a phone by the names they have where `*` and `#` would be syntax: star and pound.

The dialplan, the flows, the ledger and the command line all speak of keys by these names.
"""

_NAMES = {"*": "star", "#": "pound"}
_KEYS = {name: key for key, name in _NAMES.items()}


def key_name(key: str) -> str:
    """Return what a key is called in a dialplan: 1 is 1, * is star."""
    return _NAMES.get(key, key)


def key_of(name: str) -> str:
    """Return the key that is called so."""
    return _KEYS.get(name, name)
