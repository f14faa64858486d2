namespace CrmSync.Domain.Languages;

/// <summary>Ends words of the program that another sentence follows.</summary>
internal static class SentenceEnd
{
    public static string Ended(string words) => words is [.., '.' or '!' or '?' or '…'] or [] ? words : words + ".";
}
