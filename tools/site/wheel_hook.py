"""Lays the documentation's pages into a wheel; hatchling calls it when it builds one."""

from __future__ import annotations

import sys
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WheelHook(BuildHookInterface):
    """Makes the pages where Sphinx is installed; else those made before travel, if any."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        pages = root / "build" / "site" / "documentation"
        sys.path.insert(0, str(root))
        try:
            from tools import site

            if not site.is_fresh(pages):
                site.build(pages)
        except ImportError as missing:
            told = "those made before are taken" if pages.is_dir() else "the wheel has none"
            self.app.display_warning(f"documentation: {missing}; {told} (extra 'docs')")
        finally:
            sys.path.remove(str(root))
        if pages.is_dir():
            build_data["force_include"][str(pages.parent)] = "cspanalysis/site"
