namespace CrmSync.Worker.Configuration;

/// <summary>The program that is told of new lines and of items that open and close.</summary>
/// <param name="Url">Its address; whoever knows it can post there.</param>
/// <param name="Secret">Signs what is posted.</param>
internal sealed record EventSettings(Secret Url, Secret Secret)
{
    /// <summary>The file with an additional trust anchor, or null.</summary>
    public string? Ca { get; init; }

    /// <summary>Whether it is told what customers and colleagues wrote, subjects included.</summary>
    public bool ShowsText { get; init; }
}
