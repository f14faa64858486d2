using System.Security.Cryptography;
using System.Text;
using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Meetings;

namespace CrmSync.Storage.Log;

/// <summary>The salted hashes of people who were erased, so that reading a mailbox anew does not bring them back.</summary>
internal sealed class ErasedPeople
{
    private readonly HashSet<string> hashes;
    private readonly byte[] salt;

    private ErasedPeople(HashSet<string> hashes, byte[] salt)
    {
        this.hashes = hashes;
        this.salt = salt;
    }

    public static async Task<ErasedPeople> Load(WriteScope scope)
    {
        var known = (await scope.Query<string>("select address_hash from erased")).ToHashSet(StringComparer.Ordinal);
        return new ErasedPeople(known, known.Count == 0 ? [] : await Salt(scope));
    }

    /// <summary>The salt of this installation, made when it is first asked for.</summary>
    public static async Task<byte[]> Salt(WriteScope scope)
    {
        await scope.Execute(
            "insert into meta (name, value) values ('erasure salt', @fresh) on conflict (name) do nothing",
            new { fresh = Convert.ToHexString(RandomNumberGenerator.GetBytes(16)) });
        return Convert.FromHexString(await scope.One<string>("select value from meta where name = 'erasure salt'"));
    }

    public static string Hash(byte[] salt, EmailAddress address) =>
        Convert.ToHexString(HMACSHA256.HashData(salt, Encoding.UTF8.GetBytes(address.Value)));

    public bool Contains(EmailAddress address) => hashes.Count > 0 && hashes.Contains(Hash(salt, address));

    /// <summary>The copy of a meeting without erased people. Whoever called it is kept when it is one of us.</summary>
    public MeetingCopy Without(MeetingCopy copy) =>
        hashes.Count == 0
            ? copy
            : copy with
            {
                Organizer = copy.Organizer is { } organizer && Contains(organizer.Address) ? null : copy.Organizer,
                Invitees = [.. copy.Invitees.Where(i => !Contains(i.Address))],
                Subject =
                    copy.Invitees.Any(i => Contains(i.Address)) || (copy.Organizer is { } caller && Contains(caller.Address))
                        ? null
                        : copy.Subject,
            };

    /// <summary>The message without erased people; null when one of them wrote it.</summary>
    public InvitationMail? Without(InvitationMail mail) => hashes.Count == 0
        ? mail
        : mail.Senders.Any(Contains) || (mail.DelegatedFrom is { } handedOn && Contains(handedOn))
            ? null
            : mail with
            {
                Organizer = mail.Organizer is { } organizer && Contains(organizer.Address) ? null : mail.Organizer,
                SentBy = mail.SentBy is { } sentBy && Contains(sentBy) ? null : mail.SentBy,
                Invitees = [.. mail.Invitees.Where(i => !Contains(i.Address))],
                Meetings = [.. mail.Meetings.Select(Without)],
            };

    /// <summary>
    /// The line without erased people: somebody else's mail loses their address and the text, which may name them; their own mail, and mail
    /// with nobody else outside, is null.
    /// </summary>
    public MailLine? Without(MailLine line, Classifier classifier)
    {
        if (hashes.Count == 0 || !line.Participants.Any(p => Contains(p.Address)))
            return line;

        var others = line.Participants.Where(p => !Contains(p.Address)).ToArray();
        if (line.From is not { } from || Contains(from) || Array.TrueForAll(others, p => classifier.Ours.Contains(p.Address)))
            return null;

        return line with
        {
            Participants = others,
            Sender = line.Sender is { } sender && Contains(sender) ? null : line.Sender,
            Text = null,
            OwnTextKept = KeptText.None,
            Headers = line
                .Headers.Where(h => h.Key is not ("delivered-to" or "x-original-to"))
                .ToDictionary(h => h.Key, h => h.Value, StringComparer.Ordinal),
            Report = line.Report is { } report ? report with { Failed = [.. report.Failed.Where(a => !Contains(a))] } : null,
        };
    }
}
