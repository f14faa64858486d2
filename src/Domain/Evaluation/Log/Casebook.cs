using CrmSync.Domain.Policy;

namespace CrmSync.Domain.Evaluation;

/// <summary>The cases of contacts: those their mails opened, in whatever thread.</summary>
internal static class Casebook
{
    [ThreadStatic]
    private static int depth;

    public static bool HasOpen(View view, ContactNode contact, int number)
    {
        foreach (var span in Cases(view, contact))
        {
            if (span.Case == number && span.IsOpen)
                return true;
        }

        return false;
    }

    /// <summary>Every case span of a contact; which of them are in force is for the caller to ask.</summary>
    public static IEnumerable<CaseSpan> Cases(View view, ContactNode contact)
    {
        // A case may open on a condition about the owner, and the owner may depend on an open case: validation cannot see such rings, so
        // they end here.
        if (depth > 2 || view.Plan.Cases.Length == 0)
            yield break;

        view.Need(contact);
        foreach (var thread in contact.Threads)
        {
            ThreadFacts facts;
            depth++;
            try
            {
                facts = ThreadFacts.Compute(view, thread);
            }
            finally
            {
                depth--;
            }

            foreach (var span in facts.Cases)
            {
                if (span.Contact == contact)
                    yield return span;
            }
        }
    }

    /// <summary>The case a cool-down follows: of those it names, the one that closes last.</summary>
    public static CaseSpan? Last(View view, CooldownLimit limit, ContactNode contact) =>
        (limit.Per == Per.Organisation ? contact.Organisation.Contacts : (IReadOnlyList<ContactNode>)[contact])
            .SelectMany(person => Cases(view, person)).Where(span => limit.Cases.Contains(view.Plan.Cases[span.Case].Name))
            .OrderByDescending(span => span.Closed).ThenByDescending(span => span.Opened).FirstOrDefault();
}
