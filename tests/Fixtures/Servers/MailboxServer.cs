using System.Globalization;

namespace CrmSync.Fixtures.Servers;

/// <summary>A mail as it is put into a mailbox: its bytes, its INTERNALDATE and its flags in the words of IMAP.</summary>
public sealed record StoredMail(byte[] Bytes, DateTimeOffset At, string Flags = "");

/// <summary>
/// A real IMAP server on loopback with an own certificate and an own folder. Every user logs in with <see cref="Password"/>.
/// </summary>
public abstract class MailboxServer : IDisposable
{
    /// <summary>Everybody's password.</summary>
    public const string Password = "correct-horse";

    private int counter;

    public TestAuthority Authority { get; } = new();

    /// <summary>The port of IMAP over TLS.</summary>
    public int TlsPort { get; } = ServerProcess.FreePort();

    /// <summary>The port of IMAP that begins in clear text.</summary>
    public int PlainPort { get; } = ServerProcess.FreePort();

    /// <summary>What the server calls itself in ID.</summary>
    public abstract string Product { get; }

    /// <summary>What stands between the levels of a folder's name.</summary>
    public abstract char Delimiter { get; }

    protected string Folder { get; } = NewFolder();

    /// <summary>The certificate of the authority in a file, as <c>ca</c> names it.</summary>
    public string CaFile
    {
        get
        {
            var file = Path.Combine(Folder, "ca.pem");
            if (!File.Exists(file))
                File.WriteAllText(file, Authority.Pem);

            return file;
        }
    }

    /// <summary>A user nobody used before, with an INBOX and a folder for sent mail.</summary>
    public abstract string NewUser(string name = "ada");

    /// <summary>Puts mails into a folder, which is made when it is new; their UIDs follow their order.</summary>
    public abstract void Fill(string user, string mailFolder, IReadOnlyList<StoredMail> mails);

    /// <summary>Takes from the server the right to read the file of a mail, or gives it back.</summary>
    /// <param name="user">Whose INBOX.</param>
    /// <param name="uid">Its UID in an INBOX that was filled once.</param>
    /// <param name="may">Whether it may.</param>
    public void LetRead(string user, int uid, bool may)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(MessageFile(user, uid), may ? (UnixFileMode)0b110_100_100 : UnixFileMode.None);
    }

    /// <summary>Stops the server as a crash would and starts it again on the same ports with the same mail.</summary>
    public abstract void Restart();

    /// <summary>Another mail program of a user, logged in.</summary>
    public MailProgram Open(string user) => new(PlainPort, user, Password);

    /// <summary>Runs commands as a user, one after the other, as another mail program would.</summary>
    public void Run(string user, params string[] commands)
    {
        using var program = Open(user);
        foreach (var command in commands)
            program.Do(command);
    }

    public virtual void Dispose()
    {
        Authority.Dispose();
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// In memory where there is a file system in memory: what mail servers do to survive the death of the machine would take most of the
    /// time of the tests.
    /// </summary>
    private static string NewFolder()
    {
        var parent =
            Directory.Exists("/dev/shm") && new DriveInfo("/dev/shm").AvailableFreeSpace > 500_000_000 ? "/dev/shm" : Path.GetTempPath();
        return Directory.CreateDirectory(Path.Combine(parent, $"crmsync-mail-{Path.GetRandomFileName()}")).FullName;
    }

    protected abstract string MessageFile(string user, int uid);

    protected int Next() => Interlocked.Increment(ref counter);

    protected string NextName(string name) => name + Next().ToString(CultureInfo.InvariantCulture);
}
