using CrmSync.Domain.Languages;

namespace CrmSync.Worker.Pages;

/// <summary>What somebody is told who sees no page, or not yet.</summary>
/// <param name="Words">The language of whoever is told.</param>
/// <param name="Title">In a few words.</param>
/// <param name="Text">What happened, and what to do.</param>
/// <param name="Step">What they can do here.</param>
internal sealed record DoorView(Wording Words, string Title, string Text, DoorStep Step);

/// <summary>What can be done at the door.</summary>
internal enum DoorStep
{
    Nothing,

    /// <summary>Have a code mailed to the reader of the link.</summary>
    Ask,

    /// <summary>Enter the code that was mailed.</summary>
    Enter,
}
