"""Look an installation over: connections, clock, disk, calendar, topics, migrations, certificates, lag."""
