namespace CrmSync.Worker.Delivery;

/// <summary>Where something is posted.</summary>
/// <param name="Url">The address, which is never part of a message; its host is.</param>
/// <param name="Secret">Signs what is posted; null: it is not signed.</param>
/// <param name="Ca">The file with an additional trust anchor, or null.</param>
internal sealed record PostTarget(Uri Url, string? Secret, string? Ca);
