namespace CrmSync.Worker.Delivery;

/// <summary>A way for mails to leave.</summary>
internal interface IMailDelivery : IAsyncDisposable
{
    /// <summary>Whether handing the same mail over a second time replaces the first copy, so that nothing has to be searched for after a crash.</summary>
    bool Replaces { get; }

    /// <summary>Hands one mail over, to everybody of its envelope at once.</summary>
    Task<DeliveryAnswer> Deliver(LeavingMail mail, CancellationToken ct);
}

/// <summary>A finished mail with its envelope.</summary>
/// <param name="Name">Fit for a file name, the same whenever the mail is handed over.</param>
/// <param name="From">The envelope sender.</param>
/// <param name="Reader">Who it is for.</param>
/// <param name="Copy">The command mailbox, which gets every mail of ours in the same transaction; null when there is none.</param>
/// <param name="Bytes">The mail.</param>
internal sealed record LeavingMail(string Name, string From, string Reader, string? Copy, ReadOnlyMemory<byte> Bytes);

/// <summary>What became of a mail that was handed over.</summary>
internal abstract record DeliveryAnswer
{
    /// <summary>It has left.</summary>
    internal sealed record Accepted : DeliveryAnswer;

    /// <summary>It certainly has not left, and may later.</summary>
    /// <param name="Reason">In words, with what to do.</param>
    internal sealed record Postponed(string Reason) : DeliveryAnswer;

    /// <summary>It will never leave.</summary>
    internal sealed record Refused(string Reason) : DeliveryAnswer;

    /// <summary>It may have left or not.</summary>
    internal sealed record InDoubt(string Reason) : DeliveryAnswer;
}
