using CrmSync.Domain.Evaluation;
using NodaTime;

namespace CrmSync.Worker.Pages;

/// <summary>Does something with the policy over the log, while nothing changes it.</summary>
/// <param name="now">The moment.</param>
/// <param name="work">What.</param>
/// <param name="ct">Cancels.</param>
/// <typeparam name="T">What comes of it.</typeparam>
internal delegate Task<T> PolicyUse<T>(Instant now, Func<RunningPolicy, Task<T>> work, CancellationToken ct);
