"""What people ask of notify over HTTP: notices, silences, the master switch, tenants' settings."""
