using System.Text;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Log;
using CrmSync.Mail.Mime;
using CrmSync.Storage;
using CrmSync.Storage.Log;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Tests.Digests;
using DnsClient;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace CrmSync.Worker.Tests.Commands;

/// <summary>The sample company after its digests of the story's morning have left; built once, every test works on a copy.</summary>
public sealed class SentDigests : IAsyncLifetime
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("crmsync-answers-").FullName;

    /// <summary>What Ana got.</summary>
    public string Html { get; private set; } = "";

    public string MessageId { get; private set; } = "";

    public string ReplyTo { get; private set; } = "";

    public string Subject { get; private set; } = "";

    public string Text { get; private set; } = "";

    /// <summary>The token of the first link of item 1.</summary>
    public string Token => this.Link("done", "35SFN1HD").Split('[', ']')[1];

    public async Task InitializeAsync()
    {
        foreach (var file in Directory.EnumerateFiles(SampleCompany.Config, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(Folder, Path.GetRelativePath(SampleCompany.Config, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        await using var company = await AnsweringCompany.In(Folder);
        await company.Harvest("commands");
        var ana = (await company.Program.Digests.Show(SampleCompany.Story, default))
            .Single(sent => sent.Digest.Run is { Definition.Name: "my-day", Reader.Id: "ana" })
            .Mail;
        (Html, MessageId) = (ana.Html, ana.MessageId);
        var mail = MimeReader.Read(ana.Bytes);
        (ReplyTo, Subject, Text) = (mail.ReplyTo[0].Address, mail.Subject, mail.Text);
        Assert.Empty((await company.Program.Digests.Send(SampleCompany.Story, Duration.Zero, default)).Problems);
    }

    public Task DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return Task.CompletedTask;
    }
}

/// <summary>A copy of the company, into whose command mailbox mails are put as a mail server would.</summary>
internal sealed class AnsweringCompany : IAsyncDisposable
{
    /// <summary>Wednesday, an hour and a bit after the digests.</summary>
    public static readonly Instant Answered = Instant.FromUtc(2026, 3, 4, 10, 0);

    private readonly string folder;
    private readonly bool isCopy;
    private readonly HashSet<string> before;
    private int delivered;

    private AnsweringCompany(string folder, TestProgram program, bool isCopy)
    {
        (this.folder, Program, this.isCopy) = (folder, program, isCopy);
        before = [.. Given()];
    }

    public TestProgram Program { get; }

    /// <summary>The SQLite file.</summary>
    public string DatabaseFile => Path.Combine(folder, "answers.db");

    /// <param name="sent">What is copied.</param>
    /// <param name="trusted">Servers whose word counts besides the company's own.</param>
    /// <param name="policy">Changes the policy; null: it stays.</param>
    /// <param name="dns">Gives keys of signatures, which are verified then; null: they are not.</param>
    /// <param name="pages">Where readers open pages; null: nowhere.</param>
    public static async Task<AnsweringCompany> CreateCopy(
        SentDigests sent,
        IReadOnlyList<string>? trusted = null,
        IDnsQuery? dns = null,
        Func<string, string>? policy = null,
        Uri? pages = null)
    {
        var copy = Directory.CreateTempSubdirectory("crmsync-answer-").FullName;
        foreach (var file in Directory.EnumerateFiles(sent.Folder, "*", SearchOption.AllDirectories))
        {
            var place = Path.Combine(copy, Path.GetRelativePath(sent.Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            File.Copy(file, place);
        }

        var written = Path.Combine(copy, "policy.yaml");
        if (policy is not null)
            await File.WriteAllTextAsync(written, policy(await File.ReadAllTextAsync(written)));

        return await Open(copy, isCopy: true, trusted, dns, pages);
    }

    public static async Task<AnsweringCompany> In(string folder)
    {
        var company = await Open(folder, isCopy: false);
        await foreach (
            var _ in company.Program.Harvest.Run(
                [.. company.Program.Readable.Where(a => a.Name != "commands")],
                SampleCompany.Story,
                null,
                default)) { }

        return company;
    }

    /// <summary>Puts a mail into the command mailbox; lines end as they do on a server.</summary>
    public void Deliver(string mail) => Deliver(Encoding.UTF8.GetBytes(mail.ReplaceLineEndings("\r\n")));

    /// <summary>Puts a mail into the command mailbox as it is.</summary>
    public void Deliver(byte[] mail) => Put(mail, Path.Combine("commands", "new"));

    /// <summary>Puts a mail into Ana's folder of what she sent.</summary>
    public void DeliverSent(string mail) =>
        Put(Encoding.UTF8.GetBytes(mail.ReplaceLineEndings("\r\n")), Path.Combine("ana", ".Sent", "cur"));

    /// <summary>Puts a mail into somebody's inbox, or into another folder of theirs.</summary>
    public void DeliverTo(string person, string mail, string? folder = null) =>
        Put(
            Encoding.UTF8.GetBytes(mail.ReplaceLineEndings("\r\n")),
            folder is null ? Path.Combine(person, "new") : Path.Combine(person, "." + folder, "cur"));

    /// <summary>The company with a database that knows nothing yet.</summary>
    public static async Task<AnsweringCompany> Fresh()
    {
        var copy = Directory.CreateTempSubdirectory("crmsync-answer-").FullName;
        foreach (var file in Directory.EnumerateFiles(SampleCompany.Config, "*", SearchOption.AllDirectories))
        {
            var place = Path.Combine(copy, Path.GetRelativePath(SampleCompany.Config, file));
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            File.Copy(file, place);
        }

        return await Open(copy, isCopy: true);
    }

    /// <summary>The commands in the log, oldest first.</summary>
    public async Task<IReadOnlyList<Interaction>> Lines() =>
        await new ContactLog(Program.Database).Read(new LogFilter { Kinds = [InteractionKind.Command] }, default).ToListAsync();

    private void Put(byte[] mail, string place)
    {
        var path = Path.Combine(folder, "sample", "mail", place);
        Directory.CreateDirectory(path);
        foreach (var part in new[] { "cur", "new", "tmp" })
            Directory.CreateDirectory(Path.Combine(path, "..", part));
        delivered++;
        File.WriteAllBytes(Path.Combine(path, $"17726{delivered}.M{delivered}P9.store.bright.example"), mail);
    }

    public async Task Harvest(string account = "commands", Instant? now = null)
    {
        await foreach (var done in Program.Harvest.Run([.. Program.Readable.Where(a => a.Name == account)], now ?? Answered, null, default))
            Assert.Null(done.Problem);
    }

    /// <summary>Harvests every account, the command mailbox last.</summary>
    public async Task HarvestAll(Instant now)
    {
        await foreach (var done in Program.Harvest.Run([.. Program.Readable], now, null, default))
            Assert.Null(done.Problem);
    }

    /// <summary>The commands that were said since the digests left, as <c>verb contact</c> and what belongs to it.</summary>
    public async Task<IReadOnlyList<CommandFacts>> Commands() =>
        [
            .. (await new ContactLog(Program.Database).Read(new LogFilter { Kinds = [InteractionKind.Command] }, default).ToListAsync())
                .Where(line => line.At > SampleCompany.Story)
                .Select(line => line.Command!),
        ];

    /// <summary>What became of the last mail.</summary>
    public async Task<CommandAnswer> Answer() => (await new CommandInbox(Program.Database).Since(SampleCompany.Story, default))[^1];

    /// <summary>Sends what is due, and gives the answers that have left since the digests, in any order.</summary>
    public async Task<IReadOnlyList<MimeMessage>> Answers(Instant? now = null)
    {
        Assert.Empty((await Program.Digests.Send(now ?? Answered, Duration.Zero, default)).Problems);
        return
        [
            .. Given()
                .Except(before)
                .Order(StringComparer.Ordinal)
                .Select(name => MimeReader.Read(File.ReadAllBytes(Path.Combine(folder, "out", name)))),
        ];
    }

    /// <summary>The text of a digest as it would be sent.</summary>
    public async Task<string> Digest(string reader, Instant now) =>
        MimeReader.Read((await Program.Digests.Show(now, default)).First(one => one.Digest.Run.Reader.Id == reader).Mail.Bytes).Text;

    public async Task<EvaluationResult> Evaluate(Instant? now = null)
    {
        var moment = now ?? Answered;
        return new Evaluator(Program.Policy).Evaluate(await Program.Snapshot(moment), moment);
    }

    public async ValueTask DisposeAsync()
    {
        await Program.DisposeAsync();
        if (isCopy)
            Directory.Delete(folder, recursive: true);
    }

    private IEnumerable<string> Given() =>
        Directory.Exists(Path.Combine(folder, "out"))
            ? Directory
                .EnumerateFiles(Path.Combine(folder, "out"), "*.eml")
                .Where(file => File.ReadAllText(file).Contains("X-CrmSync: answer", StringComparison.Ordinal))
                .Select(file => Path.GetFileName(file))
            : [];

    private static async Task<AnsweringCompany> Open(
        string folder,
        bool isCopy,
        IReadOnlyList<string>? trusted = null,
        IDnsQuery? dns = null,
        Uri? pages = null)
    {
        var read = LoadedConfiguration.Read(folder, SampleCompany.Story);
        var delivery = read.Settings.Delivery! with { Way = new DeliveryChoice.Folder(Path.Combine(folder, "out")) };
        if (trusted is not null || dns is not null)
            delivery = delivery with
            {
                Commands = delivery.Commands! with { TrustedServers = trusted ?? [], VerifyDkim = dns is not null },
            };

        var database = await ContactDatabase.OpenSqlite(Path.Combine(folder, "answers.db"), TimeProvider.System, default);
        return new AnsweringCompany(
            folder,
            TestProgram.Over(
                read with
                {
                    Settings = read.Settings with
                    {
                        Delivery = delivery,
                        Status = pages is null ? read.Settings.Status : new StatusSettings("127.0.0.1", 0, null) { PagesUrl = pages },
                    },
                },
                database,
                services => _ = dns is null ? services : services.AddSingleton(dns)),
            isCopy);
    }
}
