using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Commands;

/// <summary>
/// Puts the answer to a mail together that could not wait for the next digest: what failed and why, and what was asked. Somebody the reader
/// may not see is answered like somebody nobody knows.
/// </summary>
public sealed class AnswerComposer(DigestFacts facts)
{
    /// <summary>The name answers have where a digest has its own.</summary>
    public const string Name = "answer";

    /// <summary>The name of answers with the address of a calendar: a secret, so that nobody keeps what they said.</summary>
    public const string WithKey = "feed";

    private const string NotDone = "not_done";

    private readonly PeopleBook people = PeopleBook.From(facts);

    /// <param name="reader">Who wrote the mail.</param>
    /// <param name="answer">What is to be told; not empty.</param>
    /// <param name="feed">The address of the calendar the reader asked for; null where there is none to be had.</param>
    public Digest Compose(Person reader, MailAnswer answer, string? feed = null)
    {
        var clock = ReaderClock.From(facts.Policy, reader, facts.Now);
        var words = clock.Words;
        var sight = new Sight(facts.Policy, reader.Id);
        var sections = new List<DigestSection>();
        var headlines = new List<string>();
        Confirm(answer.Confirmations, words, sections, headlines);
        Introduce([.. Asked(answer, QuestionKind.Who)], reader, clock, sight, sections, headlines);
        foreach (var contact in Asked(answer, QuestionKind.MayIWrite))
            Advise(contact, reader, clock, sight, sections, headlines);

        if (answer.WithFeed)
            Feed(feed, words, sections, headlines);

        if (answer.WithHelp)
            Help(words, sections, headlines);

        var run = DueDigest.AtOnce(Name, reader, clock);
        var listed = answer.WithList ? List(run, clock, sections, headlines) : [];

        var headline =
            headlines.Count == 1 ? headlines[0] : words.Answers.AndFurtherAnswers(headlines[0], headlines.Count - 1);
        return new Digest(run)
        {
            Headline = headline,
            Subject = headline,
            Preheader = Tally.Fitted(headline, words),
            Greeting = people.FirstName(reader.Id),
            Day = clock.Head,
            Sections = sections,
            Listed = listed,
            PolicyVersion = PlainWords.Flatten(facts.Policy.Version, PlainWords.Name),
            IsEmpty = false,
        };
    }

    private static void Feed(string? address, Wording words, List<DigestSection> sections, List<string> headlines)
    {
        var told = words.Answers;
        sections.Add(
            new NewsSection(WithKey, told.ListInCalendar)
            {
                Lines = address is null
                    ? [new NewsLine(told.NotDone, told.NoFeedHere) { IsBad = true }]
                    :
                    [
                        new NewsLine(told.FeedAddress, address),
                        new NewsLine("Outlook", told.FeedInOutlook),
                        new NewsLine("Google", told.FeedInGoogle),
                        new NewsLine("Apple", told.FeedInApple),
                        new NewsLine(told.KeepSecret, told.FeedIsSecret),
                    ],
            });
        headlines.Add(told.ListInCalendar);
    }

    private static void Help(Wording words, List<DigestSection> sections, List<string> headlines)
    {
        sections.Add(
            new NewsSection("help", words.Answers.WhatYouCanWrite)
            {
                Lines = [.. words.Answers.Examples.Select(example => new NewsLine(words.Answers.Write, example))],
            });
        headlines.Add(words.Answers.WhatYouCanWrite);
    }

    /// <summary>
    /// The reader's list as their next digest would show it, as if there had been none before; its numbers can be answered.
    /// </summary>
    private IReadOnlyList<ListedItem> List(DueDigest run, ReaderClock clock, List<DigestSection> sections, List<string> headlines)
    {
        var usual = facts.Policy.Digests.FirstOrDefault(digest => digest.Readers == DigestReaders.Owners) ?? run.Definition;
        var list = run with
        {
            Definition = usual with { Sections = [SectionNames.Overdue, SectionNames.DueToday, SectionNames.ToDo] },
        };
        var digest = new DigestComposer(facts).Compose(list, DigestHistory.None);
        sections.AddRange(digest.Sections);
        headlines.Add(digest.Listed.Count == 0 ? clock.Words.Answers.NothingToDoForNow : digest.Headline);
        return digest.Listed;
    }

    private IEnumerable<EmailAddress> Asked(MailAnswer answer, QuestionKind kind) =>
        answer.Questions.Where(question => question.Kind == kind).Select(question => people.Primary(question.Contact)).Distinct();

    private static void Confirm(
        IReadOnlyList<Confirmation> confirmations,
        Wording words,
        List<DigestSection> sections,
        List<string> headlines)
    {
        var failed = confirmations.Where(one => one.Failed).ToList();
        if (failed.Count > 0)
        {
            sections.Add(new NewsSection(NotDone, Capital(words.Answers.NotDone)) { Lines = [.. Confirmation.AsLines(failed, words)] });
            headlines.Add(
                confirmations.Count == 1
                    ? words.Answers.ThisCouldNotBeDone
                    : words.Answers.CouldNotBeDone(failed.Count, confirmations.Count));
        }

        var done = confirmations.Where(one => !one.Failed).ToList();
        if (done.Count > 0)
            sections.Add(new NewsSection(SectionNames.AsYouSaid, words.Digests.AsYouSaid)
            {
                Lines = [.. Confirmation.AsLines(done, words)],
            });
    }

    private void Introduce(
        IReadOnlyList<EmailAddress> asked,
        Person reader,
        ReaderClock clock,
        Sight sight,
        List<DigestSection> sections,
        List<string> headlines)
    {
        var writer = new BriefWriter(facts, people, clock, sight);
        var known = asked.Select(writer.WriteIfVisible).OfType<Brief>().ToList();
        if (known.Count > 0)
        {
            sections.Add(new BriefSection("brief", clock.Words.Answers.WhatWeKnow) { People = known });
            headlines.Add(clock.Words.Answers.About(known[0].Name, known.Count - 1));
        }

        var words = clock.Words.Writing;
        var hidden = asked.Where(address => writer.WriteIfVisible(address) is null).ToList();
        if (hidden.Count == 0)
            return;

        sections.Add(
            new NewsSection("nobody", known.Count == 0 ? words.NobodyOfYours : words.AndNobodyOfYours)
            {
                Lines = [.. hidden.Select(address => new NewsLine(words.NotFound, Unseen(address, reader)))],
            });
        if (known.Count == 0)
            headlines.Add(words.NobodyOfYours);
    }

    private void Advise(
        EmailAddress contact,
        Person reader,
        ReaderClock clock,
        Sight sight,
        List<DigestSection> sections,
        List<string> headlines)
    {
        if (facts.IsShownTo(sight, contact) && facts.MayWrite(contact) is { } advice)
        {
            var (headline, section) = new WritingWords(facts, people, clock, sight).Words(advice);
            sections.Add(section);
            headlines.Add(headline);
            return;
        }

        // What the policy says of an address by itself holds for everybody, known or not.
        var words = clock.Words.Writing;
        var address = PlainWords.Flatten(contact.Value, PlainWords.Name);
        var isListed = facts
            .Policy.Limits.OfType<DoNotContactLimit>()
            .Any(limit =>
                limit is { Mode: Mode.Enforce, When: null } && (limit.Addresses.Contains(contact) || limit.Domains.Any(contact.IsIn)));
        sections.Add(
            new NewsSection("may_i_write", words.Title(address))
            {
                Lines =
                [
                    isListed
                        ? new NewsLine(words.No, words.IsAmongThoseWeDoNotWriteTo(address)) { IsBad = true }
                        : new NewsLine(words.CannotSay, Unseen(contact, reader)),
                ],
            });
        headlines.Add(isListed ? words.HeadlineNo(address) : words.NobodyOfYours);
    }

    /// <summary>The same words whether nobody knows the address or somebody else looks after it.</summary>
    private string Unseen(EmailAddress address, Person reader)
    {
        var helper = reader.Manager ?? facts.Policy.DefaultOwner.Id;
        return Wording.In(reader.Language).Writing.Unseen(
            PlainWords.Flatten(address.Value, PlainWords.Name),
            helper == reader.Id ? null : people.FirstName(helper));
    }

    private static string Capital(string words) => char.ToUpperInvariant(words[0]) + words[1..];
}
