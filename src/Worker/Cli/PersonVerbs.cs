using System.CommandLine;
using System.Globalization;
using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Storage;
using CrmSync.Storage.Pages;
using CrmSync.Storage.Privacy;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Printing;
using NodaTime;

namespace CrmSync.Worker.Cli;

/// <summary><c>forget</c> and <c>export</c>: the rights of the people in the log (policy-language.md section 5).</summary>
internal sealed class PersonVerbs(
    Erasure erasure,
    PersonExport export,
    ContactDatabase database,
    OrganisationLog log,
    AccountSources accounts,
    AuditTrail audit,
    PolicyInForce policy,
    LoadedConfiguration configuration)
{
    /// <summary>A mail is handed over within seconds; a slow server may take a minute for several.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly Argument<string> Address = new("ADDRESS")
    {
        Description = "The person; aliases of the policy's contacts belong to them.",
    };

    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Count what would be erased; erase nothing." };

    private static readonly Option<bool> Undo = new("--undo")
    {
        Description = "Keep from now on what is read of the person. What was erased does not come back.",
    };

    private static readonly Option<bool> Compact = new("--compact")
    {
        Description = "Write the tables of PostgreSQL anew, so that its files hold nothing either; nobody else can use them meanwhile.",
    };

    public static Command CreateForget() =>
        new Command("forget", "Erase a person, and keep them erased.")
        {
            Address,
            DryRun,
            Undo,
            Compact,
            CommonOptions.Format,
            CommonOptions.Now,
        }.Does<PersonVerbs>((verb, parsed, ct) => verb.Forget(parsed, ct));

    public static Command CreateExport() =>
        new Command("export", "Everything held about a person, as JSON.") { Address, CommonOptions.Now }
            .Reads<PersonVerbs>((verb, parsed, ct) => verb.Export(parsed, ct));

    private async Task<int> Forget(ParseResult parsed, CancellationToken ct)
    {
        if (new[] { DryRun, Undo, Compact }.Count(parsed.GetValue) > 1)
            throw new UsageException("--dry-run, --undo and --compact exclude each other");

        var now = parsed.ReadNow();
        var person = await FindPerson(parsed.GetValue(Address)!, now, ct);
        var classifier = new Classifier(configuration.Policy);
        if (person.Addresses.FirstOrDefault(classifier.Ours.Contains) is { } ours)
            throw new UsageException($"{ours} is one of us; only people outside can be erased");

        if (parsed.GetValue(Undo))
            return await Lift(person, now, ct);

        var merge = MeetingHarvest.MergeFor(ReadingRules.From(configuration.Policy));
        var knownAs = await erasure.KnownAs(person, ct);
        var told = (await export.Read(person, ct)).OwnMails.Where(mail => mail.SentAt is not null).ToList();
        ErasureReport report;
        if (parsed.GetValue(DryRun))
        {
            report = new ErasureReport(person, await erasure.Rehearse(person, classifier, merge, now, ct))
            {
                IsRehearsal = true,
                Found = await erasure.Search(person, knownAs, ct),
            };
        }
        else
        {
            var counts = await erasure.Forget(person, classifier, merge, now, Patience, ct);
            await ErasureFile.Save(database, ct);
            await Note("erased", null, now, ct);
            report = new ErasureReport(person, counts)
            {
                Files = await database.Compact(tables: parsed.GetValue(Compact), ct),
                Found = await erasure.Search(person, knownAs, ct),
            };
        }

        report = report with { CannotErase = Outside(person, knownAs, told.Count) };
        using var output = parsed.ReadOutput();
        report.Write(output);
        return report.IsClean ? CommandLine.Done : CommandLine.ProblemsFound;
    }

    private async Task<int> Lift(SomePerson person, Instant now, CancellationToken ct)
    {
        if (!await erasure.Lift(person, ct))
        {
            await Console.Error.WriteLineAsync($"crmsync: {person.Addresses[0]} was not erased");
            return CommandLine.ProblemsFound;
        }

        await ErasureFile.Save(database, ct);
        await Note("let be kept again", person.Addresses[0], now, ct);
        await Console.Error.WriteLineAsync(
            $"{person.Addresses[0]} may be kept again: the next harvest reads what was skipped since, and mails that still lie in the "
                + $"mailboxes. Notes and what else was erased do not come back"
        );
        return CommandLine.Done;
    }

    private async Task<int> Export(ParseResult parsed, CancellationToken ct)
    {
        var now = parsed.ReadNow();
        using var output = new Output(Console.OpenStandardOutput(), OutputFormat.Json, width: null);
        var person = await FindPerson(parsed.GetValue(Address)!, now, ct);
        var held = await export.Read(person, ct);
        await Note("exported", held.IsErased ? null : person.Addresses[0], now, ct);
        output.List([held], PersonFormat.At(now));
        return CommandLine.Done;
    }

    /// <summary>Keeps that the user of this machine did something.</summary>
    private Task Note(string what, EmailAddress? about, Instant now, CancellationToken ct) =>
        audit.Note(new AuditEntry(now, Environment.UserName, AuditWay.Verb, what, about?.Value), ct);

    /// <summary>Everything the policy says of whoever somebody asks for.</summary>
    private async Task<SomePerson> FindPerson(string text, Instant now, CancellationToken ct)
    {
        var known = configuration.Policy with { Directory = policy.Policy.Directory };
        IReadOnlyList<EmailAddress> addresses = [.. LogVerb.Addresses(text, known)];
        var evaluation = await log.Evaluate(known, addresses[0], now, ct);
        var items = evaluation.Items.Concat(evaluation.Observed).Select(item => (item.Id, item.Contact, item.About))
            .Concat(evaluation.Closed.Concat(evaluation.ObservedClosed).Select(item => (item.Id, item.Contact, item.About)));
        return new SomePerson(addresses)
        {
            Names =
            [
                .. configuration
                    .Policy.Contacts.Where(entry => addresses.Contains(entry.Primary))
                    .Select(entry => entry.Name)
                    .OfType<string>(),
            ],
            Telephones = [.. addresses.Where(address => address.IsTelephone).Select(address => address.Value["tel:".Length..])],
            Items =
            [
                .. items
                    .Where(item =>
                        (item.Contact is { } contact && addresses.Contains(contact))
                        || addresses.Any(address => address.Value == item.About))
                    .Select(item => item.Id)
                    .Distinct(),
            ],
        };
    }

    /// <summary>What lies outside of the database and is somebody else's to erase.</summary>
    private IReadOnlyList<string> Outside(SomePerson person, KnownAs knownAs, int sent)
    {
        var names = knownAs.Names.Where(name => name.Contains(' ', StringComparison.Ordinal)).ToList();
        var reading = PolicyFolder.Read(
            configuration.Folder,
            ReadingOptions.From(LocalDate.MaxIsoValue.PlusYears(-1), configuration.Settings));
        var lines = reading.Files.SelectMany(file =>
            file.Text.Split('\n')
                .Index()
                .Where(line =>
                    Mentions.AddressesIn(line.Item).Any(person.Addresses.Contains)
                    || names.Exists(name => line.Item.Contains(name, StringComparison.OrdinalIgnoreCase)))
                .Select(line =>
                    string.Create(CultureInfo.InvariantCulture, $"{file.Name}:{line.Index + 1}: take the person out of this line")));
        return
        [
            .. lines,
            $"mailboxes and calendars: "
                + $"{string.Join(", ", accounts.All.Select(account => account.Name))}",
            .. sent > 0 ? [$"{sent} mails of ours that named the person lie in the mailboxes of their readers"] : (string[])[],
            "backups of the database and of the mailboxes",
        ];
    }
}

/// <summary>What <c>forget</c> tells.</summary>
/// <param name="Person">Who.</param>
/// <param name="Counts">What was taken out.</param>
internal sealed record ErasureReport(SomePerson Person, ErasureCounts Counts)
{
    private const int MostPlaces = 20;

    /// <summary>Whether nothing was erased, only counted.</summary>
    public bool IsRehearsal { get; init; }

    /// <summary>Why the files of the database may still hold something, in words; null when they do not.</summary>
    public string? Files { get; init; }

    /// <summary>Where the person still stands in the database.</summary>
    public IReadOnlyList<Trace> Found { get; init; } = [];

    public IReadOnlyList<string> CannotErase { get; init; } = [];

    /// <summary>Lines of others may name somebody; nothing else may.</summary>
    public bool IsClean => IsRehearsal || Found.All(place => place.IsLine);

    public void Write(Output output)
    {
        if (output.Format == OutputFormat.Json)
        {
            output.List([this], Json);
            return;
        }

        output.Line(
            IsRehearsal
                ? $"{Person.Addresses[0]} would be erased; nothing is yet:"
                : $"{Person.Addresses[0]} is erased, and what is read, said or noted later leaves them out:");
        output.Line(
            $"  {Counts.Removed} lines removed, {Counts.Reduced} lines of others without them, {Counts.Renamed} ids that held their name");
        output.Line(
            $"  {Counts.Mails} digests and answers emptied, {Counts.CommandMails} mails to the command mailbox emptied, {Counts.Others} "
                + $"other places"
        );
        if (Files is not null)
            output.Line(Files);

        Places(output, "Lines of others that still name them:", Found.Where(place => place.IsLine).Select(place => place.Key));
        if (!IsRehearsal)
            Places(
                output,
                "Other places that still name them; please report this:",
                Found.Where(place => !place.IsLine).Select(place => $"{place.Table}.{place.Column} of {place.Key}"));

        Places(output, "Not in the database, so not erased by this:", CannotErase);
    }

    private static void Places(Output output, string title, IEnumerable<string> places)
    {
        var all = places.Distinct(StringComparer.Ordinal).ToList();
        if (all.Count == 0)
            return;

        output.Line(title);
        foreach (var place in all.Take(MostPlaces))
            output.Line("  " + place);

        if (all.Count > MostPlaces)
            output.Line(string.Create(CultureInfo.InvariantCulture, $"  and {all.Count - MostPlaces} more; --format json lists all"));
    }

    private static ListFormat<ErasureReport> Json { get; } =
        new(
            (json, report) =>
            {
                json.Write("addresses", report.Person.Addresses.Select(address => address.Value));
                json.WriteBoolean("dry_run", report.IsRehearsal);
                json.WriteNumber("removed", report.Counts.Removed);
                json.WriteNumber("reduced", report.Counts.Reduced);
                json.WriteNumber("renamed", report.Counts.Renamed);
                json.WriteNumber("mails", report.Counts.Mails);
                json.WriteNumber("command_mails", report.Counts.CommandMails);
                json.WriteNumber("others", report.Counts.Others);
                json.WriteString("files", report.Files);
                json.Write(
                    "lines_that_name_them",
                    report.Found.Where(place => place.IsLine).Select(place => place.Key).Distinct(StringComparer.Ordinal));
                json.WriteStartArray("other_places");
                foreach (var place in report.Found.Where(place => !place.IsLine))
                {
                    json.WriteStartObject();
                    json.WriteString("table", place.Table);
                    json.WriteString("column", place.Column);
                    json.WriteString("row", place.Key);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.Write("cannot_erase", report.CannotErase);
            });
}
