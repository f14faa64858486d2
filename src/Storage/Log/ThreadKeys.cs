using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using CrmSync.Domain.Company;
using CrmSync.Domain.Log;

namespace CrmSync.Storage.Log;

/// <summary>What a mail has to do with a key.</summary>
internal enum KeyRelation
{
    OwnId = 0,
    RefersTo = 1,
    Subject = 2,
    Conversation = 3,
}

/// <summary>The keys of <see cref="Threads.Keys"/> as numbers.</summary>
internal static class ThreadKeys
{
    public static IEnumerable<(long Key, long Moment, KeyRelation Relation)> From(ThreadMail mail)
    {
        var own = mail.MessageIds.Select(id => "m:" + id.ToLowerInvariant()).ToArray();
        var moment = mail.At.ToUnixTimeSeconds();
        foreach (var key in Threads.Keys(mail).Distinct(StringComparer.Ordinal))
        {
            yield return key[0] switch
            {
                's' => (Hash(key), moment, KeyRelation.Subject),
                'x' => (Hash(key), 0, KeyRelation.Conversation),
                _ => (Hash(key), 0, own.Contains(key) ? KeyRelation.OwnId : KeyRelation.RefersTo),
            };
        }
    }

    /// <summary>The key of a Message-ID.</summary>
    public static long OfMessage(string messageId) => Hash("m:" + messageId.ToLowerInvariant());

    /// <summary>
    /// The key of a subject to a person, or null for one without words: as <see cref="Threads.Keys"/> makes it of a mail to them.
    /// </summary>
    /// <param name="subject">As <see cref="HiddenWords.Key"/> makes it.</param>
    /// <param name="person">The person.</param>
    public static long? OfSubject(string? subject, EmailAddress person) =>
        subject is null ? null : Hash(Threads.SubjectKey(person, subject));

    /// <summary>
    /// Two keys that meet by chance only make a search look at one mail too many; nothing is decided by them but who did not get a mail.
    /// </summary>
    private static long Hash(string key)
    {
        Span<byte> bytes = stackalloc byte[512];
        var length = Encoding.UTF8.GetMaxByteCount(key.Length) <= bytes.Length ? Encoding.UTF8.GetBytes(key, bytes) : -1;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        if (length < 0)
            SHA256.HashData(Encoding.UTF8.GetBytes(key), hash);
        else
            SHA256.HashData(bytes[..length], hash);

        return BinaryPrimitives.ReadInt64LittleEndian(hash);
    }
}
