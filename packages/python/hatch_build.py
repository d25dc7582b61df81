"""Puts the binary into the wheel and tags it for the binary's platform. Called by `build`."""

import os

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BinaryHook(BuildHookInterface):
    def initialize(self, version, build_data):
        binary = os.environ["FAUXIDP_WHEEL_BINARY"]
        platform = os.environ["FAUXIDP_WHEEL_PLATFORM"]
        name = "fauxidp.exe" if platform.startswith("win") else "fauxidp"
        build_data["force_include"][binary] = f"fauxidp/bin/{name}"
        build_data["tag"] = f"py3-none-{platform}"
        build_data["pure_python"] = False
