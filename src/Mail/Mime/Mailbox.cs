namespace CrmSync.Mail.Mime;

/// <summary>One address with the name it was written with.</summary>
/// <param name="Name">The display name, decoded, or empty.</param>
/// <param name="Address">The address as <c>local@domain</c>: the local part as written, the domain in lower case.</param>
public sealed record Mailbox(string Name, string Address)
{
    /// <summary>The part before the last <c>@</c>, in quotes where it needs them.</summary>
    public string Local => Address[..Address.LastIndexOf('@')];

    /// <summary>The part after the last <c>@</c>.</summary>
    public string Domain => Address[(Address.LastIndexOf('@') + 1)..];

    /// <inheritdoc/>
    public override string ToString() => Name.Length == 0 ? Address : $"{Name} <{Address}>";
}
