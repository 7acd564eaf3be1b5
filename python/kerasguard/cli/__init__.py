"""The command line. It reads files, calls what Python users call, and says what there is to say in a shell's words."""

from .main import main

__all__ = ["main"]
