using CrmSync.Domain.Languages;

namespace CrmSync.Worker.Pages;

/// <summary>A page with what only the server knows: who reads it, and where its links go.</summary>
/// <param name="Page">What it says.</param>
/// <param name="Words">The reader's language.</param>
/// <param name="Reader">The reader's name.</param>
/// <param name="Moment">When it was written, in the reader's words.</param>
/// <param name="Team">Where the figures are; null for who has none.</param>
/// <typeparam name="T">Which page.</typeparam>
internal sealed record PageView<T>(T Page, Wording Words, string Reader, string Moment, string? Team);
