using System.Diagnostics;

namespace CrmSync.Fixtures.Servers;

/// <summary>
/// A real Postfix on loopback as a submission server: login through Dovecot, STARTTLS or TLS at once, SMTPUTF8. It delivers for
/// bright.example into Maildirs and knows only the recipients given. Needs root, as Postfix does.
/// </summary>
public sealed class PostfixServer : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("crmsync-postfix-").FullName;
    private readonly ServerProcess process;

    /// <summary>Starts a server that keeps what is delivered in a folder of its own, see <see cref="Delivered"/>.</summary>
    /// <param name="dovecot">Who knows the passwords, and whose authority signs the certificate.</param>
    /// <param name="recipients">The local parts that exist at bright.example.</param>
    public PostfixServer(DovecotServer dovecot, params string[] recipients)
        : this(dovecot, new PostfixOptions(), recipients)
    {
    }

    /// <summary>Starts a server.</summary>
    /// <param name="dovecot">Who knows the passwords, and whose authority signs the certificate.</param>
    /// <param name="options">What it does otherwise than usual.</param>
    /// <param name="recipients">The local parts that exist at bright.example; each also with <c>+anything</c>.</param>
    public PostfixServer(DovecotServer dovecot, PostfixOptions options, params string[] recipients)
    {
        var mail = options.DeliversIntoDovecot ? dovecot.MailFolder : Path.Combine(folder, "mail");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);

        var (certificate, key) = dovecot.Authority.Write(folder);
        foreach (var part in new[] { "queue", "data", "mail" })
            Directory.CreateDirectory(Path.Combine(folder, part));

        Run("chown", "postfix", Path.Combine(folder, "data"));
        Run("chown", "mail", Path.Combine(folder, "mail"));
        File.WriteAllText(
            Path.Combine(folder, "headers"),
            options.SaysWhoSigned
                ? "/^Message-ID:/ PREPEND Authentication-Results: mx.bright.example; dkim=pass header.d=bright.example\n"
                : "");
        File.WriteAllText(
            Path.Combine(folder, "main.cf"),
            $$"""
            compatibility_level = 3.6
            queue_directory = {{folder}}/queue
            data_directory = {{folder}}/data
            command_directory = /usr/sbin
            daemon_directory = /usr/lib/postfix/sbin
            mail_owner = postfix
            setgid_group = postdrop
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            myhostname = mx.bright.example
            mydestination =
            mynetworks =
            maillog_file = {{folder}}/log
            maillog_file_prefixes = /tmp, {{folder}}
            smtputf8_enable = yes
            message_size_limit = 200000
            smtpd_tls_cert_file = {{certificate}}
            smtpd_tls_key_file = {{key}}
            smtpd_sasl_type = dovecot
            smtpd_sasl_path = {{dovecot.AuthSocket}}
            smtpd_sasl_auth_enable = yes
            smtpd_client_restrictions =
            smtpd_relay_restrictions = permit_sasl_authenticated, reject
            smtpd_recipient_restrictions = {{(
                options.Answers.Count == 0
                    ? ""
                    : $"check_recipient_access inline:{{ "
                        + $"{string.Join(", ", options.Answers.Select(answer => $"{{ {answer.Key}@bright.example = {answer.Value} }}"))} "
                        + $"}},"
            )}} permit_sasl_authenticated, reject
            smtpd_delay_reject = no
            virtual_mailbox_domains = bright.example
            virtual_mailbox_base = {{mail}}
            virtual_mailbox_maps = inline:{ {{string.Join(
                ", ",
                recipients.Select(name => $"{{ {name}@bright.example = {name}{(options.DeliversIntoDovecot ? "@bright.example" : "")}/ }}")
            )}} }
            recipient_delimiter = +
            header_checks = regexp:{{folder}}/headers
            virtual_minimum_uid = 1
            virtual_uid_maps = static:8
            virtual_gid_maps = static:8
            """);
        File.WriteAllText(Path.Combine(folder, "master.cf"), $"""
            127.0.0.1:{StartTlsPort} inet n - n - - smtpd
              -o smtpd_tls_security_level=encrypt
            127.0.0.1:{TlsPort} inet n - n - - smtpd
              -o smtpd_tls_wrappermode=yes
            pickup unix n - n 60 1 pickup
            cleanup unix n - n - 0 cleanup
            qmgr unix n - n 300 1 qmgr
            rewrite unix - - n - - trivial-rewrite
            bounce unix - - n - 0 bounce
            defer unix - - n - 0 bounce
            trace unix - - n - 0 bounce
            proxymap unix - - n - - proxymap
            anvil unix - - n - 1 anvil
            tlsmgr unix - - n 1000? 1 tlsmgr
            virtual unix - n n - - virtual
            error unix - - n - - error
            retry unix - - n - - error
            discard unix - - n - - discard
            postlog unix-dgram n - n - 1 postlogd
            """);
        ServerProcess.Find("postfix", "postfix");
        Run("postfix", "-c", folder, "check");
        process = ServerProcess.Start(
            "/usr/lib/postfix/sbin/master",
            "postfix",
            ["-c", folder, "-d"],
            StartTlsPort,
            Path.Combine(folder, "log"));
    }

    /// <summary>The port that begins in clear text and insists on STARTTLS.</summary>
    public int StartTlsPort { get; } = ServerProcess.FreePort();

    /// <summary>The port of SMTP over TLS.</summary>
    public int TlsPort { get; } = ServerProcess.FreePort();

    public string Log => File.Exists(Path.Combine(folder, "log")) ? File.ReadAllText(Path.Combine(folder, "log")) : "";

    /// <summary>The mails delivered to somebody; waits until there are as many as expected.</summary>
    public async Task<IReadOnlyList<byte[]>> Delivered(string recipient, int expected)
    {
        var path = Path.Combine(folder, "mail", recipient, "new");
        for (var i = 0; i < 400; i++)
        {
            if (Directory.Exists(path) && Directory.GetFiles(path) is var files && files.Length >= expected)
                return [.. files.Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

            await Task.Delay(25);
        }

        throw new InvalidOperationException($"{expected} mails for {recipient} did not arrive: {Log}");
    }

    public void Dispose()
    {
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static void Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false };
        using var run = Process.Start(start)!;
        var words = run.StandardError.ReadToEnd();
        run.WaitForExit();
        if (run.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed: {words}");
    }
}

/// <summary>What a Postfix does otherwise than usual.</summary>
public sealed record PostfixOptions
{
    /// <summary>Whether mails go into the mailboxes of the Dovecot that knows the passwords, whose users are whole addresses.</summary>
    public bool DeliversIntoDovecot { get; init; }

    /// <summary>Whether it notes on every mail that its domain signed it, as a server does that checks DKIM.</summary>
    public bool SaysWhoSigned { get; init; }

    /// <summary>What it answers for some recipients, by local part: <c>452 4.2.2 mailbox full</c>.</summary>
    public IReadOnlyDictionary<string, string> Answers { get; init; } = new Dictionary<string, string>();
}
