"""Pure: geometry, datums, the locator, errors, the clock."""
