namespace CrmSync.Worker.MailServers;

/// <summary>How long a web server is waited for, and how much of one answer is read.</summary>
internal sealed record WebLimits
{
    /// <summary>The limits the product runs with.</summary>
    public static WebLimits Default { get; } = new();

    /// <summary>How long a server may say nothing: before its answer, and between two pieces of it.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>How long a request may take with all of its answer.</summary>
    public TimeSpan Whole { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The most bytes of an answer, counted after unpacking.</summary>
    public long Bytes { get; init; } = 64L << 20;
}

/// <summary>Which limit of <see cref="WebLimits"/> an answer met.</summary>
internal enum WebLimit
{
    Silence,
    Whole,
    Bytes,
}

/// <summary>A web server was given up: it fell silent, took too long, or sent too much.</summary>
/// <param name="limit">Which limit it met.</param>
/// <param name="words">What happened, in words; names the host and nothing else of the address.</param>
internal sealed class WebLimitException(WebLimit limit, string words) : Exception(words)
{
    public WebLimit Limit { get; } = limit;
}
