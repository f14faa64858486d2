using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Digests;

/// <summary>What a reader may see of contacts: their own, those of the people below them, and those of the teams they are in.</summary>
public sealed class Sight
{
    private readonly HashSet<string> owners;

    /// <param name="policy">Who manages whom, and who is in which team.</param>
    /// <param name="reader">The id of the reader.</param>
    public Sight(CompanyPolicy policy, string reader)
    {
        Reader = reader;
        owners = [.. Chain.Below(policy, reader)];
        foreach (var team in policy.Teams.Where(team => team.Lead == reader || team.Members.Contains(reader)))
        {
            owners.UnionWith(team.Members);
            if (team.Lead is { } lead)
                owners.Add(lead);
        }
    }

    public string Reader { get; }

    /// <summary>Whether what this person looks after is theirs to see.</summary>
    public bool Covers(string? owner) => owner is not null && owners.Contains(owner);
}
