"""clamd and ICAP: what platforms already speak."""
