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
                items.Append(" X-GM-LABELS");
        }

        if (Parts)
            items.Append(" BODYSTRUCTURE");

        items.Append(Body switch
        {
            null => "",
            BodySection.Header => " BODY.PEEK[HEADER]",
            _ => " BODY.PEEK[]",
        });
        return items.Append(Body is not null && Partial ? $"<0.{Keep}>" : "").Append(')').ToString();
    }
}

/// <summary>A part of a fetch: what to ask of which messages, in one command.</summary>
/// <param name="Set">The messages.</param>
/// <param name="Request">What of each.</param>
public sealed record FetchOrder(UidSet Set, FetchRequest Request);

/// <summary>
/// A fetch of many messages: one pass over the wire, several commands ahead. Results come as the server sends them: in any order, perhaps
/// too many, perhaps too few; who asked compares.
/// </summary>
public sealed class MessageFetch
{
    private readonly ImapConnection connection;
    private readonly Capabilities capabilities;
    private readonly Func<FetchOrder?> next;
    private readonly int ahead;
    private readonly Dictionary<int, BodyBuffer> buffers = [];
    private readonly List<(UidSet Set, MailServerException Failure)> refusals = [];
    private readonly List<string> unreadable = [];
    private readonly Queue<FetchedMessage> ready = [];

    /// <param name="connection">The connection with the folder open.</param>
    /// <param name="capabilities">What the server can do.</param>
    /// <param name="next">
    /// What to ask next, as soon as there is room; null for nothing now. It is asked again whenever a command ended, so that it can take
    /// into account what came.
    /// </param>
    /// <param name="ahead">How many commands are sent before the first is answered; hides the time bytes travel.</param>
    internal MessageFetch(ImapConnection connection, Capabilities capabilities, Func<FetchOrder?> next, int ahead) =>
        (this.connection, this.capabilities, this.next, this.ahead) = (connection, capabilities, next, ahead);

    /// <summary>Sets the server refused, wholly or in part, with its reason. What came of them before that counts.</summary>
    public IReadOnlyList<(UidSet Set, MailServerException Failure)> Refusals => refusals;

    /// <summary>Responses that could not be read: which, and why. Hold nothing of the mails.</summary>
    public IReadOnlyList<string> Unreadable => unreadable;

    /// <summary>Fetches. To be enumerated once, to its end (or the connection is left in the middle of an answer and has to go).</summary>
    public async IAsyncEnumerable<FetchedMessage> Messages([EnumeratorCancellation] CancellationToken ct)
    {
        var underWay = new Queue<(FetchOrder Order, RunningCommand Command)>();
        connection.MayQuoteStrays = false;
        while (true)
        {
            while (underWay.Count < ahead && next() is { } order)
            {
                var consumer = ConsumerOf(order.Request);
                var text = new CommandText($"UID FETCH {order.Set.Text} {order.Request.Items(capabilities)}");
                underWay.Enqueue((order, await connection.Begin(text, response => Take(order.Request, response), ct, consumer)));
            }

            if (!underWay.TryPeek(out var oldest))
                yield break;

            while (oldest.Command.Result is null)
            {
                oldest.Command.Consumer.Clear();
                await connection.Step(ct);
                while (ready.TryDequeue(out var message))
                    yield return message;
            }

            underWay.Dequeue();
            if (oldest.Command.Result.Status != ImapStatus.Ok)
            {
                var count = oldest.Order.Set.Count?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "some";
                refusals.Add(
                    (oldest.Order.Set, connection.Refused(AnswerStage.Command, $"fetching {count} messages", oldest.Command.Result)));
            }
        }
    }

    /// <summary>One buffer for all commands that keep as much: their answers come one after the other.</summary>
    private BodyConsumer ConsumerOf(FetchRequest request)
    {
        if (request.Consumer is not null)
            return request.Consumer;

        if (!buffers.TryGetValue(request.Keep, out var buffer))
            buffers.Add(request.Keep, buffer = new BodyBuffer(request.Keep));

        return buffer;
    }

    private void Take(FetchRequest request, ImapResponse response)
    {
        switch (response)
        {
            case FetchResponse { Message: { } message }:
                Deliver(request, message);
                break;
            case UnreadableResponse { Kind: "FETCH" } bad:
                unreadable.Add(
                    $"message {bad.Message?.Sequence} (UID "
                        + $"{bad.Message?.Uid?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "unknown"}): {bad.Reason}"
                );
                if (bad.Message is { } partly)
                    Deliver(request, partly);

                break;
        }
    }

    private void Deliver(FetchRequest request, FetchedMessage message)
    {
        var consumer = ConsumerOf(request);
        var buffer = consumer as BodyBuffer;
        message.Request = request;
        message.Section = consumer.Section;
        message.Received = consumer.Received;
        message.Body = buffer?.Bytes ?? default;
        message.IsWhole = message.Problem is null && message.Section == BodySection.Message && buffer?.Truncated != true
            && (!request.Partial || message.Received != request.Keep || message.Size == message.Received);
        ready.Enqueue(message);
    }
}
