using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Worker.Pages;

/// <summary>A calendar as it was written, and what it was written from.</summary>
/// <param name="Bytes">iCalendar in UTF-8.</param>
/// <param name="ETag">Differs when they do.</param>
/// <param name="State">What its items were.</param>
/// <param name="Policy">The policy then.</param>
/// <param name="Erasures">How often people had been erased then.</param>
/// <param name="At">When.</param>
internal sealed record WrittenFeed(byte[] Bytes, string ETag, string State, CompanyPolicy Policy, long Erasures, Instant At);
