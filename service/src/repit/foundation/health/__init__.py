"""Whether this process serves people and subscribers rightly, and what a person must do where it does not."""
