"""Sources, sweeps, sightings, mirrors: the watch for re-uploads."""
