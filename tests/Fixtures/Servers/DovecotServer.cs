using System.Globalization;

namespace CrmSync.Fixtures.Servers;

/// <summary>
/// A real Dovecot whose users spring into existence: every name logs in. Mailboxes are Maildirs, filled by writing files.
/// </summary>
public sealed class DovecotServer : MailboxServer
{
    /// <summary>Dovecot tells the age of a Maildir, and one folder of a name from the next, by whole seconds.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(2100);

    // Dovecot refuses to touch mail as root; the mailboxes are open to everybody instead.
    private static readonly string Owner = Environment.UserName == "root" ? "mail" : Environment.UserName;

    private static readonly string Group = Environment.UserName == "root" ? "mail" : GroupOfThisUser();

    /// <summary>Without root nothing can be done as somebody else, nor be shut in.</summary>
    private static readonly string Rootless = $$"""
        default_internal_user = {{Owner}}
        default_internal_group = {{Group}}
        default_login_user = {{Owner}}
        service anvil {
          chroot =
        }
        service imap-login {
          chroot =
        }
        """;

    private readonly string options;
    private ServerProcess? process;

    /// <summary>Starts a server.</summary>
    /// <param name="options">Lines appended to its configuration.</param>
    internal DovecotServer(string options)
    {
        this.options = options;
        try
        {
            OpenToAll(Folder);
            WriteConfiguration();
            Start();
        }
        catch
        {
            base.Dispose();
            throw;
        }
    }

    public DovecotServer()
        : this("")
    {
    }

    public override string Product => "Dovecot";

    public override char Delimiter => '.';

    /// <summary>The socket where Postfix asks about passwords.</summary>
    public string AuthSocket => Path.Combine(Folder, "postfix-auth");

    /// <summary>The session of processes it runs in.</summary>
    public int Session => process?.Id ?? throw new InvalidOperationException("the server is stopped");

    public string Log => File.Exists(Path.Combine(Folder, "log")) ? File.ReadAllText(Path.Combine(Folder, "log")) : "";

    /// <summary>Where the mailboxes lie, one folder a user: for a server that delivers into them.</summary>
    public string MailFolder => Path.Combine(Folder, "mail");

    public override string NewUser(string name = "ada") => $"{NextName(name)}@bright.example";

    /// <summary>The Maildir of a user's folder; INBOX when no folder is given. Levels are separated by a dot.</summary>
    public string Maildir(string user, string? mailFolder = null)
    {
        var path = Path.Combine(Folder, "mail", user, mailFolder is null or "INBOX" ? "" : "." + mailFolder);
        Make(Path.Combine(Folder, "mail", user));
        Make(path);
        foreach (var part in new[] { "cur", "new", "tmp" })
            Make(Path.Combine(path, part));

        return path;
    }

    /// <summary>Delivers a message; its file's time is its INTERNALDATE.</summary>
    /// <returns>The file.</returns>
    public string Deliver(string user, ReadOnlySpan<byte> message, string? mailFolder = null, DateTimeOffset? at = null, string flags = "")
    {
        var when = at ?? DateTimeOffset.UtcNow;
        // The name orders the messages, and with it their UIDs.
        var name = string.Create(CultureInfo.InvariantCulture, $"{1_000_000_000 + Next()}.M1P1.test,S={message.Length}");
        var maildir = Maildir(user, mailFolder);
        var file = flags.Length == 0 ? Path.Combine(maildir, "new", name) : Path.Combine(maildir, "cur", $"{name}:2,{flags}");
        var temporary = Path.Combine(maildir, "tmp", name);
        File.WriteAllBytes(temporary, message);
        File.SetLastWriteTimeUtc(temporary, when.UtcDateTime);
        File.Move(temporary, file);
        return file;
    }

    public override void Fill(string user, string mailFolder, IReadOnlyList<StoredMail> mails)
    {
        foreach (var mail in mails)
            Deliver(user, mail.Bytes, mailFolder, mail.At, mail.Flags.Contains(@"\Seen", StringComparison.Ordinal) ? "S" : "");
    }

    protected override string MessageFile(string user, int uid) =>
        new[] { "new", "cur" }
            .SelectMany(part => Directory.GetFiles(Path.Combine(Maildir(user), part)))
            .OrderBy(file => Path.GetFileName(file), StringComparer.Ordinal)
            .ElementAt(uid - 1);

    public override void Restart()
    {
        process?.Dispose();
        Start();
    }

    public override void Dispose()
    {
        process?.Dispose();
        base.Dispose();
    }

    private static string GroupOfThisUser()
    {
        using var id = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("id", "-gn") { RedirectStandardOutput = true, UseShellExecute = false })!;
        return id.StandardOutput.ReadToEnd().Trim();
    }

    private static void Make(string path)
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
        process = ServerProcess.Start(
            "dovecot",
            "dovecot-imapd",
            ["-F", "-c", Path.Combine(Folder, "dovecot.conf")],
            TlsPort,
            Path.Combine(Folder, "log"));

    private void WriteConfiguration()
    {
        var (certificate, key) = Authority.Write(Folder);
        Make(Path.Combine(Folder, "mail"));
        File.WriteAllText(Path.Combine(Folder, "dovecot.conf"), $$"""
            base_dir = {{Folder}}/run
            state_dir = {{Folder}}/state
            log_path = {{Folder}}/log
            protocols = imap
            listen = 127.0.0.1
            ssl = yes
            ssl_cert = <{{certificate}}
            ssl_key = <{{key}}
            disable_plaintext_auth = no
            auth_mechanisms = plain login scram-sha-256
            auth_failure_delay = 0
            mail_location = maildir:{{Folder}}/mail/%u
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
              args = uid={{Owner}} gid={{Group}} home={{Folder}}/mail/%u
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
            {{(Environment.UserName == "root" ? "" : Rootless)}}
            {{options}}
            """);
    }
}
