using CrmSync.Domain.Company;
using CrmSync.Domain.Log;
using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Evaluation;

/// <summary>The mail a condition is asked about, in its thread.</summary>
internal readonly record struct MailInThread(Line Line, ThreadFacts Thread, int Index);

/// <summary>
/// A condition (policy-language.md section 7) with its names looked up. Facts about the contact are as of now; <c>case</c> of a mail is as
/// of that mail.
/// </summary>
internal abstract class Test
{
    public abstract bool Holds(View view, ContactNode contact, MailInThread? mail);

    public static Test? From(Condition? condition, Plan plan) => condition switch
    {
        null => null,
        Condition.All all => new AllOf([.. all.Of.Select(c => From(c, plan)!)]),
        Condition.Any any => new AnyOf([.. any.Of.Select(c => From(c, plan)!)]),
        Condition.Not not => new Not(From(not.Of, plan)!),
        Condition.InSegment segment => new InSegment([.. segment.Names.Select(plan.SegmentNumber)]),
        Condition.HasTag tag => new HasTag([.. tag.Tags]),
        Condition.HasAddress address => new Named(new Membership(address.Addresses.ToHashSet(), [], [])),
        Condition.InDomain domain => new Named(new Membership(new HashSet<EmailAddress>(), domain.Domains, [])),
        Condition.OwnedBy owner => new OwnedBy([.. owner.People.Select(plan.Person)]),
        Condition.OwnedByTeam team => new OwnedByTeam([.. team.Teams]),
        Condition.InCase inCase => new InCase([.. inCase.Cases.Select(plan.CaseNumber)]),
        Condition.HasMarker marker => new HasMarker([.. marker.Markers]),
        Condition.SentTo to => new SentTo([.. to.Addresses.Select(a => a.Value)]),
        Condition.SubjectHas subject => new SubjectHas([.. subject.Texts]),
        Condition.TextHas text => new TextHas([.. text.Texts.Select(t => Subjects.Collapse(t).ToLowerInvariant())]),
        _ => throw new ArgumentException($"The condition {condition.GetType().Name} is not known here.", nameof(condition)),
    };

    /// <summary>Whether a condition depends on tags or the owner, which change without a new mail.</summary>
    public static bool AsksForContact(Condition condition) => condition switch
    {
        Condition.All all => all.Of.Any(AsksForContact),
        Condition.Any any => any.Of.Any(AsksForContact),
        Condition.Not not => AsksForContact(not.Of),
        Condition.InSegment or Condition.HasTag or Condition.OwnedBy or Condition.OwnedByTeam => true,
        _ => false,
    };

    public static IEnumerable<string> SentToAsked(Condition condition) => condition switch
    {
        Condition.All all => all.Of.SelectMany(SentToAsked),
        Condition.Any any => any.Of.SelectMany(SentToAsked),
        Condition.Not not => SentToAsked(not.Of),
        Condition.SentTo to => to.Addresses.Select(a => a.Value),
        _ => [],
    };

    private sealed class AllOf(Test[] tests) : Test
    {
        public override bool Holds(View view, ContactNode contact, MailInThread? mail) =>
            Array.TrueForAll(tests, t => t.Holds(view, contact, mail));
    }

    private sealed class AnyOf(Test[] tests) : Test
    {
        public override bool Holds(View view, ContactNode contact, MailInThread? mail) =>
            Array.Exists(tests, t => t.Holds(view, contact, mail));
    }

    private sealed class Not(Test test) : Test
    {
        public override bool Holds(View view, ContactNode contact, MailInThread? mail) => !test.Holds(view, contact, mail);
    }

    private sealed class InSegment(int[] segments) : Test
    {
        public override bool Holds(View view, ContactNode contact, MailInThread? mail)
        {
            var traits = Traits.Compute(view, contact);
            foreach (var segment in segments)
            {
                if (traits.IsIn(segment))
                    return true;
            }

            return false;
        }
    }

    private sealed class HasTag(string[] tags) : Test
    {
        public override bool Holds(View view, ContactNode contact, MailInThread? mail) => Traits.Compute(view, contact).HasAny(tags);
    }

    private sealed class Named(Membership named) : Test
    {
        public override bool Holds(View view, ContactNode contact, MailInThread? mail) => named.Names(contact);
    }

    private sealed class OwnedBy(int[] people) : Test
    {
        public override bool Holds(View view, ContactNode contact, MailInThread? mail) =>
            Array.IndexOf(people, Ownership.Owner(view, contact)) >= 0;
    }

    private sealed class OwnedByTeam(string[] teams) : Test
    {
        public override bool Holds(View view, ContactNode contact, MailInThread? mail) =>
            view.Plan.Team(Ownership.Owner(view, contact)) is { } team && Array.IndexOf(teams, team.Id) >= 0;
    }

    private sealed class InCase(int[] cases) : Test
    {
        public override bool Holds(View view, ContactNode contact, MailInThread? mail)
        {
            foreach (var wanted in cases)
            {
                if (mail is { } m ? m.Thread.CaseOpenAt(wanted, m.Index) : Casebook.HasOpen(view, contact, wanted))
                    return true;
            }

            return false;
        }
    }

    private sealed class HasMarker(string[] markers) : Test
    {
        public override bool Holds(View view, ContactNode contact, MailInThread? mail) =>
            mail is { } m && Array.Exists(markers, wanted => Array.IndexOf(m.Line.Markers, wanted) >= 0);
    }

    private sealed class SentTo(string[] addresses) : Test
    {
        public override bool Holds(View view, ContactNode contact, MailInThread? mail) =>
            mail is { } m && Array.Exists(addresses, wanted => Array.IndexOf(m.Line.SentTo, wanted) >= 0);
    }

    private sealed class SubjectHas(string[] texts) : Test
    {
        public override bool Holds(View view, ContactNode contact, MailInThread? mail) =>
            mail is { } m
            && (m.Line.Subject is { } subject
                ? Array.Exists(texts, text => subject.Contains(text, StringComparison.OrdinalIgnoreCase))
                : Array.Exists(texts, text => m.Line.SubjectPhrases.Contains(text, StringComparer.OrdinalIgnoreCase)));
    }

    private sealed class TextHas(string[] texts) : Test
    {
        public override bool Holds(View view, ContactNode contact, MailInThread? mail) =>
            mail is { } m && Array.Exists(texts, text => Array.IndexOf(m.Line.Phrases, text) >= 0);
    }
}
