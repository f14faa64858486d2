using CrmSync.Domain.Company;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Log;
using CrmSync.Storage.Log;
using NodaTime;

namespace CrmSync.Worker.Commands;

/// <summary>Takes back what somebody's last mail or link did.</summary>
internal sealed class CommandUndo(CommandStores stores)
{
    /// <summary>Takes back all that the author's last mail or link did, within a day.</summary>
    /// <exception cref="RefusedCommandException">There is nothing that can be taken back.</exception>
    public async Task<CommandReading> TakeBack(CommandMail mail, Person author, CommandLines lines, CancellationToken ct)
    {
        var refusals = Wording.In(author.Language).Refusals;
        var earliest = mail.ArrivedAt - Duration.FromDays(1);
        var own = author.Also.Prepend(author.Email).ToHashSet();
        var commands = await stores.Log
            .Read(new LogFilter { Kinds = [InteractionKind.Command], Since = earliest }, ct)
            .Where(line => line.Command is { Mail: { } by } command && own.Contains(command.By) && by != mail.Id)
            .ToListAsync(ct);
        var undone = commands.SelectMany(line => line.Command!.Undoes).ToHashSet(StringComparer.Ordinal);
        var earlier = await stores.Inbox.CarriedOut([.. own.Select(one => one.Value)], earliest, mail.ArrivedAt, ct);
        foreach (var one in earlier.Where(one => one.Id != mail.Id))
        {
            if (
                one.Words is { } words
                && Wording.All.Any(language =>
                    words.StartsWith($"{language.Answers.Stopped}:", StringComparison.Ordinal)
                    || words.StartsWith($"{language.Answers.SentAgain}:", StringComparison.Ordinal)))
                throw new RefusedCommandException(refusals.CannotTakeBackStop);

            var said = commands.FindAll(line => line.Command!.Mail == one.Id);
            if (said.Count == 0)
                continue;

            // What was made private is gone.
            if (said.RemoveAll(line => line.Command!.Verb == CommandVerb.Private) > 0 && said.Count == 0)
                throw new RefusedCommandException(refusals.CannotTakeBackPrivate);

            if (said.Exists(line => line.Command!.Undoes.Count > 0 || undone.Contains(line.Id)))
                throw new RefusedCommandException(refusals.TakenBackAlready);

            return lines.TakeBack(
                [.. said.Select(line => line.Id).Order(StringComparer.Ordinal)],
                one.Words ?? Wording.In(author.Language).Answers.YourLastMail);
        }

        throw new RefusedCommandException(refusals.NothingToTakeBack);
    }
}
