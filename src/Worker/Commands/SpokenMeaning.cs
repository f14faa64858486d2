using CrmSync.Domain.Commands;
using CrmSync.Domain.Company;
using CrmSync.Domain.Digests;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;
using CrmSync.Storage.Digests;

namespace CrmSync.Worker.Commands;

/// <summary>Carries out the lines of one reply, each as a whole or not at all, and collects what is told of them.</summary>
/// <param name="meaning">Knows what is ours, and what can be taken back.</param>
/// <param name="policy">Who is below whom.</param>
/// <param name="context">What the items are.</param>
/// <param name="lines">Makes lines of the log.</param>
/// <param name="answered">The mail that is answered, or null.</param>
/// <param name="items">The ids of its items, by their numbers.</param>
/// <param name="author">Who wrote the reply.</param>
/// <param name="mail">The reply.</param>
internal sealed class SpokenMeaning(
    CommandMeaning meaning,
    CompanyPolicy policy,
    CommandContext context,
    CommandLines lines,
    LedgerMail? answered,
    IReadOnlyDictionary<int, string> items,
    Person author,
    CommandMail mail)
{
    private const string NeedsMail =
        ": numbers belong to a mail of ours, but this answers none; answer the mail that has the line, or write the id that stands below "
            + "it";

    private readonly List<Interaction> commands = [];
    private readonly List<Confirmation> confirmations = [];
    private readonly List<Question> questions = [];
    private bool withHelp;
    private bool withList;

    /// <summary>Whether nothing was asked for.</summary>
    public bool IsNothing => confirmations.Count + questions.Count == 0 && !withHelp && !withList;

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
                        "not answered",
                        $"you ask about {asked.Count} people; the first {CommandMeaning.MostPeople} are answered, ask again for the others",
                        Failed: true));

            return new CommandReading(
                [.. commands.DistinctBy(one => one.Id)],
                new MailAnswer(told, [.. asked.Take(CommandMeaning.MostPeople)]) { WithHelp = withHelp, WithList = withList });
        }
    }

    /// <summary>Tells the author that a line was not carried out.</summary>
    public void Refuse(string line, string reason) => confirmations.Add(Confirmation.NotDone(line, reason));

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
                    case CommandVerb.Undo:
                        made.Add(await meaning.TakeBack(mail, author, lines, ct));
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
            : [.. text.Split(' ').Select(meaning.Outsider).OfType<EmailAddress>()];
        return contacts.Count == 0
            ? throw new RefusedCommandException(
                command.Text is { Length: 0 }
                    ? "finds nobody from outside you meet within a week; write for example \"brief jane@acme.example\""
                    : "names nobody from outside; write the address of a contact")
            : contacts.Select(contact => new Question(kind, contact));
    }

    private IReadOnlyList<ItemTarget> FindTargets(SpokenCommand command)
    {
        var targets = command.Targets;
        if (targets.IsTheOnlyOne)
        {
            return items.Count == 1
                ? [FindTarget($"line {items.Keys.First()}", items.Values.First())]
                : throw new RefusedCommandException($"names no line; write for example \"{CommandVerbs.Name(command.Verb)} 2\"");
        }

        if (!targets.IsAll)
        {
            return
            [
                .. targets.Numbers.Select(number => FindTarget($"line {number}", items.GetValueOrDefault(number))),
                .. targets.Items.Select(id => FindTarget(id, id)),
            ];
        }

        if (items.Count == 0)
            throw new RefusedCommandException(answered is null ? NeedsMail : ": the mail this answers lists no lines");

        foreach (var except in targets.Except)
            FindTarget($"line {except}", items.GetValueOrDefault(except));

        // What is over already needs nothing more, and is no reason to leave the others.
        return
        [
            .. items
                .Where(item =>
                    !targets.Except.Contains(item.Key)
                    && context.Item(item.Value) is { } target
                    && target.Proposal is not null == CommandVerbs.IsAnswer(command.Verb))
                .OrderBy(item => item.Key)
                .Select(item => FindTarget($"line {item.Key}", item.Value)),
        ];
    }

    private ItemTarget FindTarget(string name, string? item)
    {
        if (answered is null && name.StartsWith("line ", StringComparison.Ordinal))
            throw new RefusedCommandException(NeedsMail);

        if (item is null)
        {
            var there =
                items.Count == 0 ? "it lists none"
                : items.Count == 1 ? "it has line 1 only"
                : $"it has the lines 1 to {items.Keys.Max()}";
            throw new RefusedCommandException($": {name} is not in the mail this answers; {there}");
        }

        // An id of somebody else's item is as unknown as one that never was.
        var target = context.Item(item);
        var isOwn = items.Values.Contains(item, StringComparer.OrdinalIgnoreCase);
        return target is not null && (isOwn || Chain.Below(policy, author.Id).Contains(target.Owner))
            ? target
            : throw new RefusedCommandException(
                isOwn ? $": {name} is not there any more; there is nothing left to do about it" : $": {name} is no item of yours");
    }
}
