using CrmSync.Domain.Company;
using CrmSync.Domain.Log;

namespace CrmSync.Storage.Log;

/// <summary>A line to be written.</summary>
/// <param name="Number">The number it shall have: that of one of <paramref name="Existing"/>, or a fresh one.</param>
/// <param name="Line">Its facts.</param>
/// <param name="Existing">The lines it takes the place of.</param>
internal sealed record LineChange(long Number, MailLine Line, IReadOnlyList<long> Existing);

/// <summary>A mail about to be written, with what the configuration makes of it and the keys under which its thread is found.</summary>
internal sealed record WrittenMail(
    long Number, MailLine Line, Classification Verdict, ThreadMail Mail, IReadOnlyList<(long Key, long Moment, KeyRelation Relation)> Keys);

/// <summary>Writes lines whole: their rows, what the configuration makes of them, their threads and bounces.</summary>
internal sealed class LineChanges(WriteScope scope, Classifier classifier)
{
    /// <summary>Writes lines in the place of others, and takes some out for good.</summary>
    public async Task Apply(IReadOnlyList<LineChange> changes, IReadOnlyCollection<long>? removed = null)
    {
        if (changes.Count == 0 && removed is null or { Count: 0 })
            return;

        var threads = new ThreadSettler(scope);
        var bounces = new BounceSettler(scope);
        var replaced = changes.SelectMany(c => c.Existing).Concat(removed ?? []).ToArray();
        if (replaced.Length > 0)
        {
            await threads.Remember(replaced);
            await bounces.Remember(replaced);
            await Remove(changes, replaced);
        }

        var ours = new OurMail(scope, classifier);
        var answers = await ours.AnswersAmong(changes);
        var written = new List<WrittenMail>(changes.Count);
        foreach (var (number, copies, _) in changes)
        {
            // Another copy of a private mail brings its words along.
            var mail = copies.Hidden is null ? copies : classifier.WithoutWords(copies);
            var verdict = classifier.Classify(mail, answers.Contains(number));
            var threadMail = classifier.CreateThreadMail(mail, verdict);
            written.Add(new WrittenMail(number, mail, verdict, threadMail, [.. ThreadKeys.From(threadMail)]));
        }

        await WriteRows(written, await threads.Settle(written));
        await bounces.Settle(changes);

        if (await new PrivateLines(scope, classifier).Among([.. written.Select(one => one.Number)]) is { Count: > 0 } hidden)
            await Apply(hidden);

        // Answers that were taken for mailings because our mail was not there yet.
        if (await ours.AnswersTo(written) is { Count: > 0 } late)
            await Apply(late);
    }

    /// <summary>Takes out the lines that are written anew, and lets their items point to the line that takes their place.</summary>
    private async Task Remove(IReadOnlyList<LineChange> changes, IReadOnlyCollection<long> replaced)
    {
        await new PlainLines(scope).Remove(replaced);
        var moved = scope.Rows(
            "update remote_item set interaction = r.new_number from {rows} r where remote_item.interaction = r.old_number",
            Column.Number("old_number"), Column.Number("new_number"));
        foreach (var change in changes)
        {
            foreach (var old in change.Existing.Where(old => old != change.Number))
                moved.Add(old).Add(change.Number).End();
        }

        await moved.Flush();
    }

    private async Task WriteRows(IReadOnlyList<WrittenMail> written, Dictionary<long, string> threads)
    {
        var rows = new MailRows(scope, await Accounts());
        foreach (var (number, mail, verdict, _, threadKeys) in written)
            rows.Add(number, mail, verdict, classifier.CreateLine(mail, verdict, threads[number]), threadKeys);

        await rows.Flush();
    }

    private async Task<Dictionary<string, (long Number, IReadOnlySet<EmailAddress> Own)>> Accounts() =>
        (await scope.Query<(long Number, string Name, string? Address)>("select number, name, address from account")).ToDictionary(
            a => a.Name,
            a =>
                (
                    a.Number,
                    (IReadOnlySet<EmailAddress>)(
                        EmailAddress.TryParse(a.Address, out var address) ? new HashSet<EmailAddress> { address } : [])),
            StringComparer.Ordinal);
}
