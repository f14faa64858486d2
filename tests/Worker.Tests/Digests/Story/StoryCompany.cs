using System.Globalization;
using CrmSync.Mail.Mime;
using NodaTime;

namespace CrmSync.Worker.Tests.Digests.Story;

/// <summary>A copy of the sample company whose mailboxes are empty at first: the mails of its story arrive one by one.</summary>
internal sealed class StoryCompany
{
    private readonly Dictionary<string, string> threads = new(StringComparer.Ordinal);
    private readonly List<ArrivingCopy> waiting;
    private int arrived;

    /// <param name="folder">Where it goes.</param>
    /// <param name="more">Mails beside those of the sample company and its story.</param>
    public StoryCompany(string folder, IEnumerable<StoryMail> more)
    {
        Folder = folder;
        CopyCompany();
        waiting = [.. SampleMails().Concat(TheStory.Mails.Concat(more).SelectMany(Copies)).OrderBy(copy => copy.Arrives)];
    }

    public string Folder { get; }

    /// <summary>How many mails lie in the mailboxes.</summary>
    public int Delivered { get; private set; }

    /// <summary>Mailboxes that are not files of the company, with what puts a mail into them.</summary>
    public Dictionary<string, Action<byte[]>> Elsewhere { get; } = new(StringComparer.Ordinal);

    /// <summary>When the next mail arrives; null when none does.</summary>
    public Instant? Next => arrived < waiting.Count ? waiting[arrived].Arrives : null;

    /// <summary>Puts what has arrived by a moment into the mailboxes.</summary>
    public void DeliverUntil(Instant now)
    {
        for (; arrived < waiting.Count && waiting[arrived].Arrives <= now; arrived++)
            Deliver(waiting[arrived].Mailbox, waiting[arrived].Bytes());
    }

    /// <summary>Puts a mail into a mailbox.</summary>
    public void Deliver(string mailbox, byte[] bytes)
    {
        var mail = MimeReader.Read(bytes);
        if (mail is { MessageId: { } id, Subject: { } subject })
            threads[StoryMail.Bare(subject)] = id;

        Delivered++;
        if (Elsewhere.TryGetValue(mailbox, out var put))
        {
            put(bytes);
            return;
        }

        var name = string.Create(CultureInfo.InvariantCulture, $"{Delivered:000000}.story");
        var place = Path.Combine(Directory.Exists(MailboxPath(mailbox)) ? MailboxPath(mailbox) : Hidden(mailbox), "new", name);

        // Whoever reads the mailbox meanwhile sees the whole mail or none of it.
        File.WriteAllBytes(Path.Combine(Folder, name), bytes);
        File.Move(Path.Combine(Folder, name), place);
    }

    /// <summary>Takes the shared mailbox away while it cannot be read; says whether that changed.</summary>
    public bool ShowOrHideHello(Instant now)
    {
        var isGone = At(TheStory.HelloIsGone.From) <= now && now < At(TheStory.HelloIsGone.To);
        if (isGone != Directory.Exists(MailboxPath("hello")))
            return false;

        Directory.Move(isGone ? MailboxPath("hello") : Hidden("hello"), isGone ? Hidden("hello") : MailboxPath("hello"));
        return true;
    }

    /// <summary>Replies to a digest as mail programs do, to the address it asks for, with the digest quoted below.</summary>
    public void Answer(string at, string reader, MimeMessage mail, string text, IEnumerable<string> commands)
    {
        var quoted = string.Join('\n', text.Split('\n').Take(12).Select(line => "> " + line));
        var reply = new StoryMail(
            at,
            $"{reader} <{reader}@bright.example>",
            mail.ReplyTo[0].Address,
            $"Re: {mail.Subject}",
            $"{string.Join('\n', commands)}\n\nOn that morning CrmSync wrote:\n{quoted}");
        Deliver("commands", reply.Bytes(mail.MessageId));
    }

    /// <summary>Puts something else into the configuration.</summary>
    public void Configure(string what, string by) => Replace("crmsync.yaml", what, by);

    /// <summary>All readers are written to in a language.</summary>
    public void Speak(string language) => Replace("policy.yaml", "  owner: olga ", $"  language: {language}\n  owner: olga ");

    public static Instant At(string moment) => new StoryMail(moment, "", "", "", "").Written;

    private string MailboxPath(string mailbox) => Path.Combine(Folder, "sample", "mail", mailbox);

    private string Hidden(string mailbox) => Path.Combine(Folder, "sample", $"{mailbox}-away");

    private void CopyCompany()
    {
        foreach (
            var file in Directory
                .EnumerateFiles(SampleCompany.Config, "*", SearchOption.AllDirectories)
                .Where(file => !file.Contains("/sample/mail/", StringComparison.Ordinal)))
        {
            var copy = Path.Combine(Folder, Path.GetRelativePath(SampleCompany.Config, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        foreach (var mailbox in Directory.EnumerateDirectories(Path.Combine(SampleCompany.Config, "sample", "mail")))
        {
            foreach (var part in new[] { "cur", "new", "tmp" })
                Directory.CreateDirectory(Path.Combine(MailboxPath(Path.GetFileName(mailbox)), part));
        }

        Replace("policy.yaml", TheStory.Absence.Found, TheStory.Absence.Instead);
    }

    private void Replace(string file, string what, string by)
    {
        var path = Path.Combine(Folder, file);
        var text = File.ReadAllText(path);
        Assert.Contains(what, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(what, by, StringComparison.Ordinal));
    }

    private static IEnumerable<ArrivingCopy> SampleMails()
    {
        foreach (
            var file in Directory
                .EnumerateFiles(Path.Combine(SampleCompany.Config, "sample", "mail"), "*.store.bright.example", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal))
        {
            var arrives = Instant.FromUnixTimeSeconds(long.Parse(Path.GetFileName(file).Split('.')[0], CultureInfo.InvariantCulture));
            yield return new ArrivingCopy(
                arrives,
                Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(file)!)!),
                () => File.ReadAllBytes(file));
        }
    }

    private IEnumerable<ArrivingCopy> Copies(StoryMail mail) =>
        mail.Mailboxes.Select(mailbox => new ArrivingCopy(
            mail.Arrives,
            mailbox,
            () => mail.Bytes(mail.Subject.StartsWith("Re:", StringComparison.Ordinal) ? threads[StoryMail.Bare(mail.Subject)] : null)));

    private sealed record ArrivingCopy(Instant Arrives, string Mailbox, Func<byte[]> Bytes);
}
