using CrmSync.Domain.Languages;

namespace CrmSync.Domain.Digests;

/// <summary>How much a digest holds, for its subject, headline and preheader.</summary>
internal sealed record Tally(Wording Words, int NeedYou, int Overdue, int DueToday, int ToDo, int Meetings, int News)
{
    private const int ShortestPreheader = 40;
    private const int LongestPreheader = 90;

    public static Tally From(IReadOnlyList<DigestSection> sections, Wording words) => new(
        words,
        Items(sections, SectionNames.NeedsYou),
        Items(sections, SectionNames.Overdue) + sections.OfType<TableSection>().Where(s => s.Name == SectionNames.OverdueByOwner)
            .SelectMany(s => s.Rows).Sum(row => int.Parse(row.Cells[1], System.Globalization.CultureInfo.InvariantCulture)),
        Items(sections, SectionNames.DueToday),
        Items(sections, SectionNames.ToDo),
        sections.OfType<MeetingsSection>().Sum(s => s.Meetings.Count + s.More),
        sections.OfType<NewsSection>().Where(s => s.IsNews).Sum(s => s.Lines.Count + s.More)
            + sections.OfType<TableSection>().Where(s => s.IsNews && s.Name != SectionNames.OverdueByOwner).Sum(s => s.Rows.Count)
            + Items(sections, SectionNames.AtRisk) + Items(sections, SectionNames.Handovers));

    /// <summary>The two or three counts that matter most.</summary>
    public string Headline
    {
        get
        {
            var parts = new List<string>();
            if (NeedYou > 0)
                parts.Add(Words.Digests.NeedYou(NeedYou));
            if (Overdue > 0)
                parts.Add(Words.Digests.OverdueItems(Overdue));
            if (DueToday > 0)
                parts.Add(Words.Digests.DueTodayItems(DueToday));
            if (parts.Count < 2 && ToDo > 0)
                parts.Add(Words.Digests.ItemsToDo(ToDo));
            if (parts.Count < 2 && Meetings > 0)
                parts.Add(Words.Digests.Meetings(Meetings));
            if (parts.Count == 0 && News > 0)
                parts.Add(Words.Digests.ThingsToKnow(News));

            return parts.Count > 0 ? string.Join(", ", parts) : Words.Digests.NothingToDo;
        }
    }

    /// <summary>The counts and what to begin with, in the length that mail clients show.</summary>
    public string Preheader(IReadOnlyList<DigestSection> sections)
    {
        var first = sections.OfType<ItemSection>().SelectMany(s => s.Lines).FirstOrDefault();
        var text = first is null ? $"{Headline}." : Words.Digests.BeginWith(Headline, first.What);
        if (first is { Subject: { } subject } && text.Length < ShortestPreheader)
            text += $", {Words.Dates.Quote(subject)}";

        return Fitted(text, Words);
    }

    /// <summary>A preheader of 40 to 90 characters.</summary>
    public static string Fitted(string text, Wording words)
    {
        if (text.Length < ShortestPreheader)
            text += text.EndsWith('.') ? words.Digests.EverythingElseIsInOrder : words.Digests.AndTheRestOfTheDay;

        if (text.Length <= LongestPreheader)
            return text;

        var cut = LongestPreheader - 1;
        if (char.IsHighSurrogate(text[cut - 1]))
            cut--;

        return text[..cut].TrimEnd() + "…";
    }

    private static int Items(IReadOnlyList<DigestSection> sections, string name) =>
        sections.OfType<ItemSection>().Where(s => s.Name == name).Sum(s => s.Lines.Count + s.StillOpen.Count + s.More);
}
