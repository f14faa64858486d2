using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using CrmSync.Domain.Company;
using CrmSync.Domain.Evaluation;
using CrmSync.Domain.Policy;
using CrmSync.Storage.Directories;
using CrmSync.Storage.Log;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.PolicyFiles;
using NodaTime;

namespace CrmSync.Worker.Harvest;

/// <summary>
/// Keeps what the policy makes of each organisation, and judges again only those of which lines changed or whose next change has come: the
/// log is never read as a whole. One look at a time.
/// </summary>
internal sealed class UnitLook(
    Units units,
    OrganisationLog organisations,
    HarvestedLog harvested,
    PolicyInForce policy,
    ErasedEntries erased,
    ImportedPeople imported,
    DirectoryCards cards,
    KnownAbsences absences,
    CrmSyncConfiguration configuration,
    TimeProvider time)
{
    /// <summary>So many people outside, or organisations, are judged at once.</summary>
    private const int Batch = 500;

    /// <summary>Whoever only reads judges so many organisations themselves; more are faster judged over the whole log.</summary>
    private const int MostToRead = 5000;

    /// <summary>Under another policy everybody is judged again, in turns of so long: mails that are due do not wait for it.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(20);

    /// <summary>What a place begins with that is among the contacts the policy names.</summary>
    private const char Named = '#';

    private Known? known;

    /// <summary>How many organisations the last look judged.</summary>
    public int Judged { get; private set; }

    /// <summary>
    /// Judges what has changed, keeps it, and gives the items. Null while not every organisation was judged under the policy of now; the
    /// next look goes on.
    /// </summary>
    public Task<JudgedLog?> CatchUp(Instant now, CancellationToken ct) => Look(now, Turn, ct);

    /// <summary>
    /// As <see cref="CatchUp"/>, until everybody was judged, whatever that takes; what cannot be kept, as of an
    /// earlier moment, is judged all the same.
    /// </summary>
    public async Task<JudgedLog> Complete(Instant now, CancellationToken ct) =>
        await Look(now, TimeSpan.MaxValue, ct) ?? await JudgeAll(now, ct);

    /// <summary>As <see cref="Read(Instant, CancellationToken)"/>; where most organisations have to be judged anew, they are.</summary>
    public async Task<JudgedLog> ReadAll(Instant now, CancellationToken ct) => await Read(now, ct) ?? await JudgeAll(now, ct);

    private async Task<JudgedLog?> Look(Instant now, TimeSpan turn, CancellationToken ct)
    {
        Judged = 0;
        var (evaluator, fingerprint, erasures) = await Current(now, ct);
        var look = await units.Begin(fingerprint, now, ct);
        if (now < look.JudgedAt)
            return null;

        // What another worker judged meanwhile is not known here.
        var items = known is { } last && last.Fingerprint == fingerprint && last.Look == look.Look - 1 ? last.Items : null;
        known = null;
        var coverage = await harvested.Coverage(ct);
        if (!look.IsComplete && !await JudgeEverybody(evaluator, look, turn, coverage, now, ct))
            return null;

        items ??= await Load(evaluator, ct);
        if (
            !await Judge(await Stale(evaluator, look.Newest, now, ct), evaluator, look, items, coverage, now, ct)
            || !await Judge(items.Outdated(coverage), evaluator, look, items, coverage, now, ct)
            || !await units.End(look, now, ct))
            return null;

        known = new Known(evaluator, fingerprint, look.Look, items);
        return new JudgedLog(evaluator, items, coverage, now, erasures);
    }

    /// <summary>
    /// The items at a moment, from what is kept and what has changed since; nothing is written. Null where that cannot be told without
    /// judging most organisations anew.
    /// </summary>
    public async Task<JudgedLog?> Read(Instant now, CancellationToken ct)
    {
        var (evaluator, fingerprint, erasures) = await Current(now, ct);
        var before = await units.State(ct);
        if (before?.Fingerprint != fingerprint || !before.IsComplete || now < before.JudgedAt)
            return null;

        // In this order: what a look keeps meanwhile is read, and what it let go of judged once more.
        var stale = await Stale(evaluator, newest: null, now, ct);
        if (stale.Count > MostToRead)
            return null;

        var items = await Load(evaluator, ct);
        if ((await units.State(ct))?.Generation != before.Generation)
            return null;

        var coverage = await harvested.Coverage(ct);
        var told = new Dictionary<string, Instant>(StringComparer.Ordinal);
        foreach (var some in stale.Chunk(Batch))
            Put(await Judge(some, evaluator, coverage, now, ct), items, told);

        foreach (var some in items.Outdated(coverage).Chunk(Batch))
            Put(await Judge(some, evaluator, coverage, now, ct), items, told);

        return new JudgedLog(evaluator, items, coverage, now, erasures) { Told = told };
    }

    /// <summary>The items of a contact's organisation alone; nothing that is kept is asked.</summary>
    /// <param name="contact">Any address of the contact.</param>
    /// <param name="now">The moment.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<JudgedLog> Read(EmailAddress contact, Instant now, CancellationToken ct)
    {
        var (evaluator, _, erasures) = await Current(now, ct);
        var coverage = await harvested.Coverage(ct);
        var items = evaluator.CreateList();
        if (evaluator.FindOrganisation(contact) is { } organisation)
            items.Put(await Judge([organisation], evaluator, coverage, now, ct));

        return new JudgedLog(evaluator, items, coverage, now, erasures) { IsKept = false };
    }

    /// <summary>Everybody outside whom we know at a moment, by organisation and address, and the policy that says so.</summary>
    public async Task<(CompanyPolicy Policy, IReadOnlyList<KnownContact> Contacts)> ReadContacts(Instant now, CancellationToken ct)
    {
        var (evaluator, _, _) = await Current(now, ct);
        var contacts = new Dictionary<EmailAddress, KnownContact>();
        await foreach (var judged in JudgeEach(evaluator, await harvested.Coverage(ct), now, ct))
        {
            foreach (var contact in judged.SelectMany(unit => unit.Contacts))
                contacts[contact.Primary] = contact;
        }

        return (
            evaluator.Policy,
            [
                .. contacts.Values
                    .OrderBy(contact => contact.Organisation, StringComparer.Ordinal)
                    .ThenBy(contact => contact.Primary.Value, StringComparer.Ordinal),
            ]);
    }

    /// <summary>Judges everybody some at a time and keeps nothing.</summary>
    private async Task<JudgedLog> JudgeAll(Instant now, CancellationToken ct)
    {
        var (evaluator, _, erasures) = await Current(now, ct);
        var coverage = await harvested.Coverage(ct);
        var items = evaluator.CreateList();
        var told = new Dictionary<string, Instant>(StringComparer.Ordinal);
        await foreach (var judged in JudgeEach(evaluator, coverage, now, ct))
            Put(judged, items, told);

        return new JudgedLog(evaluator, items, coverage, now, erasures) { Told = told, IsKept = false };
    }

    private async IAsyncEnumerable<IReadOnlyList<Unit>> JudgeEach(
        Evaluator evaluator, IReadOnlyList<AccountCoverage> coverage, Instant now, [EnumeratorCancellation] CancellationToken ct)
    {
        string? place = null;
        do
        {
            (var names, place) = await NextOrganisations(evaluator, place, ct);
            yield return await Judge(names, evaluator, coverage, now, ct);
        }
        while (place is not null);
    }

    private static void Put(IReadOnlyList<Unit> judged, KeptItems items, Dictionary<string, Instant> told)
    {
        items.Put(judged);
        foreach (var unit in judged)
        {
            if (unit.ToldUntil is { } until)
                told[unit.Organisation] = until;
            else
                told.Remove(unit.Organisation);
        }
    }

    private async Task<KeptItems> Load(Evaluator evaluator, CancellationToken ct)
    {
        var items = evaluator.CreateList();
        items.Put(await units.All(ct));
        return items;
    }

    /// <summary>The organisations of which something may be another one by now.</summary>
    private async Task<IReadOnlyList<string>> Stale(Evaluator evaluator, long? newest, Instant now, CancellationToken ct)
    {
        var stale = new HashSet<string>(await units.Due(now, ct), StringComparer.Ordinal);
        foreach (var name in await units.Touched(newest, ct))
        {
            if (!EmailAddress.TryParseContact(name, out var address))
                stale.Add(name);
            else if (evaluator.FindOrganisation(address) is { } organisation)
                stale.Add(organisation);
        }

        stale.UnionWith(await units.RestingOn(stale, ct));
        return [.. stale];
    }

    /// <summary>Judges on from where the last look got to.</summary>
    /// <returns>Whether everybody has been judged.</returns>
    private async Task<bool> JudgeEverybody(
        Evaluator evaluator, UnitState look, TimeSpan turn, IReadOnlyList<AccountCoverage> coverage, Instant now, CancellationToken ct)
    {
        var began = time.GetTimestamp();
        var place = look.Place;
        while (time.GetElapsedTime(began) < turn)
        {
            (var names, place) = await NextOrganisations(evaluator, place, ct);
            if (place is null)
                return await units.Complete(look, now, ct);

            if (!await units.Keep(look, await Judge(names, evaluator, coverage, now, ct), place, now, ct))
                return false;
        }

        return false;
    }

    private async Task<(IReadOnlyList<string> Names, string? Place)> NextOrganisations(
        Evaluator evaluator, string? place, CancellationToken ct)
    {
        var (people, next) = await Next(evaluator, place, ct);
        return ([.. people.Select(evaluator.FindOrganisation).OfType<string>().Distinct(StringComparer.Ordinal)], next);
    }

    /// <summary>
    /// Some people and the place after them: first whom the policy names, for they may not be in the log, then whoever is. No place when
    /// there is nobody left.
    /// </summary>
    private async Task<(IReadOnlyList<EmailAddress> People, string? Place)> Next(Evaluator evaluator, string? place, CancellationToken ct)
    {
        var contacts = evaluator.Policy.Contacts;
        var begun = place is null ? 0
            : place.StartsWith(Named) ? int.Parse(place.AsSpan(1), CultureInfo.InvariantCulture)
            : contacts.Count;
        return begun < contacts.Count
            ? (
                [.. contacts.Skip(begun).Take(Batch).Select(entry => entry.Primary)],
                string.Create(CultureInfo.InvariantCulture, $"{Named}{begun + Batch}"))
            : await units.People(place?.StartsWith(Named) == false ? place : null, Batch, ct);
    }

    /// <summary>Judges some organisations and keeps the result, in the database and among the items.</summary>
    /// <returns>False when another look has begun: that one judges them.</returns>
    private async Task<bool> Judge(
        IReadOnlyList<string> names,
        Evaluator evaluator,
        UnitState look,
        KeptItems items,
        IReadOnlyList<AccountCoverage> coverage,
        Instant now,
        CancellationToken ct)
    {
        foreach (var some in names.Chunk(Batch))
        {
            var judged = await Judge(some, evaluator, coverage, now, ct);
            items.Put(judged);
            if (!await units.Keep(look, judged, place: null, now, ct))
                return false;
        }

        return true;
    }

    private async Task<IReadOnlyList<Unit>> Judge(
        IReadOnlyCollection<string> names,
        Evaluator evaluator,
        IReadOnlyList<AccountCoverage> coverage,
        Instant now,
        CancellationToken ct)
    {
        if (names.Count == 0)
            return [];

        var reading = evaluator.Read(names);
        IReadOnlyList<Unit> judged = [];

        // Lines that are not to be seen yet say when they will be.
        await organisations.Answer(reading, Instant.MaxValue, () => reading.TryJudge(now, coverage, out judged), ct);
        Judged += judged.Count;
        return judged;
    }

    /// <summary>The policy of now with the people who were said to be one, and what tells it from any other.</summary>
    private async Task<(Evaluator Evaluator, string Fingerprint, long Erasures)> Current(Instant now, CancellationToken ct)
    {
        var erasures = await erased.LeaveOut(ct);
        var directories = await cards.Count(ct);
        await imported.TakeOver(ct);
        await absences.TakeIn(now, ct);
        var written = policy.Policy;
        var joined = await organisations.WithJoinedPeople(written, now, ct);
        var fingerprint = Fingerprint(written, joined, $"{erasures} {directories}");
        var before = known;
        return (before?.Fingerprint == fingerprint ? before.Evaluator : new Evaluator(joined), fingerprint, erasures);
    }

    /// <summary>
    /// Whatever of a policy is not said by its files is told beside their version: who was erased, what directories say, who is away or has
    /// left, whose addresses are ours, and who is one person. What another release of the program judged is judged again.
    /// </summary>
    private string Fingerprint(CompanyPolicy written, CompanyPolicy joined, string beside)
    {
        var text = new StringBuilder()
            .AppendLine(typeof(Evaluator).Module.ModuleVersionId.ToString())
            .AppendLine(CultureInfo.InvariantCulture, $"{written.Version} {beside} {written.Us.CommandMailbox}")
            .AppendJoin(' ', configuration.Addresses.Select(address => address.Value).Order(StringComparer.Ordinal));
        foreach (var person in written.People)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{person.Id} {person.Email} {person.Manager} {person.Left} {person.Successor}")
                .AppendJoin(' ', person.Also.Select(address => address.Value));
            foreach (var absence in person.Away)
                text.Append(CultureInfo.InvariantCulture, $" {absence.From} {absence.To} {absence.Cover}");
        }

        if (!ReferenceEquals(written, joined))
        {
            foreach (var entry in joined.Contacts.Except(written.Contacts))
                text.AppendLine(CultureInfo.InvariantCulture, $"{entry.Primary} {string.Join(' ', entry.Aliases)}");
        }

        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>What the last look found, for the next.</summary>
    private sealed record Known(Evaluator Evaluator, string Fingerprint, long Look, KeptItems Items);
}
