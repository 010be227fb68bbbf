"""Where people at a hotline decide about items of the bank: on counts and opinions, never on a picture."""
