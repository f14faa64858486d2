using System.Text.Json;
using CrmSync.Domain.Log;
using FsCheck;
using FsCheck.Fluent;
using NodaTime;

namespace CrmSync.Domain.Tests.Log;

public sealed class MailLineTests
{
    [Fact]
    public void Merging_copies_in_any_order_and_grouping_gives_the_same_line() =>
        Prop.ForAll(Arb.From(Gen.ArrayOf(Copies)), copies =>
        {
            if (copies.Length == 0)
                return true;

            var lines = copies.Select((copy, i) => copy.Facts.Line("account" + i % 3, copy.Seen)).ToArray();
            var forwards = lines.Aggregate((a, b) => a.With(b));
            var backwards = lines.Reverse().Aggregate((a, b) => a.With(b));
            var half = lines.Length / 2;
            var grouped =
                half == 0
                    ? forwards
                    : lines[half..].Aggregate((a, b) => a.With(b)).With(lines[..half].Aggregate((a, b) => a.With(b)));
            return Print(forwards) == Print(backwards)
                && Print(forwards) == Print(grouped)
                && Print(forwards.With(forwards)) == Print(forwards);
        })
            .QuickCheckThrowOnFailure();

    [Fact]
    public void The_bcc_of_the_sent_copy_is_kept_when_the_received_copy_comes_later()
    {
        var sent = Some.Mail(from: "ana@us.example", to: "jane@acme.example", bcc: "bob@us.example", id: "a@us.example").Line("ana");
        var received = Some.Mail(from: "ana@us.example", to: "jane@acme.example", id: "a@us.example").Line("bob");
        Assert.Contains(sent.With(received).Participants, p => p.Role == ParticipantRole.Bcc && p.Address.Value == "bob@us.example");
        Assert.Equal(["ana", "bob"], received.With(sent).Sightings.Select(s => s.Account));
    }

    [Fact]
    public void Recipients_stand_in_the_order_of_the_header() =>
        Assert.Equal(
            ["zoe@acme.example", "jane@acme.example"],
            Some.Mail(from: "ana@us.example", to: "zoe@acme.example,jane@acme.example")
                .Line()
                .Participants.Where(p => p.Role == ParticipantRole.To)
                .Select(p => p.Address.Value));

    [Fact]
    public void Inbound_mail_happened_when_the_topmost_received_says_so()
    {
        var mail = (Some.Mail() with { Received = Some.Noon + Duration.FromMinutes(3) }).Line();
        Assert.Equal(Some.Noon + Duration.FromMinutes(3), new Classifier(Some.Policy).CreateLine(mail).At);
    }

    [Fact]
    public void Outbound_mail_happened_when_its_date_says_so()
    {
        var mail = (
            Some.Mail(from: "ana@us.example", to: "jane@acme.example") with
            {
                Received = Some.Noon + Duration.FromMinutes(3),
            }).Line();
        Assert.Equal(Some.Noon, new Classifier(Some.Policy).CreateLine(mail).At);
    }

    [Theory]
    [InlineData(1970)]
    [InlineData(2038)]
    public void An_absurd_date_is_not_believed(int year)
    {
        var stored = Some.Noon - Duration.FromDays(2);
        var mail = (Some.Mail(date: Instant.FromUtc(year, 1, 1, 0, 0)) with { Stored = stored }).Line();
        Assert.Equal(stored, new Classifier(Some.Policy).CreateLine(mail).At);
    }

    [Fact]
    public void With_several_copies_the_earliest_counts()
    {
        var early = (Some.Mail(id: "a@x.example") with { Received = Some.Noon + Duration.FromMinutes(1) }).Line("ana");
        var late = (Some.Mail(id: "a@x.example") with { Received = Some.Noon + Duration.FromMinutes(9) }).Line("bob");
        Assert.Equal(Some.Noon + Duration.FromMinutes(1), new Classifier(Some.Policy).CreateLine(late.With(early)).At);
    }

    [Fact]
    public void What_was_there_at_the_first_reading_was_seen_when_it_happened()
    {
        var line = Some.Mail().Line("ana", seen: null).With(Some.Mail().Line("bob", seen: Some.Noon + Duration.FromDays(9)));
        var interaction = new Classifier(Some.Policy).CreateLine(line);
        Assert.Equal(interaction.At, interaction.Seen);
    }

    [Fact]
    public void Text_is_cut_at_a_character_and_its_markers_are_found_beyond_the_cut()
    {
        var facts = Some.Mail(text: new string('ä', 40) + " this is a complaint");
        var line = MailLine.FromObservation(new MailObservation("ana", facts, null), Some.Capture(textLimit: 21), Some.Noon);
        Assert.Equal(new string('ä', 10), line.Text);
        Assert.Equal(KeptText.Part, line.OwnTextKept);
        Assert.Equal(["complaint"], new Classifier(Some.Policy).CreateLine(line).Markers);
    }

    [Fact]
    public void A_surrogate_pair_is_never_cut_in_half()
    {
        for (var limit = 1; limit < 30; limit++)
        {
            var kept = Some.Capture(limit).Shorten("a😀b😀c😀d😀e😀f😀g😀h😀i😀j😀") ?? "";
            Assert.True(System.Text.Encoding.UTF8.GetByteCount(kept) <= limit);
            Assert.False(kept.Length > 0 && char.IsHighSurrogate(kept[^1]));
        }
    }

    private static Gen<(MailFacts Facts, Instant? Seen)> Copies =>
        from id in Gen.Elements("a@x.example", "b@x.example", null)
        from to in Gen.Elements("ana@us.example", "ana@us.example,bob@us.example")
        from seconds in Gen.Choose(0, 3)
        from bcc in Gen.Elements("", "john@acme.example")
        from name in Gen.Elements(null, "Jane", "Jane Roe", "Roe Jane")
        from seen in Gen.Elements<Instant?>(null, Some.Noon, Some.Noon + Duration.FromHours(1))
        from list in Gen.Elements("", "<a.example>", "<b.example>")
        from text in Gen.Elements("Hello", "Hello?\nA footer", "Is it a complaint?", "This is a complaint, is it?\nA footer", "")
        select ((Some.Mail(to: to, bcc: bcc, id: id, text: text, date: Some.Noon + Duration.FromSeconds(seconds)) with
        {
            From = Some.Named("jane@acme.example", name),
            Headers = list.Length == 0 ? new Dictionary<string, string>() : new Dictionary<string, string> { ["list-id"] = list },
        }), seen);

    private static string Print(MailLine line) => JsonSerializer.Serialize(new
    {
        line.Id,
        line.MessageId,
        line.Subject,
        line.Text,
        line.InReplyTo,
        line.References,
        line.Attachments,
        line.Phrases,
        line.Question,
        line.Acknowledges,
        line.OwnTextKept,
        Some = line.NamedInSome.Select(p => p.ToString()),
        Identities = line.Identities.Select(i => i.ToString()),
        Sightings = line.Sightings.Select(s => s.ToString()),
        People = line.Participants.Select(p => p.ToString()),
        Headers = line.Headers.OrderBy(h => h.Key, StringComparer.Ordinal).Select(h => h.ToString()),
        Sent = line.SentAt.ToString(),
        Arrived = line.ArrivedAt.ToString(),
    });
}
