using System.Runtime.InteropServices;
using SQLitePCL;

namespace CrmSync.Storage;

/// <summary>What SQLite tells of the file behind a connection and the provider has no method for.</summary>
internal static class SqliteFile
{
    /// <summary>SQLITE_FCNTL_HAS_MOVED (sqlite3.h).</summary>
    private const int AskWhetherMoved = 20;

    /// <summary>Whether the file was renamed, moved or deleted since it was opened, or another one lies in its place.</summary>
    public static bool HasMoved(sqlite3 database)
    {
        // No schema is the main one.
        var answer = 0;
        var isTaken = false;
        try
        {
            database.DangerousAddRef(ref isTaken);
            var result = FileControl(database.DangerousGetHandle(), 0, AskWhetherMoved, ref answer);
            return result == raw.SQLITE_OK && answer != 0;
        }
        finally
        {
            if (isTaken)
                database.DangerousRelease();
        }
    }

    [DllImport("e_sqlite3", EntryPoint = "sqlite3_file_control", CallingConvention = CallingConvention.Cdecl)]
#pragma warning disable CA5393 // the library lies beside the program
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    private static extern int FileControl(nint database, nint schema, int operation, ref int answer);
#pragma warning restore CA5393
}
