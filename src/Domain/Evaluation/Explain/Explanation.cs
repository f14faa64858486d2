using System.Text;
using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary>Why the policy does or does not ask for anything about one contact (policy-language.md section 14).</summary>
/// <param name="Contact">The primary address.</param>
/// <param name="Header">The contact's organisation, segments, tags and owner, in one line.</param>
/// <param name="Rules">Every rule in file order, with its items or the reason why there is none.</param>
public sealed record Explanation(EmailAddress Contact, string Header, IReadOnlyList<ExplainedRule> Rules)
{
    /// <summary>
    /// What the policy and directories say of the contact, each with who says so, and what the contact told of themselves, each with the
    /// sentence it rests on.
    /// </summary>
    public IReadOnlyList<ExplainedLine> Told { get; init; } = [];

    private const int LabelWidth = 14;
    private const int PlaceColumn = 84;

    /// <summary>The text people read; places of the policy files stand at the end of their lines.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Header).Append('\n');
        foreach (var line in Told)
            Append(text, "  " + line.Label.PadRight(LabelWidth) + line.Text, null);
        foreach (var rule in Rules)
        {
            Append(text, $"{rule.Kind} {rule.Name}".PadRight(25) + " " + rule.Verdict, rule.Lines.Count == 0 ? rule.Place : null);
            foreach (var line in rule.Lines)
                Append(text, "  " + line.Label.PadRight(LabelWidth) + line.Text, line.Place);
        }

        return text.ToString();
    }

    /// <summary>The same with what they told.</summary>
    internal Explanation WithTold(Plan plan, IEnumerable<Interaction> log, Instant now) =>
        this with { Told = [.. KnownWords.Describe(plan, Contact), .. ToldWords.Describe(plan, log, Contact, now)] };

    private static void Append(StringBuilder text, string line, Place? place) =>
        text.Append(place is null ? line : $"{line.PadRight(PlaceColumn)} {place}").Append('\n');
}

/// <summary>One rule, or one item of it.</summary>
/// <param name="Verdict">The state of the item, or why there is none.</param>
/// <param name="Item">The item, if there is one.</param>
public sealed record ExplainedRule(string Kind, string Name, Place Place, string Verdict, Item? Item, IReadOnlyList<ExplainedLine> Lines);

/// <summary>One fact with the line of the policy or the interaction it rests on.</summary>
/// <param name="Place">Where the policy says so, or null.</param>
/// <param name="Interaction">The id of the interaction, or null.</param>
public sealed record ExplainedLine(string Label, string Text, Place? Place = null, string? Interaction = null);
