using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using NodaTime;
using static CrmSync.Domain.Evaluation.Sentences;

namespace CrmSync.Domain.Evaluation;

/// <summary>Says in words what somebody told of themselves, and quotes the sentence each rests on.</summary>
internal static class ToldWords
{
    public static IEnumerable<ExplainedLine> Describe(Plan plan, IEnumerable<Interaction> log, EmailAddress contact, Instant now)
    {
        var theirs = log
            .Where(line =>
                line is { Direction: Direction.Inbound, Author: { } author } && line.Seen <= now && plan.Book.Primary(author) == contact)
            .OrderBy(line => line.At)
            .ThenBy(line => line.Id, StringComparer.Ordinal)
            .ToList();
        var zone = plan.Calendar.Zone;
        var told = ToldFacts.From(
            theirs.FindAll(line => line.Learned != Learned.Nothing),
            theirs.FindLast(line => line.Class == InteractionClass.Human)?.At,
            now.InZone(zone).Date);
        if (told.Away is { Learned.Return: { } back } away)
            yield return Line("away", $"until {On(back.Day)}", back.Sentence ?? away.Subject, away);
        if (told.Left is { Learned.Departure: { } left } gone)
            yield return Line("left", left.Successor is { } next ? $"write to {next}" : "for good", left.Sentence, gone);
        if (told.Moved is { Learned.Moved: { } moved } from)
            yield return Line("moved", $"to {moved.Address}", moved.Sentence, from);
        if (told.Signed is { Learned.Signature: { } signed } last)
            yield return Line("signs", string.Join(", ", new[] { signed.Title, signed.Telephone }.OfType<string>()), signed.Sentence, last);

        ExplainedLine Line(string label, string what, string? sentence, Interaction mail) =>
            new(
                label,
                $"{what}: {Quoted(sentence?.Replace("\n", " / ", StringComparison.Ordinal))}, {When(zone, mail.At.ToUnixTimeTicks())}",
                null,
                mail.Id);
    }
}
