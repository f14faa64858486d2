using System.Globalization;
using CrmSync.Fixtures.Servers;
using CrmSync.Mail.Mime;
using CrmSync.Worker.Jobs;
using CrmSync.Worker.Tests.Digests.Story;
using CrmSync.Worker.Tests.Jobs;
using NodaTime;
using Quartz;

namespace CrmSync.Worker.Tests.Month;

/// <summary>
/// The sample company for four weeks: its mailboxes are filled as time passes, and its mails leave by SMTP for the mailboxes of their
/// readers and the command mailbox.
/// </summary>
internal sealed class MonthCompany : IAsyncDisposable
{
    private const int LongWait = 200;
    private const int MostWaits = 60_000;

    private readonly string folder = Directory.CreateTempSubdirectory("crmsync-month-").FullName;
    private readonly FakeSmtpServer server = new();
    private readonly Lock gate = new();
    private readonly List<MonthMail> received = [];
    private readonly Queue<(string At, string Reader, string Digest, (string Verb, string Item)[] Lines)> answers = new(TheStory.Answers);

    public MonthCompany(Instant start)
    {
        Time = new SimulatedTime(start);
        Story = new StoryCompany(folder, MonthStory.Cases.SelectMany(one => one.Mails));
        server.OnTaken = Take;
    }

    public SimulatedTime Time { get; }

    /// <summary>The time of the shared database, where there is one.</summary>
    public SharedTime? DatabaseTime { get; init; }

    public string Folder => folder;

    public StoryCompany Story { get; }

    /// <summary>The jobs that are at work.</summary>
    public SendingJobs Jobs { get; } = new();

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

    /// <summary>Writes the configuration of a worker.</summary>
    /// <param name="storage">The value of <c>storage</c>.</param>
    public void Configure(string storage)
    {
        var file = Path.Combine(folder, "crmsync.yaml");
        var text = File.ReadAllText(file);
        text = Replaced(text, "  sqlite: data/crmsync.db ", $"  {storage} ");
        text = Replaced(
            text,
            "  folder: out/mail ",
            string.Create(CultureInfo.InvariantCulture, $"  smtp: {{ host: 127.0.0.1, port: {server.Port}, tls: none }} "));
        text = Replaced(text, "schedule: {mail: 5m, calendar: 15m, policy: 1m}", "schedule: {mail: 30m, policy: 15m}");
        File.WriteAllText(file, text);
    }

    /// <summary>When something happens next that no worker knows of.</summary>
    public Instant? Next => Story.Next;

    /// <summary>Lets time pass, for the database first, and what happens outside meanwhile happen.</summary>
    public async Task PassTo(Instant moment)
    {
        if (DatabaseTime is { } shared)
            await shared.Set(Instant.Max(moment, Time.Now));

        // A time that stands still would never bring what is due now and waits for a timer.
        Time.PassTo(Instant.Max(moment, Time.Now + Duration.FromMilliseconds(1)));
        CatchUp();
    }

    /// <summary>Waits until everything that is due by now has been done. A little time passes when that takes long.</summary>
    public async Task Settle(MonthWorker worker)
    {
        for (var waits = 0; !await worker.IsQuiet(); waits++)
        {
            if (waits > MostWaits)
                throw new TimeoutException(await worker.Plan());

            await Task.Delay(1);
            if (waits % LongWait == LongWait - 1)
                await PassTo(Time.Now + Duration.FromMilliseconds(200));
        }
    }

    /// <summary>Lets happen what happens outside by now.</summary>
    public void CatchUp()
    {
        var now = Time.Now;
        Story.DeliverUntil(now);
        Story.ShowOrHideHello(now);
        while (answers.TryPeek(out var answer) && StoryCompany.At(answer.At) <= now)
        {
            var day = StoryCompany.At(answer.At).InUtc().Date;
            var digest = Received.FirstOrDefault(mail => mail.Digest == answer.Digest && mail.Reader == answer.Reader && mail.Day == day);
            if (digest is null)
                return;

            answers.Dequeue();
            var commands = answer.Lines.Select(line => line.Verb.Replace("#", digest.NumberOf(line.Item), StringComparison.Ordinal));
            Story.Answer(answer.At, answer.Reader, digest.Mail, digest.Text, commands);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (DatabaseTime is { } shared)
            await shared.DisposeAsync();

        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private Task Take(TakenMail mail)
    {
        lock (gate)
        {
            if (!Jobs.IsAtWork)
                LeftOutsideOfJobs++;

            foreach (var recipient in mail.Recipients)
            {
                var mailbox = recipient.Split('@')[0];
                if (mailbox != "crmsync")
                    received.Add(new MonthMail(Time.Now, mailbox, MimeReader.Read(mail.Content)));

                Story.Deliver(mailbox == "crmsync" ? "commands" : mailbox, mail.Content);
            }
        }

        return Task.CompletedTask;
    }

    private static string Replaced(string text, string what, string by)
    {
        Assert.Contains(what, text, StringComparison.Ordinal);
        return text.Replace(what, by, StringComparison.Ordinal);
    }
}

/// <summary>Knows whether one of the jobs that send mails is at work.</summary>
internal sealed class SendingJobs : IJobListener
{
    private int atWork;

    public bool IsAtWork => Volatile.Read(ref atWork) > 0;

    public string Name => "sending";

    /// <summary>How many jobs have run.</summary>
    public int Count { get; private set; }

    public ValueTask JobToBeExecuted(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        if (context.JobDetail.Key.Equals(SendJob.Key))
            Interlocked.Increment(ref atWork);

        Count++;
        return ValueTask.CompletedTask;
    }

    public ValueTask JobExecutionVetoed(IJobExecutionContext context, CancellationToken cancellationToken = default) =>
        ValueTask.CompletedTask;

    public ValueTask JobWasExecuted(
        IJobExecutionContext context, JobExecutionException? jobException, CancellationToken cancellationToken = default)
    {
        if (context.JobDetail.Key.Equals(SendJob.Key))
            Interlocked.Decrement(ref atWork);

        return ValueTask.CompletedTask;
    }
}
