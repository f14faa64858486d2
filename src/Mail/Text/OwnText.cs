namespace CrmSync.Mail.Text;

/// <summary>A mail's text taken apart.</summary>
/// <param name="Own">The author's own lines: without quotes, quoted mails and what stands below the signature mark. May be empty; policy looks at this alone.</param>
/// <param name="Excerpt">What is shown to people: the own text, or the start of the whole when there is none.</param>
public sealed record MailText(string Own, string Excerpt);

/// <summary>Finds the lines an author wrote in a mail.</summary>
public static class OwnText
{
    /// <summary>Takes a plain text apart.</summary>
    public static MailText Of(string plain) => new(plain, plain);
}
