using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Languages;

namespace CrmSync.Domain.Digests;

/// <summary>What one reader is told in one mail, in words. How it looks is decided elsewhere.</summary>
public sealed record Digest(DueDigest Run)
{
    /// <summary>The language of the reader.</summary>
    public Wording Words => Wording.In(Run.Reader.Language);

    /// <summary>The news in one line: <c>1 overdue, 3 due today</c>.</summary>
    public required string Headline { get; init; }

    /// <summary>Fit for a header: <c>1 overdue, 3 due today - Ana, Wed 4 March</c>, or constant when the digest threads by week.</summary>
    public required string Subject { get; init; }

    /// <summary>40 to 90 characters with the counts, shown by mail clients beside the subject.</summary>
    public required string Preheader { get; init; }

    /// <summary>The reader's first name.</summary>
    public required string Greeting { get; init; }

    /// <summary><c>Wed 4 March</c>.</summary>
    public required string Day { get; init; }

    /// <summary>
    /// What is not certain about many of the items, in a sentence or two; null when that stands on their lines, if anywhere.
    /// </summary>
    public string? Reservation { get; init; }

    /// <summary>Whom the reader covers by what calendars and automatic replies say, and who covers the reader; a sentence each.</summary>
    public IReadOnlyList<string> Absences { get; init; } = [];

    public required IReadOnlyList<DigestSection> Sections { get; init; }

    /// <summary>Every item that was told, by the number it has in this mail; the ledger keeps them.</summary>
    public required IReadOnlyList<ListedItem> Listed { get; init; }

    public required string PolicyVersion { get; init; }

    /// <summary>Nothing to say: no mail.</summary>
    public required bool IsEmpty { get; init; }
}

/// <summary>A part of a digest with a heading of its own.</summary>
/// <param name="Name">As the policy writes it: <c>overdue</c>, <c>news</c>, ...</param>
/// <param name="Title">As the reader sees it.</param>
public abstract record DigestSection(string Name, string Title)
{
    /// <summary>Whether the section alone is worth a mail.</summary>
    public abstract bool IsNews { get; }
}

/// <summary>Items to act on.</summary>
public sealed record ItemSection(string Name, string Title, Urgency Urgency) : DigestSection(Name, Title)
{
    public required IReadOnlyList<ItemLine> Lines { get; init; }

    /// <summary>Items told unchanged several times already, in one line each short.</summary>
    public IReadOnlyList<ItemLine> StillOpen { get; init; } = [];

    /// <summary>How many more there are than a mail lists.</summary>
    public int More { get; init; }

    public override bool IsNews => Lines.Count + StillOpen.Count + More > 0;
}

public enum Urgency
{
    Calm,
    Soon,
    Late,
}

/// <summary>One item as its reader sees it. All texts are single safe lines.</summary>
public sealed record ItemLine(int Number, Item Item)
{
    public required bool IsNew { get; init; }

    /// <summary>What it is told as.</summary>
    public required ToldAs State { get; init; }

    /// <summary>What to do: <c>Answer Jo Keane</c>.</summary>
    public required string What { get; init; }

    /// <summary>The address of the contact, or the organisation.</summary>
    public required string Who { get; init; }

    /// <summary>The open case it belongs to, in words: <c>complaint</c>; null when there is none.</summary>
    public string? Case { get; init; }

    /// <summary>The subject of the mail or meeting it is about, or null.</summary>
    public string? Subject { get; init; }

    /// <summary>The beginning of what they wrote, or null.</summary>
    public string? Excerpt { get; init; }

    public required string Why { get; init; }

    /// <summary>The state with its time: <c>Due today 10:10</c>, <c>Overdue, was due Mon 16:00</c>.</summary>
    public required string Status { get; init; }

    /// <summary>The rule's own advice.</summary>
    public string? Say { get; init; }

    /// <summary>Whose it is, when that is somebody else than the reader.</summary>
    public string? Owner { get; init; }

    /// <summary>Whether an account that could hold what closes it lags.</summary>
    public bool IsUncertain { get; init; }

    /// <summary>Whose mailbox that is and when it was last read; null when it stands at the head of the mail.</summary>
    public string? Reservation { get; init; }

    /// <summary>How the reader answers the mail it rests on; null when there is none, or it is too old to be answered like that.</summary>
    public MailReply? Reply { get; init; }

    /// <summary>Whether the reader may open the page of the contact.</summary>
    public bool HasPage { get; init; }

    /// <summary>Of a handover: what the reader should know of the customer; null otherwise.</summary>
    public Brief? Dossier { get; init; }
}

/// <summary>A mail that a reader may want to write, as their mail program would begin it.</summary>
/// <param name="To">Whoever wrote to us, or whom we wrote to.</param>
/// <param name="Subject"><c>Re: </c> and the subject of the mail that is answered, so that the answer joins its thread.</param>
public sealed record MailReply(EmailAddress To, string Subject);

/// <summary>Lines to know about, nothing to do.</summary>
public sealed record NewsSection(string Name, string Title) : DigestSection(Name, Title)
{
    public required IReadOnlyList<NewsLine> Lines { get; init; }

    /// <summary>How many there are beside these.</summary>
    public int More { get; init; }

    /// <summary>False for sections that only accompany others.</summary>
    public bool IsWorthAMail { get; init; } = true;

    public override bool IsNews => IsWorthAMail && Lines.Count > 0;
}

/// <summary>One thing to know: a word for its kind and a sentence.</summary>
public sealed record NewsLine(string Kind, string Text)
{
    public bool IsBad { get; init; }
}

/// <summary>Today's meetings with outsiders.</summary>
public sealed record MeetingsSection(string Name, string Title) : DigestSection(Name, Title)
{
    public required IReadOnlyList<MeetingLine> Meetings { get; init; }

    /// <summary>How many there are beside these.</summary>
    public int More { get; init; }

    public override bool IsNews => Meetings.Count > 0;
}

public sealed record MeetingLine(string Time, string Subject, IReadOnlyList<Brief> Guests)
{
    /// <summary>How many guests there are beside these.</summary>
    public int More { get; init; }
}

/// <summary>What we know about one person, short enough for a screen.</summary>
public sealed record Brief(string Name, string Address)
{
    /// <summary>The segments and tags: <c>customer · vip</c>; may be empty.</summary>
    public string Who { get; init; } = "";

    /// <summary><c>known for 3 months · looked after by Ana</c>.</summary>
    public required string Known { get; init; }

    /// <summary>The last contacts, newest first.</summary>
    public required IReadOnlyList<string> Contacts { get; init; }

    /// <summary>What is ours to do.</summary>
    public required IReadOnlyList<string> Open { get; init; }

    /// <summary>What is theirs to do.</summary>
    public IReadOnlyList<string> Awaited { get; init; } = [];

    /// <summary>Meetings with them that are booked, the next one first.</summary>
    public IReadOnlyList<string> Ahead { get; init; } = [];

    /// <summary>What we noted as the next step.</summary>
    public IReadOnlyList<string> NextSteps { get; init; } = [];

    /// <summary>Facts noted by us, and dates.</summary>
    public required IReadOnlyList<string> Facts { get; init; }
}

/// <summary>People somebody asked about.</summary>
public sealed record BriefSection(string Name, string Title) : DigestSection(Name, Title)
{
    public required IReadOnlyList<Brief> People { get; init; }

    public override bool IsNews => People.Count > 0;
}

/// <summary>What limits hold back.</summary>
public sealed record HeldBackSection(string Name, string Title) : DigestSection(Name, Title)
{
    public required int Count { get; init; }

    /// <summary>How many for which reason, in words; empty when the examples are all there is.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    public required IReadOnlyList<string> Examples { get; init; }

    public override bool IsNews => false;
}

/// <summary>A small table with headings.</summary>
public sealed record TableSection(string Name, string Title) : DigestSection(Name, Title)
{
    public required string Caption { get; init; }

    public required IReadOnlyList<string> Columns { get; init; }

    public required IReadOnlyList<TableRow> Rows { get; init; }

    /// <summary>A picture below the table, or null.</summary>
    public WeeksPicture? Weeks { get; init; }

    public bool IsWorthAMail { get; init; } = true;

    public override bool IsNews => IsWorthAMail && Rows.Count > 0;
}

/// <summary>How much there was of something in each of the last weeks.</summary>
/// <param name="Caption">Of what.</param>
/// <param name="Weeks">The oldest first; the last one is the week that runs.</param>
public sealed record WeeksPicture(string Caption, IReadOnlyList<WeekCount> Weeks);

/// <param name="Week">The day it begins on, or <c>this week</c>.</param>
/// <param name="Count">How many.</param>
public sealed record WeekCount(string Week, int Count);

/// <param name="Cells">As many as there are columns; the first one heads the row. A line break separates what stands below each
/// other.</param>
public sealed record TableRow(IReadOnlyList<string> Cells);
