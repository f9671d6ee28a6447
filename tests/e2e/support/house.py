"""The usual house of the suites: which provider is foreign, which is at home, and how they are reached."""

from __future__ import annotations

from dataclasses import replace

from .config import Settings
from .provider import Provider


def settings_for(foreign: Provider, home: Provider, **more) -> Settings:
    """The usual house: both dialects lead abroad by default, and both have a domestic model of the *other* dialect."""
    urls = {
        "foreign": foreign.url() + "/v1", "foreign-messages": foreign.url(),
        "home-chat": home.url() + "/v1", "home-messages": home.url(),
    }  # fmt: skip
    return replace(Settings(destinations=urls), **more)
