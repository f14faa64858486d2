namespace CrmSync.Storage;

/// <summary>Opens databases by the clock of this machine, for those whose time is not settled by a test.</summary>
internal static class OpeningByTheSystemClock
{
    extension(ContactDatabase)
    {
        public static Task<ContactDatabase> OpenSqlite(string file, CancellationToken ct) =>
            ContactDatabase.OpenSqlite(file, TimeProvider.System, ct);

        public static Task<ContactDatabase> OpenPostgres(string connectionString, CancellationToken ct) =>
            ContactDatabase.OpenPostgres(connectionString, TimeProvider.System, ct);
    }
}
