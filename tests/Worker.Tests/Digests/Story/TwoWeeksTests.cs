using CrmSync.Domain.Digests;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Worker.Tests.Digests.Story;

/// <summary>
/// The sample company's mails over two weeks: read in order they tell its story. Nobody is told a thing twice, and nothing is missed.
/// </summary>
public sealed class TwoWeeksTests(TwoWeeks story) : IClassFixture<TwoWeeks>
{
    [Fact]
    public void The_mails_of_each_day_are_as_approved()
    {
        var days = story.Days();
        Assert.Multiple([
            .. days.Select(day => new Action(() => Approved.Check(day.Name, day.Text))),
            () => Approved.CheckNames(days.Select(day => day.Name)),
        ]);
    }

    [Fact]
    public void Everything_a_reader_has_to_do_stands_in_the_digest_of_the_day()
    {
        var checks = 0;
        foreach (var (now, evaluation) in Mornings(new LocalTime(8, 30)))
        {
            foreach (var reader in story.Policy.People.Where(person => Presence.IsThere(person, now.InUtc().Date)))
            {
                var open = evaluation
                    .Items.Where(item => item.Owner == reader.Id && IsTold(item, now) && item.Unsure.Count == 0)
                    .Select(item => item.Id)
                    .ToList();
                var mail = story.Received.SingleOrDefault(one => one.At == now && one.Digest == "my-day" && one.Reader == reader.Id);
                Assert.True(open.Count == 0 || mail is not null, $"{now}: {reader.Id} has {string.Join(", ", open)} to do and got no mail");
                Assert.Empty(open.Except(mail?.Items ?? []));
                checks += open.Count;
            }
        }

        Assert.InRange(checks, 35, 400);
    }

    [Fact]
    public void What_was_open_over_night_was_told_to_somebody_or_is_done_by_the_morning()
    {
        var told = story.Received.SelectMany(mail => mail.Items).ToHashSet(StringComparer.Ordinal);
        var mornings = Mornings(new LocalTime(8, 30)).ToList();
        foreach (var moment in story.Moments)
        {
            var next = mornings.Find(morning => morning.Now >= moment.Now);
            if (next is null)
                continue;

            var still = next
                .Evaluation.Items.Where(item => IsTold(item, next.Now) && item.Unsure.Count == 0)
                .Select(item => item.Id)
                .ToHashSet(StringComparer.Ordinal);
            Assert.All(moment.Evaluation.Items.Where(item => still.Contains(item.Id)), item => Assert.Contains(item.Id, told));
        }
    }

    [Fact]
    public void A_manager_hears_of_everything_that_is_overdue_below_them()
    {
        foreach (var (now, evaluation) in Mornings(new LocalTime(8, 45)))
        {
            var firm = story.Received.Single(mail => mail.At == now && mail.Digest == "the-firm");
            foreach (
                var owner in evaluation
                    .Items.Where(item => item.State == ItemState.Overdue && item.Rule is not WatchRule)
                    .GroupBy(item => item.Owner))
            {
                var name = story.Policy.People.Single(person => person.Id == owner.Key).Name;
                Assert.Contains(
                    firm.Entries("OVERDUE, BY OWNER"),
                    row => row.StartsWith($"{name}: {owner.Count()} ", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void No_mail_comes_twice()
    {
        Assert.Equal(story.Received.Count, story.Received.Select(mail => mail.Mail.MessageId).Distinct().Count());
        Assert.All(
            story.Received.Where(mail => mail.Digest != "immediate").GroupBy(mail => (mail.Date, mail.Digest, mail.Reader)),
            group => Assert.Single(group));
    }

    [Fact]
    public void An_item_stands_once_in_a_mail_and_is_new_to_a_reader_once()
    {
        Assert.All(story.Received, mail => Assert.Equal(mail.Items.Distinct(), mail.Items));
        foreach (var reader in story.Received.GroupBy(mail => (mail.Reader, mail.Digest)))
        {
            var fresh = reader.SelectMany(mail => mail.NewItems).ToList();
            Assert.Equal(fresh.Distinct(), fresh);
        }

        foreach (var reader in story.Received.GroupBy(mail => mail.Reader))
        {
            var known = new HashSet<string>(StringComparer.Ordinal);
            foreach (var mail in reader.Where(mail => mail.Digest != "the-firm"))
            {
                Assert.Empty(mail.NewItems.Intersect(known));
                known.UnionWith(mail.Items);
            }
        }
    }

    [Fact]
    public void A_step_of_an_item_is_told_at_once_to_one_reader_and_once()
    {
        var steps = story
            .Received.Where(mail => mail.Digest == "immediate")
            .SelectMany(mail => mail.Items.Select(item => (item, mail.Reader, Step: mail.Mail.Subject!.Split(':')[0])))
            .ToList();
        Assert.True(steps.Count >= 3);
        Assert.Equal(steps.Distinct(), steps);
    }

    [Theory]
    [InlineData("NEWS")]
    [InlineData("GIVEN UP")]
    [InlineData("AS YOU SAID")]
    public void A_reader_hears_a_piece_of_news_once(string heading)
    {
        var told = story
            .Received.SelectMany(mail => mail.Entries(heading).Select(entry => (mail.Reader, mail.Digest, WithoutTime(entry))))
            .ToList();
        Assert.NotEmpty(told);
        Assert.Equal(told.Distinct(), told);
    }

    [Fact]
    public void Nothing_is_told_that_is_no_longer_so()
    {
        foreach (var mail in story.Received)
        {
            var evaluation = story.Moments.Single(moment => moment.Now == mail.At).Evaluation;
            Assert.Empty(mail.Items.Except(evaluation.Items.Select(item => item.Id)));
        }
    }

    [Fact]
    public void Nobody_hears_of_the_items_of_others_but_their_manager_and_who_stands_in()
    {
        foreach (var mail in story.Received.Where(mail => mail.Digest == "my-day"))
        {
            var evaluation = story.Moments.Single(moment => moment.Now == mail.At).Evaluation;
            Assert.All(mail.Items, id => Assert.Equal(mail.Reader, evaluation.Items.Single(item => item.Id == id).Owner));
        }
    }

    [Fact]
    public void Mails_come_on_working_days_to_who_is_there()
    {
        Assert.All(story.Received, mail => Assert.InRange(mail.Date.DayOfWeek, IsoDayOfWeek.Monday, IsoDayOfWeek.Friday));
        Assert.All(
            story.Received,
            mail =>
                Assert.True(
                    Presence.IsThere(story.Policy.People.Single(person => person.Id == mail.Reader), mail.Date),
                    $"{mail.Reader} {mail.Date}"));
        Assert.Equal(
            ["ana", "ana"],
            story.Received.Where(mail => mail.Digest == "the-firm" && mail.Reader != "olga").Select(mail => mail.Reader));
    }

    [Fact]
    public void What_was_answered_by_mail_is_gone_the_next_morning()
    {
        foreach (var (at, reader, digest, lines) in TheStory.AnswersIn("en"))
        {
            var date = NodaTime.Text.LocalDatePattern.Iso.Parse(at[..10]).Value;
            var next = story.Received.FirstOrDefault(mail => mail.Reader == reader && mail.Digest == digest && mail.Date > date);
            Assert.All(
                lines.Where(line => !line.Verb.StartsWith("not useful", StringComparison.Ordinal)),
                line => Assert.DoesNotContain(line.Item, (next?.Text ?? "").Split("AS YOU SAID")[0], StringComparison.Ordinal));
        }
    }

    private IEnumerable<Moment> Mornings(LocalTime time) =>
        story.Moments.Where(moment =>
            moment.Now.InUtc().TimeOfDay == time && moment.Now.InUtc().DayOfWeek is not (IsoDayOfWeek.Saturday or IsoDayOfWeek.Sunday));

    private static bool IsTold(Item item, Instant now) =>
        item.State is ItemState.Open or ItemState.Overdue && item.Rule is not WatchRule && !(item.HiddenUntil > now);

    /// <summary>Times are told as seen from the day, and so differ from mail to mail.</summary>
    private static string WithoutTime(string entry) => entry.Split([" (yesterday", " (today"], StringSplitOptions.None)[0];
}
