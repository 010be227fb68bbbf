"""Long runs that look for what a test of seconds cannot show: `make drill NAME=soak`."""
