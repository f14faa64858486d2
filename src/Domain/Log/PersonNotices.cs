using CrmSync.Domain.Company;
using NodaTime;

namespace CrmSync.Domain.Log;

/// <summary>An absence notice names the day on which its author is back.</summary>
/// <param name="Day">The first day on which they can be reached again.</param>
public sealed record ReturnNotice(LocalDate Day)
{
    /// <summary>The sentence that says so; null where no words are kept.</summary>
    public string? Sentence { get; init; }
}

/// <summary>What the signature of a mail says of its author. Never kept where the words of the mail are not.</summary>
public sealed record SignatureNotice
{
    /// <summary>A number to call, as written.</summary>
    public string? Telephone { get; init; }

    /// <summary>What they are.</summary>
    public string? Title { get; init; }

    /// <summary>The lines that say so.</summary>
    public required string Sentence { get; init; }
}

/// <summary>An automatic answer says that whoever had the mailbox has left. Never kept where the words of the mail are not.</summary>
/// <param name="Sentence">The words that say so.</param>
public sealed record DepartureNotice(string Sentence)
{
    /// <summary>Whom to write to instead; null when nobody is named, or several are.</summary>
    public EmailAddress? Successor { get; init; }
}

/// <summary>Somebody names the address they have from now on. Never kept where the words of the mail are not.</summary>
/// <param name="Sentence">The words that say so.</param>
/// <param name="Address">The address.</param>
public sealed record AddressNotice(string Sentence, EmailAddress Address);
