using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Yaml;
using NodaTime;

namespace CrmSync.Worker.PolicyFiles;

/// <summary>What reading a policy depends on besides its files.</summary>
/// <param name="Today">For warnings about the coming year.</param>
/// <param name="AccountAddresses">The addresses of the accounts in crmsync.yaml: they are ours, too.</param>
/// <param name="CommandMailbox">The address of the command mailbox, if there is one.</param>
internal sealed record ReadingOptions(LocalDate Today, IReadOnlyList<EmailAddress> AccountAddresses, EmailAddress? CommandMailbox = null)
{
    /// <summary>The accounts by name, for tests that say how far one was read.</summary>
    public IReadOnlyDictionary<string, (EmailAddress Address, bool IsCalendar)> Accounts { get; init; } =
        new Dictionary<string, (EmailAddress, bool)>();

    /// <summary>The webhooks of crmsync.yaml with their members, by name; null where that file is not known.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Webhooks { get; init; }

    /// <summary>What is known besides where crmsync.yaml was read; null: it could not be.</summary>
    public static ReadingOptions From(LocalDate today, CrmSyncConfiguration? configuration) =>
        new(today, configuration?.Addresses ?? [], configuration?.Delivery?.Commands?.Address)
        {
            Accounts = configuration?.AccountsByName ?? new Dictionary<string, (EmailAddress, bool)>(),
            Webhooks = configuration?.Webhooks.ToDictionary(hook => hook.Name, hook => hook.Members, StringComparer.Ordinal),
        };
}

/// <summary>Builds a policy from the tree of its sections, reporting everything an admin has to change.</summary>
internal static class PolicyReader
{
    /// <summary>
    /// Reads all sections. The policy is only usable when <paramref name="problems"/> has no errors afterwards; otherwise the answer is
    /// null.
    /// </summary>
    /// <param name="root">The merged tree of all files.</param>
    /// <param name="lists">Reads the text files the policy names.</param>
    /// <param name="options">What is known besides.</param>
    /// <param name="problems">Where problems go.</param>
    public static WrittenPolicy? Read(YamlMap root, ListFiles lists, ReadingOptions options, ProblemList problems)
    {
        if (!PolicyShape.Whole.TryRead(root, "the policy", problems, out var map))
            return null;

        var scope = new Scope(problems, new Names(root), lists);
        scope.Calendars = CalendarSection.Build(map.ValueOr(PolicyShape.Calendars, []), problems);
        var defaults = map.Value(PolicyShape.Defaults);
        scope.DefaultCalendar = scope.Calendar(defaults?.Value(PolicyShape.DefaultCalendar)) ?? CalendarSection.Unreadable;

        var us = map.Value(PolicyShape.Us);
        var language = defaults?.Optional(PolicyShape.DefaultLanguage) ?? Language.English;
        var people = PeopleSections.BuildPeople(map.ValueOr(PolicyShape.People, []), language, scope);
        var owner = scope.Known("person", defaults?.Value(PolicyShape.DefaultOwner));
        var segments = ContactSections.BuildSegments(map.ValueOr(PolicyShape.Segments, []), scope);
        var teams = PeopleSections.BuildTeams(map.ValueOr(PolicyShape.Teams, []), scope);
        var contacts = ContactSections.BuildContacts(map.ValueOr(PolicyShape.Contacts, []), scope);
        var markers = CaseSections.BuildMarkers(map.ValueOr(PolicyShape.Markers, []));
        var cases = CaseSections.BuildCases(map.ValueOr(PolicyShape.Cases, []), scope);
        var assign = CaseSections.BuildAssign(map.ValueOr(PolicyShape.Assign, []), scope);
        var rules = RuleSection.Build(map.ValueOr(PolicyShape.Rules, []), scope);
        var limits = LimitSection.Build(map.ValueOr(PolicyShape.Limits, []), scope);
        var digests = DigestSection.Build(map.ValueOr(PolicyShape.Digests, []), scope);
        var notifications = map.Value(PolicyShape.Notifications);
        var policy = new CompanyPolicy
        {
            Version = "",
            Start = map.Optional(PolicyShape.Start),
            Us = PeopleSections.BuildUs(us, options),
            DefaultCalendar = scope.DefaultCalendar,
            DefaultOwner = people.FirstOrDefault(p => p.Id == owner) ?? new Person("nobody", EmailAddress.Parse("nobody@invalid")),
            EpisodeGap = defaults?.Value(PolicyShape.EpisodeGap) ?? PolicyShape.EpisodeGap.Fallback!,
            AbsenceWords = defaults?.Value(PolicyShape.AbsenceWords),
            Calendars = scope.Calendars,
            People = people,
            Teams = teams,
            Segments = segments.ToDictionary(s => s.Segment.Name, s => s.Segment, StringComparer.Ordinal),
            Contacts = contacts,
            Privacy = ContactSections.BuildPrivacy(map.Value(PolicyShape.Privacy)),
            Classify = ContactSections.BuildClassify(map.Value(PolicyShape.Classify)),
            Markers = markers,
            Cases = cases,
            Assign = assign,
            Rules = [.. rules.Select(r => r.Rule)],
            Limits = [.. limits.Select(l => l.Limit)],
            NotificationHours = notifications is null ? null : scope.Calendar(DigestSection.ReadHours(notifications)),
            NotificationWebhooks = notifications is null ? [] : DigestSection.ReadWebhooks(notifications, options, scope),
            Digests = digests,
        };

        var whole = new WrittenPolicy(policy, map, rules, limits, segments, us is null ? [] : PeopleSections.OwnDomains(us));
        PolicyChecks.Check(whole, options, problems);
        return problems.HasErrors ? null : whole;
    }
}

/// <summary>A policy with the places of its parts, for what is checked or shown later.</summary>
internal sealed record WrittenPolicy(
    CompanyPolicy Policy,
    MapValues Map,
    IReadOnlyList<WrittenRule> Rules,
    IReadOnlyList<WrittenLimit> Limits,
    IReadOnlyList<WrittenSegment> Segments,
    IReadOnlyList<Listed<string>> OwnDomains)
{
    /// <summary>The tests in the policy, as written.</summary>
    public IReadOnlyList<MapValues> Tests => Map.ValueOr(PolicyShape.Tests, []);
}
