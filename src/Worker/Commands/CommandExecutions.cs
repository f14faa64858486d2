using CrmSync.Domain.Policy;
using CrmSync.Worker.Commands.Authorship;
using CrmSync.Worker.Configuration;

namespace CrmSync.Worker.Commands;

/// <summary>Creates what carries out the commands of a mailbox: anew for each harvest, for the policy may have changed.</summary>
/// <param name="stores">What is read and written.</param>
/// <param name="dkim">Verifies signatures, where that is configured.</param>
internal sealed class CommandExecutions(CommandStores stores, DkimCheck dkim)
{
    /// <param name="policy">Who is ours, and what the items are.</param>
    /// <param name="mailbox">The command mailbox.</param>
    /// <param name="account">The name of its account.</param>
    public CommandExecution Create(CompanyPolicy policy, CommandSettings mailbox, string account) =>
        new(policy, stores, mailbox, account, mailbox.VerifyDkim ? dkim : null);
}
