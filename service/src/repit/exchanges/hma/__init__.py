"""HMA and threatexchange: how their installations meet ours."""
