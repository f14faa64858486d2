using System.CommandLine;
using CrmSync.Domain.Evaluation;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.PolicyFiles;

namespace CrmSync.Worker.Cli;

/// <summary><c>items</c>: what the policy asks for at a moment.</summary>
internal sealed class ItemsVerb(UnitLook look, PolicyInForce policy)
{
    private static readonly Option<string?> Owner = new("--owner") { Description = "Only items of this person.", HelpName = "X" };
    private static readonly Option<string?> State = new("--state") { Description = "Only items in this state.", HelpName = "S" };

    public static Command Create()
    {
        State.AcceptOnlyFromAmong([.. Enum.GetNames<ItemState>().Select(n => n.ToLowerInvariant())]);
        return new Command("items", "Show what is to be done, as of a moment.") { Owner, State, CommonOptions.Format, CommonOptions.Now }
            .Reads<ItemsVerb>((verb, parsed, ct) => verb.Run(parsed, ct));
    }

    private async Task<int> Run(ParseResult parsed, CancellationToken ct)
    {
        var now = parsed.ReadNow();
        var current = policy.Policy;
        var (owner, state) = (parsed.GetValue(Owner), parsed.GetValue(State));
        if (owner is not null && current.People.All(p => p.Id != owner))
            throw new UsageException(
                $"there is no person \"{owner}\" in the policy; there are {string.Join(", ", current.People.Select(p => p.Id))}");

        var evaluation = (await look.ReadAll(now, ct)).Evaluation;
        using var output = parsed.ReadOutput();
        output.List(
            evaluation.Items.Where(item =>
                (owner is null || item.Owner == owner) && (state is null || LogFormat.Word<ItemState>(item.State) == state)),
            ItemFormat.In(current.DefaultCalendar.Zone));
        return CommandLine.Done;
    }
}
