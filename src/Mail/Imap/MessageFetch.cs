using System.Runtime.CompilerServices;
using System.Text;
using CrmSync.Mail.Net;

namespace CrmSync.Mail.Imap;

/// <summary>What to fetch of each message.</summary>
public sealed record FetchRequest
{
    /// <summary>UID, flags, date and size, and the first bytes of the message.</summary>
    /// <param name="bytes">How many bytes of each; the server is asked for no more, and no more are kept.</param>
    public static FetchRequest FirstBytes(int bytes) => new() { Body = BodySection.Message, Keep = bytes, Partial = true };

    /// <summary>Whole messages.</summary>
    /// <param name="keep">How many bytes to keep; the rest is counted only.</param>
    public static FetchRequest Whole(int keep) => new() { Body = BodySection.Message, Keep = keep };

    /// <summary>All header fields and nothing else, not even date and flags: what still works when those are the trouble.</summary>
    /// <param name="keep">How many bytes to keep.</param>
    public static FetchRequest HeaderOnly(int keep) => new() { Body = BodySection.Header, Keep = keep, Attributes = false };

    /// <summary>UIDs, dates and sizes without any bytes of the message.</summary>
    public static FetchRequest Summary { get; } = new();

    /// <summary>How many parts each message has, and nothing else.</summary>
    public static FetchRequest Structure { get; } = new() { Attributes = false, Parts = true };

    /// <summary>Ask for the structure.</summary>
    public bool Parts { get; init; }

    /// <summary>The part to fetch, or null for none.</summary>
    public BodySection? Body { get; init; }

    /// <summary>How many bytes to keep of each message.</summary>
    public int Keep { get; init; }

    /// <summary>Ask the server for the first <see cref="Keep"/> bytes only; some servers cannot.</summary>
    public bool Partial { get; init; }

    /// <summary>Ask for flags, date and size.</summary>
    public bool Attributes { get; init; } = true;

    /// <summary>Takes the bytes as they come instead of <see cref="FetchedMessage.Body"/>.</summary>
    public BodyConsumer? Consumer { get; init; }

    /// <summary>How many sets are asked for before the first is answered; hides the time bytes travel.</summary>
    public int Ahead { get; init; } = 4;

    internal string Items(Capabilities capabilities)
    {
        var items = new StringBuilder("(UID");
        if (Attributes)
        {
            items.Append(" FLAGS INTERNALDATE RFC822.SIZE");
            if (capabilities.Has("X-GM-EXT-1"))
                items.Append(" X-GM-MSGID X-GM-THRID X-GM-LABELS");
            else if (capabilities.Has("OBJECTID"))
                items.Append(" EMAILID THREADID");
        }

        if (Parts)
            items.Append(" BODYSTRUCTURE");

        items.Append(Body switch
        {
            null => "",
            BodySection.Header => " BODY.PEEK[HEADER]",
            BodySection.Text => " BODY.PEEK[TEXT]",
            _ => " BODY.PEEK[]",
        });
        return items.Append(Body is not null && Partial ? $"<0.{Keep}>" : "").Append(')').ToString();
    }
}

/// <summary>
/// A fetch of many messages: one pass over the wire, several commands ahead. Results come as the server sends them: in any order, perhaps too many, perhaps
/// too few; who asked compares.
/// </summary>
public sealed class MessageFetch
{
    private readonly ImapConnection connection;
    private readonly FetchRequest request;
    private readonly IReadOnlyList<UidSet> sets;
    private readonly string items;
    private readonly BodyBuffer buffer;
    private readonly List<(UidSet Set, MailServerException Failure)> refusals = [];
    private readonly List<string> unreadable = [];
    private readonly Queue<FetchedMessage> ready = [];

    internal MessageFetch(ImapConnection connection, Capabilities capabilities, IReadOnlyList<UidSet> sets, FetchRequest request)
    {
        (this.connection, this.sets, this.request) = (connection, sets, request);
        items = request.Items(capabilities);
        buffer = new BodyBuffer(request.Consumer is null ? request.Keep : 0);
    }

    /// <summary>Sets the server refused, wholly or in part, with its reason. What came of them before that counts.</summary>
    public IReadOnlyList<(UidSet Set, MailServerException Failure)> Refusals => refusals;

    /// <summary>Responses that could not be read: which, and why. Hold nothing of the mails.</summary>
    public IReadOnlyList<string> Unreadable => unreadable;

    /// <summary>Fetches. To be enumerated once, to its end (or the connection is left in the middle of an answer and has to go).</summary>
    public async IAsyncEnumerable<FetchedMessage> Messages([EnumeratorCancellation] CancellationToken ct)
    {
        var underWay = new Queue<(UidSet Set, RunningCommand Command)>();
        connection.MayQuoteStrays = false;
        for (var next = 0; next < sets.Count || underWay.Count > 0;)
        {
            while (next < sets.Count && underWay.Count < request.Ahead)
            {
                var command = await connection.Begin(new CommandText($"UID FETCH {sets[next].Text} {items}"), Take, ct, Consumer);
                underWay.Enqueue((sets[next++], command));
            }

            while (underWay.Peek().Command.Result is null)
            {
                Consumer.Clear();
                await connection.Step(ct);
                while (ready.TryDequeue(out var message))
                    yield return message;
            }

            var (set, done) = underWay.Dequeue();
            if (done.Result!.Status != ImapStatus.Ok)
                refusals.Add((set, connection.Refused(AnswerStage.Command, $"fetching {set.Count?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "some"} messages", done.Result)));
        }
    }

    private BodyConsumer Consumer => request.Consumer ?? buffer;

    private void Take(ImapResponse response)
    {
        switch (response)
        {
            case FetchResponse { Message: { } message }:
                Deliver(message);
                break;
            case UnreadableResponse { Kind: "FETCH" } bad:
                unreadable.Add($"message {bad.Message?.Sequence} (UID {bad.Message?.Uid?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "unknown"}): {bad.Reason}");
                if (bad.Message is { } partly)
                    Deliver(partly);

                break;
        }
    }

    private void Deliver(FetchedMessage message)
    {
        message.Section = Consumer.Section;
        message.Received = Consumer.Received;
        message.Body = buffer.Bytes;
        message.IsWhole = message.Problem is null && message.Section == BodySection.Message && (request.Consumer is not null || !buffer.Truncated)
            && (!request.Partial || message.Received != request.Keep || message.Size == message.Received);
        ready.Enqueue(message);
    }
}
