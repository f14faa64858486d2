using System.Globalization;
using CrmSync.Domain.Log;

namespace CrmSync.Worker.Commands.Authorship;

/// <summary>What a DKIM-Signature field says it signs (RFC 6376 section 3.5).</summary>
internal sealed record DkimSignature
{
    /// <summary>The signing domain (<c>d=</c>), in lower case without a closing dot.</summary>
    public required string Domain { get; init; }

    /// <summary>Where its key lies (<c>s=</c>).</summary>
    public required string Selector { get; init; }

    /// <summary>The names of the signed fields (<c>h=</c>), in lower case, as often as they are signed.</summary>
    public required IReadOnlyList<string> Signed { get; init; }

    /// <summary>The signature itself (<c>b=</c>) without blanks.</summary>
    public required string Value { get; init; }

    /// <summary>In lower case.</summary>
    public required string Algorithm { get; init; }

    /// <summary>Whether only the beginning of the body is signed (<c>l=</c>): anybody may write below it.</summary>
    public bool IsOfPartOfTheBody { get; init; }

    /// <summary>Until when it holds (<c>x=</c>), in seconds since 1970; null for ever.</summary>
    public long? Expires { get; init; }

    /// <summary>The domain of whom it was signed for (<c>i=</c>); null when it does not say.</summary>
    public string? Identity { get; init; }

    /// <summary>Reads the value of a field; null when it is no signature, or says one thing twice.</summary>
    public static DkimSignature? Parse(string value)
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in value.Split(';'))
        {
            if (string.IsNullOrWhiteSpace(part))
                continue;

            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || !tags.TryAdd(part[..equals].Trim(), string.Concat(part[(equals + 1)..].Where(c => !char.IsWhiteSpace(c)))))
                return null;
        }

        return tags.TryGetValue("d", out var domain) && tags.TryGetValue("h", out var signed) && tags.TryGetValue("b", out var b)
            ? new DkimSignature
            {
                Domain = domain.TrimEnd('.').ToLowerInvariant(),
                Selector = tags.GetValueOrDefault("s", ""),
                Signed =
                [
                    .. signed
                        .Split(':', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                        .Select(name => name.ToLowerInvariant()),
                ],
                Value = b,
                Algorithm = tags.GetValueOrDefault("a", "").ToLowerInvariant(),
                IsOfPartOfTheBody = tags.ContainsKey("l"),
                Expires = tags.TryGetValue("x", out var until)
                    ? long.TryParse(until, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                        ? seconds
                        : 0
                    : null,
                Identity = tags.TryGetValue("i", out var identity)
                    ? identity[(identity.LastIndexOf('@') + 1)..].TrimEnd('.').ToLowerInvariant()
                    : null,
            }
            : null;
    }

    /// <summary>
    /// Whether every field of a name that a mail has is signed. Signatures count fields from the bottom, so a second one on top of a signed
    /// one is not; naming a field more often than it is there ("oversigning") signs its absence.
    /// </summary>
    public bool Covers(string name, IReadOnlyList<TraceField> trace)
    {
        var present = trace.Count(field => field.Name == name);
        return present > 0 && Signed.Count(one => one == name) >= present;
    }
}
