"""What every web answer shares."""
