using System.Diagnostics;

namespace CrmSync.Worker.Telemetry;

/// <summary>
/// The traces of the program: a harvest with its listing, reading and storing, and a digest from the look at the policy to its leaving.
/// Without a listener they cost nothing. No tag holds a folder, a subject or an address.
/// </summary>
internal static class Traces
{
    public const string Name = "CrmSync";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>Begins one reading of an account.</summary>
    public static Activity? Harvest(string account) => Begin("harvest")?.SetTag("crmsync.account", AccountLabel.From(account));

    /// <summary>Begins a part of what is under way, such as <c>list</c> or <c>store</c>.</summary>
    public static Activity? Begin(string part) => Source.StartActivity(part);

    /// <summary>Begins the writing or sending of one of our mails.</summary>
    /// <param name="part"><c>write</c> or <c>send</c>.</param>
    /// <param name="digest">The name of the digest, as the policy calls it.</param>
    public static Activity? Mail(string part, string digest) => Begin(part)?.SetTag("crmsync.digest", digest);

    /// <summary>Notes that it failed.</summary>
    /// <param name="activity">What is under way; null when nobody listens.</param>
    /// <param name="kind">The kind of failure; its words may name folders and people.</param>
    public static void MarkFailed(this Activity? activity, string kind) => activity?.SetStatus(ActivityStatusCode.Error, kind);
}
