"""repit-engine: pixels → hash → search → segments. No framework, no network, no database."""
