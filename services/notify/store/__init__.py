"""Keep notify's tables: the only place of this service that knows SQL."""
