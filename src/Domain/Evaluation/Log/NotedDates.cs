using System.Globalization;
using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using NodaTime;
using NodaTime.Text;

namespace CrmSync.Domain.Evaluation;

/// <summary>
/// Dates known of a contact: those in <c>contacts</c> and those that staff noted (<c>birthday: 12 March</c>); the latest note about a field
/// counts before the policy.
/// </summary>
internal static class NotedDates
{
    private static readonly string[] WithYear =
    [
        "uuuu-MM-dd",
        "d MMMM uuuu",
        "d MMM uuuu",
        "MMMM d, uuuu",
        "MMM d, uuuu",
        "d. MMMM uuuu",
        "dd.MM.uuuu",
    ];
    private static readonly string[] WithoutYear = ["MM-dd", "d MMMM", "d MMM", "d. MMMM", "MMMM d", "MMM d"];

    public static ContactDate? Find(View view, ContactNode contact, string field)
    {
        var commands = History.Compute(view, contact).Commands;
        for (var i = commands.Count - 1; i >= 0; i--)
        {
            if (
                commands[i].Verb == CommandVerb.Note
                && commands[i].Command!.Text is { } text
                && In(text, field, view.Plan.Calendar.Date(Instant.FromUnixTimeTicks(commands[i].At))) is { } noted)
                return noted;
        }

        return contact.Entry?.Dates.GetValueOrDefault(field);
    }

    /// <summary>
    /// The date that a line <c>field: date ...</c> gives. A day without a year comes every year, but <c>next</c> means the next one only.
    /// </summary>
    internal static ContactDate? In(string note, string field, LocalDate written)
    {
        foreach (var line in note.Split('\n'))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || !line.AsSpan(0, colon).Trim().Equals(field, StringComparison.OrdinalIgnoreCase))
                continue;

            if (Date(line[(colon + 1)..].Trim())?.Date is not { } date)
                continue;

            if (date.Year is not null || field != "next")
                return date;

            var year = written.Year + ((date.Month, date.Day).CompareTo((written.Month, written.Day)) < 0 ? 1 : 0);
            return date with { Year = year };
        }

        return null;
    }

    /// <summary>The date at the start of a text, in one of the forms people write, and as it is written.</summary>
    internal static (ContactDate Date, string Written)? Date(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (var count = Math.Min(3, words.Length); count > 0; count--)
        {
            var candidate = string.Join(' ', words[..count]).TrimEnd('.', ',', ';');
            foreach (var pattern in WithYear)
            {
                if (LocalDatePattern.Create(pattern, CultureInfo.InvariantCulture).Parse(candidate) is { Success: true, Value: var date })
                    return (new ContactDate(date.Year, date.Month, date.Day), candidate);
            }

            foreach (var pattern in WithoutYear)
            {
                if (AnnualDatePattern.Create(pattern, CultureInfo.InvariantCulture).Parse(candidate) is { Success: true, Value: var day })
                    return (new ContactDate(null, day.Month, day.Day), candidate);
            }
        }

        return null;
    }
}
