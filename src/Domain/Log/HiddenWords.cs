using System.Text.Json.Serialization;

namespace CrmSync.Domain.Log;

/// <summary>
/// What is left of the words of a mail whose thread is private (<c>private</c>): enough to find its thread and to keep every promise, and
/// nothing that can be read.
/// </summary>
/// <param name="SubjectKey">A number made of the bare subject, by which answers find each other; null without one.</param>
/// <param name="IsReply">Whether the subject said that the mail is an answer.</param>
public sealed record HiddenWords(string? SubjectKey, bool IsReply)
{
    /// <summary>The label or folder that made the thread private, in words; null where a person said so.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Because { get; init; }

    /// <summary>Why the line shows no words, in words.</summary>
    [JsonIgnore]
    public string Why => Because is null ? Reason : $"private ({Because}): its subject and text are not kept";

    /// <summary>Why such a line shows no words, in words.</summary>
    public const string Reason = "private: its subject and text are not kept";

    /// <summary>Of a mail as it was written.</summary>
    public static HiddenWords From(string? subject)
    {
        var (bare, isReply) = Subjects.Strip(subject);
        return new HiddenWords(Key(bare), isReply);
    }

    /// <summary>The number made of a bare subject; null for one without words.</summary>
    public static string? Key(string bare) => bare.Length == 0 ? null : StableHash.Print(StableHash.Compute("subject", bare), 26);

    /// <summary>The one of two that does not depend on which came first.</summary>
    internal HiddenWords With(HiddenWords? other) =>
        Smaller(other) with { Because = new[] { Because, other?.Because }.OfType<string>().Min(StringComparer.Ordinal) };

    private HiddenWords Smaller(HiddenWords? other) =>
        other is null || string.CompareOrdinal(SubjectKey, other.SubjectKey) < 0
        || (SubjectKey == other.SubjectKey && (IsReply || !other.IsReply))
            ? this
            : other;
}
