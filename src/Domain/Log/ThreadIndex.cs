using System.Diagnostics.CodeAnalysis;

namespace CrmSync.Domain.Log;

/// <summary>
/// Exchange's and Outlook's Thread-Index: 22 bytes name the conversation, and every answer adds five to those of the mail it answers.
/// </summary>
public sealed record ThreadIndex
{
    private const int Head = 22;
    private const int Step = 5;

    /// <summary>A conversation longer than this many answers is read up to there.</summary>
    private const int MostSteps = 200;

    private ThreadIndex(string value) => Value = value;

    /// <summary>All of it, in hexadecimal digits.</summary>
    public string Value { get; }

    /// <summary>What every mail of the conversation begins with.</summary>
    public string Conversation => Value[..(Head * 2)];

    /// <summary>Those this one extends, longest first.</summary>
    public IEnumerable<string> Extended
    {
        get
        {
            for (var length = Value.Length - Step * 2; length >= Head * 2; length -= Step * 2)
                yield return Value[..length];
        }
    }

    /// <summary>Reads the header; false for what is no such index, and for one that names no conversation.</summary>
    public static bool TryParse(string? header, [NotNullWhen(true)] out ThreadIndex? index)
    {
        index = null;
        if (header is null || header.Length > (Head + MostSteps * Step) * 2)
            return false;

        var text = string.Concat(header.Where(c => !char.IsWhiteSpace(c)));
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out var length) || length < Head || (length - Head) % Step != 0)
            return false;

        // Programs that only pretend fill it up with zeros.
        if (bytes.AsSpan(6, Head - 6).IndexOfAnyExcept((byte)0) < 0)
            return false;

        index = new ThreadIndex(Convert.ToHexString(bytes, 0, length));
        return true;
    }
}
