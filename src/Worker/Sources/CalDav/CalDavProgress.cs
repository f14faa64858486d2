namespace CrmSync.Worker.Sources.CalDav;

/// <summary>How far a calendar has been read, as its folder's cursor keeps it.</summary>
/// <param name="Quarter">The end of the window recurring meetings were read in.</param>
/// <param name="Cursor">The state that was stored.</param>
internal sealed record CalDavProgress(string Quarter, CalDavCursor Cursor)
{
    /// <summary>Null for a calendar that was not read yet.</summary>
    public static CalDavProgress? Parse(string? text) => text?.Split('\n') is [var quarter, var token, var tag]
        ? new CalDavProgress(quarter, new CalDavCursor(Word(token), Word(tag)))
        : null;

    public override string ToString() => $"{Quarter}\n{Cursor.SyncToken}\n{Cursor.ChangeTag}";

    private static string? Word(string text) => text.Length == 0 ? null : text;
}

/// <summary>Where the calendars of an account lie, as the cursor of its home keeps it.</summary>
internal static class CalDavHomes
{
    public static IReadOnlyList<Uri> Parse(string? text) =>
        string.IsNullOrEmpty(text) ? [] : [.. text.Split('\n').Select(address => new Uri(address))];

    public static string Print(IReadOnlyList<Uri> homes) => string.Join('\n', homes.Select(address => address.AbsoluteUri));
}
