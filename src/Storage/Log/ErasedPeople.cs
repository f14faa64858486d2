using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;

namespace CrmSync.Storage.Log;

/// <summary>What a hash of <see cref="ErasedPeople"/> was made from. The numbers are in the database.</summary>
internal enum MarkKind
{
    Address = 0,

    /// <summary>What stands before the @: mail programs write it into Message-IDs and UIDs.</summary>
    LocalPart = 1,

    Telephone = 2,
}

/// <summary>
/// The salted hashes of people who were erased, and what is left of a mail, a meeting or a command without them: so that nothing that is
/// read, said or written later brings them back.
/// </summary>
public sealed class ErasedPeople
{
    /// <summary>Why an item was skipped; <c>status</c> counts them.</summary>
    public const string Reason = "about a person who was erased";

    /// <summary>Takes the place of an address in a text that is kept otherwise.</summary>
    internal const string Placeholder = "(erased)";

    /// <summary>
    /// How a Message-ID or UID begins that held somebody's name. It stays the same for the same id, so that threads and series hold
    /// together.
    /// </summary>
    private const string Pseudonym = "erased-";

    private const string Erasures = "erasures";
    private const int ShortestLocalPart = 3;
    private const int MostWords = 6;
    private const int LongestId = 998;

    private readonly HashSet<string> addresses;
    private readonly HashSet<string> localParts;
    private readonly HashSet<string> telephones;
    private readonly HashSet<int> lengths;
    private readonly byte[] salt;

    private ErasedPeople(ILookup<MarkKind, string> marks, byte[] salt)
    {
        addresses = marks[MarkKind.Address].ToHashSet(StringComparer.Ordinal);
        localParts = marks[MarkKind.LocalPart].ToHashSet(StringComparer.Ordinal);
        telephones = marks[MarkKind.Telephone].ToHashSet(StringComparer.Ordinal);
        lengths = [.. localParts.Select(mark => int.Parse(mark.AsSpan(0, 3), NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
        this.salt = salt;
    }

    /// <summary>Whether nobody was ever erased: then nothing costs anything.</summary>
    public bool IsEmpty => addresses.Count == 0 && telephones.Count == 0;

    /// <summary>Those erased up to now.</summary>
    public static Task<ErasedPeople> Load(ContactDatabase database, CancellationToken ct) => database.Write(Load, ct);

    /// <summary>
    /// How often somebody was erased, or an erasure was lifted: what was read when it was less may name people who are erased now.
    /// </summary>
    public static async Task<long> Count(ContactDatabase database, CancellationToken ct) =>
        Parse(await new Settings(database).Get(Erasures, ct));

    internal static async Task<long> Count(WriteScope scope) =>
        Parse((await scope.Query<string>("select value from meta where name = @Erasures", new { Erasures })).SingleOrDefault());

    /// <summary>Says that what was read before may name somebody who is erased, or leave out somebody who is not.</summary>
    internal static async Task Note(WriteScope scope)
    {
        var value = (await Count(scope) + 1).ToString(CultureInfo.InvariantCulture);
        await scope.Execute(
            "insert into meta (name, value) values (@Erasures, @value) on conflict (name) do update set value = excluded.value",
            new { Erasures, value });
    }

    internal static async Task<ErasedPeople> Load(WriteScope scope)
    {
        var marks = (await scope.Query<(int Kind, string Mark)>("select kind, mark from erasure")).ToLookup(
            row => (MarkKind)row.Kind,
            row => row.Mark);
        return new ErasedPeople(marks, marks.Count == 0 ? [] : await Salt(scope));
    }

    /// <summary>The salt of this installation, made when it is first asked for.</summary>
    internal static async Task<byte[]> Salt(WriteScope scope)
    {
        await scope.Execute(
            "insert into meta (name, value) values ('erasure salt', @fresh) on conflict (name) do nothing",
            new { fresh = Convert.ToHexString(RandomNumberGenerator.GetBytes(16)) });
        return Convert.FromHexString(await scope.One<string>("select value from meta where name = 'erasure salt'"));
    }

    internal static string Mark(byte[] salt, EmailAddress address) => Hash(salt, address.Value);

    /// <summary>Every mark an address may have: before its spellings were one person, that of the wire had a mark of its own.</summary>
    internal static IEnumerable<string> Marks(byte[] salt, EmailAddress address) =>
        address.Wire == address.Value ? [Mark(salt, address)] : [Mark(salt, address), Hash(salt, address.Wire)];

    /// <summary>The mark of what stands before the @; null when it is too short to tell anybody from anything.</summary>
    internal static string? LocalPartMark(byte[] salt, EmailAddress address)
    {
        var name = Trimmed(address.LocalPart);
        return name.Length < ShortestLocalPart ? null : LocalPartMark(salt, name);
    }

    /// <summary>The mark of a telephone number as <see cref="Mentions.Telephone"/> writes it.</summary>
    internal static string TelephoneMark(byte[] salt, string telephone) => Hash(salt, "tel:" + telephone);

    public bool Contains(EmailAddress address) => addresses.Count > 0 && Marks(salt, address).Any(addresses.Contains);

    /// <summary>Whether an address or a telephone number of theirs stands in a text.</summary>
    public bool IsNamedIn(string? text) =>
        !IsEmpty
        && text is not null
        && (
            Mentions.AddressesIn(text).Any(Contains)
            || (telephones.Count > 0 && Mentions.TelephonesIn(text).Any(number => telephones.Contains(TelephoneMark(salt, number)))));

    /// <summary>The text without their addresses.</summary>
    public string? WithoutAddresses(string? text) => IsEmpty || text is null ? text : Mentions.Replace(text, Contains, Placeholder);

    /// <summary>A Message-ID or UID, or what takes its place when it holds an address or a name of theirs.</summary>
    public string? Id(string? id)
    {
        if (IsEmpty || id is null || id.Length > LongestId || id.StartsWith(Pseudonym, StringComparison.Ordinal) || !Holds(id))
            return id;

        return Pseudonym + Hash(salt, "id:" + id.ToLowerInvariant())[..24].ToLowerInvariant();
    }

    /// <summary>The name of a series of meetings as it is kept: see <see cref="MeetingKey.Series"/>.</summary>
    public string Series(string series)
    {
        if (IsEmpty)
            return series;

        // A short UID stands before the address of the organiser.
        var space = series.IndexOf(' ', StringComparison.Ordinal);
        return space < 0
            ? Id(series)!
            : MeetingKey.Series(
                Id(series[..space])!,
                EmailAddress.TryParse(series[(space + 1)..], out var organizer) && !Contains(organizer) ? organizer : null);
    }

    /// <summary>
    /// The copy of a meeting without erased people: it keeps the others and its time, and loses its title. Null when nobody else outside
    /// takes part.
    /// </summary>
    /// <param name="copy">The copy.</param>
    /// <param name="ours">Who is ours.</param>
    public MeetingCopy? Without(MeetingCopy copy, InternalAddresses ours)
    {
        if (IsEmpty)
            return copy;

        var organizer = copy.Organizer is { } caller && Contains(caller.Address) ? null : copy.Organizer;
        Invitee[] invitees = [.. copy.Invitees.Where(i => !Contains(i.Address))];
        var took = (organizer is null) != (copy.Organizer is null) || invitees.Length < copy.Invitees.Count;
        var named = took || IsNamedIn(copy.Subject);
        if (took && invitees.All(i => i.Room || ours.Contains(i.Address)) && (organizer is null || ours.Contains(organizer.Address)))
            return null;

        var uid = Id(copy.Uid)!;
        return !named && uid == copy.Uid
            ? copy
            : copy with
            {
                Uid = uid,
                Name = copy.Name ?? MeetingKey.Name(copy.Key.Uid),
                Organizer = organizer,
                Invitees = invitees,
                Subject = named ? null : copy.Subject,
            };
    }

    /// <summary>The message without erased people; null when one of them wrote it, or when it is about nobody else outside.</summary>
    /// <param name="mail">The message.</param>
    /// <param name="ours">Who is ours.</param>
    public InvitationMail? Without(InvitationMail mail, InternalAddresses ours)
    {
        if (IsEmpty)
            return mail;

        if (mail.Senders.Any(Contains) || (mail.DelegatedFrom is { } handedOn && Contains(handedOn)))
            return null;

        var organizer = mail.Organizer is { } caller && Contains(caller.Address) ? null : mail.Organizer;
        Invitee[] invitees = [.. mail.Invitees.Where(i => !Contains(i.Address))];
        MeetingCopy[] meetings = [.. mail.Meetings.Select(copy => Without(copy, ours)).OfType<MeetingCopy>()];
        var took =
            (organizer is null) != (mail.Organizer is null)
            || invitees.Length < mail.Invitees.Count
            || meetings.Length < mail.Meetings.Count;
        var others = mail
            .Senders.Concat(invitees.Where(i => !i.Room).Select(i => i.Address))
            .Concat(organizer is null ? [] : [organizer.Address]);
        if (took && (others.All(ours.Contains) || (mail.Meetings.Count > 0 && meetings.Length == 0)))
            return null;

        var uid = Id(mail.Uid)!;
        return
            !took
            && uid == mail.Uid
            && (mail.SentBy is null || !Contains(mail.SentBy))
            && meetings.SequenceEqual(mail.Meetings, ReferenceEqualityComparer.Instance)
            ? mail
            : mail with
            {
                Uid = uid,
                Organizer = organizer,
                SentBy = mail.SentBy is { } sentBy && Contains(sentBy) ? null : mail.SentBy,
                Invitees = invitees,
                Meetings = meetings,
            };
    }

    /// <summary>
    /// The line without erased people. Somebody else's mail keeps the others and loses subject and text, which may speak of them; their own
    /// mail, mail with nobody else outside, and a report about mail to them alone is null.
    /// </summary>
    /// <param name="line">The line.</param>
    /// <param name="classifier">Knows who is ours.</param>
    public MailLine? Without(MailLine line, Classifier classifier)
    {
        if (IsEmpty)
            return line;

        MailParticipant[] others = [.. line.Participants.Where(p => !Contains(p.Address))];
        MailParticipant[] some = [.. line.NamedInSome.Where(p => !Contains(p.Address))];
        var took = others.Length < line.Participants.Count || some.Length < line.NamedInSome.Count;
        if (took && (line.From is not { } from || Contains(from) || Array.TrueForAll(others, p => classifier.Ours.Contains(p.Address))))
            return null;

        EmailAddress[] failed = line.Report is { } report ? [.. report.Failed.Where(a => !Contains(a))] : [];
        var failedBefore = line.Report?.Failed.Count ?? 0;
        if (failedBefore > 0 && failed.Length == 0)
            return null;

        var headers = line
            .Headers.Where(h => !IsNamedIn(h.Value) && !(took && h.Key is "delivered-to" or "x-original-to"))
            .ToDictionary(h => h.Key, h => h.Value, StringComparer.Ordinal);
        var sender = line.Sender is { } sent && Contains(sent) ? null : line.Sender;
        var isNamed =
            took
            || failed.Length < failedBefore
            || headers.Count < line.Headers.Count
            || sender != line.Sender
            || IsNamedIn(line.Subject)
            || IsNamedIn(line.Text)
            || others.Concat(some).Any(p => IsNamedIn(p.Name))
            || line.Learned.People.Any(Contains)
            || line.Learned.Words.Any(IsNamedIn);
        return isNamed || HoldsAny(line)
            ? line with
            {
                Identities = [.. line.Identities.Select(i => i with { MessageId = Id(i.MessageId) })],
                Participants = isNamed ? [.. others.Select(p => IsNamedIn(p.Name) ? p with { Name = null } : p)] : line.Participants,
                NamedInSome = isNamed ? [.. some.Select(p => p with { Name = null })] : line.NamedInSome,
                Sender = sender,
                InReplyTo = Id(line.InReplyTo),
                References = [.. line.References.Select(id => Id(id)!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
                Subject = isNamed ? null : line.Subject,
                Text = isNamed ? null : line.Text,
                OwnTextKept = isNamed ? KeptText.None : line.OwnTextKept,
                Learned = isNamed ? Learned.Nothing : line.Learned,
                Headers = headers,
                Report = line.Report is { } told ? new ReportFacts(Id(told.OfMessageId), failed) : null,
            }
            : line;
    }

    /// <summary>
    /// What a directory says, without erased people: null where it speaks of one of them. A telephone of theirs may be that of a colleague,
    /// too, who keeps the rest.
    /// </summary>
    public DirectoryCard? Without(DirectoryCard card)
    {
        if (IsEmpty)
            return card;

        CardTelephone[] kept = [.. card.Telephones.Where(telephone => !IsNamedIn(telephone.Number))];
        return
            card.Addresses.Any(Contains) || (card.Addresses.Count == 0 && kept.Length < card.Telephones.Count) ? null
            : kept.Length == card.Telephones.Count ? card
            : card with { Telephones = kept };
    }

    /// <summary>The command without erased people: null when it is about one of them, without its words when these name one.</summary>
    public Interaction? Without(Interaction line)
    {
        if (IsEmpty || line.Command is not { } command)
            return line;

        if (
            (command.Contact is { } contact && Contains(contact))
            || (command.Other is { } other && Contains(other))
            || (EmailAddress.TryParseContact(command.About, out var about) && Contains(about)))
            return null;

        return IsNamedIn(command.Text) ? line with { Command = command with { Text = null } } : line;
    }

    private bool HoldsAny(MailLine line) =>
        line.Identities.Any(i => Id(i.MessageId) != i.MessageId)
        || Id(line.InReplyTo) != line.InReplyTo
        || line.References.Any(id => Id(id) != id)
        || (line.Report is { OfMessageId: { } of } && Id(of) != of);

    /// <summary>Whether an id holds an address, or a run of its words is what stood before the @ of one.</summary>
    private bool Holds(string id)
    {
        if (Mentions.AddressesIn(id).Any(Contains))
            return true;

        if (localParts.Count == 0)
            return false;

        var at = id.LastIndexOf('@');
        var name = (at < 0 ? id : id[..at]).ToLowerInvariant();
        var words = Words(name);
        for (var first = 0; first < words.Count; first++)
        {
            for (var last = first; last < words.Count && last < first + MostWords; last++)
            {
                var length = words[last].End - words[first].Start;
                if (
                    length >= ShortestLocalPart
                    && lengths.Contains(length)
                    && localParts.Contains(LocalPartMark(salt, name.Substring(words[first].Start, length))))
                    return true;
            }
        }

        return false;
    }

    /// <summary>Runs of letters and runs of digits.</summary>
    private static List<(int Start, int End)> Words(string name)
    {
        var words = new List<(int Start, int End)>();
        for (var i = 0; i < name.Length; i++)
        {
            if (!char.IsLetterOrDigit(name[i]))
                continue;

            var start = i;
            while (i + 1 < name.Length && char.IsLetterOrDigit(name[i + 1]) && char.IsDigit(name[i + 1]) == char.IsDigit(name[start]))
                i++;

            words.Add((start, i + 1));
        }

        return words;
    }

    private static long Parse(string? count) => count is null ? 0 : long.Parse(count, CultureInfo.InvariantCulture);

    private static string Trimmed(string localPart)
    {
        var start = 0;
        var end = localPart.Length;
        while (start < end && !char.IsLetterOrDigit(localPart[start]))
            start++;

        while (end > start && !char.IsLetterOrDigit(localPart[end - 1]))
            end--;

        return localPart[start..end];
    }

    private static string LocalPartMark(byte[] salt, string name) =>
        name.Length.ToString("x3", CultureInfo.InvariantCulture) + Hash(salt, "local:" + name);

    private static string Hash(byte[] salt, string text) => Convert.ToHexString(HMACSHA256.HashData(salt, Encoding.UTF8.GetBytes(text)));
}
