using CrmSync.Domain.Log;

namespace CrmSync.Storage.Log;

/// <summary>Writes lines that are not mail, and takes lines out.</summary>
internal sealed class PlainLines(WriteScope scope)
{
    /// <summary>Writes meetings, calls and commands whose ids the log does not hold; meetings with the series they are of.</summary>
    public async Task Add(IReadOnlyCollection<(Interaction Line, string? Series)> lines)
    {
        if (lines.Count == 0)
            return;

        var number = await scope.One<long>("select coalesce(max(number), 0) from interaction");
        var accounts = (await scope.Query<(long Number, string Name)>("select number, name from account")).ToDictionary(
            a => a.Name,
            a => a.Number,
            StringComparer.Ordinal);
        var interactions = scope.Rows(
            """
            insert into interaction (number, id, kind, at, seen, direction, author, subject, body, question, attachments, markers, reasons,
                                     series, uid, occurrence, starts_at, ends_at, all_day, cancelled_at, command, away, seconds)
            select r.number, r.id, r.kind, r.at, r.seen, r.direction, r.author, r.subject, r.body, r.question, r.attachments, r.markers,
                   r.reasons, r.series, r.uid, r.occurrence, r.starts_at, r.ends_at, r.all_day, r.cancelled_at, r.command, r.away,
                   r.seconds
              from {rows} r
            """,
            Column.Number("number"),
            Column.Text("id"),
            Column.Number("kind"),
            Column.Instant("at"),
            Column.Instant("seen"),
            Column.Number("direction"),
            Column.Text("author"),
            Column.Text("subject"),
            Column.Text("body"),
            Column.Flag("question"),
            Column.Number("attachments"),
            Column.Text("markers"),
            Column.Text("reasons"),
            Column.Text("series"),
            Column.Text("uid"),
            Column.Instant("occurrence"),
            Column.Instant("starts_at"),
            Column.Instant("ends_at"),
            Column.Flag("all_day"),
            Column.Instant("cancelled_at"),
            Column.Text("command"),
            Column.Text("away"),
            Column.Number("seconds"));
        var participants = scope.Rows(
            """
            insert into participant (interaction, role, address, place, name, internal, response)
            select r.interaction, r.role, r.address, r.place, r.name, r.internal, r.response
              from {rows} r
            """,
            Column.Number("interaction"),
            Column.Number("role"),
            Column.Text("address"),
            Column.Number("place"),
            Column.Text("name"),
            Column.Flag("internal"),
            Column.Number("response"));
        var sightings = scope.Rows(
            """
            insert into sighting (interaction, account, seen)
            select r.interaction, r.account, r.seen
              from {rows} r
            """,
            Column.Number("interaction"), Column.Number("account"), Column.Instant("seen"));

        var finder = new LineFinder(scope);
        foreach (var (line, series) in lines.OrderBy(l => l.Line.Id, StringComparer.Ordinal))
        {
            number++;
            finder.Add(number, line);
            interactions
                .Add(number)
                .Add(line.Id)
                .Add((long)line.Kind)
                .Add(line.At)
                .Add(line.Seen)
                .Add((long?)line.Direction)
                .Add(line.Author?.Value)
                .Add(Texts.Clean(line.Subject))
                .Add(Texts.Clean(line.Text))
                .Add(line.Question)
                .Add(line.Attachments)
                .Add(LineFacts.Join(line.Markers))
                .Add(LineFacts.Join([.. line.Reasons.Select(r => LineFacts.OneLine(r))]))
                .Add(Texts.Clean(series))
                .Add(Texts.Clean(line.Meeting?.Uid))
                .Add(line.Meeting?.Occurrence)
                .Add(line.Meeting?.Start ?? line.Call?.Start)
                .Add(line.Meeting?.End ?? line.Call?.End)
                .Add(line.Meeting?.AllDay ?? false)
                .Add(line.Meeting?.CancelledAt)
                .Add(line.Command is { } command ? CommandText.Write(command) : null)
                .Add(LineFacts.WriteAway(line.Away))
                .Add((long?)line.Call?.Seconds)
                .End();
            foreach (var (place, person) in line.Participants.DistinctBy(p => (p.Role, p.Address)).Index())
            {
                participants
                    .Add(number)
                    .Add((long)person.Role)
                    .Add(person.Address.Value)
                    .Add(place)
                    .Add(Texts.Clean(person.Name))
                    .Add(person.Internal)
                    .Add((long?)person.Response)
                    .End();
            }

            foreach (var account in line.Accounts.Distinct(StringComparer.Ordinal))
                sightings.Add(number).Add(accounts[account]).Add(line.Seen).End();
        }

        await interactions.Flush();
        await participants.Flush();
        await sightings.Flush();
        await finder.Flush();
    }

    /// <summary>Takes lines out with everything that hangs on them; the items they came from stay as they are.</summary>
    public async Task Remove(IReadOnlyCollection<long> lines)
    {
        if (lines.Count == 0)
            return;

        var numbers = scope.Engine.List(lines);
        foreach (var table in new[] { "participant", "line_target", "sighting", "mail_identity", "thread_key", "bounce" })
            await scope.Execute($"delete from {table} where {scope.Engine.AnyOf("interaction", "@numbers")}", new { numbers });

        await scope.Execute($"delete from interaction where {scope.Engine.AnyOf("number", "@numbers")}", new { numbers });
    }
}
