using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Storage.Digests;
using CrmSync.Storage.Directories;
using CrmSync.Storage.Log;
using NodaTime;

namespace CrmSync.Storage.Privacy;

/// <summary>Everything held about one person.</summary>
public sealed record PersonRecord
{
    public required IReadOnlyList<EmailAddress> Addresses { get; init; }

    /// <summary>Names and telephone numbers they are known by.</summary>
    public required KnownAs KnownAs { get; init; }

    public bool IsErased { get; init; }

    /// <summary>
    /// Every line with them in it or about them, oldest first: mails, meetings, commands and notes, and mails of others that name them.
    /// </summary>
    public required IReadOnlyList<Interaction> Lines { get; init; }

    /// <summary>What else is kept of these lines, by id: headers and references, as stored.</summary>
    public required IReadOnlyDictionary<string, string> Facts { get; init; }

    /// <summary>Where the lines open in a mailbox, by the id of the line.</summary>
    public required IReadOnlyList<HeldLink> WebLinks { get; init; }

    /// <summary>Mails of ours that named them.</summary>
    public required IReadOnlyList<HeldMail> OwnMails { get; init; }

    public required IReadOnlyList<HeldCommandMail> CommandMails { get; init; }

    public required IReadOnlyList<HeldBounce> Bounces { get; init; }

    public required IReadOnlyList<HeldItem> Quarantine { get; init; }

    public required IReadOnlyList<ContactCard> Cards { get; init; }

    /// <summary>What directories say of them.</summary>
    public required IReadOnlyList<DirectoryCard> Directories { get; init; }

    /// <summary>What calendars and invitations say of their meetings, as stored.</summary>
    public required IReadOnlyList<string> Calendars { get; init; }

    /// <summary>Who was told which step of an item about them, outside of digests.</summary>
    public required IReadOnlyList<HeldNotification> Notifications { get; init; }

    /// <summary>Who looked at or exported what is held about them.</summary>
    public required IReadOnlyList<HeldView> Views { get; init; }
}

/// <summary>Where one copy of a mail opens in a browser.</summary>
public sealed record HeldLink(string Line, string Account, string Link);

/// <summary>A mail of ours that named somebody.</summary>
/// <param name="MessageId">Its Message-ID.</param>
/// <param name="Digest">The name of the digest, <c>immediate</c> or <c>answer</c>.</param>
/// <param name="Reader">The id of whom it was for.</param>
/// <param name="Occasion">Its date, or what it was about.</param>
/// <param name="State">How far it came.</param>
/// <param name="DueAt">When it was due.</param>
/// <param name="SentAt">When it left, or null.</param>
/// <param name="Text">What it says as far as it is kept.</param>
public sealed record HeldMail(
    string MessageId,
    string Digest,
    string Reader,
    string Occasion,
    LedgerState State,
    Instant DueAt,
    Instant? SentAt,
    string? Text);

/// <summary>A mail to the command mailbox that spoke of somebody, and what came of it.</summary>
public sealed record HeldCommandMail
{
    public required string Id { get; init; }

    public Instant ArrivedAt { get; init; }

    public string? Sender { get; init; }

    public int State { get; init; }

    public string? Words { get; init; }

    public string? Mail { get; init; }

    public string? Answer { get; init; }
}

/// <summary>A report that a mail did not reach somebody.</summary>
/// <param name="Address">The address it did not reach.</param>
/// <param name="Report">The id of the line of the report.</param>
public sealed record HeldBounce(string Address, string Report);

/// <summary>An item that could not be read and whose place or trouble names somebody.</summary>
public sealed record HeldItem
{
    public required string Account { get; init; }

    public required string Key { get; init; }

    public string? Place { get; init; }

    public string? Reason { get; init; }
}

/// <summary>A step of an item somebody was told of.</summary>
public sealed record HeldNotification
{
    public required string Item { get; init; }

    public required string Step { get; init; }

    public required string Reader { get; init; }

    public Instant SentAt { get; init; }
}

/// <summary>That somebody looked at or exported what is held about somebody.</summary>
public sealed record HeldView
{
    public Instant At { get; init; }

    public required string Who { get; init; }

    public required string Way { get; init; }

    public required string What { get; init; }
}

/// <summary>Tells what is held about a person.</summary>
/// <param name="database">The database.</param>
/// <param name="log">The lines.</param>
/// <param name="textOfMail">What a mail that is kept as bytes says.</param>
public sealed class PersonExport(ContactDatabase database, ContactLog log, Func<byte[], string> textOfMail)
{
    public async Task<PersonRecord> Read(SomePerson person, CancellationToken ct)
    {
        var held = await database.Write(scope => Held(scope, person), ct);
        var lines = new Dictionary<string, Interaction>(StringComparer.Ordinal);
        foreach (var filter in new[] { new LogFilter { With = person.Addresses }, new LogFilter { Ids = [.. held.Facts.Keys] } })
        {
            await foreach (var line in log.Read(filter, ct))
                lines[line.Id] = line;
        }

        return held with
        {
            Lines = [.. lines.Values.OrderBy(line => line.At).ThenBy(line => line.Id, StringComparer.Ordinal)],
            Facts = held.Facts.Where(fact => fact.Value.Length > 0).ToDictionary(StringComparer.Ordinal),
        };
    }

    /// <summary>Everything but the lines, of which only the ids are there, with their facts or an empty text.</summary>
    private async Task<PersonRecord> Held(WriteScope scope, SomePerson person)
    {
        var words = await PersonTraces.Words(scope, person);
        var people = scope.Engine.List([.. person.Addresses.Select(address => address.Value)]);
        var erased = await ErasedPeople.Load(scope);
        long[] numbers =
        [
            .. await PersonTraces.Mails(scope, words),
            .. (await PersonTraces.Commands(scope))
                .Where(row => PersonTraces.IsAbout(row.Line, person.Addresses))
                .Select(row => row.Number),
        ];
        var facts = await scope.Query<(string Id, string? Facts)>(
            $"select id, facts from interaction where {scope.Engine.AnyOf("number", "@numbers")}",
            new { numbers = scope.Engine.List(numbers) });
        var mails = await PersonTraces.OwnMails(scope, words, person.Items, textOfMail);
        var commandMails = scope.Engine.List([.. (await PersonTraces.CommandMails(scope, words)).Select(mail => mail.Id)]);
        var items = scope.Engine.List([.. (await PersonTraces.Items(scope, words)).Select(item => item.Number)]);
        return new PersonRecord
        {
            Addresses = person.Addresses,
            KnownAs = new KnownAs(words.Names, words.Telephones),
            IsErased = person.Addresses.Any(erased.Contains),
            Lines = [],
            Facts = facts.ToDictionary(fact => fact.Id, fact => fact.Facts ?? "", StringComparer.Ordinal),
            WebLinks =
            [
                .. (
                    await scope.Query<(string Line, string Account, string Link)>(
                        $"""
                        select i.id, a.name, r.web_link
                          from remote_item r
                          join interaction i on i.number = r.interaction
                          join account a on a.number = r.account
                         where {scope.Engine.AnyOf("r.interaction", "@numbers")} and r.web_link is not null
                         order by r.number
                        """,
                        new { numbers = scope.Engine.List(numbers) })).Select(row => new HeldLink(row.Line, row.Account, row.Link)),
            ],
            OwnMails =
            [
                .. mails
                    .Select(mail => new HeldMail(
                        mail.MessageId,
                        mail.Digest,
                        mail.Reader,
                        mail.Occasion,
                        mail.State,
                        mail.DueAt,
                        mail.SentAt,
                        mail.Text))
                    .OrderBy(mail => mail.DueAt),
            ],
            CommandMails =
            [
                .. await scope.Query<HeldCommandMail>(
                    $"select id, arrived_at, sender, state, words, mail, answer from command_mail where "
                        + $"{scope.Engine.AnyOf("id", "@commandMails")} order by arrived_at, id",
                    new { commandMails }),
            ],
            Bounces =
            [
                .. (
                    await scope.Query<(string Address, string Report)>(
                        $"select b.address, i.id from bounce b join interaction i on i.number = b.interaction where "
                            + $"{scope.Engine.AnyOf("b.address", "@people")} order by i.at",
                        new { people })).Select(bounce => new HeldBounce(bounce.Address, bounce.Report)),
            ],
            Quarantine =
            [
                .. await scope.Query<HeldItem>(
                    $"""
                    select a.name as account, i.item_key as key, i.place, i.reason
                      from remote_item i
                      join account a on a.number = i.account
                     where {scope.Engine.AnyOf("i.number", "@items")}
                     order by i.number
                    """,
                    new { items }),
            ],
            Cards =
            [
                .. (
                    await scope.Query<(string Address, string Contact, string? Name, string? Organisation, string? Owner)>(
                        $"select address, contact, name, organisation, owner from contact_alias where "
                            + $"{scope.Engine.AnyOf("address", "@people")} or {scope.Engine.AnyOf("contact", "@people")}",
                        new { people })).Select(card => new ContactCard(
                    EmailAddress.Parse(card.Address),
                    EmailAddress.Parse(card.Contact),
                    card.Name,
                    card.Organisation,
                    card.Owner)),
            ],
            Directories = await DirectoryCards.About(scope, person.Addresses),
            Calendars =
            [
                .. (await PersonTraces.Copies(scope, words)).Select(row => row.Copy),
                .. (await PersonTraces.Messages(scope, words)).Select(row => row.Message),
            ],
            Notifications =
            [
                .. await scope.Query<HeldNotification>(
                    $"select item, step, reader, sent_at from notification where {scope.Engine.AnyOf("item", "@told")} order by sent_at",
                    new { told = scope.Engine.List(person.Items) }),
            ],
            Views =
            [
                .. await scope.Query<HeldView>(
                    $"select at, who, way, what from audit where {scope.Engine.AnyOf("about", "@people")} order by at, number",
                    new { people }),
            ],
        };
    }
}
