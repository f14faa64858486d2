using System.Globalization;
using CrmSync.Domain.Log;
using FsCheck;
using FsCheck.Fluent;

namespace CrmSync.Storage.Tests;

/// <summary>A copy of a mail in somebody's mailbox.</summary>
internal sealed record Copy(string Account, MailLine Line);

/// <summary>An order and a division into batches.</summary>
internal sealed record Delivery(IReadOnlyList<Copy> Copies, IReadOnlyList<int> Batches);

/// <summary>
/// Random mail out of a small world, so that everything collides: Message-IDs given twice, missing or changed by a server, dates a little
/// off, replies with and without references, subjects used again, bounces before and after the mail they are about, people who are ours and
/// people who are not.
/// </summary>
internal static class Copies
{
    public static readonly string[] Accounts = ["ana", "ben", "cleo"];

    private static readonly string[] People =
    [
        "bob@acme.example",
        "dora@acme.example",
        "eve@shop.example",
        "ana@bright.example",
        "ben@bright.example",
        "no-reply@shop.example",
    ];
    private static readonly string[] Subjects =
    [
        "The offer",
        "Re: The offer",
        "RE: AW: the offer",
        "Lunch",
        "Re: Lunch",
        "[EXTERNAL] Lunch",
        "Odp: [sales] The offer",
        "Automatic reply: Lunch",
        "",
        "Undeliverable",
    ];
    private static readonly string[] Conversations =
    [
        "AQHaabcdefghijklmnopqrstuvwxyQ==",
        "AQHaabcdefghijklmnopqrstuvwxyQAAB1Xg",
        "AQHaabcdefghijklmnopqrstuvwxyQAAB1XgAAAB1Q==",
        "AQHbabcdefghijklmnopqrstuvwxyQ==",
    ];
    private static readonly string[] Bodies =
    [
        "When?",
        "Thanks!",
        "Tomorrow.",
        "Please send it to https://acme.example/1 today",
        "Please send it to https://gateway.example/?u=acme today",
        "Please send it to https://acme.example/1 today\nWhen will you?",
        "From outside\nPlease send it to https://acme.example/1 today\nWhen will you?",
    ];

    /// <summary>Up to <paramref name="most"/> copies, delivered in some order in some batches.</summary>
    public static Gen<Delivery> Deliveries(int most) =>
        from count in Gen.Choose(1, most)
        from copies in Gen.ArrayOf(One, count)
        from batches in Gen.ArrayOf(Gen.Choose(1, 6), count)
        select new Delivery(copies, batches);

    private static Gen<T> OneAmong<T>(params T[] values) => Gen.Elements(values);

    private static Gen<string?> Maybe(params string[] values) => Gen.Elements([null, .. values]);

    private static Gen<Copy> One =>
        from account in OneAmong(Accounts)
        from @from in OneAmong(People)
        from to in Gen.SubListOf(People)
        from cc in Gen.SubListOf(People)
        from subject in OneAmong(Subjects)
        from body in OneAmong(Bodies)
        from id in Maybe("1@x.example", "2@x.example", "3@X.example", "4@x.example")
        from answered in Maybe("1@x.example", "2@x.example", "3@x.example", "lost@x.example")
        from hour in OneAmong(0.0, 0.0, 1, 23, 25, 24 * 13, 24 * 15, 24 * 27, 24 * 29)
        from dateless in Gen.Choose(0, 9)
        from late in OneAmong(0.0, 0.01, 30)
        from seen in Gen.Choose(0, 3)
        from name in Maybe("Bob", "Bobby Tables")
        from bounced in Maybe(People)
        from headers in OneAmong("", "", "", "list-id", "auto-submitted")
        from pasted in Gen.Frequency((4, Gen.Constant<string?>(null)), (1, Maybe(People)))
        from index in Gen.Frequency((4, Gen.Constant<string?>(null)), (1, Maybe(Conversations)))
        select new Copy(
            account,
            Some.Line(
                new MailFacts
                {
                    MessageId = id,
                    From = Some.Named(@from, name),
                    To = [.. to.Select(a => Some.Named(a))],
                    Cc = [.. cc.Select(a => Some.Named(a, name))],
                    Subject = subject,
                    InReplyTo = answered,
                    References = answered is null ? [] : [answered],
                    Date = dateless == 0 ? null : Some.Noon + Some.Hours(hour),
                    Received = Some.Noon + Some.Hours(hour + late),
                    Pasted = pasted is null ? null : new PastedMail(Some.Named(pasted)) { Subject = subject, OwnText = body },
                    BodyDigest = System.Text.Encoding.UTF8.GetBytes(body),
                    OwnText = body,
                    Excerpt = body,
                    Question = body.EndsWith('?'),
                    Headers = new[] { (Name: headers, Value: headers), (Name: index is null ? "" : "thread-index", Value: index ?? "") }
                        .Where(header => header.Name.Length > 0)
                        .ToDictionary(header => header.Name, header => header.Value),
                    Report = subject == "Undeliverable" ? new ReportFacts(answered, bounced is null ? [] : [Some.Address(bounced)]) : null,
                },
                account,
                seen == 0 ? null : Some.Noon + Some.Hours(24 * 29 + seen)));

    /// <summary>For the report of a property that failed.</summary>
    public static string Print(Delivery delivery) =>
        string.Join(',', delivery.Batches)
        + "\n"
        + string.Join(
            '\n',
            delivery.Copies.Select(c =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{c.Account} {c.Line.MessageId} {c.Line.From} -> {string.Join('+', c.Line.Participants.Skip(1))} '{c.Line.Subject}' "
                        + $"{c.Line.SentAt} re {c.Line.InReplyTo}"
                )));
}
