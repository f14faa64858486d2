using CrmSync.Domain.Company;
using Dapper;
using NodaTime;

namespace CrmSync.Storage.Log;

/// <summary>How far a mail to the command mailbox has come.</summary>
public enum CommandMailState
{
    /// <summary>Nobody has decided about it yet.</summary>
    Waiting,

    CarriedOut,

    /// <summary>It changed nothing, for the reason kept with it.</summary>
    Refused,

    /// <summary>It asked for nothing: no person wrote it, or it only says thank you.</summary>
    OfNoConcern,
}

/// <summary>A mail to the command mailbox that waits to be read.</summary>
/// <param name="Id">From its identity: a mail that arrives twice is one.</param>
/// <param name="ArrivedAt">When it arrived.</param>
/// <param name="Sender">The address it claims to come from, or null.</param>
/// <param name="Mail">What it says, in a form only the reader of commands knows.</param>
public sealed record WaitingCommand(string Id, Instant ArrivedAt, string? Sender, string Mail)
{
    /// <summary>
    /// The same without a word of what it says: kept in its place where it names somebody who was erased, so that its author can be told.
    /// </summary>
    public string? Unsaid { get; init; }

    /// <summary>The mail as it came, where its signatures are still to be verified.</summary>
    public byte[]? Bytes { get; init; }

    /// <summary>Equal for one mail that is sent once more under another Message-ID; null when it has no date.</summary>
    public string? Seal { get; init; }
}

/// <summary>A mail among what somebody sent that names the command mailbox.</summary>
/// <param name="Item">The number of the item.</param>
/// <param name="Account">The number of the account.</param>
/// <param name="Mail">The id of the mail, as in <see cref="WaitingCommand.Id"/>.</param>
/// <param name="Address">Which of its addresses, in lower case.</param>
public sealed record SentCommand(long Item, long Account, string Mail, string Address);

/// <summary>What became of a mail to the command mailbox.</summary>
/// <param name="Id">As in <see cref="WaitingCommand"/>.</param>
/// <param name="Sender">The address it claims to come from, or null.</param>
/// <param name="State">What was decided.</param>
/// <param name="Words">Why, or what was done.</param>
public sealed record CommandAnswer(string Id, string? Sender, CommandMailState State, string? Words);

/// <summary>What is to be written down about a mail.</summary>
/// <param name="State">What was decided.</param>
/// <param name="Words">Why, or what was done: for status.</param>
public sealed record CommandDecision(CommandMailState State, string Words)
{
    /// <summary>What its author is told; null for mails nobody is told about: those of strangers and machines.</summary>
    public OwedAnswer? Answer { get; init; }
}

/// <summary>An answer that is owed.</summary>
/// <param name="Reader">The id of the person.</param>
/// <param name="Text">What it says, in a form only the writer of answers knows.</param>
/// <param name="AtOnce">Whether it gets a mail of its own; otherwise the reader's next digest tells it.</param>
public sealed record OwedAnswer(string Reader, string Text, bool AtOnce);

/// <summary>An answer nobody has given yet.</summary>
/// <param name="Id">Of the mail it answers.</param>
/// <param name="ArrivedAt">When that arrived.</param>
/// <param name="Answer">The answer.</param>
public sealed record UntoldAnswer(string Id, Instant ArrivedAt, OwedAnswer Answer);

/// <summary>
/// The mails to the command mailbox: kept before the account moves on, so that a crash loses none, and what became of them.
/// </summary>
public sealed class CommandInbox(ContactDatabase database)
{
    /// <summary>Keeps mails to be read; those known already stay as they are.</summary>
    public Task Keep(IReadOnlyList<WaitingCommand> mails, CancellationToken ct) => database.WriteDurably(
        async scope =>
        {
            var erased = await ErasedPeople.Load(scope);
            foreach (var mail in mails)
            {
                // What the person writes is skipped like all their mail.
                if (EmailAddress.TryParse(mail.Sender, out var sender) && erased.Contains(sender))
                    continue;

                var text = erased.IsNamedIn(mail.Mail)
                    ? mail.Unsaid
                        ?? throw new ArgumentException("A mail that names somebody erased cannot be kept as it is.", nameof(mails))
                    : mail.Mail;
                await scope.Execute(
                    $"""
                        insert into command_mail (id, arrived_at, state, mail, sender, people, bytes, seal)
                        values (@Id, @ArrivedAt, {CommandMailState.Waiting:d}, @text, @Sender, @people, @bytes, @Seal)
                            on conflict do nothing
                        """,
                    new
                    {
                        mail.Id,
                        mail.ArrivedAt,
                        text = Texts.Clean(text),
                        mail.Sender,
                        people = Texts.Clean(
                            string.Join(
                                ' ',
                                Mentions.AddressesIn(text).Select(address => address.Value).Distinct(StringComparer.Ordinal))),
                        bytes = text == mail.Mail ? mail.Bytes : null,
                        mail.Seal,
                    });
            }

            return mails.Count;
        },
            ct);

    /// <summary>What waits, in order of arrival.</summary>
    public async Task<IReadOnlyList<WaitingCommand>> Waiting(CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var rows = await connection.QueryAsync<WaitingRow>(
            new CommandDefinition(
                $"""
                select id as Id, arrived_at as ArrivedAt, sender as Sender, mail as Mail
                  from command_mail
                 where state = {CommandMailState.Waiting:d}
                 order by arrived_at, id
                """,
                cancellationToken: ct));
        return [.. rows.Select(row => new WaitingCommand(row.Id, row.ArrivedAt, row.Sender, row.Mail))];
    }

    /// <summary>A mail that waits as it came; null where that is not kept.</summary>
    public async Task<byte[]?> FindBytes(string id, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return await connection.ExecuteScalarAsync<byte[]?>(
            new CommandDefinition("select bytes from command_mail where id = @id", new { id }, cancellationToken: ct));
    }

    /// <summary>Writes down what became of a mail; what it said is forgotten.</summary>
    /// <param name="id">The mail.</param>
    /// <param name="decision">What was decided.</param>
    /// <param name="erasures">
    /// How often people had been erased when what it rests on was read; when somebody was erased since, the mail waits on, for the decision
    /// may name them.
    /// </param>
    /// <param name="ct">Cancels.</param>
    public Task Decide(string id, CommandDecision decision, long erasures, CancellationToken ct) => database.WriteDurably(
        async scope =>
        {
            if (erasures != await ErasedPeople.Count(scope))
                return 0;

            var erased = await ErasedPeople.Load(scope);
            return await scope.Execute(
                $"""
                update command_mail
                   set state = @state, words = @words, mail = null, bytes = null, reader = @reader, answer = @answer, at_once = @atOnce
                 where id = @id and state = {CommandMailState.Waiting:d}
                """,
                new
                {
                    id,
                    state = (int)decision.State,
                    words = Texts.Clean(erased.WithoutAddresses(decision.Words)),
                    reader = decision.Answer?.Reader,
                    answer = Texts.Clean(erased.WithoutAddresses(decision.Answer?.Text)),
                    atOnce = decision.Answer is { AtOnce: true } ? 1 : 0,
                });
        },
        ct);

    /// <summary>The answers owed at once, in order of arrival.</summary>
    public Task<IReadOnlyList<UntoldAnswer>> OwedAtOnce(CancellationToken ct) => Untold("at_once = 1", new { }, ct);

    /// <summary>
    /// The answers the next digest of each reader gives, in order of arrival. Who tells them says so to
    /// <see cref="Digests.DigestLedger.Keep(IReadOnlyCollection{Digests.WrittenMail}, NodaTime.Instant, CancellationToken)"/>.
    /// </summary>
    public Task<IReadOnlyList<UntoldAnswer>> OwedWithDigests(CancellationToken ct) => Untold("at_once = 0", new { }, ct);

    /// <summary>Forgets an answer that nobody will be able to give.</summary>
    public Task DropAnswer(string id, string why, CancellationToken ct) => database.WriteDurably(
        scope => scope.Execute("update command_mail set answer = null, words = @why where id = @id", new { id, why }), ct);

    /// <summary>
    /// How many mails of nobody we know were refused since a moment, by the reason; the most frequent first. Authors who are proven are
    /// told themselves.
    /// </summary>
    public async Task<IReadOnlyList<(string Words, long Mails)>> RefusedSince(Instant moment, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return
        [
            .. await connection.QueryAsync<(string, long)>(
                new CommandDefinition(
                    $"""
                    select words, count(*)
                      from command_mail
                     where state = {CommandMailState.Refused:d} and reader is null and arrived_at >= @moment and words is not null
                     group by words
                     order by count(*) desc, words
                    """,
                    new { moment },
                    cancellationToken: ct)),
        ];
    }

    /// <summary>Everything that arrived since a moment and what became of it, in order of arrival.</summary>
    public async Task<IReadOnlyList<CommandAnswer>> Since(Instant moment, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var rows = await connection.QueryAsync<AnswerRow>(
            new CommandDefinition(
                "select id as Id, sender as Sender, state as State, words as Words from command_mail where arrived_at >= @moment order "
                    + "by arrived_at, id",
                new { moment },
                cancellationToken: ct));
        return [.. rows.Select(row => new CommandAnswer(row.Id, row.Sender, (CommandMailState)row.State, row.Words))];
    }

    /// <summary>Keeps which addresses of the command mailbox mails name that lie among what was sent from an account.</summary>
    public Task KeepSent(IReadOnlyCollection<SentCommand> sent, CancellationToken ct) =>
        database.Write(
            async scope =>
            {
                foreach (var one in sent)
                {
                    await scope.Execute(
                        """
                        insert into sent_command (item, address, account, mail)
                        values (@Item, @Address, @Account, @Mail)
                        on conflict (item, address) do update set account = excluded.account, mail = excluded.mail
                        """,
                        one);
                }

                return sent.Count;
            },
            ct);

    /// <summary>
    /// The addresses of the command mailbox that the author's own copy of a mail names. The copy lies in a folder which the server or the
    /// source marks as that of sent mail, and is the very same mail; where a gateway changed a mail on its way, it is the one that makes
    /// the same line of the log.
    /// </summary>
    /// <param name="mail">The id of the mail (<see cref="WaitingCommand.Id"/>).</param>
    /// <param name="messageId">Its Message-ID, or null.</param>
    /// <param name="mailboxes">The addresses of the author's own mailboxes.</param>
    /// <param name="commandAccount">The name of the account of the command mailbox.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlyList<string>> NamedBySentCopy(
        string mail,
        string? messageId,
        IReadOnlyCollection<string> mailboxes,
        string commandAccount,
        CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return
        [
            .. await connection.QueryAsync<string>(
                new CommandDefinition(
                    $"""
                    select distinct c.address
                      from sent_command c
                      join account a on a.number = c.account
                     where {database.Engine.AnyOf("a.address", "@addresses")}
                       and (c.mail = @mail
                            or exists (select 1
                                         from remote_item r
                                         join interaction i on i.number = r.interaction
                                         join sighting s on s.interaction = i.number
                                         join account o on o.number = s.account
                                        where r.number = c.item and i.message_id = @messageId and o.name = @commandAccount))
                    """,
                    new
                    {
                        mail,
                        messageId,
                        addresses = database.Engine.List(mailboxes),
                        commandAccount,
                    },
                    cancellationToken: ct)),
        ];
    }

    /// <summary>
    /// Whether another mail with the same seal was decided before: then this one is that mail once more under another Message-ID.
    /// </summary>
    public async Task<bool> IsSentOnceMore(string id, string seal, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        return await connection.ExecuteScalarAsync<long>(
                new CommandDefinition(
                    $"select count(*) from command_mail where seal = @seal and id <> @id and state = {CommandMailState.CarriedOut:d}",
                    new { id, seal },
                    cancellationToken: ct)) > 0;
    }

    /// <summary>The mails of some addresses that were carried out in a span of time, the latest first.</summary>
    public async Task<IReadOnlyList<CommandAnswer>> CarriedOut(
        IReadOnlyCollection<string> senders,
        Instant from,
        Instant to,
        CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var rows = await connection.QueryAsync<AnswerRow>(
            new CommandDefinition(
                $"""
                select id as Id, sender as Sender, state as State, words as Words
                  from command_mail
                 where state = {CommandMailState.CarriedOut:d} and arrived_at >= @from and arrived_at <= @to
                   and {database.Engine.AnyOf("sender", "@senders")}
                 order by arrived_at desc, id desc
                """,
                new { from, to, senders = database.Engine.List(senders) },
                cancellationToken: ct));
        return [.. rows.Select(row => new CommandAnswer(row.Id, row.Sender, (CommandMailState)row.State, row.Words))];
    }

    private async Task<IReadOnlyList<UntoldAnswer>> Untold(string which, object parameters, CancellationToken ct)
    {
        await using var connection = await database.Connect(ct);
        var rows = await connection.QueryAsync<UntoldRow>(
            new CommandDefinition(
                $"select id as Id, arrived_at as ArrivedAt, reader as Reader, answer as Answer, at_once as AtOnce from command_mail "
                    + $"where answer is not null and {which} order by arrived_at, id",
                parameters,
                cancellationToken: ct));
        return [.. rows.Select(row => new UntoldAnswer(row.Id, row.ArrivedAt, new OwedAnswer(row.Reader, row.Answer, row.AtOnce == 1)))];
    }

    private sealed record UntoldRow
    {
        public required string Id { get; init; }

        public required Instant ArrivedAt { get; init; }

        public required string Reader { get; init; }

        public required string Answer { get; init; }

        public required long AtOnce { get; init; }
    }

    private sealed record WaitingRow
    {
        public required string Id { get; init; }

        public required Instant ArrivedAt { get; init; }

        public string? Sender { get; init; }

        public required string Mail { get; init; }
    }

    private sealed record AnswerRow
    {
        public required string Id { get; init; }

        public string? Sender { get; init; }

        public required long State { get; init; }

        public string? Words { get; init; }
    }
}
