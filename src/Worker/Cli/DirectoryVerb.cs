using System.CommandLine;
using CrmSync.Domain.Digests;
using CrmSync.Storage.Log;
using CrmSync.Storage.Pages;
using CrmSync.Worker.Directories;
using CrmSync.Worker.Harvest;

namespace CrmSync.Worker.Cli;

/// <summary><c>directory export</c>: the people we know, so that nobody is locked in.</summary>
internal sealed class DirectoryVerb(UnitLook look, ContactLog log, AuditTrail audit)
{
    private const string Csv = "csv";
    private const string Vcard = "vcard";

    private static readonly Option<string> Format = CreateFormat();

    public static Command Create() => new("directory", "The people we know.")
    {
        new Command("export", "Write the people we know as a table or as cards, for other programs and for `directories`.")
        {
            Format,
            CommonOptions.Now,
        }.Reads<DirectoryVerb>((verb, parsed, ct) => verb.Export(parsed, ct)),
    };

    private async Task<int> Export(ParseResult parsed, CancellationToken ct)
    {
        var now = parsed.ReadNow();
        var (policy, contacts) = await look.ReadContacts(now, ct);
        var signed = await log.Names([.. contacts.SelectMany(contact => contact.Addresses)], now, ct);
        var names = new PeopleBook(policy, [], now, signed);
        var people = contacts.Select(contact => ExportedPerson.From(contact, names.FindName(contact.Primary)));
        await audit.Note(new AuditEntry(now, Environment.UserName, AuditWay.Verb, "exported", "everybody"), ct);
        await using var output = Console.OpenStandardOutput();
        if (parsed.GetValue(Format) == Vcard)
            await PeopleExport.WriteVcard(output, people, ct);
        else
            await PeopleExport.WriteCsv(output, people, ct);

        return CommandLine.Done;
    }

    private static Option<string> CreateFormat()
    {
        var format = new Option<string>("--format")
        {
            Description = "csv: a table; vcard: cards of vCard 4.0.",
            HelpName = $"{Csv}|{Vcard}",
            DefaultValueFactory = _ => Csv,
        };
        format.AcceptOnlyFromAmong(Csv, Vcard);
        return format;
    }
}
