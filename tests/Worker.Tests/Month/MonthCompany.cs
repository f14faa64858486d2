using System.Globalization;
using CrmSync.Fixtures.Servers;
using CrmSync.Mail.Mime;
using CrmSync.Worker.Tests.Digests.Story;
using CrmSync.Worker.Tests.Jobs;
using NodaTime;

namespace CrmSync.Worker.Tests.Month;

/// <summary>
/// The sample company for four weeks: its mailboxes are filled as time passes, and its mails leave by SMTP for the mailboxes of their
/// readers and the command mailbox.
/// </summary>
internal sealed class MonthCompany : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly List<MonthMail> received = [];
    private readonly Queue<(string At, string Reader, string Digest, (string Verb, string Item)[] Lines)> answers;

    /// <param name="folder">Where everything goes that is not elsewhere.</param>
    /// <param name="time">The time of everything.</param>
    public MonthCompany(string folder, SimulatedTime time)
    {
        Time = time;
        answers = new(TheStory.AnswersIn("en").Where(answer => StoryCompany.At(answer.At) > time.Now));
        Story = new StoryCompany(folder, MonthStory.Cases.SelectMany(one => one.Mails));
        Server.OnTaken = Take;
    }

    public SimulatedTime Time { get; }

    /// <summary>The time of the shared database, where there is one.</summary>
    public SharedTime? DatabaseTime { get; init; }

    public StoryCompany Story { get; }

    /// <summary>Where mails leave.</summary>
    public FakeSmtpServer Server { get; } = new("AUTH PLAIN", "PIPELINING", "8BITMIME", "SIZE 0");

    /// <summary>Whether a job of a worker is sending mails.</summary>
    public Func<bool> IsSending { get; set; } = () => false;

    /// <summary>What our people got, in order.</summary>
    public IReadOnlyList<MonthMail> Received
    {
        get
        {
            lock (gate)
                return [.. received];
        }
    }

    /// <summary>Mails that left while no job was sending.</summary>
    public int LeftOutsideOfJobs { get; private set; }

    /// <summary>When something happens next that no worker knows of.</summary>
    public Instant? Next => Story.Next;

    /// <summary>Writes the configuration of the workers.</summary>
    /// <param name="storage">The value of <c>storage</c>.</param>
    public void Configure(string storage)
    {
        Story.Configure("  sqlite: data/crmsync.db ", $"  {storage} ");
        Story.Configure(
            "  folder: out/mail ",
            string.Create(
                CultureInfo.InvariantCulture,
                $"  smtp: {{ host: 127.0.0.1, port: {Server.Port}, tls: none, user: crmsync, password: of-long-standing }} "));
        Story.Configure("schedule: {mail: 5m, calendar: 15m, policy: 1m}", "schedule: {mail: 30m, policy: 15m}");
    }

    /// <summary>Lets time pass, for the database first, and what happens outside meanwhile happen.</summary>
    public async Task PassTo(Instant moment)
    {
        // A time that stands still would never bring what is due now and waits for a timer.
        var next = Instant.Max(moment, Time.Now + Duration.FromMilliseconds(1));
        if (DatabaseTime is { } shared)
            await shared.Set(next);

        Time.PassTo(next);
        CatchUp();
    }

    /// <summary>Lets happen what happens outside by now.</summary>
    public void CatchUp()
    {
        var now = Time.Now;
        lock (gate)
        {
            Story.DeliverUntil(now);
            Story.ShowOrHideHello(now);
            while (answers.TryPeek(out var answer) && StoryCompany.At(answer.At) <= now && FindDigest(answer) is { } digest)
            {
                answers.Dequeue();
                var commands = answer.Lines.Select(line => line.Verb.Replace("#", digest.Number(line.Item), StringComparison.Ordinal));
                Story.Answer(answer.At, answer.Reader, digest.Mail, digest.Text, commands);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (DatabaseTime is { } shared)
            await shared.DisposeAsync();

        await Server.DisposeAsync();
    }

    /// <summary>The digest that is answered; null while its reader does not have it.</summary>
    private MonthMail? FindDigest((string At, string Reader, string Digest, (string Verb, string Item)[] Lines) answer)
    {
        var day = StoryCompany.At(answer.At).InUtc().Date;
        return received.Find(mail => mail.Digest == answer.Digest && mail.Reader == answer.Reader && mail.Day == day);
    }

    private Task Take(TakenMail mail)
    {
        lock (gate)
        {
            if (!IsSending())
                LeftOutsideOfJobs++;

            foreach (var mailbox in mail.Recipients.Select(recipient => recipient.Split('@')[0]))
            {
                if (mailbox != "crmsync")
                    received.Add(new MonthMail(Time.Now, mailbox, MimeReader.Read(mail.Content)));

                Story.Deliver(mailbox == "crmsync" ? "commands" : mailbox, mail.Content);
            }
        }

        return Task.CompletedTask;
    }
}
