"""When does an exposure show in an outcome? Which lags a panel can identify, and estimates that say so."""
