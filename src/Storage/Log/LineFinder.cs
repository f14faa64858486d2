using CrmSync.Domain.Company;
using CrmSync.Domain.Log;

namespace CrmSync.Storage.Log;

/// <summary>
/// Writes down how lines are found without being read: everybody outside by domain, and what lines are about beside their people
/// (<see cref="LineTargets"/>).
/// </summary>
internal sealed class LineFinder(WriteScope scope)
{
    private readonly HashSet<EmailAddress> written = [];

    private readonly RowBatch outsiders = scope.Rows(
        """
        insert into outsider (address, domain)
        select r.address, r.domain
          from {rows} r
         where true
            on conflict do nothing
        """,
        Column.Text("address"),
        Column.Text("domain"));

    private readonly RowBatch targets = scope.Rows(
        """
        insert into line_target (name, interaction)
        select r.name, r.interaction
          from {rows} r
         where true
            on conflict do nothing
        """,
        Column.Text("name"),
        Column.Number("interaction"));

    /// <summary>The labels of a domain from the last to the first, so that what is below it follows it: <c>example.acme.mail</c>.</summary>
    public static string Turned(string domain) => string.Join('.', domain.Split('.').Reverse());

    /// <summary>Adds a line that was or is being written.</summary>
    public void Add(long number, Interaction line)
    {
        foreach (var person in line.Participants)
        {
            if (!person.Internal)
                Add(person.Address);
        }

        foreach (var name in LineTargets.In(line))
        {
            targets.Add(name).Add(number).End();
            if (EmailAddress.TryParseContact(name, out var address))
                Add(address);
        }
    }

    public async Task Flush()
    {
        await outsiders.Flush();
        await targets.Flush();
    }

    /// <summary>Forgets whoever stands on no line and is named by none any more.</summary>
    public static Task<int> LeaveOutStrangers(WriteScope scope) => scope.Execute(
        """
        delete from outsider
         where not exists (select 1 from participant p where p.address = outsider.address)
           and not exists (select 1 from line_target t where t.name = outsider.address)
        """);

    private void Add(EmailAddress address)
    {
        if (written.Add(address))
            outsiders.Add(address.Value).Add(Turned(address.Domain)).End();
    }
}
