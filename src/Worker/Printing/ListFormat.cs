using System.Text.Json;

namespace CrmSync.Worker.Printing;

/// <summary>How one kind of thing is listed: the fields of its JSON line and the columns of its table.</summary>
internal sealed record ListFormat<T>(Action<Utf8JsonWriter, T> Json, params IReadOnlyList<(string Header, Func<T, string?> Cell)> Columns);
