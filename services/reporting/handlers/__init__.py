"""What reporting does: apply the log, look back, rebuild, fill forms; each act in one transaction."""
