using CrmSync.Domain.Commands;
using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Storage.Digests;

namespace CrmSync.Worker.Commands;

/// <summary>Carries out the lines of one reply, each as a whole or not at all, and collects what is told of them.</summary>
/// <param name="undo">Takes back what was done before.</param>
/// <param name="policy">Who is below whom.</param>
/// <param name="context">What the items are.</param>
/// <param name="lines">Makes lines of the log.</param>
/// <param name="answered">The mail that is answered, or null.</param>
/// <param name="items">The ids of its items, by their numbers.</param>
/// <param name="author">Who wrote the reply.</param>
/// <param name="mail">The reply.</param>
internal sealed class SpokenMeaning(
    CommandUndo undo,
    CompanyPolicy policy,
    CommandContext context,
    CommandLines lines,
    LedgerMail? answered,
    IReadOnlyDictionary<int, string> items,
    Person author,
    CommandMail mail)
{
    private readonly List<Interaction> commands = [];
    private readonly List<Confirmation> confirmations = [];
    private readonly List<Question> questions = [];
    private readonly Wording words = Wording.In(author.Language);
    private bool withHelp;
    private bool withList;
    private bool withFeed;

    /// <summary>Whether nothing was asked for.</summary>
    public bool IsNothing => confirmations.Count + questions.Count == 0 && !withHelp && !withList && !withFeed;

    /// <summary>What it all comes to.</summary>
    public CommandReading Reading
    {
        get
        {
            var asked = questions.Distinct().ToList();
            var told = confirmations.Distinct().ToList();
            if (asked.Count > CommandMeaning.MostPeople)
                told.Add(
                    new Confirmation(
                        words.Answers.NotAnswered,
                        words.Answers.TooManyPeople(asked.Count, CommandMeaning.MostPeople),
                        Failed: true));

            return new CommandReading(
                [.. commands.DistinctBy(one => one.Id)],
                new MailAnswer(told, [.. asked.Take(CommandMeaning.MostPeople)])
                {
                    WithHelp = withHelp,
                    WithList = withList,
                    WithFeed = withFeed,
                });
        }
    }

    /// <summary>Tells the author that a line was not carried out.</summary>
    public void Refuse(string line, string reason) => confirmations.Add(Confirmation.NotDone(line, reason, words));

    public async Task CarryOut(SpokenLine line, CancellationToken ct)
    {
        var made = new List<CommandReading>();
        var done = new List<ItemTarget>();
        var asked = new List<Question>();
        try
        {
            foreach (var command in line.Commands)
            {
                switch (command.Verb)
                {
                    case CommandVerb.Help:
                        withHelp = true;
                        break;
                    case CommandVerb.Today:
                        withList = true;
                        break;
                    case CommandVerb.Feed:
                        withFeed = true;
                        break;
                    case CommandVerb.Undo:
                        made.Add(await undo.TakeBack(mail, author, lines, ct));
                        break;
                    case CommandVerb.Brief or CommandVerb.MayIWrite:
                        asked.AddRange(Ask(command));
                        break;
                    default:
                        Say(line, command, made, done);
                        break;
                }
            }
        }
        catch (RefusedCommandException refused)
        {
            foreach (var target in done)
                context.MarkOpen(target);

            Refuse(line.Line, refused.Message);
            return;
        }

        questions.AddRange(asked);
        foreach (var reading in made)
        {
            commands.AddRange(reading.Commands);
            confirmations.AddRange(reading.Answer.Confirmations);
        }
    }

    private void Say(SpokenLine line, SpokenCommand command, List<CommandReading> made, List<ItemTarget> done)
    {
        foreach (var target in FindTargets(command).ToList())
        {
            var wish = new CommandWish(command.Verb)
            {
                Argument = command.Tag,
                Text = command.Text,
                Until = command.Until,
                Person = command.Person,
            };
            string[] identity =
            [
                "reply", author.Id, answered?.Plan.MessageId ?? mail.Id, target.Item!, CommandVerbs.Name(command.Verb), line.Line,
            ];
            var wasOver = context.IsOver(target);
            made.Add(lines.Say(wish, target, identity));
            if (!wasOver && context.IsOver(target))
                done.Add(target);

            if (command.Remark is { } remark && target.Contact is not null)
                made.Add(lines.Say(new CommandWish(CommandVerb.Note) { Text = remark }, target, [.. identity, "remark"]));
        }
    }

    private IEnumerable<Question> Ask(SpokenCommand command)
    {
        var kind = command.Verb == CommandVerb.Brief ? QuestionKind.Who : QuestionKind.MayIWrite;
        var contacts =
            command.Text is not { } text ? [.. FindTargets(command).Select(target => target.Contact).OfType<EmailAddress>()]
            : text.Length == 0 ? context.MetNext(author, mail.ArrivedAt)
            : [.. text.Split(' ').Select(context.Outsider).OfType<EmailAddress>()];
        return contacts.Count == 0
            ? throw new RefusedCommandException(
                command.Text is { Length: 0 }
                    ? words.Refusals.NobodyToBrief
                    : words.Refusals.NoContactNamed)
            : contacts.Select(contact => new Question(kind, contact));
    }

    private IReadOnlyList<ItemTarget> FindTargets(SpokenCommand command)
    {
        var targets = command.Targets;
        if (targets.IsTheOnlyOne)
        {
            return items.Count == 1
                ? [FindTarget(items.Keys.First())]
                : throw new RefusedCommandException(words.Refusals.NoLine(CommandVerbs.Name(command.Verb), command.Verb));
        }

        if (!targets.IsAll)
        {
            return
            [
                .. targets.Numbers.Select(FindTarget),
                .. targets.Items.Select(id => FindTarget(id, id)),
            ];
        }

        if (items.Count == 0)
            throw new RefusedCommandException(
                answered is null ? words.Refusals.NumbersNeedMail : words.Refusals.ListsNoLines);

        foreach (var except in targets.Except)
            FindTarget(except);

        // What is over already needs nothing more, and is no reason to leave the others.
        return
        [
            .. items
                .Where(item =>
                    !targets.Except.Contains(item.Key)
                    && context.Item(item.Value) is { } target
                    && target.Proposal is not null == CommandVerbs.IsAnswer(command.Verb))
                .OrderBy(item => item.Key)
                .Select(item => FindTarget(item.Key)),
        ];
    }

    private ItemTarget FindTarget(int number)
    {
        if (answered is null)
            throw new RefusedCommandException(words.Refusals.NumbersNeedMail);

        var line = words.Refusals.Line(number);
        return items.GetValueOrDefault(number) is { } item
            ? FindTarget(line, item)
            : throw new RefusedCommandException(words.Refusals.NotInThisMail(line, items.Count == 0 ? null : items.Keys.Max()));
    }

    private ItemTarget FindTarget(string name, string item)
    {
        // An id of somebody else's item is as unknown as one that never was.
        var target = context.Item(item);
        var isOwn = items.Values.Contains(item, StringComparer.OrdinalIgnoreCase);
        return target is not null && (isOwn || Chain.Below(policy, author.Id).Contains(target.Owner))
            ? target
            : throw new RefusedCommandException(
                isOwn ? words.Refusals.NotThereAnyMore(name) : words.Refusals.NoItemOfYours(name));
    }
}
