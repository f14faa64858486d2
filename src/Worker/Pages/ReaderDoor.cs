using System.Globalization;
using System.Security.Cryptography;
using CrmSync.Domain.Commands;
using CrmSync.Domain.Company;
using CrmSync.Domain.Languages;
using CrmSync.Storage.Pages;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Digests;
using CrmSync.Worker.PolicyFiles;
using NodaTime;

namespace CrmSync.Worker.Pages;

/// <summary>
/// Who may come in. A link alone opens nothing, because digests are forwarded: a code goes to the mailbox of the reader the link was
/// written for, and the browser in which it is entered is let in for 30 days, as long as that reader is one of us.
/// </summary>
internal sealed class ReaderDoor(
    PolicyInForce policy,
    CrmSyncConfiguration configuration,
    ReaderSessions sessions,
    ReaderFeeds feeds,
    DigestDispatch dispatch)
{
    private const int Million = 1_000_000;

    private readonly CommandTokens? tokens = configuration.Delivery?.Commands?.CreateTokens();

    /// <summary>A new secret for a browser to keep.</summary>
    public static string CreateSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>Who is let in with what a browser keeps; null when nobody is. Whoever has left is let in no more, in no browser.</summary>
    public async Task<Person?> Find(string? session, Instant now, CancellationToken ct)
    {
        if (session is null || await sessions.Reader(session, now, ct) is not { } id)
            return null;

        if (Present(id, now) is { } reader)
            return reader;

        await sessions.CloseAll(id, ct);
        return null;
    }

    /// <summary>Whose calendar is asked for; null when it is nobody's, or of somebody who has left.</summary>
    public async Task<Person?> FindByFeed(string token, Instant now, CancellationToken ct) =>
        await feeds.Reader(token, ct) is { } id ? Present(id, now) : null;

    /// <summary>Whom a link was written for, or why it opens nothing.</summary>
    public LinkAnswer Read(string token, Instant now)
    {
        if (tokens is null)
            return new LinkAnswer(null, door => door.NoLinksHere);

        var answer = tokens.ReadPages(token, Today(now));
        return answer.Reader is not { } id
            ? new LinkAnswer(
                null,
                door => answer.Age is { } age ? door.LinkIsTooOld(age, CommandTokens.ValidDays) : door.LinkWasChanged)
            : Present(id, now) is { } reader ? new LinkAnswer(reader, null)
            : new LinkAnswer(null, door => door.ReaderHasLeft);
    }

    /// <summary>Mails a code; false when the reader got too many already.</summary>
    /// <param name="reader">Whom to.</param>
    /// <param name="secret">What the browser keeps in which it is to be entered.</param>
    /// <param name="now">The moment.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<bool> MailCode(Person reader, string secret, Instant now, CancellationToken ct)
    {
        var code = RandomNumberGenerator.GetInt32(Million).ToString("D6", CultureInfo.InvariantCulture);
        if (!await sessions.KeepCode(reader.Id, secret, code, now, ct))
            return false;

        await dispatch.MailCode(reader, code, now, ct);
        return true;
    }

    /// <summary>Tries a code that was entered; spaces in it do not matter.</summary>
    /// <param name="reader">Whom the link was written for.</param>
    /// <param name="secret">What the browser keeps that asked for it.</param>
    /// <param name="code">As entered.</param>
    /// <param name="session">What the browser keeps from then on.</param>
    /// <param name="now">The moment.</param>
    /// <param name="ct">Cancels.</param>
    public Task<CodeAnswer> Enter(Person reader, string secret, string code, string session, Instant now, CancellationToken ct) =>
        sessions.Enter(secret, string.Concat(code.Where(char.IsAsciiDigit)), reader.Id, session, now, ct);

    /// <summary>Lets a browser in no more.</summary>
    public Task Leave(string session, CancellationToken ct) => sessions.Close(session, ct);

    /// <summary>One of us who has not left.</summary>
    private Person? Present(string id, Instant now) =>
        policy.Policy.People.FirstOrDefault(person => person.Id == id && !(person.Left <= Today(now)));

    private LocalDate Today(Instant now) => now.InZone(policy.Policy.DefaultCalendar.Zone).Date;
}

/// <summary>Whom a link was written for.</summary>
/// <param name="Reader">Null when it opens nothing.</param>
/// <param name="Refused">Why it opens nothing, in the words of a language.</param>
internal sealed record LinkAnswer(Person? Reader, Func<IDoorPhrases, string>? Refused);
