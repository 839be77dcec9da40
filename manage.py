#!/usr/bin/env python
import os
import sys

from django.core.management import execute_from_command_line

from backend.startup import in_one_sentence

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    if sys.argv[1:2] == ["demo"]:
        # The newcomer's command: a development server with people to be.
        os.environ.setdefault("DEBUG", "1")
        os.environ.setdefault("DEMO", "1")
    with in_one_sentence():
        execute_from_command_line(sys.argv)
