"""The whole product on one machine that has only Python and make: broker, database, services, supervisor."""
