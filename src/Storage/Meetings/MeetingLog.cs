using System.Security.Cryptography;
using System.Text;
using CrmSync.Domain.Company;
using CrmSync.Domain.Harvest;
using CrmSync.Domain.Meetings;
using CrmSync.Storage.Log;
using Dapper;
using NodaTime;

namespace CrmSync.Storage.Meetings;

/// <summary>What became of series that were merged anew.</summary>
/// <param name="New">Lines that were not in the log.</param>
/// <param name="Known">Lines that were, changed or not.</param>
/// <param name="Gone">Lines that no copy speaks of any more.</param>
public sealed record MeetingCounts(int New, int Known, int Gone)
{
    /// <summary>Copies and messages that were not kept because they are about nobody but people who were erased.</summary>
    public int Erased { get; init; }
}

/// <summary>An invitation as it is kept.</summary>
/// <param name="Series">Its series.</param>
/// <param name="Hash">Tells it from others of the series.</param>
/// <param name="Message">What it says.</param>
public sealed record KeptInvitation(string Series, string Hash, InvitationMail Message);

/// <summary>Keeps every account's copies of meetings and the messages about them, and the lines they make together.</summary>
public sealed class MeetingLog(ContactDatabase database)
{
    /// <summary>Who was erased: what is stored is stored without them, and what is compared with it must be, too.</summary>
    public Task<ErasedPeople> Erased(CancellationToken ct) => ErasedPeople.Load(database, ct);

    /// <summary>What an account's calendar was left with by the reading before, to settle the next one against.</summary>
    public async Task<IReadOnlyList<MeetingCopy>> ReadCopies(AccountState account, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var rows = await connection.QueryAsync<string>(
            "select copy from meeting_copy where account = @Number order by series, occurrence",
            new { account.Number });
        return [.. rows.Select(Json.Read<MeetingCopy>)];
    }

    /// <summary>
    /// Puts an account's copies of some series in the place of those it had, and merges these series anew with what everybody else knows of
    /// them, in one transaction.
    /// </summary>
    /// <param name="account">The account.</param>
    /// <param name="series">The series that were looked at (<see cref="MeetingKey.Uid"/>); those without a copy are gone from this
    /// account.</param>
    /// <param name="copies">What the account holds of them now.</param>
    /// <param name="merge">Merges.</param>
    /// <param name="ours">Who is ours.</param>
    /// <param name="ct">Cancels.</param>
    public Task<MeetingCounts> Store(
        AccountState account,
        IReadOnlyCollection<string> series,
        IReadOnlyCollection<MeetingCopy> copies,
        MeetingMerge merge,
        InternalAddresses ours,
        CancellationToken ct) =>
        database.Write(
            async scope =>
            {
                var erased = await ErasedPeople.Load(scope);
                MeetingCopy[] kept = [.. copies.Select(copy => erased.Without(copy, ours)).OfType<MeetingCopy>()];
                string[] touched =
                [
                    .. series
                        .Select(erased.Series)
                        .Concat(kept.Select(c => c.Key.Uid))
                        .Select(s => Texts.Clean(s))
                        .Distinct(StringComparer.Ordinal),
                ];
                await scope.Execute(
                    $"delete from meeting_copy where account = @Number and {scope.Engine.AnyOf("series", "@touched")}",
                    new { account.Number, touched = scope.Engine.List(touched) });
                var rows = scope.Rows(
                    """
                    insert into meeting_copy (account, series, occurrence, copy)
                    select r.account, r.series, r.occurrence, r.copy
                      from {rows} r
                    """,
                    Column.Number("account"), Column.Text("series"), Column.Text("occurrence"), Column.Text("copy"));
                foreach (var copy in kept.DistinctBy(c => c.Key))
                    rows.Add(account.Number).Add(Texts.Clean(copy.Key.Uid)).Add(Occurrence(copy.Key)).Add(Json.Write(copy)).End();

                await rows.Flush();
                return await Merge(scope, touched, merge, ours) with { Erased = copies.Count - kept.Length };
            },
            ct);

    /// <summary>Keeps calendar messages that came by mail and merges their series anew. A message kept already changes nothing.</summary>
    public Task<MeetingCounts> Store(
        IReadOnlyCollection<InvitationMail> messages,
        MeetingMerge merge,
        InternalAddresses ours,
        CancellationToken ct) =>
        database.Write(
            async scope =>
            {
                var erased = await ErasedPeople.Load(scope);
                var rows = scope.Rows(
                    """
                    insert into meeting_mail (series, hash, message, account, written_until)
                    select r.series, r.hash, r.message, r.account, r.written_until
                      from {rows} r
                     where true
                    on conflict (series, hash) do nothing
                    """,
                    Column.Text("series"),
                    Column.Text("hash"),
                    Column.Text("message"),
                    Column.Text("account"),
                    Column.Instant("written_until"));
                var touched = new HashSet<string>(StringComparer.Ordinal);
                foreach (var message in messages.Select(message => erased.Without(message, ours)).OfType<InvitationMail>())
                {
                    touched.Add(Texts.Clean(message.Series));
                    rows.Add(Texts.Clean(message.Series)).Add(Hash(message)).Add(Json.Write(message)).Add(Texts.Clean(message.Account))
                        .Add(message.Rule?.Until).End();
                }

                await rows.Flush();
                return await Merge(scope, touched, merge, ours);
            },
            ct);

    /// <summary>The invitations of an account to series that go on and are written out to no further than a moment.</summary>
    public async Task<IReadOnlyList<KeptInvitation>> InvitationsWrittenUntil(string account, Instant moment, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var rows = await connection.QueryAsync<(string Series, string Hash, string Message)>(
            "select series, hash, message from meeting_mail where account = @account and written_until < @moment order by series, hash",
            new { account, moment });
        return [.. rows.Select(row => new KeptInvitation(row.Series, row.Hash, Json.Read<InvitationMail>(row.Message)))];
    }

    /// <summary>Puts an invitation that is written out further in the place of the one that was kept, and merges its series anew.</summary>
    public Task<MeetingCounts> Rewrite(
        KeptInvitation kept,
        InvitationMail further,
        MeetingMerge merge,
        InternalAddresses ours,
        CancellationToken ct) =>
        database.Write(
            async scope =>
            {
                var changed = await scope.Execute(
                    "update meeting_mail set message = @message, written_until = @until where series = @Series and hash = @Hash",
                    new { message = Json.Write(further), until = further.Rule?.Until, kept.Series, kept.Hash });

                // Somebody who is erased meanwhile takes the message along.
                return changed == 0 ? new MeetingCounts(0, 0, 0) : await Merge(scope, [kept.Series], merge, ours);
            },
            ct);

    /// <summary>Merges every series anew, as after the configuration changed who is ours.</summary>
    public Task<MeetingCounts> Derive(MeetingMerge merge, InternalAddresses ours, CancellationToken ct) =>
        database.Write(
            async scope =>
                await Merge(
                    scope,
                    [
                        .. await scope.Query<string>(
                            "select series from meeting_copy union select series from meeting_mail union select series from interaction "
                                + "where series is not null"
                        ),
                    ],
                    merge,
                    ours),
            ct);

    internal static async Task<MeetingCounts> Merge(
        WriteScope scope,
        IReadOnlyCollection<string> series,
        MeetingMerge merge,
        InternalAddresses ours)
    {
        // Copies under another UID are merged with it, and so are those that were before it changed.
        var all = series.ToHashSet(StringComparer.Ordinal);
        all.UnionWith(await InTheirSlots(scope, all));
        while (true)
        {
            var merged = await Read(scope, all, merge);
            await WriteSlots(scope, all, merged.Slots);
            var others = await InTheirSlots(scope, all);
            if (all.IsSupersetOf(others))
                return await WriteLines(scope, all, merged, ours);

            all.UnionWith(others);
        }
    }

    /// <summary>The series that have a meeting at the time and of the title of one of these.</summary>
    private static Task<IEnumerable<string>> InTheirSlots(WriteScope scope, IReadOnlyCollection<string> series) => scope.Query<string>(
        $"""
        select distinct o.series
          from meeting_slot s
          join meeting_slot o on o.slot = s.slot
         where {scope.Engine.AnyOf("s.series", "@series")}
        """,
        new { series = scope.Engine.List(series) });

    private static async Task WriteSlots(
        WriteScope scope, IReadOnlyCollection<string> series, IReadOnlyList<(string Series, string Slot)> slots)
    {
        await scope.Execute(
            $"delete from meeting_slot where {scope.Engine.AnyOf("series", "@series")}",
            new { series = scope.Engine.List(series) });
        var rows = scope.Rows(
            """
            insert into meeting_slot (series, slot)
            select r.series, r.slot
              from {rows} r
            """,
            Column.Text("series"), Column.Text("slot"));
        foreach (var (one, slot) in slots.Select(found => (Texts.Clean(found.Series), found.Slot)).Distinct())
            rows.Add(one).Add(slot).End();

        await rows.Flush();
    }

    private static async Task<MergedMeetings> Read(WriteScope scope, IReadOnlyCollection<string> series, MeetingMerge merge)
    {
        var wanted = new { series = scope.Engine.List(series) };
        var copies = (
            await scope.Query<string>(
                $"select copy from meeting_copy where {scope.Engine.AnyOf("series", "@series")} order by account, series, occurrence",
                wanted))
            .Select(Json.Read<MeetingCopy>)
            .ToArray();
        var messages = (
            await scope.Query<string>(
                $"select message from meeting_mail where {scope.Engine.AnyOf("series", "@series")} order by series, hash",
                wanted))
            .Select(Json.Read<InvitationMail>)
            .ToArray();
        return merge.Merge(copies, messages);
    }

    private static async Task<MeetingCounts> WriteLines(
        WriteScope scope, IReadOnlyCollection<string> series, MergedMeetings merged, InternalAddresses ours)
    {
        var wanted = new { series = scope.Engine.List(series) };
        var lines = merged
            .Lines.Select(line => (Line: line.ToInteraction(ours), Series: (string?)line.Key.Uid))
            .ToArray();
        var before = (
            await scope.Query<(long Number, string Id)>(
                $"select number, id from interaction where {scope.Engine.AnyOf("series", "@series")}",
                wanted)).ToArray();

        await new PlainLines(scope).Remove(Array.ConvertAll(before, b => b.Number));
        await new PlainLines(scope).Add(lines);
        var ids = before.Select(b => b.Id).ToHashSet(StringComparer.Ordinal);
        var known = lines.Count(l => ids.Contains(l.Line.Id));
        return new MeetingCounts(lines.Length - known, known, before.Length - known);
    }

    /// <summary>The same for every reading of a message, whenever it is read.</summary>
    internal static string Hash(InvitationMail message)
    {
        // How far it is written out depends on when it was read.
        if (message is { Rule: { } rule, Meetings: [var any, ..] })
        {
            message = message with
            {
                Meetings =
                [
                    (message.Meetings.FirstOrDefault(copy => copy.Occurrence == rule.Model) ?? any) with
                    {
                        Occurrence = null,
                        Start = default,
                        End = default,
                    },
                ],
                Rule = rule with { Until = default, Model = default },
            };
        }

        var timeless = message with
        {
            Meetings = [.. message.Meetings.Select(copy => copy with { FirstSeen = default, LastSeen = default, Backlog = false })],
        };
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Json.Write(timeless))).AsSpan(0, 16));
    }

    private static string Occurrence(MeetingKey key) => key.Occurrence is { } occurrence ? Instants.Print(occurrence) : "";
}
