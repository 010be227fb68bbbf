"""The desks of caseworkers and moderators."""
