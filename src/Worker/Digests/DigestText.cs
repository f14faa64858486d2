using System.Text;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Languages;

namespace CrmSync.Worker.Digests;

/// <summary>A digest as plain text: everything the HTML says, in the same order.</summary>
internal sealed class DigestText
{
    private const int Width = 76;
    private readonly StringBuilder text = new();
    private readonly CommandLinks links;
    private readonly Wording words;

    private DigestText(DigestView view) => (links, words) = (view.Links, view.Words);

    public static string Write(DigestView view)
    {
        var page = new DigestText(view);
        page.Line($"{view.Name} · {view.Digest.Greeting} · {view.Digest.Day}");
        page.Line(view.Digest.Headline);
        foreach (var absence in view.Digest.Absences)
            page.Paragraph("", absence);
        if (view.Digest.Reservation is { } reservation)
            page.Paragraph("! ", reservation);

        foreach (var section in view.Digest.Sections)
            page.Section(section, view.HowToAnswer is not null);

        if (view.Digest.Sections.Count == 0)
            page.Paragraph("", view.Words.Digests.EverythingIsInOrder);

        page.Line("");
        page.Line("-- ");
        if (view.HowToAnswer is { } how)
            page.WriteWrapped("", how);
        if (view.ListInCalendar is { } list)
            page.WriteWrapped("", list);
        page.WriteWrapped("", view.Footer);
        if (view.Figures is { } figures)
            page.Line(view.Words.Digests.Labelled(view.Words.Pages.FiguresLink, figures));
        if (view.Unsubscribe is { } leave)
            page.Line(view.Words.Digests.Labelled(view.Words.Digests.Stop, leave));

        return page.text.ToString();
    }

    private void Section(DigestSection section, bool canAct)
    {
        Line("");
        Line("");
        Line(section.Title.ToUpperInvariant());
        Line(new string('-', section.Title.Length));
        switch (section)
        {
            case ItemSection items:
                Items(items, canAct);
                break;
            case MeetingsSection meetings:
                foreach (var meeting in meetings.Meetings)
                    Meeting(meeting);
                if (meetings.More > 0)
                    Paragraph("", words.Digests.MoreMeetings(meetings.More));
                break;
            case BriefSection people:
                foreach (var person in people.People)
                {
                    Line("");
                    Brief(person);
                }

                break;
            case NewsSection news:
                foreach (var line in news.Lines)
                    WriteWrapped(line.IsBad ? "! " : "* ", Labelled(Capital(line.Kind), line.Text));
                if (news.More > 0)
                    Paragraph("", words.Digests.More(news.More));
                break;
            case HeldBackSection held:
                WriteWrapped(
                    "",
                    held.Reasons.Count == 0
                        ? words.News.NothingToDoHere
                        : $"{words.News.NothingToDoHere} {string.Join(", ", held.Reasons)}. {words.News.ForExample}");
                foreach (var example in held.Examples)
                    WriteWrapped("* ", Isolated(example));
                break;
            case TableSection table:
                Table(table);
                break;
        }
    }

    private void Items(ItemSection section, bool canAct)
    {
        foreach (var item in section.Lines)
        {
            var number = $"{item.Number}. ";
            Paragraph(number, $"{Isolated(item.What)}{(item.IsNew ? $" [{words.Items.New}]" : "")}{Doubt(item)}");
            var indent = new string(' ', number.Length);
            if (item.Case is { } openCase)
                WriteWrapped(indent, $"! {Capital(openCase)}");
            if (item.Subject is { } subject)
                WriteWrapped(indent, words.Dates.Quote(Isolated(subject)));
            WriteWrapped(indent, $"{item.Status}{(item.Owner is { } owner ? $" · {words.Items.With(owner)}" : "")}");
            if (item.Excerpt is { } excerpt)
                WriteWrapped(indent + "> ", Isolated(excerpt));
            if (item.Say is { } say)
                WriteWrapped(indent, say);
            WriteWrapped(indent, $"{Isolated(item.Why)}{(item.Who.Length > 0 ? " · " + Isolated(item.Who) : "")} · {item.Item.Id}");
            if (item.Dossier is { } dossier)
                Brief(dossier);
            if (links.Mail(item) is { } mail)
                Line(indent + words.Digests.Labelled(words.Items.OpenMail, mail));
            if (links.History(item) is { } history)
                Line(indent + words.Digests.Labelled(words.Pages.History, history));
            if (canAct)
                WriteWrapped(indent, words.Items.Replies(item.Number));
        }

        if (section.StillOpen.Count > 0)
        {
            Paragraph("", words.Items.StillOpen + words.Items.AsToldBefore);
            foreach (var item in section.StillOpen)
                WriteWrapped(
                    $"{item.Number}. ",
                    $"{words.Items.InOneLine(Isolated(item.What), item.Status)}{Doubt(item)}");
        }

        if (section.More > 0)
            Paragraph("", words.Digests.More(section.More));
    }

    private void Meeting(MeetingLine meeting)
    {
        Paragraph("", $"{meeting.Time}  {Isolated(meeting.Subject)}");
        foreach (var guest in meeting.Guests)
            Brief(guest);
        if (meeting.More > 0)
            WriteWrapped("  ", words.Digests.MoreGuests(meeting.More));
    }

    private void Brief(Brief guest)
    {
        WriteWrapped("  ", Isolated(guest.Name) + (guest.Name == guest.Address ? "" : $" · {guest.Address}"));
        WriteWrapped("    ", guest.Who.Length > 0 ? $"{Isolated(guest.Who)} · {guest.Known}" : guest.Known);
        foreach (var open in guest.Open)
            WriteWrapped("    ", Labelled(words.Briefs.Open, open));
        foreach (var awaited in guest.Awaited)
            WriteWrapped("    ", Labelled(words.Briefs.Waiting, awaited));
        foreach (var step in guest.NextSteps)
            WriteWrapped("    ", Capital(Isolated(step)));
        foreach (var ahead in guest.Ahead)
            WriteWrapped("    ", Labelled(words.Briefs.Meeting, ahead));
        foreach (var contact in guest.Contacts)
            WriteWrapped("    ", Isolated(contact));
        foreach (var fact in guest.Facts)
            WriteWrapped("    ", Labelled(words.Briefs.Fact, fact));
    }

    private void Table(TableSection table)
    {
        var columns = words.Digests.Labelled(table.Columns[0], string.Join(" · ", table.Columns.Skip(1)));
        WriteWrapped("", words.Digests.Labelled($"{table.Caption} ({columns})", "").TrimEnd());
        foreach (var row in table.Rows)
        {
            var cells = row.Cells.Skip(1).Where(cell => cell.Length > 0).Select(cell => Isolated(OnOneLine(cell))).ToList();
            WriteWrapped("* ", cells.Count == 0
                ? Isolated(row.Cells[0])
                : words.Digests.Labelled(Isolated(row.Cells[0]), string.Join(" · ", cells)));
        }

        if (table.Weeks is not { } weeks)
            return;

        var counts = string.Join(", ", weeks.Weeks.Select(week => $"{week.Week} {week.Count}"));
        Paragraph("", $"{words.Digests.Labelled(weeks.Caption, counts)}.");
    }

    private string OnOneLine(string cell) =>
        cell.Replace("\n", cell.Contains(',', StringComparison.Ordinal) ? words.Digests.Semicolon : ", ", StringComparison.Ordinal);

    private void Paragraph(string lead, string content)
    {
        Line("");
        WriteWrapped(lead, content);
    }

    /// <summary>Lines of at most 76 characters; the following ones are indented like the text of the first.</summary>
    private void WriteWrapped(string lead, string content)
    {
        var line = new StringBuilder(lead);
        var isEmpty = true;
        var rest = lead.EndsWith("> ", StringComparison.Ordinal) ? lead : new string(' ', lead.Length);
        foreach (var word in content.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!isEmpty && line.Length + 1 + word.Length > Width)
            {
                Line(line.ToString());
                line.Clear().Append(rest);
                isEmpty = true;
            }

            if (!isEmpty)
                line.Append(' ');
            line.Append(word);
            isEmpty = false;
        }

        Line(line.ToString());
    }

    private void Line(string line) => text.Append(line).Append('\n');

    /// <summary>Behind what is asked, for it may be done already.</summary>
    private string Doubt(ItemLine item) =>
        item.IsUncertain ? $" [{words.Items.NotCertain(item.Reservation is { } doubt ? Isolated(doubt) : null)}]" : "";

    private string Labelled(string label, string content) => words.Digests.Labelled(label, Isolated(content));

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];

    /// <summary>Text in a right-to-left script would turn the rest of its line around; isolates (Unicode TR9) keep it to itself.</summary>
    private static string Isolated(string content) => content.Any(IsRightToLeft) ? $"\u2068{content}\u2069" : content;

    private static bool IsRightToLeft(char c) =>
        c is (>= '\u0590' and <= '\u08FF') or (>= '\uFB1D' and <= '\uFDFF') or (>= '\uFE70' and <= '\uFEFC');
}
