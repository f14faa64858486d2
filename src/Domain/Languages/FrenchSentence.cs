using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;

namespace CrmSync.Domain.Languages;

/// <summary>
/// Sets a French sentence: the blank before a colon, semicolon, question or exclamation mark and inside of guillemets becomes a narrow one
/// at which no line breaks. What stands in the holes of the sentence is somebody else's and stays as it is.
/// </summary>
[InterpolatedStringHandler]
internal sealed partial class FrenchSentence(int literalLength, int formattedCount)
{
    private readonly StringBuilder text = new(literalLength + (16 * formattedCount));

    /// <summary>A sentence without holes.</summary>
    public static string Set(string sentence) => BeforeMark().Replace(sentence, "\u202F");

    public void AppendLiteral(string literal) => text.Append(Set(literal));

    public void AppendFormatted(string? value) => text.Append(value);

    public void AppendFormatted(int value) => text.Append(value.ToString(CultureInfo.InvariantCulture));

    public override string ToString() => text.ToString();

    [GeneratedRegex("(?:(?<=«) | (?=[:;!?»]))", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex BeforeMark();
}
