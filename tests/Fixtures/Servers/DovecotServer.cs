using System.Globalization;

namespace CrmSync.Fixtures.Servers;

/// <summary>
/// A real Dovecot on loopback with an own certificate, an own folder and users that spring into existence: every name logs in with <see cref="Password"/>.
/// Mailboxes are Maildirs, filled by writing files.
/// </summary>
public sealed class DovecotServer : IDisposable
{
    /// <summary>Everybody's password.</summary>
    public const string Password = "correct-horse";

    /// <summary>Dovecot tells the age of a Maildir, and one folder of a name from the next, by whole seconds.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(2100);

    // Dovecot refuses to touch mail as root; the mailboxes are open to everybody instead.
    private static readonly string Owner = Environment.UserName == "root" ? "mail" : Environment.UserName;

    private readonly string folder = Directory.CreateTempSubdirectory("crmsync-dovecot-").FullName;
    private readonly string options;
    private ServerProcess? process;
    private int counter;

    /// <summary>Starts a server.</summary>
    /// <param name="options">Lines appended to its configuration.</param>
    internal DovecotServer(string options)
    {
        this.options = options;
        OpenToAll(folder);
        WriteConfiguration();
        Start();
    }

    public DovecotServer()
        : this("")
    {
    }

    public TestAuthority Authority { get; } = new();

    /// <summary>The port of IMAP over TLS.</summary>
    public int TlsPort { get; } = ServerProcess.FreePort();

    /// <summary>The port of IMAP that begins in clear text and offers STARTTLS.</summary>
    public int PlainPort { get; } = ServerProcess.FreePort();

    /// <summary>The socket where Postfix asks about passwords.</summary>
    public string AuthSocket => Path.Combine(folder, "postfix-auth");

    public string Log => File.Exists(Path.Combine(folder, "log")) ? File.ReadAllText(Path.Combine(folder, "log")) : "";

    /// <summary>Where the mailboxes lie, one folder a user: for a server that delivers into them.</summary>
    public string MailFolder => Path.Combine(folder, "mail");

    /// <summary>A user nobody used before.</summary>
    public string NewUser(string name = "ada") => $"{name}{Interlocked.Increment(ref counter)}@bright.example";

    /// <summary>The Maildir of a user's folder; INBOX when no folder is given. Levels are separated by a dot.</summary>
    public string Maildir(string user, string? mailFolder = null)
    {
        var path = Path.Combine(folder, "mail", user, mailFolder is null or "INBOX" ? "" : "." + mailFolder);
        Open(Path.Combine(folder, "mail", user));
        Open(path);
        foreach (var part in new[] { "cur", "new", "tmp" })
            Open(Path.Combine(path, part));

        return path;
    }

    /// <summary>Delivers a message; its file's time is its INTERNALDATE.</summary>
    /// <returns>The file.</returns>
    public string Deliver(string user, ReadOnlySpan<byte> message, string? mailFolder = null, DateTimeOffset? at = null, string flags = "")
    {
        var when = at ?? DateTimeOffset.UtcNow;
        // The name orders the messages, and with it their UIDs.
        var name = string.Create(CultureInfo.InvariantCulture, $"{1_000_000_000 + Interlocked.Increment(ref counter)}.M1P1.test,S={message.Length}");
        var maildir = Maildir(user, mailFolder);
        var file = flags.Length == 0 ? Path.Combine(maildir, "new", name) : Path.Combine(maildir, "cur", $"{name}:2,{flags}");
        var temporary = Path.Combine(maildir, "tmp", name);
        File.WriteAllBytes(temporary, message);
        File.SetLastWriteTimeUtc(temporary, when.UtcDateTime);
        File.Move(temporary, file);
        return file;
    }

    /// <summary>Runs commands as a user, one after the other, as another mail program would.</summary>
    public void Run(string user, params string[] commands)
    {
        using var tcp = new System.Net.Sockets.TcpClient("127.0.0.1", PlainPort);
        using var reader = new StreamReader(tcp.GetStream());
        using var writer = new StreamWriter(tcp.GetStream()) { AutoFlush = true, NewLine = "\r\n" };
        reader.ReadLine();
        foreach (var command in commands.Prepend($"LOGIN {user} {Password}"))
        {
            writer.WriteLine($"run {command}");
            var line = reader.ReadLine();
            while (line?.StartsWith("run ", StringComparison.Ordinal) == false)
                line = reader.ReadLine();

            if (line?.StartsWith("run OK", StringComparison.Ordinal) != true)
                throw new InvalidOperationException($"{command}: {line}");
        }
    }

    /// <summary>Stops the server and starts it again on the same ports with the same mail.</summary>
    public void Restart()
    {
        process?.Dispose();
        Start();
    }

    public void Dispose()
    {
        process?.Dispose();
        Authority.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static void Open(string path)
    {
        if (Directory.Exists(path))
            return;

        Directory.CreateDirectory(path);
        OpenToAll(path);
    }

    private static void OpenToAll(string path)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, (UnixFileMode)0b111_111_111);
    }

    private void Start() =>
        process = ServerProcess.Start("dovecot", "dovecot-imapd", ["-F", "-c", Path.Combine(folder, "dovecot.conf")], TlsPort, Path.Combine(folder, "log"));

    private void WriteConfiguration()
    {
        var (certificate, key) = Authority.Write(folder);
        Open(Path.Combine(folder, "mail"));
        File.WriteAllText(Path.Combine(folder, "dovecot.conf"), $$"""
            base_dir = {{folder}}/run
            state_dir = {{folder}}/state
            log_path = {{folder}}/log
            protocols = imap
            listen = 127.0.0.1
            ssl = yes
            ssl_cert = <{{certificate}}
            ssl_key = <{{key}}
            disable_plaintext_auth = no
            auth_mechanisms = plain login scram-sha-256
            auth_failure_delay = 0
            mail_location = maildir:{{folder}}/mail/%u
            first_valid_uid = 0
            mail_max_userip_connections = 500
            maildir_stat_dirs = yes
            # The index of all folders does not look at what is written past the server, as the tests do.
            mailbox_list_index = no
            passdb {
              driver = static
              args = password={{Password}}
            }
            userdb {
              driver = static
              args = uid={{Owner}} gid={{Owner}} home={{folder}}/mail/%u
            }
            namespace inbox {
              inbox = yes
              separator = .
              mailbox Sent {
                special_use = \Sent
                auto = create
              }
              mailbox Drafts {
                special_use = \Drafts
                auto = create
              }
              mailbox Trash {
                special_use = \Trash
                auto = create
              }
              mailbox Junk {
                special_use = \Junk
                auto = create
              }
            }
            service imap-login {
              service_count = 0
              client_limit = 1000
              inet_listener imap {
                port = {{PlainPort}}
              }
              inet_listener imaps {
                port = {{TlsPort}}
                ssl = yes
              }
            }
            service imap {
              process_limit = 1000
            }
            service auth {
              client_limit = 4000
              unix_listener {{AuthSocket}} {
                mode = 0666
              }
            }
            service anvil {
              client_limit = 4000
              unix_listener anvil-auth-penalty {
                mode = 0
              }
            }
            protocol imap {
              mail_plugins = imap_zlib
            }
            {{options}}
            """);
    }
}
