using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using CrmSync.Domain.Commands;
using CrmSync.Domain.Company;
using CrmSync.Domain.Languages;
using CrmSync.Fixtures.Digests;
using CrmSync.Mail.Mime;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Log;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Tests.Digests;
using Dapper;
using Microsoft.Data.Sqlite;
using NodaTime;

namespace CrmSync.Worker.Tests.Commands;

/// <summary>
/// Answers below which mail programs of many kinds and languages quote a digest in which customers' words read like commands. The digest is
/// one of the fixtures, not ours: it is put into the ledger in the place of what was sent.
/// </summary>
public sealed partial class QuotedDigests(SentDigests sent) : IClassFixture<SentDigests>
{
    [Fact]
    public async Task Only_what_stands_above_the_digest_is_carried_out_in_every_form()
    {
        var mails = WildMail.In("Quoted");
        Assert.True(mails.Count(mail => mail.Meant is not ("below" or "nothing")) >= 25, $"there are {mails.Count}");
        await using var company = await Quoting();
        foreach (var mail in mails)
            company.Deliver(mail.Bytes(sent, Letters.Signed));

        await company.Harvest();
        var answers = (await new CommandInbox(company.Program.Database).Since(SampleCompany.Story, default)).ToDictionary(one => one.Id);
        Assert.Multiple([.. mails.Select(mail => (Action)(() =>
        {
            var words = answers[Letters.Id(mail.Bytes(sent, Letters.Signed))].Words!;
            var isRight = mail.Meant switch
            {
                "below" => words.Contains("stands below what you quote", StringComparison.Ordinal),
                "nothing" => words.Contains("holds no command", StringComparison.Ordinal),
                var meant => WildReplies.Expected(meant) == WildReplies.Told(words),
            };
            Assert.True(isRight, $"{mail.Name}: meant {mail.Meant}, understood {words}");
        }))]);
    }

    [Fact]
    public void A_line_of_the_digest_by_itself_is_the_writers_own()
    {
        var digest = new QuotedDigest([Fixture("digest.txt")]);
        Assert.Equal([false, false, false], digest.Find(["tag 1 vip", "", "something else"]));
        Assert.Equal([true, false, true], digest.Find(["> due today, 16:30", "", ">> tag 1 vip"]));
    }

    [Fact]
    public void No_line_of_a_digest_reads_as_a_command()
    {
        var grammar = new ReplyGrammar(Some.Office, Instant.FromUtc(2026, 3, 4, 9, 0), Wording.In(Language.English));
        var files = Directory
            .GetFiles(Path.Combine(Here(), "..", "Digests"), "*.txt", SearchOption.AllDirectories)
            .Where(file => file.Contains("Approved", StringComparison.Ordinal))
            .ToList();
        Assert.True(files.Count > 10, $"there are {files.Count}");
        var lines = files
            .SelectMany(File.ReadAllLines)
            .Concat(Wording.All.SelectMany(words => words.Answers.Examples))
            .Select(line => QuoteMark().Replace(line, ""))
            .Distinct();
        Assert.DoesNotContain(lines, line => grammar.Read(line).Lines.Count + grammar.Read(line).Refused.Count > 0);
    }

    /// <summary>The company, whose ledger holds the digest of the fixtures as what Ana was sent.</summary>
    private async Task<AnsweringCompany> Quoting()
    {
        var company = await AnsweringCompany.CreateCopy(sent);
        var bytes = MailWriter.Write(
            new OutgoingMail
            {
                Date = new OffsetDateTime(new LocalDateTime(2026, 3, 4, 8, 30), Offset.Zero),
                From = new Mailbox("CrmSync", "crmsync@bright.example"),
                To = [new Mailbox("Ana Duarte", "ana@bright.example")],
                Subject = "3 overdue - Ana, Wed 4 March",
                MessageId = sent.MessageId,
                Text = Fixture("digest.txt"),
                Html = $"<html><body>{Fixture("digest.html")}</body></html>",
            });
        await using var connection = new SqliteConnection($"Data Source={company.DatabaseFile};Pooling=False");
        Assert.Equal(
            1,
            await connection.ExecuteAsync("update digest set bytes = @bytes where message_id = @id", new { bytes, id = sent.MessageId }));
        Assert.Equal(3, (await new ToldItems(company.Program.Database).ReadItems(sent.MessageId, default)).Count(item => item.Key <= 3));
        return company;
    }

    private static string Fixture(string name) => File.ReadAllText(Path.Combine(Here(), "..", "..", "Fixtures", "Quoted", name));

    private static string Here([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;

    [GeneratedRegex(@"^[\s>]+", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex QuoteMark();
}
