"""Read pages that scripts write, in the system's Chromium behind our own proxy."""
