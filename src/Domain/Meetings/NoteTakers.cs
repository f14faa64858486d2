using System.Buffers;
using CrmSync.Domain.Company;
using CrmSync.Domain.Log;

namespace CrmSync.Domain.Meetings;

/// <summary>
/// Programs that are invited to meetings to take notes. The people who make them have addresses at the same domains, so a domain alone
/// says nothing: the address or the display name must be a program's.
/// </summary>
internal sealed class NoteTakers
{
    private static readonly SearchValues<char> Separators = SearchValues.Create(".-_");

    private readonly HashSet<string> whole = [.. PhraseFile.Read("note-takers.txt", "whole")];
    private readonly string[] domains = PhraseFile.Read("note-takers.txt", "domain");
    private readonly HashSet<string> addresses = [.. PhraseFile.Read("note-takers.txt", "address")];
    private readonly HashSet<string> everywhere = [.. PhraseFile.Read("note-takers.txt", "everywhere")];
    private readonly string[] names = PhraseFile.Read("note-takers.txt", "name");

    /// <summary>Whether somebody invited is such a program.</summary>
    public bool Include(EmailAddress address, string? name)
    {
        var local = Bare(address.LocalPart);
        if (everywhere.Contains(local) || whole.Contains(address.Value))
            return true;
        if (!Array.Exists(domains, address.IsIn))
            return false;

        return addresses.Contains(local)
            || Array.Exists(names, known => name?.Contains(known, StringComparison.OrdinalIgnoreCase) == true);
    }

    /// <summary>What stands before the @ and before any plus sign, without what separates words in it.</summary>
    private static string Bare(string localPart)
    {
        var plus = localPart.IndexOf('+', StringComparison.Ordinal);
        var name = plus > 0 ? localPart[..plus] : localPart;
        return name.AsSpan().ContainsAny(Separators) ? string.Concat(name.Where(character => !Separators.Contains(character))) : name;
    }
}
