using System.CommandLine;
using CrmSync.Domain.Evaluation;

namespace CrmSync.Worker.Cli;

/// <summary><c>items</c>: what the policy asks for at a moment.</summary>
internal static class ItemsVerb
{
    private static readonly Option<string?> Owner = new("--owner") { Description = "Only items of this person.", HelpName = "X" };
    private static readonly Option<string?> State = new("--state") { Description = "Only items in this state.", HelpName = "S" };

    public static Command Create()
    {
        State.AcceptOnlyFromAmong([.. Enum.GetNames<ItemState>().Select(n => n.ToLowerInvariant())]);
        return new Command("items", "Show what is to be done, as of a moment.")
        {
            Owner,
            State,
            CommonOptions.Format,
            CommonOptions.Now,
        }.Does(Run);
    }

    private static async Task<int> Run(ParseResult parsed, CancellationToken ct)
    {
        var now = parsed.NowOf();
        await using var program = await Composition.Open(parsed.FolderOf(), now, ct);
        var (owner, state) = (parsed.GetValue(Owner), parsed.GetValue(State));
        if (owner is not null && program.Policy.People.All(p => p.Id != owner))
            throw new UsageException(
                $"there is no person \"{owner}\" in the policy; there are {string.Join(", ", program.Policy.People.Select(p => p.Id))}");

        var evaluation = new Evaluator(program.Policy).Evaluate(await program.Snapshot(now, withText: false, ct), now);
        using var output = parsed.OutputOf();
        output.List(
            evaluation.Items.Where(item =>
                (owner is null || item.Owner == owner) && (state is null || LogFormat.Word<ItemState>(item.State) == state)),
            ItemFormat.Items);
        return CommandLine.Done;
    }
}
