using CrmSync.Domain.Company;

namespace CrmSync.Domain.Evaluation;

/// <summary>Somebody outside: all addresses that are this person, and every line they take part in, in the plain order.</summary>
internal sealed class ContactNode(
    EmailAddress primary, ContactEntry? entry, EmailAddress[] addresses, OrganisationNode organisation)
{
    public EmailAddress Primary { get; } = primary;

    /// <summary>What the policy says of them, or null.</summary>
    public ContactEntry? Entry { get; } = entry;

    public OrganisationNode Organisation { get; } = organisation;

    /// <summary>The primary, its aliases and their telephones.</summary>
    public EmailAddress[] Addresses { get; } = addresses;

    public List<Line> Lines { get; } = [];

    /// <summary>The threads they take part in, each once.</summary>
    public List<ThreadNode> Threads { get; } = [];

    public History? History { get; set; }

    public Traits? Traits { get; set; }

    public KeptOwner? Owner { get; set; }

    public override string ToString() => Primary.Value;
}

/// <summary>People whose addresses share a registrable domain.</summary>
internal sealed class OrganisationNode(string name)
{
    public string Name { get; } = name;

    /// <summary>By address, so that whoever is taken first is the same in every run.</summary>
    public List<ContactNode> Contacts { get; } = [];

    /// <summary>The threads in which anybody of it takes part, each once.</summary>
    public List<ThreadNode> Threads { get; } = [];

    /// <summary>What the last evaluation found.</summary>
    public OrganisationResult? Result { get; set; }

    /// <summary>The organisations whose results rest on something about this one.</summary>
    public HashSet<OrganisationNode> AskedBy { get; } = [];

    /// <summary>When the result can change though the log does not.</summary>
    public long NextChange { get; set; } = long.MinValue;

    public override string ToString() => Name;
}

/// <summary>A conversation: its human mail in the plain order.</summary>
internal sealed class ThreadNode(string id)
{
    public string Id { get; } = id;

    public List<Line> Lines { get; } = [];

    /// <summary>Who takes part, each once; nearly always one or two.</summary>
    public List<ContactNode> Contacts { get; } = [];

    /// <summary>Their organisations, each once.</summary>
    public List<OrganisationNode> Organisations { get; } = [];

    public ThreadFacts? Facts { get; set; }

    public override string ToString() => Id;
}
