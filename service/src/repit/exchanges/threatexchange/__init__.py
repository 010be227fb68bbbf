"""ThreatExchange, as Meta serves it: `threat_updates` of a privacy group."""
